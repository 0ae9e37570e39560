package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// What a Python program is run by: the SDK alone, without the host that usually starts it. The program is the first argument.
const pythonRunner = `
import asyncio, json, os, runpy, sys, traceback
import pulumi
env = os.environ
settings = pulumi.runtime.Settings(
    monitor=env["PULUMI_MONITOR"], engine=env["PULUMI_ENGINE"], project=env["PULUMI_PROJECT"], stack=env["PULUMI_STACK"],
    parallel=int(env["PULUMI_PARALLEL"]), dry_run=env["PULUMI_DRY_RUN"] == "true", organization=env["PULUMI_ORGANIZATION"],
    root_directory=env["PULUMI_ROOT_DIRECTORY"])
pulumi.runtime.configure(settings)
pulumi.runtime.set_all_config(json.loads(env["PULUMI_CONFIG"]), json.loads(env["PULUMI_CONFIG_SECRET_KEYS"]))
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
failed = False
try:
    loop.run_until_complete(pulumi.runtime.stack.run_in_stack(lambda: runpy.run_path(sys.argv[1], run_name="__main__")))
except Exception:
    pulumi.log.error("Program failed with an unhandled exception:\n" + traceback.format_exc())
    failed = True
sys.stdout.flush()
sys.exit(32 if failed else 0)
`

// The runner ends with this code when it has told the error itself.
const reported = 32

func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	configuration := request.Config
	if configuration == nil { // a stack without any: JSON's null is not a map
		configuration = map[string]string{}
	}
	config, err := json.Marshal(configuration)
	if err != nil {
		return nil, err
	}
	secretKeys, err := json.Marshal(append([]string{}, request.ConfigSecretKeys...))
	if err != nil {
		return nil, err
	}
	command, done, err := h.program(ctx, request.Info)
	if err != nil {
		return nil, err
	}
	defer done()
	command.Dir = request.Info.ProgramDirectory
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.Env = append(os.Environ(),
		"PULUMI_MONITOR="+request.MonitorAddress,
		"PULUMI_ENGINE="+h.engine,
		"PULUMI_PROJECT="+request.Project,
		"PULUMI_STACK="+request.Stack,
		"PULUMI_ORGANIZATION="+request.Organization,
		"PULUMI_ROOT_DIRECTORY="+request.Info.RootDirectory,
		"PULUMI_DRY_RUN="+strconv.FormatBool(request.DryRun),
		"PULUMI_PARALLEL="+strconv.Itoa(int(request.Parallel)),
		"PULUMI_CONFIG="+string(config),
		"PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys))
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == reported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program failed: %v", err)}, nil
	}
}

// The program's process, not yet started, and what removes what was made for it.
func (h *host) program(ctx context.Context, info *pulumirpc.ProgramInfo) (*exec.Cmd, func(), error) {
	entry := filepath.Join(info.ProgramDirectory, info.EntryPoint)
	if h.language == "python" {
		file := filepath.Join(entry, "__main__.py")
		return exec.CommandContext(ctx, "python3", "-u", "-c", pythonRunner, file), func() {}, nil
	}
	folder, err := os.MkdirTemp("", "pulumi-program-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(folder) }
	binary := filepath.Join(folder, "program")
	// The flags of the sandbox's other binaries: the SDK is compiled already.
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false", "-ldflags=-s -w", "-o", binary, ".")
	build.Dir = entry
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		remove()
		return nil, nil, fmt.Errorf("the program does not compile: %w\n%s", err, output)
	}
	return exec.CommandContext(ctx, binary), remove, nil
}
