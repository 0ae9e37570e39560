// By which tag the component knows what it made, and what a look-up says about it. Creates nothing.
import * as pulumi from "@pulumi/pulumi";

/** Key of the tag that everything we make carries. */
export const ownerTagKey = "pulumi-hyperpod-inference:owner";

/** Key of the mark that we leave on somebody else's thing (an endpoint, a subnet) for the part of it that we added. */
export function partMark(part: string): string {
    return `${ownerTagKey}:${part}`;
}

/** The tag's value at the first update. */
export function defaultOwner(name: string): string {
    const text = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    return text.replace(/[^\p{L}\p{N}\s+\-=._:/@]/gu, "_").slice(0, 256);
}

/** What became of a thing that may exist already. */
export enum Standing {
    /** Not there, or ours: it is a resource of this stack. */
    Ours = "Ours",
    /** Somebody else's: used, and left alone. */
    Adopted = "Adopted",
}

/** Ours is what carries our owner tag. */
export function standingOf(tags: Record<string, string> | undefined, owner: string): Standing {
    return tags?.[ownerTagKey] === owner ? Standing.Ours : Standing.Adopted;
}

const absent = /not ?found|couldn't find|no matching|NoSuchEntity|does not exist|No addon|empty result/i;

const several = /multiple .* matched|returned \d+ results|more than one result/i;

/** A look-up for one thing found more than one. */
export class SeveralFound extends Error {}

/** The answer of a look-up function, or undefined when what it looks for is not there. Every other failure stays one. */
export async function ifThere<T>(lookUp: Promise<T>): Promise<T | undefined> {
    try {
        return await lookUp;
    } catch (error) {
        if (error instanceof Error && absent.test(error.message)) return undefined;
        if (error instanceof Error && several.test(error.message)) throw new SeveralFound(error.message);
        throw error;
    }
}
