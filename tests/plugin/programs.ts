// The examples of one language after the other as programs of one stack: copied, under one project name, with what each language needs. Asserts nothing.
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import schema from "../../plugin/schema.json";
import { ensurePythonWith } from "../../sandbox/aws/python";
import { Pulumi } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import { buildPackage } from "../component/builtPackage";
import { compileProgram, hostFor } from "./java";
import { type PluginOnPath, pluginOnPath } from "./pluginOnPath";
import { makeSdk, SDK_OF_GO } from "./sdks";

const root = path.resolve(__dirname, "../..");
const PROJECT = "languages";
const SDK_OF_NODE = schema.language.nodejs.packageName;
/** Folder of the plugin that stands in for Pulumi's own. */
const AWS = path.join(root, "sandbox/aws-provider");

/** `typescript` makes dynamic resources, `nodejs` those of the plugin. */
export type Language = "typescript" | "nodejs" | "yaml" | "python" | "go" | "java";

export class Programs {
    readonly #folder = mkdtempSync(path.join(tmpdir(), "programs-"));
    #settings: string | undefined;
    #backend = "";

    private constructor(
        readonly sandbox: Sandbox,
        private readonly plugin: PluginOnPath,
    ) {}

    static async of(sandbox: Sandbox): Promise<Programs> {
        return new Programs(sandbox, await pluginOnPath());
    }

    /** Of the stack that programs have. */
    get backendDirectory(): string {
        return this.#backend;
    }

    /** From here on programs have a stack that knows nothing. */
    newStack(): void {
        this.#backend = mkdtempSync(path.join(this.#folder, "state-"));
        this.#settings = undefined;
    }

    /** `own` is of the tests: a folder beside this file that has programs as the examples are, and variables for them. */
    async program(
        language: Language,
        example: string,
        own?: { readonly folder: string; readonly env: Record<string, string> },
    ): Promise<Pulumi> {
        const source = own === undefined ? path.join(root, "examples") : path.join(__dirname, own.folder);
        const place = mkdtempSync(path.join(this.#folder, `${language}-`));
        if (language === "typescript")
            cpSync(path.join(source, example), path.join(place, example), { recursive: true });
        else cpSync(path.join(source, language), place, { recursive: true });
        const projectDirectory = path.join(place, example);
        const project = path.join(projectDirectory, "Pulumi.yaml");
        writeFileSync(project, readFileSync(project, "utf8").replace(/^name: .*$/m, `name: ${PROJECT}`));
        // The stack's salt: with another one its secrets could not be read.
        const settings = path.join(projectDirectory, "Pulumi.dev.yaml");
        if (this.#settings !== undefined) writeFileSync(settings, this.#settings);
        const { path: commands = [], ...env } = await this.#needs[language](place);
        const { sandbox } = this;
        const pulumi = new Pulumi({
            projectDirectory,
            backendDirectory: this.#backend,
            env: {
                ...sandbox.env,
                ...env,
                ...own?.env,
                PATH: [...commands, AWS, this.plugin.folder, sandbox.env.PATH].join(path.delimiter),
            },
            config: { clusterName: sandbox.clusterName },
        });
        await pulumi.ensureStack();
        if (existsSync(settings)) this.#settings ??= readFileSync(settings, "utf8");
        return pulumi;
    }

    remove(): void {
        this.plugin.remove();
        rmSync(this.#folder, { recursive: true, force: true });
    }

    readonly #needs: Record<Language, (place: string) => Promise<Needs>> = {
        typescript: async (place) => {
            buildPackage();
            const modules = path.join(place, "node_modules");
            mkdirSync(modules);
            symlinkSync(root, path.join(modules, "pulumi-hyperpod-inference"));
            for (const name of ["@pulumi", "@types"])
                symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
            return {};
        },
        nodejs: async (place) => {
            const modules = path.join(place, "node_modules");
            mkdirSync(modules);
            symlinkSync(await makeSdk("nodejs", this.plugin), path.join(modules, SDK_OF_NODE));
            for (const name of ["@pulumi", "@types"])
                symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
            return {};
        },
        yaml: async () => ({}),
        python: async () => {
            const requirements = path.join(__dirname, "requirements.txt");
            const python = await ensurePythonWith(requirements, "programs in Python", console.error);
            return { path: [path.dirname(python)], PYTHONPATH: await makeSdk("python", this.plugin) };
        },
        java: async (place) => {
            const sdk = await makeSdk("java", this.plugin);
            for (const example of readdirSync(place)) await compileProgram(path.join(place, example), sdk);
            return { path: [await hostFor(place)] };
        },
        go: async (place) => {
            const module = path.join(place, "go.mod");
            const replaced = `${readFileSync(module, "utf8")}\nreplace ${SDK_OF_GO} => ${await makeSdk("go", this.plugin)}\n`;
            writeFileSync(module, replaced);
            return {};
        },
    };
}

type Needs = { path?: string[] } & { [variable: string]: string | string[] | undefined };
