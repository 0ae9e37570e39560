// The version of a cluster comes in; what it can do goes out. Pure.

/** From this version on the API server looks for whom to ask in EndpointSlices, whoever wrote them. */
export const FOLLOWS_SLICES = [1, 33] as const;

/** An unknown version does not. */
export function followsSlices(version: string): boolean {
    return isAtLeast(version, FOLLOWS_SLICES);
}

/** "1.33" and "1.33+" alike. */
function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
    const [, ofMajor = "", ofMinor = ""] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
    return Number(ofMajor) > major || (Number(ofMajor) === major && Number(ofMinor) >= minor);
}
