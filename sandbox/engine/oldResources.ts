// The resources that were in the state when the deployment began: found again by URN or by alias, and marked as met, so
// that what is left at the end can be deleted.
import type { AliasSpec, Goal } from "./goal";
import type { ResourceState } from "./state";
import { makeUrn, nameOf } from "./urn";

export class OldResources {
    private readonly byUrn = new Map<string, ResourceState>();
    private readonly met = new Set<ResourceState>();
    /** Old URNs of resources of this deployment that were found by alias. */
    private readonly renamed = new Map<string, string[]>();

    constructor(
        private readonly resources: ResourceState[],
        private readonly stack: string,
        private readonly project: string,
    ) {
        for (const resource of resources) {
            if (!resource.delete) {
                this.byUrn.set(resource.urn, resource);
            }
        }
    }

    /** Looks under the URN itself, then under each alias. */
    find(urn: string, goal: Goal): ResourceState | undefined {
        const aliases = this.aliasUrns(urn, goal);
        this.renamed.set(urn, aliases);
        for (const candidate of [urn, ...aliases]) {
            const found = this.byUrn.get(candidate);
            if (found && !this.met.has(found)) {
                this.met.add(found);
                return found;
            }
        }
        return undefined;
    }

    /** Under the URN only. */
    take(urn: string): ResourceState | undefined {
        const found = this.byUrn.get(urn);
        if (found) {
            this.met.add(found);
        }
        return found;
    }

    /** Not in the program any more, or left over from an earlier replacement. */
    condemned(): ResourceState[] {
        return this.resources.filter((resource) => resource.delete || !this.met.has(resource));
    }

    private aliasUrns(urn: string, goal: Goal): string[] {
        const own = goal.aliases.map((alias) => this.resolve(alias, goal));
        const inherited = (this.renamed.get(goal.parent) ?? []).flatMap((parentAlias) =>
            [goal.name, ...goal.aliases.map((alias) => alias.name ?? goal.name)].map((name) => {
                // A child named after its parent was named after the parent's old name.
                const [newParent, oldParent] = [nameOf(goal.parent), nameOf(parentAlias)];
                const oldName = name.startsWith(newParent) ? oldParent + name.slice(newParent.length) : name;
                return makeUrn(this.stack, this.project, parentAlias, goal.type, oldName);
            }),
        );
        return [...new Set([...own, ...inherited])].filter((alias) => alias !== urn);
    }

    private resolve(alias: AliasSpec, goal: Goal): string {
        if (alias.urn) {
            return alias.urn;
        }
        const parent = alias.noParent ? undefined : (alias.parentUrn ?? goal.parent);
        const type = alias.type ?? goal.type;
        return makeUrn(
            alias.stack ?? this.stack,
            alias.project ?? this.project,
            parent || undefined,
            type,
            alias.name ?? goal.name,
        );
    }
}
