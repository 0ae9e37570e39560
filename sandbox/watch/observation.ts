/** What an observed move did to the cluster: the report of the observer. Types only. */

/** Milliseconds since the epoch. */
export interface Span {
    begin: number;
    end: number;
}

/** Something a move may never delete, deleted. */
export interface Deletion {
    /** `group/Kind namespace/name`. */
    key: string;
    /** `marked`: it waits for finalizers; `gone`: it is no more; `replaced`: another object has its name. */
    how: "marked" | "gone" | "replaced";
    /** Seconds after the start of the observation. */
    at: number;
}

export interface Refusal {
    /** Requests sent, refused or not. */
    asked: number;
    seconds: number;
    /** Whether the last request was refused. */
    atEnd: boolean;
    /** How often each answer came. */
    answers: Record<string, number>;
}

export interface Observation {
    seconds: number;
    deletions: Deletion[];
    /** Per controller (by image name): seconds without a pod that answers. */
    away: Record<string, { seconds: number; atEnd: boolean; spans: Span[] }>;
    /** Controllers of which pods of two Deployments could act at once. */
    twoActive: { controller: string; deployments: string[]; seconds: number }[];
    /** When some pod was starting or ending: what a mover can only wait for. */
    podsChanging: Span[];
    /** Per kind of request: seconds in which it was refused; 0 where it never was. */
    refused: Record<string, Refusal>;
    /** Trouble of the observer itself, such as watches that broke while the API server was away. */
    problems: string[];
}
