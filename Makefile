# `make` alone lists the targets. What they install goes below .cache, but for
# npm packages, which stand beside their package.json.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# Passed on to the server, and to `go test`.
ARGS ?=
TESTFLAGS ?=

TOOLS := .cache/bin/installed
SOCKETS := .ci/sockets/node_modules/.package-lock.json
CONTRACT := .ci/contract/node_modules/.package-lock.json
OFFLINE := examples/mobile-sync/node_modules/.package-lock.json
SCHEMA_LINT := .ci/schema/node_modules/.package-lock.json
BROWSER := internal/web/browser/node_modules/.package-lock.json
DEPLOY := .cache/deploy/installed
PLAYGROUND := internal/web/dist/manifest.json
CONSOLE := internal/web/console/dist/manifest.json

export GOLANGCI_LINT_CACHE := $(CURDIR)/.cache/golangci-lint

# The race detector needs cgo, which Go turns off where there is no C compiler.
RACE = $(shell [ "$$(go env CGO_ENABLED)" = 1 ] && echo -race)
# The detector has each test binary sleep for a second before it ends, unless told not to.
export GORACE ?= atexit_sleep_ms=0
# Two packages at a time: each that needs a database starts an engine. Linking without
# the tables of debuggers takes half the time. `make lint` vets what `go test` would.
GOTEST = go tool gotestsum --format pkgname --format-hide-empty-pkg -- $(RACE) -vet=off -ldflags=-w -p 2

# For tests whose figures are to be read; the race detector would change them.
SHOWTEST = go tool gotestsum --format standard-verbose -- -count=1

# How far the heaps of compilers and linters grow between two collections of garbage, in
# percent. Where there are 10 GB of memory to spare, they take a quarter to a third less CPU
# time by collecting seldom; golangci-lint holds 5 GB then.
GARBAGE = $(or $(GOGC),$(shell awk '/^MemAvailable:/ && $$2 > 10000000 { print 400 }' /proc/meminfo 2>/dev/null),100)

# The names of all Go code that people write, ended by zero bytes.
GO_FILES = { .ci/files '\.go$$' | xargs -0 grep -L --null '^// Code generated .* DO NOT EDIT\.$$' || true; }

# What measures a server's time and memory has nothing beside it in CI.
ALONE := hostile soak
CHECKS := lint format generated tidy cross schema contract words threats scripts deploy property browser sockets hostile soak fuzz vuln

.PHONY: help run port test check ci modules tools long corpus bench bench-scale bench-reads release generate zones fmt clean playground console pictures $(CHECKS)

.SILENT:

help: ## list the targets
	sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '%-12s %s\n' "$$name" "$$text"; done

run: port $(PLAYGROUND) $(CONSOLE) ## serve with sample data; ARGS='--listen 127.0.0.1:0' passes options on
	# Not `go run`, which does not pass SIGTERM on.
	.ci/compile .cache/clientgraph
	echo "starting the server and its database ..."
	exec .cache/clientgraph serve --sample $(ARGS)

# Before anything is compiled: it takes minutes the first time.
port:
	.ci/port $(ARGS)

test: ## run all Go tests; TESTFLAGS=-count=1 passes options on
	$(GOTEST) -timeout 10m $(TESTFLAGS) ./...

check: ## run all checks: code, schema, browser, a short fuzz; SKIP='contract browser' leaves some out
	+MAKE='$(MAKE)' .ci/steps $(filter-out $(SKIP),$(CHECKS))

# The pages come first: what Go embeds must not change while it compiles.
ci: ## run what continuous integration runs: tests and checks, beside each other where they may be
	+MAKE='$(MAKE)' .ci/steps playground console + modules tools \
		, test property + $(filter-out $(SKIP) property $(ALONE),$(CHECKS)) \
		, $(filter-out $(SKIP),$(ALONE))

modules: ## compile the modules of others, as tests are compiled
	go list -e -deps -test -f '{{with .Module}}{{if not .Main}}{{$$.ImportPath}}{{end}}{{end}}' ./... | grep -v ' ' | GOGC=$(GARBAGE) xargs go build $(RACE)

tools: $(TOOLS) ## install linter, formatter and the search for vulnerabilities

long: export CLIENTGRAPH_TEST_SIZE := long
long: ## run the long forms of all tests, then a long fuzz
	$(GOTEST) -timeout 60m $(TESTFLAGS) ./...
	.ci/fuzz 120000

corpus: ## keep, beside their targets, the inputs that .ci/fuzz found and that cover more
	.ci/corpus

bench: ## measure what a request costs, beside servers that others write (on Linux); ARGS='-queries a,b -variants product,hand' picks some
	go run ./internal/bench/compare -out docs/benchmark $(ARGS)

bench-scale: ## measure how that cost grows, with clients, viewers, pages, connections and processes (on Linux); ARGS='-sizes 1000,10000' picks
	go run ./internal/bench/scale -out docs/benchmark $(ARGS)

bench-reads: ## measure what each read examines at 1,000, 10,000 and 100,000 clients, into docs/mongodb.md; the first run loads them, for half an hour
	go run ./internal/bench/reads -write docs/mongodb.md $(ARGS)

generate: ## generate the code that schema.graphqls asks for, its lines on permissions, and the pages of flags, metrics and errors
	go run ./.ci/permissions schema.graphqls
	go run ./.ci/reference docs
	go tool gqlgen generate

zones: ## write the time zones anew, those of the Go that is installed
	go run ./.ci/zones "$$(go env GOROOT)/lib/time/zoneinfo.zip" > .cache/zones.txt
	mv .cache/zones.txt internal/client/zones.txt

release: $(PLAYGROUND) $(CONSOLE) $(DEPLOY) ## build a release of the tag that is checked out, below .cache/release: binaries, bills of materials, checksums
	.ci/release .cache/release

fmt: $(TOOLS) ## format all Go code
	$(GO_FILES) | xargs -0 .cache/bin/gofumpt -w

clean: ## remove what was built and installed; the data stay
	rm -rf .cache internal/web/playground/node_modules internal/web/browser/node_modules internal/web/console/node_modules .ci/schema/node_modules .ci/sockets/node_modules
	rm -rf examples/mobile-sync/node_modules examples/mobile-sync/out .ci/contract/node_modules .ci/contract/out .ci/contract/genqlient/generated internal/bench/peers/node/node_modules
	find internal/web/dist internal/web/console/dist -mindepth 1 ! -name .gitkeep -delete

lint: $(TOOLS) ## check: golangci-lint
	GOGC=$(GARBAGE) .cache/bin/golangci-lint run ./...

format: $(TOOLS) ## check: code is formatted with gofumpt
	unformatted=$$($(GO_FILES) | xargs -0 .cache/bin/gofumpt -l); \
	if [ -n "$$unformatted" ]; then echo "run make fmt, it changes:"; echo "$$unformatted"; exit 1; fi

generated: ## check: generated code is that of the schema
	.ci/generated

tidy: ## check: go.mod is tidy
	go mod tidy -diff

cross: ## check: code for other systems compiles
	for os in darwin windows; do GOOS=$$os CGO_ENABLED=0 go vet ./internal/devdb ./internal/keyfile; done

schema: $(SCHEMA_LINT) ## check: schema.graphqls is described, well named, and breaks no release
	node .ci/schema/node_modules/eslint/bin/eslint.js --max-warnings 0 \
		--config .ci/schema/eslint.config.js schema.graphqls
	node .ci/schema/breaking.mjs

contract: $(CONTRACT) $(OFFLINE) ## check: compilers of front ends read the schema, an offline copy is what the server has, Relay's and Apollo's caches keep its answers, the guides' code runs, a gateway composes it, and a field is added as docs/contributing.md says
	$(SHOWTEST) -timeout 8m -tags contract -run 'ToolsOfOthers|AddedProperty' ./internal/app ./internal/e2e

words: ## check: no file names a folder of one machine or a registry
	.ci/words

threats: ## check: the tests that SECURITY.md names are there
	.ci/threats

scripts: ## check: shell scripts parse
	.ci/scripts

# Without the race detector, by which it takes twice as long: `make test` and `make long`
# run the same tests with it.
property: RACE :=
property: export CLIENTGRAPH_TEST_SIZE := check
property: ## check: property, crash and fault tests, with more cases than `make test` gives them
	sized=$$(.ci/sized); $(GOTEST) -count=1 -timeout 20m $$sized

# What is tested runs as a program of its own, which the detector does not see.
browser: RACE :=
browser: $(PLAYGROUND) $(CONSOLE) $(BROWSER) ## check: the playground and the console in a real browser
	[ -f $(PLAYGROUND) ] && [ -f $(CONSOLE) ] || { echo "the browser test needs the playground and the console, which npm builds" >&2; exit 1; }
	CHROMIUM=$$(.ci/chromium); export CHROMIUM; packages=$$(.ci/packages 'Test\w*Browser'); \
	$(GOTEST) -timeout 20m -count=1 -tags browser -run Browser $$packages

sockets: $(SOCKETS) ## check: graphql-ws's and graphql-sse's clients, and graphql-http's audits, on a real server
	$(SHOWTEST) -timeout 5m -tags sockets -run ClientsOfOthers ./internal/app

# Those that mostly wait go on at the same time, each with a server of its own.
hostile: ## check: hostile requests are refused, each for little CPU time and memory, and others notice nothing (on Linux)
	$(SHOWTEST) -timeout 10m -parallel 8 -tags hostile -run Hostile ./internal/app

soak: export CLIENTGRAPH_TEST_SIZE := check
soak: ## check: half a minute of mixed load with disconnects leaves nothing behind
	$(SHOWTEST) -timeout 5m -run Soak ./internal/server

fuzz: ## check: every fuzz target with 5,000 inputs
	.ci/fuzz 5000

deploy: $(DEPLOY) ## check: the files below deploy/, with the tools of those who read them
	.ci/deploy/check .cache/deploy

vuln: $(TOOLS) ## check: no known vulnerabilities, where their database can be reached
	.ci/vuln

pictures: $(CONSOLE) $(BROWSER) ## make the pictures of the console below docs/images anew
	CHROMIUM=$$(.ci/chromium) go test -count=1 -timeout 5m -tags browser,pictures -run TestPicturesOfTheConsole -v ./internal/app

playground: $(PLAYGROUND) ## build the playground that the server embeds

console: $(CONSOLE) ## build the console that the server embeds, and check its size

# The manifest is what the build writes last. Without npm the page loads
# GraphiQL from a CDN instead, so that nobody needs npm to run the server.
$(PLAYGROUND): $(wildcard internal/web/playground/*.json internal/web/playground/*.mjs internal/web/playground/src/*)
	if ! command -v npm >/dev/null; then \
		echo "npm is not there: the playground will load GraphiQL from a CDN"; \
	elif echo "building the playground ..."; ! (cd internal/web/playground && npm ci --loglevel=error && npm run --silent build); then \
		echo "the playground could not be built: it will load GraphiQL from a CDN"; \
	fi

# Without npm the console's page says how to build it.
$(CONSOLE): schema.graphqls $(wildcard internal/web/console/*.json internal/web/console/*.ts) $(shell find internal/web/console/src -type f ! -name '*.generated.ts')
	if ! command -v npm >/dev/null; then \
		echo "npm is not there: the console will say how to build it"; \
	elif echo "building the console ..."; ! (cd internal/web/console && npm ci --loglevel=error && npm run --silent build); then \
		echo "the console could not be built: its page will say how to"; \
	fi

$(SCHEMA_LINT) $(SOCKETS) $(CONTRACT) $(OFFLINE) $(BROWSER): %/node_modules/.package-lock.json: %/package-lock.json
	command -v npm >/dev/null || { echo "this check needs Node.js 20.19 or newer with npm" >&2; exit 1; }
	cd $* && npm ci --loglevel=error

# Of a module of their own: golangci-lint alone brings two hundred modules.
$(TOOLS): .ci/tools/go.mod
	echo "installing golangci-lint, gofumpt and govulncheck below .cache ..."
	cd .ci/tools && GOGC=$(GARBAGE) GOBIN="$(CURDIR)/.cache/bin" go install tool
	touch $@

# Of a module of their own too: Helm and Prometheus bring three hundred modules.
$(DEPLOY): .ci/deploy/go.mod .ci/deploy/requirements.txt
	echo "installing helm, cyclonedx-gomod, hadolint and kubernetes-validate below .cache ..."
	cd .ci/deploy && GOGC=$(GARBAGE) GOFLAGS= GOBIN="$(CURDIR)/.cache/deploy" go install tool
	python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action ignore --upgrade \
		--only-binary=:all: --target .cache/deploy/python -r .ci/deploy/requirements.txt
	touch $@
