# tenth: build, test and check. `make help` lists the targets.
#
#   make [MODE=release|debug|asan]          build/MODE/tenth
#   make test                               every test, in MODE
#   make help                               the other targets

MODE ?= release
BUILD ?= build/$(MODE)

PKG_CONFIG ?= pkg-config
PACKAGES := gsl zlib inih libpng

# `make deps test`: the packages are looked for below, when this file is read. So they are installed here and now.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
ifeq ($(findstring n,$(firstword -$(MAKEFLAGS))),)
$(shell ./deps.sh install build draw fetch test browser tools >&2)
ifneq ($(.SHELLSTATUS),0)
$(error the packages are not all there)
endif
endif
endif

# The matrix product: tenth's own, or, for comparison, a library's: GEMM=dnnl (oneDNN) or GEMM=cblas.
GEMM ?= own
GEMM_CFLAGS_own :=
GEMM_LIBS_own :=
GEMM_CFLAGS_dnnl := -DTENTH_GEMM_DNNL
GEMM_LIBS_dnnl := -ldnnl
GEMM_CFLAGS_cblas = -DTENTH_GEMM_CBLAS $(shell $(PKG_CONFIG) --cflags openblas 2>/dev/null)
GEMM_LIBS_cblas = $(shell $(PKG_CONFIG) --libs openblas 2>/dev/null || echo -lopenblas)
ifeq ($(filter $(GEMM),own dnnl cblas),)
$(error GEMM=$(GEMM) is none of own, dnnl, cblas)
endif
GEMM_CFLAGS := $(GEMM_CFLAGS_$(GEMM))
GEMM_LIBS := $(GEMM_LIBS_$(GEMM))

HDF5_PACKAGE := $(shell for p in hdf5-serial hdf5; do $(PKG_CONFIG) --exists $$p 2>/dev/null && echo $$p && break; done)
PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) $(HDF5_PACKAGE) 2>/dev/null)
PACKAGE_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) $(HDF5_PACKAGE) 2>/dev/null)

OPT_release := -O3 -DNDEBUG
OPT_debug := -O1
# What the sanitizers add to the code makes gcc warn of paths that nobody can take; the other modes judge those warnings.
INSTRUMENTED := -Wno-error=maybe-uninitialized -Wno-error=format-truncation
SANITIZE_asan := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_asan := -O1 $(SANITIZE_asan) $(INSTRUMENTED)
# For `make fuzz`, with clang: its OpenMP in one thread, gcc's header of it, and without the warnings that are gcc's.
OPT_fuzz = -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DTENTH_ISA_BASE \
           -fopenmp=libgomp -idirafter $(shell gcc -print-file-name=include) -w
OPT := $(OPT_$(MODE))
# Lines are enough for a report of a sanitizer or a profile; where a variable is, costs half of the compiler's time for the kernels.
DEBUG_INFO := $(if $(filter debug,$(MODE)),-g,-g1)
ifeq ($(OPT),)
$(error MODE=$(MODE) is none of release, debug, asan, fuzz)
endif

# The program reads files that others made. What a compiler lacks is left out; the sanitizers see more than these do. A level 3
# of _FORTIFY_SOURCE that the C library does not have is a 2, and a compiler may have set one itself.
HARDENING_WANTED := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard -fPIE
HARDENING_LINKED := -pie -Wl,-z,relro,-z,now,-z,noexecstack
# $(call accepts,FLAGS): they compile and link a program, without a word.
accepts = $(shell echo 'int main(void) { return 0; }' | $(CC) -Werror $(1) -x c -o /dev/null - 2>/dev/null && echo yes)
ifneq ($(filter release debug,$(MODE)),)
HARDENING := $(foreach flag,$(HARDENING_WANTED),$(if $(call accepts,$(flag)),$(flag)))
HARDENING += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
HARDENING_LD := $(if $(call accepts,$(HARDENING_LINKED) -fPIE),$(HARDENING_LINKED))
endif

# Another compiler finds other things to warn of, which must not keep anybody from building; WERROR=1 makes errors of them.
WERROR ?=
WARNINGS := -Wall -Wextra $(if $(filter-out 0,$(WERROR)),-Werror) -Wshadow -Wconversion -Wno-sign-conversion \
            -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef
CFLAGS ?=
ALL_CFLAGS := -std=c17 $(DEBUG_INFO) -fopenmp $(OPT) $(HARDENING) -fno-math-errno -ffp-contract=fast $(WARNINGS) -D_POSIX_C_SOURCE=200809L \
              -Ilib -I$(BUILD)/generated $(PACKAGE_CFLAGS) $(GEMM_CFLAGS) $(CFLAGS)
BODY_CFLAGS := $(if $(filter fuzz,$(MODE)),$(filter-out -fsanitize=%,$(ALL_CFLAGS)),$(ALL_CFLAGS))
ALL_LIBS := $(PACKAGE_LIBS) $(GEMM_LIBS) -lm

# A file NAME_body.c is compiled once for each instruction set, with ISA defined to its name; NAME.c chooses at run time.
ARCH := $(shell uname -m)
ISAS := base
ifeq ($(ARCH),x86_64)
ISAS := avx512 avx2 base
endif
# The arithmetic reads no files: the fuzz build has the plainest of it alone, without the sanitizers, which take minutes over it.
ifeq ($(MODE),fuzz)
ISAS := base
endif
ISA_avx512 := -march=x86-64-v4 -mprefer-vector-width=512
ISA_avx2 := -march=x86-64-v3
ISA_base :=

BODIES := $(wildcard lib/*/*_body.c)
# Templates, which need a row of their own to compile.
SKELETONS := $(wildcard lib/*/*_skeleton.c)
SOURCES := $(filter-out $(BODIES) $(SKELETONS),$(wildcard lib/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(foreach isa,$(ISAS),$(BODIES:%.c=$(BUILD)/%.$(isa).o))
LIBRARY := $(BUILD)/libtenth.a
PROGRAM := $(BUILD)/tenth
PROGRAM_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard experiments/*.c))
TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
TEST_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(wildcard tests/test_*.c tests/fuzz_*.c),$(wildcard tests/*.c)))

.PHONY: all
all: $(PROGRAM) ## build/MODE/tenth

# What this directory was compiled with. The file changes only when that does, and all that was compiled hangs on it.
FLAGS := $(BUILD)/flags
.PHONY: flags_check
flags_check:

$(FLAGS): export FLAGS_TEXT = $(CC) $(shell $(CC) --version 2>/dev/null | head -n 1) $(ALL_CFLAGS) $(foreach isa,$(ISAS),$(ISA_$(isa))) $(HARDENING_LD) $(LDFLAGS) $(ALL_LIBS)
$(FLAGS): flags_check
	@printf '%s\n' "$$FLAGS_TEXT" | cmp -s - $@ || { mkdir -p $(@D) && printf '%s\n' "$$FLAGS_TEXT" > $@; }

$(PROGRAM): $(PROGRAM_OBJECTS) $(LIBRARY) $(FLAGS)
	$(CC) $(ALL_CFLAGS) $(HARDENING_LD) $(LDFLAGS) -o $@ $(PROGRAM_OBJECTS) $(LIBRARY) $(ALL_LIBS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $(OBJECTS)

$(BUILD)/%.o: %.c $(FLAGS)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define ISA_RULE
$(BUILD)/%_body.$(1).o: %_body.c $(FLAGS)
	@mkdir -p $$(@D)
	$(CC) $(BODY_CFLAGS) $(ISA_$(1)) -DISA=$(1) -MMD -MP -c -o $$@ $$<
endef
$(foreach isa,$(ISAS),$(eval $(call ISA_RULE,$(isa))))

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_SUPPORT) $(LIBRARY) $(FLAGS)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(TEST_EXTRA) $(TEST_SUPPORT) $(LIBRARY) -lcmocka $(ALL_LIBS)

# Else make would remove them, as what lies between a source and its program.
.SECONDARY: $(TESTS:%=%.o)

# test_corpus has every fuzz target, each under a name of its own, and the only one that looks into the program.
FUZZ_EXTRA := $(BUILD)/experiments/options.o
FUZZ_CASES := $(patsubst tests/fuzz_%.c,$(BUILD)/tests/cases/%.o,$(wildcard tests/fuzz_*.c))

$(BUILD)/tests/cases/%.o: tests/fuzz_%.c $(FLAGS)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DLLVMFuzzerTestOneInput=fuzz_$* -MMD -MP -c -o $@ $<

$(BUILD)/tests/test_corpus: TEST_EXTRA := $(FUZZ_CASES) $(FUZZ_EXTRA)
$(BUILD)/tests/test_corpus: $(FUZZ_CASES) $(FUZZ_EXTRA)

# What a test loads into a program to break something: a file each, without the library.
PRELOADS := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/preload/*.c))

$(BUILD)/tests/preload/%.so: tests/preload/%.c $(FLAGS)
	@mkdir -p $(@D)
	$(CC) -std=c17 -g -O1 -fPIC -shared $(WARNINGS) -MMD -MP -o $@ $< -ldl

# What tests/figure_check.py looks into pictures with.
INK := $(BUILD)/tests/ink

$(INK): tests/ink/ink.c $(FLAGS)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< -lpng

-include lib/run/build_info.mk
-include lib/embed/device.mk

# The report's style and script as C texts, so that the program carries them.
REPORT_PAGE := $(BUILD)/generated/report_page.h
$(REPORT_PAGE): lib/report/page.css lib/report/page.js
	@mkdir -p $(@D)
	@for file in css js; do \
	    echo "static const char page_$$file[] ="; \
	    sed 's/[\\"]/\\&/g; s/^/    "/; s/$$/\\n"/' lib/report/page.$$file; \
	    echo "    ;"; \
	done > $@.new && mv -f $@.new $@

$(BUILD)/lib/report/report.o: $(REPORT_PAGE)

# ---- Tests. A program tests/test_NAME.c or a script tests/test_NAME.sh is found by its name. ----

TEST_SCRIPTS := $(wildcard tests/test_*.sh)
# The sanitizers have nothing to find in the other scripts: they run no program of ours, or only what these and the test programs
# run as well, such as whole trainings (golden) and timed steps (bench).
ifeq ($(MODE),asan)
TEST_SCRIPTS := $(patsubst %,tests/test_%.sh,cli export report)
endif

# The test that takes longest must not begin last, and then run alone; how long it is says something of how long it takes.
largest_first = $(patsubst tests/%.c,$(BUILD)/tests/%,$(shell ls -S $(patsubst $(BUILD)/%,%.c,$(1))))

.PHONY: test
test: $(PROGRAM) $(TESTS) $(PRELOADS) $(INK) ## every test, in MODE
	@TENTH="$(abspath $(PROGRAM))" TEST_PRELOAD="$(abspath $(BUILD)/tests/preload)" TEST_INK="$(abspath $(INK))" TEST_CORPUS="$(abspath tests/corpus)" \
	    TEST_SANITIZE="$(SANITIZE_$(MODE))" tests/run.sh $(call largest_first,$(TEST_SCRIPTS)) $(call largest_first,$(TESTS))

.PHONY: asan
asan: ## the test programs and the program from end to end, under the sanitizers of addresses and of undefined behaviour
	@TEST_TIMEOUT=800 ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 $(MAKE) --no-print-directory MODE=asan test

# The scripts that kill, break and damage have a few rounds in `make test`, and all of them with TORTURE=yes.
TORTURES := $(wildcard $(patsubst %,tests/test_%.sh,kill pairs damage))

.PHONY: torture
torture: $(PROGRAM) $(PRELOADS) ## kills, pairs of processes, read errors, damage and failing allocations, hundreds of each
	@TORTURE=yes TEST_JOBS=1 TEST_TIMEOUT=7200 TENTH="$(abspath $(PROGRAM))" TEST_PRELOAD="$(abspath $(BUILD)/tests/preload)" tests/run.sh $(TORTURES)

# Small mistakes, put into the program one at a time: do the tests see them? MUTATE_OPTIONS=--help tells more.
MUTATE_OPTIONS ?=

.PHONY: mutate
mutate: ## do the tests see each of the mistakes in tests/mutations.txt? MUTATE_OPTIONS="--jobs N NAME..."
	@tests/mutate.sh $(MUTATE_OPTIONS)

.PHONY: golden
golden: $(PROGRAM) ## make the golden tables anew: a deliberate act, with its reason in the commit
	@TENTH="$(abspath $(PROGRAM))" tests/test_golden.sh --update

# Scripts are left out: what they call is the program, which the memory checks of the test programs cover.
.PHONY: valgrind
valgrind: $(TESTS) ## the test programs under valgrind
	@OMP_NUM_THREADS=1 TEST_TIMEOUT=1200 TEST_CORPUS="$(abspath tests/corpus)" TEST_WRAPPER="valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite" \
	    tests/run.sh $(TESTS)

# ---- Fuzzing: the readers of files, fed with bytes that are nearly right. ----

FUZZ_SECONDS ?= 30
FUZZERS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz_*.c))
FUZZ_MAKE = $(MAKE) --no-print-directory -j$(PROCESSORS) MODE=fuzz CC=clang

$(BUILD)/tests/fuzz_%: tests/fuzz_%.c $(FUZZ_EXTRA) $(LIBRARY) $(FLAGS)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -MMD -MP -o $@ $< $(FUZZ_EXTRA) $(LIBRARY) $(ALL_LIBS)

.PHONY: fuzz fuzz-merge fuzz-coverage fuzzers
fuzz: ## the readers of files under libFuzzer, FUZZ_SECONDS each, as many at a time as there are processors
	@./deps.sh check fuzz
	@$(FUZZ_MAKE) fuzzers
	@tests/fuzz.sh run $(FUZZ_SECONDS) build/fuzz

fuzz-merge: ## what make fuzz has learned becomes tests/corpus, as little of it as covers the same
	@$(FUZZ_MAKE) fuzzers
	@tests/fuzz.sh merge build/fuzz

fuzz-coverage: ## how much of the readers tests/corpus and what make fuzz has learned cover
	@./deps.sh check fuzz
	@$(FUZZ_MAKE) BUILD=build/fuzz-coverage CFLAGS="-fprofile-instr-generate -fcoverage-mapping" fuzzers
	@tests/fuzz.sh coverage build/fuzz-coverage build/fuzz

fuzzers: $(FUZZERS)

# ---- Measurements: never judged by a test. ----

BENCH_OPTIONS ?=

.PHONY: bench
bench: $(PROGRAM) ## speed beside PyTorch and the processor's limit; BENCH_OPTIONS=--help lists the options
	@TENTH="$(abspath $(PROGRAM))" experiments/bench/run.sh $(BENCH_OPTIONS)

# ---- Static checks. ----

C_SOURCES := $(filter-out $(SKELETONS),$(wildcard lib/*/*.c experiments/*.c experiments/*/*.c tests/*.c))
C_FILES := $(C_SOURCES) $(SKELETONS) $(wildcard tests/arm/*.c tests/device/*.c tests/extend/lib/*/*.c tests/preload/*.c) $(wildcard lib/*/*.h experiments/*.h experiments/*/*.h tests/*.h)
SHELL_FILES := $(wildcard *.sh data/*.sh experiments/*.sh experiments/*/*.sh plots/*.sh tests/*.sh tests/*/*.sh) .ci/run .ci/debian13
# clang finds gcc's omp.h last of all; a body is read as its plainest variant.
TIDY_FLAGS = $(filter-out -fopenmp -ffp-contract=fast -O% -Werror,$(ALL_CFLAGS)) -Iexperiments -Itests -DISA=base \
             -fopenmp -idirafter $(shell $(CC) -print-file-name=include)

PROCESSORS = $(shell bash -c 'source ./environment.sh && processors')

.PHONY: check
check: format-check warnings tidy cppcheck shellcheck ## every static check

# In a directory of its own, unless this build's warnings are errors already.
.PHONY: warnings
warnings: ## does all compile without a warning?
	@$(MAKE) --no-print-directory WERROR=1 $(if $(filter -Werror,$(WARNINGS)),,BUILD=build/werror) compiled

.PHONY: compiled
compiled: $(PROGRAM) $(TESTS) $(INK)

.PHONY: format-check
format-check: ## is every file formatted?
	clang-format --dry-run -Werror $(C_FILES)

.PHONY: tidy
tidy: $(BUILD_INFO) $(REPORT_PAGE) $(DEVICE_SOURCE) ## clang-tidy
	@echo "clang-tidy ($(words $(C_SOURCES)) files)"
	@printf '%s\n' $(C_SOURCES) | xargs -P $(PROCESSORS) -I{} sh -c \
	    'found=$$(clang-tidy --quiet {} -- $(TIDY_FLAGS) 2>&1) || { printf "%s\n" "$$found"; exit 1; }'

# Suppressed: alarms about loops that run no time where the caller guarantees one, cppcheck's own parse failures, and its
# wish for readdir_r, which glibc has deprecated.
.PHONY: cppcheck
cppcheck: ## cppcheck
	cppcheck --quiet --error-exitcode=1 --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
	    --suppress=missingIncludeSystem --suppress=invalidFunctionArg --suppress=internalAstError --suppress=readdirCalled --library=posix -j $(PROCESSORS) -Ilib -Iexperiments -Itests -DISA=base \
	    $(GEMM_CFLAGS) $(C_SOURCES)

.PHONY: shellcheck
shellcheck: ## shellcheck
	shellcheck -x $(SHELL_FILES)

# ---- Measurements. ----

EMBEDDED_RUNS ?= results/standard
.PHONY: bench-embedded
bench-embedded: $(PROGRAM) ## bytes, times and instructions of exported models; EMBEDDED_RUNS=DIR has the runs
	TENTH="$(abspath $(PROGRAM))" experiments/embedded.sh "$(EMBEDDED_RUNS)" results/embedded $(if $(TENTH_DATA),"$(TENTH_DATA)")

# ---- Housekeeping. ----

.PHONY: format
format: ## format every C file
	clang-format -i $(C_FILES)

.PHONY: deps
deps: ## install the Debian packages for building, testing and checking
	@: # done above

.PHONY: clean
clean: ## remove what was built
	rm -rf build

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z][a-z -]*\):.*## \(.*\)/\1: \2/p' $(firstword $(MAKEFILE_LIST)) | \
	    awk -F': ' '{ printf "  make %-14s %s\n", $$1, $$2 }'
	@echo "MODE=release|debug|asan chooses the build; WERROR=1 makes errors of warnings; GEMM=own|dnnl|cblas the matrix product; CC the compiler."

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
