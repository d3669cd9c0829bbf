# Bare `make` explains itself.
.DEFAULT_GOAL := help
.PHONY: help demo tour test lint generate ci bench bench-spikes pictures

help: ## say what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## an emulated organization and workspace, with a prompt
	go run . demo

tour: ## four journeys through the real code, by themselves
	go run . demo --tour

test: ## all tests that need only Go
	go test ./...

lint: ## vet and golangci-lint
	go vet ./...
	golangci-lint run

generate: ## rewrite generated docs and golden files, then look at the diff
	go test ./checks ./config ./bot/... ./checks/export ./internal/awsorg -update

bench: ## benchmarks; writes the table of docs/benchmarks.md, which takes some minutes
	go test -run '^$$' -bench . ./internal/store ./internal/replay ./checks/...
	go test ./internal/bench -run TestTable -v -timeout 30m -args -table $(CURDIR)/docs/benchmarks.md

# The directory of the outside organizations; a path without a slash before it is from here.
SPIKES ?= ../shared/spikes

bench-spikes: ## score the spike detector; writes its tables of docs/benchmarks.md, which takes some minutes
	go test ./internal/yardstick -run TestBenchSpikes -v -timeout 120m -args -table $(CURDIR)/docs/benchmarks.md -spikes $(SPIKES)

pictures: ## draw docs/messages/*.png from the golden files (needs Node and Chromium)
	.ci/pictures/draw

ci: ## exactly what CI runs
	.ci/run
