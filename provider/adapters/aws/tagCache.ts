// A resource and how its tags are read come in; the tags go out. `pulumi up` plans twice, for the check and for the move: the second plan gets what the first one read. Steps never read here.

type TagSet = Readonly<Record<string, string>>;

/** Longer than check and move of a large stack are apart. */
const KEPT_MS = 60_000;

const looks = new Map<string, Promise<TagSet | undefined>>();

/** Each look serves one more plan within a minute; a failed one serves none. */
export function lookOnce(
    resource: string,
    read: () => Promise<TagSet | undefined>,
): Promise<TagSet | undefined> {
    const known = looks.get(resource);
    if (known !== undefined) {
        looks.delete(resource);
        return known;
    }
    const look = read();
    const forget = () => {
        if (looks.get(resource) === look) looks.delete(resource);
    };
    looks.set(resource, look);
    look.catch(forget);
    setTimeout(forget, KEPT_MS).unref();
    return look;
}
