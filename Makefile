# Bare `make` explains itself.
.DEFAULT_GOAL := help
.PHONY: help demo tour test lint generate ci bench pictures

help: ## say what there is
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
	go test -run '^$$' -bench . ./internal/store ./checks/...
	go test ./internal/bench -run TestTable -v -timeout 30m -args -table $(CURDIR)/docs/benchmarks.md

pictures: ## draw docs/messages/*.png from the golden files (needs Node and Chromium)
	.ci/pictures/draw

ci: ## exactly what CI runs
	.ci/run
