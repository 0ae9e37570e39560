// In: which pods act, look by look, and what they do. Out: who acted from when to when, and what must never have happened: two at once, or one that does not lead. Elects nobody.

/** One pod that acted; times in milliseconds since the epoch. */
export interface Acting {
    image: string;
    /** `namespace/name`. */
    pod: string;
    since: number;
    until?: number;
}

export class Leadership {
    readonly acting: Acting[] = [];
    readonly violations: string[] = [];

    update(image: string, pods: string[], at: number): void {
        const now = new Set(pods);
        for (const one of this.acting.filter((act) => act.image === image && act.until === undefined))
            if (!now.delete(one.pod)) one.until = at;
        for (const pod of now) this.acting.push({ image, pod, since: at });
        if (pods.length > 1) this.violate(`two pods of ${image} act at once: ${[...pods].sort().join(", ")}`);
    }

    /** Something that only a leader may do. */
    act(image: string, pod: string, what: string): void {
        const leads = this.acting.some(
            (one) => one.image === image && one.pod === pod && one.until === undefined,
        );
        if (!leads) this.violate(`${pod} of ${image} does not lead and ${what}`);
    }

    private violate(told: string): void {
        if (!this.violations.includes(told)) this.violations.push(told);
    }
}
