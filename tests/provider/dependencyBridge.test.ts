// metrics-server moves while Helm's pods answer under the name of the add-on's Service: nobody is refused while its own pods start. Where that cannot be, the plan says why, and requests pause.
import assert from "node:assert/strict";
import { Handover } from "../../common/enums";
import type { FoundAsked, FoundDependency } from "../../provider/discovery/dependencies";
import { dependencyBridge } from "../../provider/plan/dependencyBridge";
import { certManager, metricsServer } from "../../provider/profiles/dependencies";
import { RELEASE } from "./memory/content";
import { everyDependency, metrics } from "./memory/dependencyContent";
import { assertDone, assertHarmless, assertSame, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const METRICS = "pod and node metrics";
const HELMS = `${RELEASE.name}-metrics`;
const START_UP_MS = 20_000;
const SERVICE = { apiVersion: "v1", kind: "Service", namespace: "kube-system", name: "metrics-server" };

function slow() {
    const { world, state } = everyDependency();
    const startUpMs = { "kube-system/metrics-server": START_UP_MS };
    world.data.behaviour = { ...world.data.behaviour, startUpMs };
    return { world, state };
}

async function moved(world: MemoryWorld, args: object = {}) {
    const stack = new MemoryStack(world, { clusterName: "demo", ...args });
    assertDone(await stack.up());
    assert.ok(stack.resource);
    const { pausedSeconds, warnings, plan } = stack.resource.outputs as {
        pausedSeconds: Record<string, number>;
        warnings: string[];
        plan: string[];
    };
    return {
        stack,
        paused: pausedSeconds[METRICS] ?? 0,
        warnings,
        plan: plan.join(" ").replace(/\s+/g, " "),
    };
}

describe("requests to metrics-server while it moves", () => {
    it("are answered by Helm's pods until the add-on's do, and the undo ends at the start", async () => {
        const { world, state } = slow();
        const { stack, paused, plan } = await moved(world);
        assert.equal(paused, 0);
        assert.match(
            plan,
            /metrics-server v\S+ \(.*\), Helm's pods answer as Service metrics-server until its own do/,
        );
        assert.deepEqual(world.store.all("EndpointSlice"), []);
        const { labels = {}, managedFields = [] } = world.store.raw(SERVICE)?.metadata ?? {};
        assert.deepEqual(labels, {});
        assert.ok(managedFields.every(({ manager }) => !manager?.includes("pulumi")));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");
        assertHarmless(world);
    });

    it("pause as long as the add-on's pods start where a pause was asked for, and the plan says so", async () => {
        const { world } = slow();
        const { paused, plan } = await moved(world, { handover: Handover.Pause });
        assert.ok(paused >= START_UP_MS / 1000 - 1, `${paused} s`);
        assert.match(plan, /pod and node metrics pause until its pods answer .* and a pause was asked for/);
    });

    it("pause where the API server does not follow slices, and it is told", async () => {
        const { world } = slow();
        world.data.behaviour = { ...world.data.behaviour, followsSlices: false };
        const { paused, warnings } = await moved(world);
        assert.ok(paused > 1, `${paused} s`);
        assert.match(
            warnings.join("\n"),
            /requests to metrics-server pause until its add-on's pods answer: .*does not ask/,
        );
        assertHarmless(world);
    });
});

describe("whether requests to a dependency are led over", () => {
    const [deployment, service, apiService] = metrics(HELMS);
    const found = (asked: Partial<FoundAsked> = {}, more: Partial<FoundDependency> = {}) =>
        ({
            profile: metricsServer,
            ofRelease: [deployment, service],
            asked: { apiService, to: SERVICE, isTaken: false, missingRights: [], ...asked },
            ...more,
        }) as FoundDependency;
    const decide = (one: FoundDependency, version = "1.34") => dependencyBridge(one, version, Handover.Auto);

    it("is so over Services that were found", () => {
        const { bridge, why } = decide(found());
        assert.equal(why, undefined);
        assert.deepEqual([bridge?.from.name, bridge?.to.name], [HELMS, "metrics-server"]);
    });

    const spec = (change: object) => ({
        ...apiService,
        spec: { ...(apiService?.spec as object), ...change },
    });
    const right = { verb: "create", group: "discovery.k8s.io", resource: "endpointslices" };
    const reasons: [what: string, one: FoundDependency, why: RegExp, version?: string][] = [
        ["an older Kubernetes", found(), /^Kubernetes 1\.32 does not ask/, "1.32"],
        ["a Service of the add-on's name", found({ isTaken: true }), /metrics-server is there already/],
        ["rights that are missing", found({ missingRights: [right] }), /may not create endpointslices/],
        ["an aggregated API of others", found({}, { ofRelease: [] }), /no Service of the release answers/],
        [
            "an aggregated API that is gone",
            found({ apiService: undefined }),
            /no Service of the release answers/,
        ],
        [
            "certificates that are checked",
            found({ apiService: spec({ insecureSkipTLSVerify: false }) } as Partial<FoundAsked>),
            /checks the certificate of its pods/,
        ],
    ];
    for (const [what, one, why, version] of reasons)
        it(`is not so for ${what}`, () => {
            const decision = decide(one, version);
            assert.equal(decision.bridge, undefined);
            assert.match(decision.why ?? "", why);
        });

    it("is not so for cert-manager's webhook, whose pods sign their certificates themselves", () => {
        const { asked: _, ...one } = found({}, { profile: certManager });
        assert.match(decide(one).why ?? "", /sign their certificates themselves/);
    });
});
