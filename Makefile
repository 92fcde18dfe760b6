# fieldvisit: make help lists the targets.  Flags live in toolchain/flags.mk.
MODE ?= release
CC ?= cc
V ?= 0
ROUNDS ?= 100
T ?= 20
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

B := build/$(or $(ARCH),$(MODE))
# A make inside make uses all cores, unless whoever called it said how many.
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
include toolchain/flags.mk
Q := $(if $(filter 1,$(V)),,@)

# gps.h's version does not tell whether gps_fix_t has jam and ant_stat: ask the compiler.
CFLAGS_gps = $(shell echo 'int f(struct gps_fix_t *x) { return x->jam + x->ant_stat; }' | \
	$(CC) $(FV_SYSROOT) -include gps.h -x c -fsyntax-only - 2>/dev/null && echo -DFV_GPS_HAS_JAM)
CFLAGS_gps_convert = $(CFLAGS_gps)

# A file in a program's folder is part of that program: nothing is listed twice.
LIB_SRC := $(sort $(wildcard lib/*.c))
APP_SRC := $(sort $(wildcard firmware-app/*.c firmware-app/store/*.c))
LINK_SRC := $(sort $(wildcard firmware-app/link/*.c))
SCREEN_SRC := $(sort $(wildcard firmware-app/screen/*.c))
PRACTICE_SRC := $(sort $(wildcard firmware-app/practice/*.c)) firmware-app/screen/guide_step.c
VERIFY_SRC := sync-server/verify.c
SERVER_SRC := $(filter-out $(VERIFY_SRC),$(sort $(wildcard sync-server/*.c sync-server/desk/*.c sync-server/store/*.c)))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
WORDS := $(patsubst firmware-app/locale/%.po,build/locale/%/LC_MESSAGES/fieldvisit.mo,$(sort \
	$(wildcard firmware-app/locale/*.po)))
SUPPORT_SRC := $(sort $(filter-out %/days.c,$(wildcard tests/support/*.c)))

# The desk's page is built once, whatever the program is built for.
WEB := sync-server/web
WEB_SRC := $(sort $(wildcard $(WEB)/src/* $(WEB)/src/*/* $(WEB)/api/*)) $(WEB)/build.mjs

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
PROGRAMS := fieldvisit fieldvisit-link fieldvisit-screen fieldvisit-practice fieldvisitd fieldvisit-verify
TOOL_BIN := $(patsubst tests/tool/%.c,$(B)/tool/%,$(sort $(wildcard tests/tool/*.c)))
UNIT_BIN := $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT_SRC))
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(FUZZ_SRC))
BENCH_BIN := $(patsubst tests/bench/%.c,$(B)/bench/%,$(BENCH_SRC))

.PHONY: all programs arm64 armhf deps test check scenario demo bench fuzz asan lint format format-check \
	test-readme clean help objects tool-bin unit-bin fuzz-bin bench-bin

all: deps ## build the programs into build/
	+$(Q)$(SUBMAKE) MODE=$(MODE) programs

programs: $(PROGRAMS:%=$(B)/%) $(WORDS)
ifeq ($(MODE)$(ARCH),release)
	$(Q)for p in $(PROGRAMS); do cmp -s $(B)/$$p build/$$p || cp -f $(B)/$$p build/$$p; done
endif

deps: ## install what is missing (DEPS=no skips it)
	$(Q)[ "$(DEPS)" = no ] || toolchain/deps

arm64 armhf: ## the programs for that machine in build/arm64, build/armhf (Debian)
	$(Q)[ "$(DEPS)" = no ] || toolchain/deps toolchain/packages-arm
	$(Q)toolchain/sysroot $@
	+$(Q)$(SUBMAKE) ARCH=$@ MODE=release programs

test: all ## everything that must pass: unit, fault, short fuzzing, scenarios (ROUNDS=100)
	$(Q)[ "$(DEPS)" = no ] || toolchain/deps toolchain/packages-arm toolchain/packages-web
	+$(Q)$(SUBMAKE) MODE=asan unit-bin
	+$(Q)$(SUBMAKE) MODE=fuzz CC=clang fuzz-bin
	$(Q)ROUNDS=$(ROUNDS) tests/run all

check: deps ## unit and fault tests only, under ASan and UBSan
	+$(Q)$(SUBMAKE) MODE=asan unit-bin
	$(Q)tests/run unit

scenario: all ## the real programs end to end
	$(Q)[ "$(DEPS)" = no ] || toolchain/deps toolchain/packages-arm toolchain/packages-web
	+$(Q)$(SUBMAKE) MODE=asan tool-bin
	$(Q)ROUNDS=$(ROUNDS) tests/run scenario

demo: all ## the main job on real gpsd input (LOG=your.nmea to use your own)
	$(Q)LOG="$(LOG)" tests/demo

bench: all ## measurements as ratios in one run; table and build/bench.json
	+$(Q)$(SUBMAKE) MODE=release bench-bin
	$(Q)tests/bench/run

fuzz: deps ## every parser of foreign bytes, T seconds each
	+$(Q)$(SUBMAKE) MODE=fuzz CC=clang fuzz-bin
	$(Q)T=$(T) tests/run fuzz

asan: deps ## the programs under ASan and UBSan in build/asan
	+$(Q)$(SUBMAKE) MODE=asan programs

test-readme: all ## run every command fenced in README.md
	$(Q)tests/readme

lint: ## headers stand alone, no mutable globals in lib, third-party headers in one place
	$(Q)toolchain/lint

format: ## rewrite the sources with clang-format
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')

format-check: ## fail when a source is not formatted
	$(Q)clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')

clean: ## remove build/
	$(Q)rm -rf build

help: ## this list
	$(Q)sed -n 's/^\([a-z0-9 -]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile toolchain/install.mk | expand -t 14

tool-bin: $(TOOL_BIN)
unit-bin: $(UNIT_BIN) $(TOOL_BIN)
fuzz-bin: $(FUZZ_BIN)
bench-bin: $(BENCH_BIN)

$(B)/obj/%.o: %.c Makefile toolchain/flags.mk
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $< ($(MODE))")
	$(Q)$(CC) $(FV_CFLAGS) $(CFLAGS_$(basename $(notdir $<))) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/libfieldvisit.a: $(call obj,$(LIB_SRC))
	$(Q)rm -f $@; $(AR) rcs $@ $^

link = $(if $(Q),@echo "  LD    $@" &&) $(CC) $(FV_CFLAGS) $(CFLAGS) $(FV_LDFLAGS) $(LDFLAGS) -o $@

$(B)/fieldvisit: $(call obj,$(APP_SRC)) $(B)/libfieldvisit.a
	$(link) $^ $(LIBS_APP)
$(B)/fieldvisit-link: $(call obj,$(LINK_SRC))
	$(link) $^ $(LIBS_LINK)
# The screens are a client of the agent, like every verb: they open no data themselves.
$(B)/fieldvisit-screen: $(call obj,$(SCREEN_SRC)) $(B)/libapp.a $(B)/libfieldvisit.a
	$(link) $^ $(LIBS_SCREEN) $(LIBS_LIB)
# A handheld to learn on: the handheld's own modules, and what a server would send.
$(B)/fieldvisit-practice: $(call obj,$(PRACTICE_SRC)) $(B)/libapp.a $(B)/libfieldvisit.a
	$(link) $^ $(LIBS_APP)
# Files that are part of it as they are (practice/embed.h).
$(call obj,firmware-app/practice/packs.c): $(wildcard sync-server/rules/*.json) firmware-app/practice/practice-days.json
$(call obj,firmware-app/practice/walk.c): firmware-app/practice/walk.csv
$(B)/fieldvisitd: $(call obj,$(SERVER_SRC)) $(B)/obj/build/web/assets.o $(B)/libfieldvisit.a
	$(link) $^ $(LIBS_SERVER)
$(B)/fieldvisit-verify: $(call obj,$(VERIFY_SRC)) $(B)/libfieldvisit.a
	$(link) $^ $(LIBS_LIB)

# npm's own stamp tells whether what is installed is what the lock file names.
$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	$(if $(Q),@echo "  NPM   $(WEB)")
	$(Q)cd $(WEB) && npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules/.package-lock.json || \
		{ echo "make: $(WEB): npm could not install the page's libraries; with a network, or from npm's cache, try again" >&2; exit 1; }
build/web/assets.c: $(WEB_SRC) $(WEB)/node_modules/.package-lock.json
	$(if $(Q),@echo "  WEB   $@")
	$(Q)node $(WEB)/node_modules/typescript/bin/tsc --noEmit -p $(WEB)
	@mkdir -p build/web
	$(Q)node $(WEB)/build.mjs build/web

build/locale/%/LC_MESSAGES/fieldvisit.mo: firmware-app/locale/%.po
	@mkdir -p $(@D)
	$(Q)msgfmt --check -o $@ $<

# Tests count allocations and make them fail (tests/support/oom.h).
$(B)/unit/%: FV_LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup \
	-Wl,--wrap=fv_secret_alloc

# test_app_* and test_server_* may also use that program's modules, all but its main.c.
$(B)/libapp.a: $(call obj,$(filter-out %/main.c,$(APP_SRC)))
	$(Q)rm -f $@; $(AR) rcs $@ $^
$(B)/libserver.a: $(call obj,$(filter-out %/main.c,$(SERVER_SRC))) $(B)/obj/build/web/assets.o
	$(Q)rm -f $@; $(AR) rcs $@ $^
$(B)/unit/test_app_%: $(B)/obj/tests/unit/test_app_%.o $(call obj,$(SUPPORT_SRC)) $(B)/libapp.a $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ -lcmocka $(LIBS_APP)
$(B)/unit/test_screen_%: $(B)/obj/tests/unit/test_screen_%.o $(call obj,$(filter-out %/main.c,$(SCREEN_SRC)) $(SUPPORT_SRC)) $(B)/libapp.a $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ -lcmocka $(LIBS_SCREEN) $(LIBS_APP)
# Named, so that make knows it before it is there and takes this rule, not the one for all.
$(B)/obj/tests/support/days.o: tests/support/days.c
$(B)/unit/test_server_%: $(B)/obj/tests/unit/test_server_%.o $(call obj,$(SUPPORT_SRC) tests/support/days.c) $(B)/libserver.a $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ -lcmocka $(LIBS_SERVER)
# Small programs that a scenario drives a module of the handheld, or the server, with.
$(B)/tool/courier: $(B)/obj/tests/tool/courier.o $(B)/obj/tests/support/handset.o $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ $(LIBS_LIB)
$(B)/tool/longday: $(B)/obj/tests/tool/longday.o $(B)/libserver.a $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ $(LIBS_SERVER)
$(B)/tool/%: $(B)/obj/tests/tool/%.o $(B)/libapp.a $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ $(LIBS_APP)
$(B)/unit/%: $(B)/obj/tests/unit/%.o $(call obj,$(SUPPORT_SRC)) $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ $(LIBS_TEST)
$(B)/fuzz/fuzz_server_%: $(B)/obj/tests/fuzz/fuzz_server_%.o $(B)/libserver.a $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) -fsanitize=fuzzer $^ $(LIBS_SERVER)
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) -fsanitize=fuzzer $^ $(LIBS_LIB)
$(B)/bench/bench_server_%: $(B)/obj/tests/bench/bench_server_%.o $(B)/obj/tests/support/handset.o $(B)/libserver.a $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ $(LIBS_SERVER)
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(filter-out %/oom.o,$(call obj,$(SUPPORT_SRC))) $(B)/libfieldvisit.a
	@mkdir -p $(@D)
	$(link) $^ $(LIBS_TEST) -lsqlite3

include toolchain/install.mk
-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
