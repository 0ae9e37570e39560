// In: a pod, what holds it back, how it should behave, how long it has run. Out: the status a real node would report. Pure.
import { profilesOf } from "./images";
import type { Condition, Container, ContainerState, ContainerStatus, Pod, PodStatus } from "./objectTypes";
import type { PodBehaviour } from "./podScripts";
import type { Obstacle } from "./startConditions";

export interface PodSituation {
    pod: Pod;
    obstacle: Obstacle | undefined;
    behaviour: PodBehaviour;
    /** Milliseconds since the containers started; undefined while they have not. */
    runningForMs: number | undefined;
    podIp: string;
    hostIp: string;
    now: Date;
}

export interface PodVerdict {
    status: PodStatus;
    /** Look again after this time, even if nothing changes. */
    lookAgainMs?: number;
}

type Stage =
    | { name: "creating" | "initializing" | "succeeded" | "starting" | "ready" }
    | { name: "waiting"; reason: string; message: string; restarts: number };

const jobRunsMs = 200;
const crashEveryMs = 10_000;

export function podStatus(situation: PodSituation): PodVerdict {
    const { stage, lookAgainMs } = stageOf(situation);
    const status = statusAt(stage, situation);
    return lookAgainMs === undefined ? { status } : { status, lookAgainMs };
}

function stageOf(situation: PodSituation): { stage: Stage; lookAgainMs?: number } {
    const { pod, obstacle, behaviour, runningForMs } = situation;
    const isReady = hasCondition(pod, "Ready");
    if (runningForMs === undefined) {
        if (obstacle?.stage === "volumes") return { stage: { name: "creating" } };
        if (obstacle?.stage === "init") return { stage: { name: "initializing" } };
        const message = obstacle?.message;
        if (message !== undefined) return waiting("CreateContainerConfigError", message, 0);
        const image = pod.spec.containers[0]?.image ?? "";
        return waiting("ImagePullBackOff", `Back-off pulling image "${image}"`, 0);
    }
    if (behaviour.crashLoop === true) {
        const restarts = 1 + Math.floor(runningForMs / crashEveryMs);
        const text = "back-off 10s restarting failed container";
        return { ...waiting("CrashLoopBackOff", text, restarts), lookAgainMs: crashEveryMs };
    }
    if (pod.spec.restartPolicy === "Never" || pod.spec.restartPolicy === "OnFailure") {
        if (behaviour.never === true) return { stage: { name: "ready" } };
        const left = (behaviour.readyAfterMs ?? jobRunsMs) - runningForMs;
        return left <= 0 ? { stage: { name: "succeeded" } } : { stage: { name: "ready" }, lookAgainMs: left };
    }
    if (behaviour.never === true) return { stage: { name: "starting" } };
    const delay =
        behaviour.readyAfterMs ?? Math.max(...profilesOf(pod).map((profile) => profile.readyAfterMs));
    const left = delay - runningForMs;
    return isReady || left <= 0
        ? { stage: { name: "ready" } }
        : { stage: { name: "starting" }, lookAgainMs: left };
}

function waiting(reason: string, message: string, restarts: number): { stage: Stage } {
    return { stage: { name: "waiting", reason, message, restarts } };
}

export function hasCondition(pod: Pod, type: string): boolean {
    return (
        pod.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ??
        false
    );
}

function statusAt(stage: Stage, situation: PodSituation): PodStatus {
    const { pod, podIp, hostIp, now } = situation;
    const time = isoSeconds(now);
    const hasNetwork = stage.name !== "creating";
    const containers = pod.spec.containers.map((container) =>
        containerStatus(container, stage, situation, time),
    );
    const inits = (pod.spec.initContainers ?? []).map((container) => initStatus(container, stage, pod, time));
    return {
        phase: phaseOf(stage),
        hostIP: hostIp,
        hostIPs: [{ ip: hostIp }],
        ...(hasNetwork ? { podIP: podIp, podIPs: [{ ip: podIp }] } : {}),
        startTime: pod.status?.startTime ?? time,
        ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
        conditions: conditions(stage, pod, time),
        containerStatuses: containers,
        ...(inits.length > 0 ? { initContainerStatuses: inits } : {}),
    };
}

function phaseOf(stage: Stage): string {
    if (stage.name === "succeeded") return "Succeeded";
    if (stage.name === "starting" || stage.name === "ready") return "Running";
    return stage.name === "waiting" && stage.restarts > 0 ? "Running" : "Pending";
}

function containerStatus(
    container: Container,
    stage: Stage,
    situation: PodSituation,
    time: string,
): ContainerStatus {
    const { pod } = situation;
    const old = pod.status?.containerStatuses?.find((status) => status.name === container.name);
    const startedAt = old?.state.running?.startedAt ?? time;
    const runs = stage.name === "starting" || stage.name === "ready";
    const waitingReason =
        (pod.spec.initContainers ?? []).length > 0 ? "PodInitializing" : "ContainerCreating";
    let state: ContainerState = { waiting: { reason: waitingReason } };
    if (runs) state = { running: { startedAt } };
    if (stage.name === "waiting") state = { waiting: { reason: stage.reason, message: stage.message } };
    if (stage.name === "succeeded") {
        const finishedAt = old?.state.terminated?.finishedAt ?? time;
        const begin = old?.state.terminated?.startedAt ?? startedAt;
        state = { terminated: { exitCode: 0, reason: "Completed", startedAt: begin, finishedAt } };
    }
    const restarts = Math.max(old?.restartCount ?? 0, stage.name === "waiting" ? stage.restarts : 0);
    const crashed = stage.name === "waiting" && stage.restarts > 0;
    const died = old?.lastState?.terminated ?? {
        exitCode: 1,
        reason: "Error",
        startedAt: time,
        finishedAt: time,
    };
    return {
        name: container.name,
        image: container.image,
        imageID: runs || stage.name === "succeeded" ? container.image : "",
        ready: stage.name === "ready",
        restartCount: restarts,
        started: runs,
        state,
        lastState: crashed || restarts > 0 ? { terminated: died } : {},
    };
}

function initStatus(container: Container, stage: Stage, pod: Pod, time: string): ContainerStatus {
    const old = pod.status?.initContainerStatuses?.find((status) => status.name === container.name);
    const common = { name: container.name, image: container.image, restartCount: 0, lastState: {} };
    if (stage.name === "creating" || (stage.name === "waiting" && stage.restarts === 0)) {
        const state = { waiting: { reason: "PodInitializing" } };
        return { ...common, imageID: "", ready: false, started: false, state };
    }
    const startedAt = old?.state.running?.startedAt ?? time;
    if (stage.name === "initializing") {
        return {
            ...common,
            imageID: container.image,
            ready: false,
            started: true,
            state: { running: { startedAt } },
        };
    }
    const done = old?.state.terminated ?? { exitCode: 0, reason: "Completed", startedAt, finishedAt: time };
    return { ...common, imageID: container.image, ready: true, started: false, state: { terminated: done } };
}

function conditions(stage: Stage, pod: Pod, time: string): Condition[] {
    const done = stage.name === "succeeded";
    const names = pod.spec.containers.map((container) => container.name).join(" ");
    const inits = (pod.spec.initContainers ?? []).map((container) => container.name);
    const unready = done
        ? { reason: "PodCompleted", message: "" }
        : { reason: "ContainersNotReady", message: `containers with unready status: [${names}]` };
    const uninitialized = {
        reason: "ContainersNotInitialized",
        message: `containers with incomplete status: [${inits.join(" ")}]`,
    };
    const beforeInit = stage.name === "creating" || stage.name === "initializing";
    const wanted: [string, boolean, { reason: string; message: string }][] = [
        ["PodReadyToStartContainers", stage.name !== "creating" && !done, { reason: "", message: "" }],
        ["Initialized", !(beforeInit && inits.length > 0), uninitialized],
        ["Ready", stage.name === "ready", unready],
        ["ContainersReady", stage.name === "ready", unready],
    ];
    return wanted.map(([type, holds, otherwise]) => {
        const status = holds ? "True" : "False";
        const old = pod.status?.conditions?.find((condition) => condition.type === type);
        return {
            type,
            status,
            reason: holds ? (done ? "PodCompleted" : "") : otherwise.reason,
            message: holds ? "" : otherwise.message,
            lastTransitionTime: old?.status === status ? (old.lastTransitionTime ?? time) : time,
        };
    });
}

export function isoSeconds(date: Date): string {
    return date.toISOString().replace(/\.\d+Z$/, "Z");
}
