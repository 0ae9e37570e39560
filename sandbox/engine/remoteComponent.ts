// Components that live in a provider plugin (`remote: true`): asks the provider to construct one. The provider registers
// the component and its children at the monitor by itself, as a program would.
import { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { type Goal, writeAlias } from "./goal";
import type { DeploymentFacts, Registered } from "./monitorServer";
import type { ProviderCalls } from "./providerCalls";
import { fromStruct, toStruct } from "./struct";

export async function construct(
    calls: ProviderCalls,
    goal: Goal,
    facts: DeploymentFacts,
    monitorAddress: string,
): Promise<Registered> {
    const request = new ConstructRequest()
        .setProject(facts.project)
        .setStack(facts.stack)
        .setOrganization(facts.organization)
        .setDryrun(facts.dryRun)
        .setParallel(facts.parallel)
        .setMonitorendpoint(monitorAddress)
        .setConfigsecretkeysList(facts.configSecretKeys)
        .setType(goal.type)
        .setName(goal.name)
        .setParent(goal.parent)
        .setInputs(toStruct(goal.properties))
        .setDependenciesList(goal.dependencies)
        .setAliasesList(goal.aliases.map(writeAlias))
        .setIgnorechangesList(goal.ignoreChanges)
        .setAdditionalsecretoutputsList(goal.additionalSecretOutputs)
        .setReplaceonchangesList(goal.replaceOnChanges)
        .setDeletedwith(goal.deletedWith)
        .setAcceptsOutputValues(true);
    if (goal.protect !== undefined) {
        request.setProtect(goal.protect);
    }
    if (goal.retainOnDelete !== undefined) {
        request.setRetainondelete(goal.retainOnDelete);
    }
    for (const [key, value] of Object.entries(facts.config)) {
        request.getConfigMap().set(key, value);
    }
    for (const [name, reference] of Object.entries(goal.providers)) {
        request.getProvidersMap().set(name, reference);
    }
    for (const [key, urns] of Object.entries(goal.propertyDependencies)) {
        request
            .getInputdependenciesMap()
            .set(key, new ConstructRequest.PropertyDependencies().setUrnsList(urns));
    }
    const shown = {
        project: facts.project,
        stack: facts.stack,
        dryRun: facts.dryRun,
        type: goal.type,
        name: goal.name,
        inputs: goal.properties,
    };
    const answer = await calls.construct(request, shown);
    const propertyDependencies: Record<string, string[]> = {};
    answer.getStatedependenciesMap().forEach((value, key) => {
        propertyDependencies[key] = value.getUrnsList();
    });
    return { urn: answer.getUrn(), id: "", outputs: fromStruct(answer.getState()), propertyDependencies };
}
