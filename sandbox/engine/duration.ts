// Durations as Pulumi programs write them (`1h30m`, `90s`, `1.5h`) to seconds and seconds to the CLI's display form.

const UNITS: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 0.000001, ns: 0.000000001 };

export function parseDuration(text: string): number {
    let seconds = 0;
    let read = 0;
    for (const match of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)/g)) {
        seconds += Number(match[1]) * (UNITS[match[2] ?? ""] ?? 0);
        read += match[0].length;
    }
    if (read === 0 || read !== text.length) {
        throw new Error(`unable to parse customTimeout Value ${text}`);
    }
    return seconds;
}

/** `7s`, `1m3s`, `1h0m2s`. */
export function formatSeconds(seconds: number): string {
    const whole = Math.round(seconds);
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    return `${hours > 0 ? `${hours}h` : ""}${whole >= 60 ? `${minutes}m` : ""}${rest}s`;
}
