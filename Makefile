# The front door. Everything behind it is CMake's; `make` alone prints what there is.

BUDGET ?= 5m
ALLOCATORS ?=
SCENARIOS ?=
OUT ?=
RUN ?=
RUNS ?=
BUILD := build
JOBS := $(shell nproc 2>/dev/null || echo 2)

# A variable as one word of the shell, whatever is in it.
quote = '$(subst ','\'',$(1))'
options = $(if $(ALLOCATORS),--allocators $(call quote,$(ALLOCATORS))) \
	$(if $(OUT),--out $(call quote,$(OUT))) \
	$(if $(SCENARIOS),-- $(call quote,$(SCENARIOS)))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help deps deps-browser build bench quick plots compare report explain doctor list test test-release test-asan test-tsan clean

help:
	@echo 'make deps      installs what is needed (Debian, Ubuntu; says what it installs)'
	@echo 'make bench     builds, measures for BUDGET, draws the figures, prints the table'
	@echo 'make quick     the same in under a minute: glibc and jemalloc, fewer cells'
	@echo 'make plots     draws the figures of RUN=dir again'
	@echo 'make compare   shows the runs of RUNS="dir dir" side by side; with OUT=dir also as CSV and figures'
	@echo 'make report    makes RUN=dir a page of HTML to hand on, dir/report.html or OUT=file'
	@echo 'make explain   what the compiler did: calls kept and removed, copies, stack frames'
	@echo 'make doctor    what on this machine disturbs a measurement, how to mend it, and what it can resolve'
	@echo 'make list      scenarios, variants, parameters; allocators found and not found'
	@echo 'make test      all tests, and those of the modules again under ASan and UBSan'
	@echo 'make deps-browser  chromium (Debian): a test then looks at the page of make report in it'
	@echo 'make test-tsan the tests of the modules under TSan'
	@echo 'make clean     removes what was built; runs in results/ stay'
	@echo
	@echo 'Variables: BUDGET=5m  ALLOCATORS=glibc,jemalloc  SCENARIOS='\''return_pointer|closures'\''  OUT=dir'

deps:
	@sh tools/deps.sh

deps-browser:
	@sh tools/deps.sh browser

build:
	@sh tools/build.sh release

bench: build
	@$(BUILD)/allocost run --budget $(call quote,$(BUDGET)) $(options)

quick: ALLOCATORS := $(if $(ALLOCATORS),$(ALLOCATORS),glibc,jemalloc)
quick: build
	@$(BUILD)/allocost run --budget 54s $(options)

plots: build
	@test -n $(call quote,$(RUN)) || { echo 'name a run: make plots RUN=results/...' >&2; exit 2; }
	@$(BUILD)/allocost plot $(call quote,$(RUN))

# RUNS is words of the shell, as typed: each is a directory.
compare: build
	@$(BUILD)/allocost compare $(if $(OUT),--out $(call quote,$(OUT))) -- $(RUNS)

report: build
	@test -n $(call quote,$(RUN)) || { echo 'name a run: make report RUN=results/...' >&2; exit 2; }
	@$(BUILD)/allocost report $(if $(OUT),--out $(call quote,$(OUT))) -- $(call quote,$(RUN))

list: build
	@$(BUILD)/allocost list

explain: build
	@$(BUILD)/allocost explain $(if $(SCENARIOS),$(call quote,$(SCENARIOS)))

doctor: build
	@$(BUILD)/allocost doctor

test: test-release test-asan

test-release:
	@sh tools/build.sh release all
	@ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS)

test-asan:
	@sh tools/build.sh asan module_tests
	@ctest --test-dir build-asan --output-on-failure --parallel $(JOBS) -L 'unit|contract'

test-tsan:
	@sh tools/build.sh tsan module_tests
	@ctest --test-dir build-tsan --output-on-failure --parallel $(JOBS) -L 'unit|contract'

clean:
	rm -rf build build-debug build-asan build-tsan build-clang build-ci
