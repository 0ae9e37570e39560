// Turns secrets of a deployment from their in-memory form (`value`) into the stored one (`ciphertext`) and back, or into
// `plaintext` for an export that shows secrets. The encrypted text is the JSON of the value.
import type { Passphrase } from "./passphrase";
import type { Deployment, ResourceState } from "./state";
import {
    isMap,
    isSecret,
    mapValues,
    type PropertyMap,
    type PropertyValue,
    SECRET,
    SIGNATURE,
} from "./values";

type Rewrite = (text: PropertyMap) => PropertyMap;

/** Unchanged secrets keep their ciphertext from one write to the next. */
export class SecretsInState {
    private readonly known = new Map<string, string>();

    constructor(private readonly passphrase: () => Passphrase) {}

    encrypt(deployment: Deployment): Deployment {
        return rewriteDeployment(deployment, (node) => {
            const json = JSON.stringify(node.value);
            let ciphertext = this.known.get(json);
            if (ciphertext === undefined) {
                ciphertext = this.passphrase().encrypt(json);
                this.known.set(json, ciphertext);
            }
            return { [SIGNATURE]: SECRET, ciphertext };
        });
    }

    decrypt(deployment: Deployment): Deployment {
        return rewriteDeployment(deployment, (node) => {
            if (typeof node.plaintext === "string") {
                return { [SIGNATURE]: SECRET, value: JSON.parse(node.plaintext) as PropertyValue };
            }
            const json = this.passphrase().decrypt(String(node.ciphertext));
            this.known.set(json, String(node.ciphertext));
            return { [SIGNATURE]: SECRET, value: JSON.parse(json) as PropertyValue };
        });
    }

    /** For `--show-secrets`. */
    static show(deployment: Deployment): Deployment {
        return rewriteDeployment(deployment, (node) => ({
            [SIGNATURE]: SECRET,
            plaintext: JSON.stringify(node.value),
        }));
    }
}

function rewriteDeployment(deployment: Deployment, rewrite: Rewrite): Deployment {
    const result = { ...deployment };
    if (deployment.resources) {
        result.resources = deployment.resources.map((resource) => rewriteResource(resource, rewrite));
    }
    if (deployment.pending_operations) {
        result.pending_operations = deployment.pending_operations.map((operation) => ({
            ...operation,
            resource: rewriteResource(operation.resource, rewrite),
        }));
    }
    return result;
}

function rewriteResource(resource: ResourceState, rewrite: Rewrite): ResourceState {
    const result = { ...resource };
    if (resource.inputs) {
        result.inputs = mapValues(resource.inputs, (value) => rewriteValue(value, rewrite));
    }
    if (resource.outputs) {
        result.outputs = mapValues(resource.outputs, (value) => rewriteValue(value, rewrite));
    }
    return result;
}

function rewriteValue(value: PropertyValue, rewrite: Rewrite): PropertyValue {
    if (isSecret(value)) {
        return rewrite(value);
    }
    if (Array.isArray(value)) {
        return value.map((item) => rewriteValue(item, rewrite));
    }
    return isMap(value) ? mapValues(value, (item) => rewriteValue(item, rewrite)) : value;
}
