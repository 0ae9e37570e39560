// In: a program's folder. Out: which Node and which packages it uses, for `pulumi about`. Installs nothing.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
    AboutResponse,
    DependencyInfo,
    type GetProgramDependenciesRequest,
    GetProgramDependenciesResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { nodeProgram } from "./options";

const run = promisify(execFile);

interface Listed {
    version?: string;
    dependencies?: Record<string, Listed>;
}

export function about(): AboutResponse {
    return new AboutResponse().setExecutable(process.execPath).setVersion(process.version);
}

export async function programDependencies(
    request: GetProgramDependenciesRequest,
): Promise<GetProgramDependenciesResponse> {
    const { directory } = nodeProgram(request.getInfo());
    const depth = request.getTransitivedependencies() ? "--all" : "--depth=0";
    const { stdout } = await run("npm", ["ls", "--json", depth], { cwd: directory, timeout: 60_000 });
    const found = new Map<string, DependencyInfo>();
    collect(JSON.parse(stdout) as Listed, found);
    return new GetProgramDependenciesResponse().setDependenciesList([...found.values()]);
}

function collect({ dependencies = {} }: Listed, found: Map<string, DependencyInfo>): void {
    for (const [name, listed] of Object.entries(dependencies)) {
        const version = listed.version ?? "";
        found.set(`${name}@${version}`, new DependencyInfo().setName(name).setVersion(version));
        collect(listed, found);
    }
}
