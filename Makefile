# Everything here needs Go and make. `make test` also wants a browser, and
# installs one where it may; see scripts/browser.sh. With Node.js it also runs
# Microsoft's own clients against the simulated tenant; see scripts/clients.sh.

GO          ?= go
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
PLATFORMS   ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
FUZZTIME    ?= 5s
DIST        ?= dist
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
EVIDENCE    ?=

export CGO_ENABLED = 0

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## bin/evict for this machine
	$(GO) build -trimpath -ldflags "-X evict/internal/app.Version=$(VERSION)" -o bin/ ./cmd/evict

.PHONY: demo
demo: build ## take back a simulated tenant that is under attack: the whole loop
	@bin/evict demo

.PHONY: test
test: ## every test; installs what they need
	@sh scripts/browser.sh
	@sh scripts/clients.sh
	$(GO) test -timeout 12m ./...

.PHONY: check
check: ## format, vet, staticcheck, generated files true, import rules
	@files=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$files" ]; then echo "error: not gofmt'd:"; echo "$$files"; echo "hint: gofmt -w $$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) run ./internal/docgen -check
	$(GO) run ./scripts/notices -check
	$(GO) test -count=1 ./internal/archtest ./internal/docgen

.PHONY: docs
docs: ## write the generated files anew
	$(GO) run ./internal/docgen
	$(GO) run ./scripts/notices

.PHONY: eval
eval: ## score detection against labelled evidence: make eval EVIDENCE=dir
	@if [ -z "$(EVIDENCE)" ]; then echo 'error: no evidence named'; echo 'hint: make eval EVIDENCE=dir, where dir holds cases.jsonl and the files that it names'; exit 2; fi
	$(GO) run ./cmd/lab eval "$(EVIDENCE)"

.PHONY: bench
bench: ## speed and memory on generated records, beside a bare decode; quick triage in a simulated tenant's time; time to lock out
	$(GO) run ./cmd/lab bench
	EVICT_TORTURE=1 $(GO) test -count=1 -v -run TestQuickTriage ./internal/simtenant/simtest
	$(GO) test -count=1 -v -run TestTimeToLockOut ./internal/respond

.PHONY: torture
torture: ## the long runs: 1,000 schedules of faults, a token's end at every request, 10,000 crashes, logs of every size, every story whole
	EVICT_TORTURE=1 $(GO) test -count=1 -v -timeout 120m -run 'TestFaultSchedules|TestTokenExpiresAnywhere|TestCapTable|TestLogsAreWhole|TestScenarios|TestLiveIsAsExported|TestLossyFormatsSayWhatTheyLack|TestAttackersAreOutAndOwnersBackIn' ./internal/simtenant/simtest
	EVICT_TORTURE=1 $(GO) test -count=1 -v -timeout 120m -run Caps ./internal/simtenant
	EVICT_TORTURE=1 $(GO) test -count=1 -v -timeout 120m -run 'TestTornByChance|TestCrashAtEveryEdge|TestEachRequestFailsInTurn|TestReadsLagAndFlap' ./internal/respond

.PHONY: breaks
breaks: ## break the safety net on purpose, one break after another: a test must notice each
	@GO="$(GO)" sh scripts/breaks.sh $(BREAKS)

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (5s)
	@GO="$(GO)" sh scripts/fuzz.sh $(FUZZTIME)

.PHONY: release
release: ## dist/: six platforms, built twice and compared, with checksums and SBOM
	$(GO) run ./scripts/release -out $(DIST) -version "$(VERSION)" $(PLATFORMS)

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(DIST)
