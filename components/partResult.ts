// What a part of the component answers: what it made, and what it found and left alone.
import type * as pulumi from "@pulumi/pulumi";

export interface ComponentPart {
    resources: pulumi.Resource[];
    /** One line each, like "S3 gateway endpoint vpce-0123". */
    adopted: string[];
}
