// Sources in Java come in, classes and a program that Pulumi's host for Java starts go out, by the machine's own JDK and Maven. Nothing here is installed on the machine but what Maven keeps.
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { name, version } from "../../plugin/schema.json";
import { ensurePulumiJava } from "../../sandbox/tools/tools";

const execute = promisify(execFile);
const LIMIT_MS = 300_000;
const PROGRAM = "program.jar";
const CLASS_PATH = "class-path.txt";
/** What the SDK names, as its build.gradle has it. */
const LIBRARIES = [
    "com.pulumi:pulumi:1.16.0",
    "com.google.code.findbugs:jsr305:3.0.2",
    "com.google.code.gson:gson:2.8.9",
];

/** Commands that this machine has not; with any of them missing nothing here works. */
export const missingForJava = ["javac", "jar", "mvn"].filter(
    (command) => spawnSync(command, ["-version"], { stdio: "ignore" }).error !== undefined,
);

/** The SDK's sources get their classes, and what these need, beside them. */
export async function compileSdk(sdk: string): Promise<void> {
    const dependencies = LIBRARIES.map((library) => {
        const [group, artifact, version] = library.split(":");
        return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
    });
    const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>sdk</groupId><artifactId>sdk</artifactId><version>1</version><dependencies>${dependencies.join("\n")}</dependencies></project>`;
    writeFileSync(path.join(sdk, "pom.xml"), pom);
    const resolve = ["-q", "-B", "dependency:build-classpath", `-Dmdep.outputFile=${CLASS_PATH}`];
    await execute("mvn", resolve, { cwd: sdk, timeout: LIMIT_MS });
    const classes = path.join(sdk, "classes");
    await compile(path.join(sdk, "src"), classes, librariesOf(sdk));
    // As the SDK's Gradle build makes it.
    const resources = path.join(classes, "com/pulumi", name);
    mkdirSync(resources, { recursive: true });
    writeFileSync(path.join(resources, "version.txt"), version);
}

/** An example becomes a program that `hostFor` starts. */
export async function compileProgram(program: string, sdk: string): Promise<void> {
    const classes = path.join(program, "classes");
    const needed = [path.join(sdk, "classes/"), ...librariesOf(sdk)];
    await compile(program, classes, needed);
    const manifest = path.join(program, "manifest");
    const paths = needed.map((file) => `file:${file}`).join("\n  ");
    writeFileSync(manifest, `Main-Class: app.App\nClass-Path: ${paths}\n`);
    const jar = ["--create", "--file", PROGRAM, "--manifest", manifest, "-C", classes, "."];
    await execute("jar", jar, { cwd: program, timeout: LIMIT_MS });
}

/** A folder for PATH: the newest host that is served is told by a flag what the CLI says in requests by now. */
export async function hostFor(place: string): Promise<string> {
    const folder = path.join(place, "commands");
    mkdirSync(folder);
    const host = await ensurePulumiJava(console.error);
    const command = `#!/bin/sh\nexec '${host}' -binary=${PROGRAM} "$@"\n`;
    writeFileSync(path.join(folder, path.basename(host)), command, { mode: 0o755 });
    return folder;
}

function librariesOf(sdk: string): string[] {
    return readFileSync(path.join(sdk, CLASS_PATH), "utf8").trim().split(path.delimiter);
}

async function compile(sources: string, classes: string, needed: readonly string[]): Promise<void> {
    mkdirSync(classes, { recursive: true });
    const files = readdirSync(sources, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".java"))
        .map((file) => path.join(sources, file));
    const flags = ["-nowarn", "-d", classes, "-cp", needed.join(path.delimiter)];
    await execute("javac", [...flags, ...files], { timeout: LIMIT_MS });
}
