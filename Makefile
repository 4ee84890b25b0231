# meetleaks: everything a contributor or a CI runs. `make` alone lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

GO ?= go
FUZZTIME ?= 10s
LINT_VERSION := 2.15.0
FOLDERS := $(wildcard cmd deploy matchers notify scanner)
SCRIPTS := .ci/run .ci/deps .ci/fuzz .ci/pds $(wildcard deploy/*.sh deploy/*/*.sh)
STATIC := CGO_ENABLED=0
# The tag or commit, for `meetleaks version`; "devel" outside a git checkout.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
BUILD = build -trimpath -ldflags "-s -w -X main.stamped=$(VERSION)"

.PHONY: help build test test-long bench bench-smoke lint fuzz tools deps format vet unit \
	large arm64 verify scripts browser chaos pds snac clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | while IFS=$$'\t' read -r target text; do \
		printf '  %-12s %s\n' "$$target" "$$text"; done

build: ## build the static binary bin/meetleaks
	$(STATIC) $(GO) $(BUILD) -o bin/meetleaks ./cmd/meetleaks

test: deps format vet unit ## pass every test (installs what tests need, and says so first)

test-long: ## the full matrix: test, large, browser, chaos, pds, snac, fuzz, lint, scripts, arm64, verify, bench-smoke
	@.ci/deps long
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory large browser chaos pds snac fuzz lint scripts arm64 verify bench-smoke

bench: build ## measure speed and memory beside ripgrep and colly, and of the service (takes half an hour; deploy/bench/README.md)
	@.ci/deps bench
	$(GO) test -bench . -benchmem -run '^$$' ./matchers/... ./scanner/...
	deploy/bench/scan-vs-ripgrep.sh
	deploy/bench/crawl-vs-colly.sh
	deploy/bench/serve.sh
	deploy/bench/streams.sh

lint: tools ## golangci-lint with the rules of .golangci.yml
	PATH="$(CURDIR)/bin:$$PATH" golangci-lint run ./...

fuzz: ## run each fuzz target for FUZZTIME (10s)
	@for pkg in $$($(GO) list ./...); do \
		listed=$$($(GO) test -list '^Fuzz' "$$pkg"); \
		for name in $$(grep '^Fuzz' <<<"$$listed" || true); do \
			.ci/fuzz "$$pkg" "$$name" "$(FUZZTIME)"; \
		done; \
	done

tools: ## install golangci-lint into bin/ unless the right version is there
	@if ! PATH="$(CURDIR)/bin:$$PATH" golangci-lint version 2>/dev/null | grep -qF 'version $(LINT_VERSION) '; then \
		echo "tools: installing golangci-lint $(LINT_VERSION) into bin/ (about two minutes)"; \
		GOBIN="$(CURDIR)/bin" $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(LINT_VERSION); \
	fi

deps: ## install what `make test` needs and this machine lacks (apt-get)
	@.ci/deps test

clean: ## remove what was built
	rm -rf bin

# The parts of the targets above. Each works alone.

format:
	@unformatted=$$(gofmt -l $(FOLDERS)); \
	if [[ -n $$unformatted ]]; then printf 'not formatted (run gofmt -w):\n%s\n' "$$unformatted" >&2; exit 1; fi

# Built as unit builds, so that nothing is compiled twice.
vet:
	CGO_ENABLED=1 $(GO) vet -race ./...

unit:
	CGO_ENABLED=1 $(GO) test -race -timeout 10m ./...

# What `unit` runs with smaller numbers, in full.
large:
	CGO_ENABLED=1 $(GO) test -race -tags long -timeout 20m ./matchers ./scanner ./scanner/extract ./scanner/store/...

browser:
	CGO_ENABLED=1 $(GO) test -race -timeout 10m -tags browser -run Browser ./cmd/meetleaks/internal/report ./cmd/meetleaks/internal/console

# Most of a run is waiting for claims to end: more runs than processors at a time.
chaos:
	CGO_ENABLED=1 $(GO) test -race -tags long -run Chaos -timeout 20m -parallel 6 -v ./cmd/meetleaks

# A real server of the AT Protocol, which .ci/pds installs with npm unless it is there.
pds:
	.ci/pds
	CGO_ENABLED=1 $(GO) test -race -tags long -run PDS -timeout 10m -v ./scanner/source/bluesky

# A real server of the Fediverse (Debian: snac2).
snac:
	CGO_ENABLED=1 $(GO) test -race -tags long -run 'TestRealServer$$' ./scanner/source/mastodon

scripts:
	shellcheck $(SCRIPTS)

arm64:
	$(STATIC) GOOS=linux GOARCH=arm64 $(GO) $(BUILD) -o bin/meetleaks-arm64 ./cmd/meetleaks

# -diff changes nothing: it prints what `go mod tidy` would change, and fails when that is something.
verify:
	$(GO) mod verify
	$(GO) mod tidy -diff

bench-smoke: build
	$(GO) test -bench . -benchtime 1x -run '^$$' ./matchers/... ./scanner/...
	deploy/bench/scan-vs-ripgrep.sh --quick
	deploy/bench/crawl-vs-colly.sh --quick
	deploy/bench/crawl-vs-colly.sh --check
	deploy/bench/serve.sh --quick
	deploy/bench/streams.sh --quick
