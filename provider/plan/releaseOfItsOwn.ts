// What a retired release leaves behind comes in; the advice to have Helm keep it goes out. Pure.

/** "install chart x as a release of its own with …": Helm keeps nothing of a release that is retired. */
export function releaseOfItsOwn(charts: string, releases: string): string {
    return `install ${charts} as ${releases} with \`--take-ownership\``;
}
