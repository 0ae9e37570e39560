# Everything installs what it needs by itself, into folders that version control ignores:
#   make demo      the whole story offline: a cluster, a Helm installation, preview, move, undo, proof
#   make test      all tests; the last line counts them. SUITES="provider docs" runs these alone
#   make lint      format, rules, types
#   make sandbox   a cluster to play with, until Ctrl-C
#   make bench     the numbers the project holds itself to, measured
#   make test-e2e      the end-to-end tests that `make test` leaves out for time
#   make test-faults   every act of a rival at every step, a second mover at every write, every write with every fault (hours)
#   make clean     removes what was built

SHELL := /bin/bash
NODE_MODULES := node_modules/.installed
DIST := dist/.built
SOURCES := index.ts $(shell find common components plugin provider policy \( -name '*.ts' -o -name schema.json \) -not -path '*/dist/*' 2>/dev/null)

.PHONY: demo test lint sandbox bench test-e2e test-faults clean install build prepare

demo: build
	@npm exec --offline -- ts-node sandbox/demo.ts

test: prepare
	@npm run --silent test -- $(SUITES)

# Each of them looks at everything by itself: two at a time, the slowest first.
LINTS := lint-code typecheck lint-doors lint-format
lint: build
	@$(MAKE) --no-print-directory -j 2 $(LINTS)

.PHONY: $(LINTS)
$(LINTS):
	@npm run --silent $@

sandbox: build
	@npm exec --offline -- ts-node sandbox/cli.ts up --content demo

bench: prepare
	@npm exec --offline -- ts-node tests/bench/costs.ts
	@npm exec --offline -- ts-node tests/bench/fleets.ts
	@npm exec --offline -- ts-node sandbox/bench.ts

test-e2e: prepare
	@node_modules/.bin/node tests/run/suites.mjs e2eLong

test-faults: prepare
	@npm run --silent test:faults

install: $(NODE_MODULES)
build: $(DIST)

# Before any test, so that none waits for a compiler within its own time limit.
prepare: build
	@npm exec --offline -- ts-node sandbox/prepare.ts

$(NODE_MODULES): package.json package-lock.json
	@command -v node >/dev/null || { echo "Node.js 20 or newer is needed; node is not on PATH" >&2; exit 1; }
	@node -e 'if (Number(process.versions.node.split(".")[0]) < 20) { console.error(`Node.js 20 or newer is needed; this is $${process.version}`); process.exit(1) }'
	@command -v go >/dev/null || { echo "Go 1.26 or newer is needed to build the control plane; go is not on PATH" >&2; exit 1; }
	@command -v python3 >/dev/null || { echo "Python 3.11 or newer is needed for the AWS emulator; python3 is not on PATH" >&2; exit 1; }
	@echo "installing npm packages ..."
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(DIST): $(NODE_MODULES) $(SOURCES) tsconfig.json tsconfig.build.json policy/tsconfig.build.json
	@echo "compiling the package ..."
	@npm run --silent build
	@npm run --silent build:policy
	@touch $@

clean:
	rm -rf dist policy/dist node_modules .cache coverage
