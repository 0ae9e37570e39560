// The examples in C# with an SDK of the plugin, compiled. Skipped where there is no .NET, or none of Pulumi's language hosts for it, which comes with Pulumi's own CLI.
import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type PluginOnPath, pluginOnPath } from "../plugin/pluginOnPath";
import { makeSdk } from "../plugin/sdks";

const execute = promisify(execFile);
const EXAMPLES = path.resolve(__dirname, "../../examples/dotnet");
const missing = ["dotnet", "pulumi-language-dotnet"].filter(
    (command) => spawnSync(command, ["--help"], { stdio: "ignore" }).error !== undefined,
);
const test = missing.length === 0 ? it : it.skip;
const why = missing.length === 0 ? "" : `, skipped: ${missing.join(" and ")} not found`;

const projectWith = (sdk: string) => `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net8.0</TargetFramework>
    <Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Pulumi" Version="3.*" />
    <ProjectReference Include="${sdk}" />
  </ItemGroup>
</Project>
`;

describe(`programs in C#${why}`, function () {
    this.timeout(900_000);
    const folder = mkdtempSync(path.join(tmpdir(), "dotnet-"));
    let plugin: PluginOnPath | undefined;
    after(() => {
        plugin?.remove();
        rmSync(folder, { recursive: true, force: true });
    });

    test("compile", async () => {
        plugin = await pluginOnPath();
        const sdk = path.join(folder, "sdk");
        // A build writes into the SDK's folder.
        cpSync(await makeSdk("dotnet", plugin), sdk, { recursive: true });
        const [project = ""] = readdirSync(sdk).filter((name) => name.endsWith(".csproj"));
        for (const example of readdirSync(EXAMPLES)) {
            const place = path.join(folder, example);
            cpSync(path.join(EXAMPLES, example), place, { recursive: true });
            writeFileSync(path.join(place, "program.csproj"), projectWith(path.join(sdk, project)));
            await execute("dotnet", ["build", "--nologo"], { cwd: place, timeout: 600_000 });
        }
    });
});
