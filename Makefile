# Everything CI runs is a target here; nothing is hidden elsewhere.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
SPEC ?= testdata/specs/valid/bookinfo.hcl
PACKS := $(patsubst %/pack.hcl,%,$(wildcard templates/*/pack.hcl templates/*/*/pack.hcl))
GOLANGCI := v2.15.0

.PHONY: e2e-contract e2e-docker e2e-terraform lint-golden help build test test-go demo golden golden-update scripts-update lint vet fuzz bench bench-services picture ci clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

build: build/azulejo ## build the binary into build/

build/azulejo: $(shell find cmd generators internal templates -type f -not -name '*_test.go') go.mod go.sum
	@mkdir -p build
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $@ ./cmd/azulejo

test: build ## all tests: Go, then every pack's own toolchain; says what was skipped
	go run ./scripts/test

test-go: ## the tests that need only Go
	go test ./...

# The folder of the demo: build/bookinfo, or one of its own for another spec.
DEMO = $(patsubst build/demo-bookinfo,build/bookinfo,build/demo-$(basename $(notdir $(SPEC))))

demo: build ## generate Bookinfo (or SPEC=file), run it, ask it, break it, stop it
	@test ! -e "$(DEMO)/azulejo.hcl" || build/azulejo update -C "$(DEMO)" -y
	@node=$$(scripts/node.sh); PATH="$$node:$$PATH" go run ./scripts/demo -azulejo build/azulejo -spec "$(SPEC)" -dir "$(DEMO)"

e2e-contract: build ## the contract on running systems: traces, metrics, breakers, drain; each with a control
	@node=$$(scripts/node.sh); PATH="$$node:$$PATH" go run ./scripts/live -azulejo build/azulejo

e2e-docker: build ## build, run, switch and stop real containers of generated systems
	go run ./scripts/e2e docker

e2e-terraform: build ## apply, change and destroy with real Terraform; all mocked tests
	go run ./scripts/e2e terraform

lint-golden: ## every linter of deployments on the golden trees, each with its specimen
	@tools=$$(scripts/containers/tools); eval "$$tools"; tools=$$(scripts/terraform/tools); eval "$$tools"; go run ./scripts/lintgolden

golden: build ## render every golden tree and compare
	build/azulejo pack test $(PACKS) --golden testdata/golden --case testdata/specs/valid/bookinfo.hcl --until golden
	go test ./internal/cli -run 'Golden|Readme'

golden-update: build ## write the golden trees anew; the review is their diff
	build/azulejo pack test $(PACKS) --golden testdata/golden --case testdata/specs/valid/bookinfo.hcl --until golden --update
	go test ./internal/cli -run 'Golden|Readme' -update

scripts-update: ## write the expected output of testdata/scripts anew
	UPDATE_SCRIPTS=1 go test ./internal/cli -run TestScripts

lint: build/bin/golangci-lint-$(GOLANGCI) vet ## all linters, and vet for the other systems
	$< run ./...
	@test -z "$$(gofmt -l cmd generators internal templates scripts testdata/broken)" || { gofmt -l cmd generators internal templates scripts testdata/broken; exit 1; }

vet: ## go vet for linux, macOS and Windows
	go vet ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...

build/bin/golangci-lint-$(GOLANGCI):
	@mkdir -p build/bin
	GOBIN=$(CURDIR)/build/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	@mv build/bin/golangci-lint $@

fuzz: ## a minute for each fuzz test
	go test ./internal/spec -run xxx -fuzz FuzzParse -fuzztime 60s
	go test ./generators -run xxx -fuzz FuzzHostileStrings -fuzztime 60s

bench: build build/bare ## measure azulejo against cp -r, the wizard against a bare program
	go run ./scripts/bench -azulejo build/azulejo -bare build/bare

build/bare: scripts/bench/bare/main.go go.mod go.sum
	@mkdir -p build
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $@ ./scripts/bench/bare

bench-services: build ## measure what the contract costs each language beside its bare framework
	@node=$$(scripts/node.sh); PATH="$$node:$$PATH" go run ./scripts/benchservices -azulejo build/azulejo

picture: build ## draw the wizard's screen into docs/, for dark and light pages
	go run ./scripts/picture -azulejo build/azulejo -o docs/wizard.svg
	go run ./scripts/picture -azulejo build/azulejo -light -o docs/wizard-light.svg
	go run ./scripts/picture -azulejo build/azulejo -frames docs/frames

ci: ## what CI runs
	.ci/run

clean: ## remove what was built
	rm -rf build
