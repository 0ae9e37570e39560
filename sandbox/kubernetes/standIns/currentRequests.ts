// In: a Certificate and its Secret. Out: whether cert-manager since 1.18 would issue again: it compares both with its latest request, not only with each other. Off until it is switched on.
import type { Secret } from "../objectTypes";

interface Wanted {
    readonly metadata: { readonly namespace?: string; readonly name: string };
    readonly spec: { readonly secretName: string; readonly dnsNames?: string[] };
}

export class CurrentRequests {
    /** By the Certificate's name, what was asked for and issued last. */
    private readonly latest = new Map<string, string>();
    private issueMs: number | undefined;

    get isOn(): boolean {
        return this.issueMs !== undefined;
    }

    /** How long issuing takes. */
    get delayMs(): number {
        return this.issueMs ?? 0;
    }

    switchOn(issueMs: number): void {
        this.issueMs = issueMs;
    }

    switchOff(): void {
        this.issueMs = undefined;
        this.latest.clear();
    }

    /** What is there at the first look is what was requested last. */
    differs(certificate: Wanted, secret: Secret | undefined): boolean {
        if (!this.isOn) return false;
        const known = this.latest.get(nameOf(certificate));
        if (known === undefined) this.note(certificate, secret);
        return known !== undefined && known !== requestOf(certificate, secret);
    }

    note(certificate: Wanted, secret: Secret | undefined): void {
        if (this.isOn) this.latest.set(nameOf(certificate), requestOf(certificate, secret));
    }
}

function nameOf({ metadata }: Wanted): string {
    return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function requestOf({ spec }: Wanted, secret: Secret | undefined): string {
    const names = [...(spec.dnsNames ?? [])].sort();
    return JSON.stringify([spec.secretName, names, secret?.data?.["tls.crt"] ?? ""]);
}
