# Vuelto. Go 1.26 and make are all that `make run` and `make test` need.
SHELL := /bin/bash -euo pipefail
.DEFAULT_GOAL := help

PORT ?= 8080
N ?= 20000
FUZZTIME ?= 60s
SIZES ?= 100000,1000000
RUNS ?= 3
FUNCTIONS := $(notdir $(patsubst %/,%,$(dir $(wildcard functions/*/main.go))))
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# What deploys: see "Where it runs" in template.yaml's comments. No variable of the caller's environment may change it.
BUILD := env GOOS=linux GOARCH=arm64 GOARM64=v8.0 CGO_ENABLED=0 GOFLAGS= GOEXPERIMENT= \
	go build -tags lambda.norpc,dotsfile -trimpath -buildvcs=false -ldflags "-s -w -buildid="

.PHONY: help run test lint fmt sim mutants mutation fuzz crashes corpus batch tamper canary bench build size e2e verify clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## the whole bundle on http://127.0.0.1:8080 (PORT=…), with simulated providers
	@mkdir -p .tools && go build -o .tools/vuelto ./infra/vuelto && exec .tools/vuelto dev --port $(PORT)

test: ## the whole suite that needs Go alone
	go test -timeout 10m ./...

lint: ## gofmt, vet, staticcheck (pinned; fetched the first time), and the house's own rules
	@unformatted=$$(gofmt -l functions infra pkg); if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted"; exit 1; fi
	go vet ./...
	go vet -tags mutants ./...
	go vet -tags e2e ./infra/e2e
	@mkdir -p .tools/bin; if [ ! -x .tools/bin/staticcheck-v0.8.2 ]; then \
		GOBIN=$(CURDIR)/.tools/bin go install $(STATICCHECK) && mv .tools/bin/staticcheck .tools/bin/staticcheck-v0.8.2; fi
	.tools/bin/staticcheck-v0.8.2 ./...
	.tools/bin/staticcheck-v0.8.2 -tags e2e ./infra/e2e
	go test -count=1 ./infra/lint

fmt: ## gofmt everything
	gofmt -w functions infra pkg

sim: ## N refunds (N=20000), half of them with each kind of provider, through the simulator, with faults
	go run ./infra/vuelto sim --n $(N)

mutation: ## does a test of pkg/money and pkg/disbursement fail for each operator, condition and assignment changed? (minutes)
	go run ./infra/mutation ./pkg/money ./pkg/disbursement

mutants: ## twenty guards broken on purpose, each of which the simulator must notice
	go test -tags mutants -count=1 -timeout 20m -run Mutant -v ./pkg/proof ./infra/vuelto | grep -v '^=== '

fuzz: ## every fuzz target for FUZZTIME (60s), one after the other
	@grep -rH --include='*_test.go' -o '^func Fuzz[A-Za-z0-9]*' pkg infra | sort | while IFS=: read -r file func; do \
		echo "$$(dirname $$file) $${func#func }"; \
		go test -run '^$$' -fuzz "^$${func#func }$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s ./$$(dirname $$file) </dev/null; done

crashes: ## a crash at every pair of one refund's own I/Os (minutes)
	go test -count=1 -timeout 60m -run ACrashAtEveryIOOfOneRefund -v ./pkg/proof -args -pairs | grep -v "^=== "

corpus: ## a million rows with every class of difference and every pair of them, each found and named; a line of 3 GiB; a shop's week of a million payments (minutes)
	VUELTO_CORPUS=1000000 go test -count=1 -timeout 20m -run "EveryDefect|AnEndlessLine" -v ./pkg/recon | grep -v "^=== "
	go test -count=1 -timeout 20m -run "AWeekOfAnySize" -v ./pkg/flow/decide -args -payments 1000000 | grep -v "^=== "

batch: ## one batch of 100,000 payouts, from the upload to the provider's ledger (minutes)
	go test -count=1 -timeout 20m -run AHundredThousandRows -v ./pkg/proof -args -hundred

tamper: ## 10,000 manipulations of a chain of a million sealed entries, each found (minutes)
	go test -count=1 -timeout 30m -run "EveryManipulation|AMillionEntries" -v ./pkg/audit -args -chain 1000000 -manipulations 10000 -entries 1000000 | grep -v "^=== "

canary: ## nobody is named, and no secret, in any log, message, event or delivery of 10,000 refunds and 10,000 payouts (minutes)
	go test -count=1 -timeout 30m -run NobodyIsNamed -v ./pkg/proof -args -canaries 20000 | grep -v "^=== "

bench: ## two tables: name, figure, unit, ratio to its reference; recon at SIZES (100000,1000000) beside DuckDB and polars, if python3 can have them
	@go run ./infra/bench
	@VUELTO_PYTHON=$$(infra/bench/recon/setup.sh) go run ./infra/bench/recon -n $(SIZES) -runs $(RUNS)

build: $(FUNCTIONS:%=build/%/bootstrap) ## build/<function>/bootstrap for arm64, as it deploys

build/%/bootstrap: FORCE
	@mkdir -p $(@D) && echo $@
	@$(BUILD) -o $@ ./functions/$*

# What draws on paper would be too large with its bitmap face inside: the face lies beside it.
build/receipt-api/bootstrap: build/receipt-api/dots.bin

build/%/dots.bin: FORCE
	@mkdir -p $(@D) && env GOFLAGS= go run ./infra/font $@

FORCE:

size: ## every function is small, links nothing it need not, and builds the same twice
	go test -count=1 ./infra/artefact

e2e: ## against third-party AWS emulators and the template linter (python3; pinned, into .e2e)
	infra/e2e/setup.sh
	.e2e/venv/bin/cfn-lint template.yaml
	go test -tags e2e -count=1 -timeout 15m ./infra/e2e

verify: lint test size build e2e ## all of it

clean: ## remove what the other targets made
	rm -rf build .tools
