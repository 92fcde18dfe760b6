# Compiler flags.  CFLAGS, LDFLAGS and WERROR belong to whoever builds; ours are FV_*.
WERROR ?= -Werror

FV_WARN := -Wall -Wextra $(WERROR) -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wformat=2 -Wcast-qual -Wmissing-prototypes -Wstrict-prototypes -Wswitch-enum -Wundef \
	-Wvla -Wwrite-strings
# A 32-bit machine counts seconds past 2038 too.  What includes libgps keeps the compiler's own
# time_t, which that was built with.
FV_TIME = $(if $(filter gps gps_convert,$(basename $(notdir $<))),,-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64)
# Lines are enough for a report; a debugger wants all.
FV_DEBUG = $(if $(filter debug,$(MODE)),-g,-g1)
FV_BASE = -std=c17 -D_GNU_SOURCE $(FV_TIME) -Iinclude -I. $(FV_DEBUG) -fvisibility=hidden -pthread

# Small before fast, because a handheld's flash is dear; fast is what ingest and the audit
# run in a loop.
FV_FAST := sync-server/% tests/% $(addprefix lib/,bytes.% cbor.% instant.% merkle.% \
	record.% trail.% zone.% $(addprefix audit,.% _active.% \
	_clauses.% _count.% _hold.% _judge.% _time.% _window.%))
FV_OPT = $(if $(filter $(FV_FAST:%=$(B)/obj/%),$@),-O2,$(FV_SMALLEST))
# Not every compiler knows smaller than -Os, nor data without gaps: ask it, once.
FV_KNOWS = $(shell echo 'int x;' | $(CC) $(1) -x c -c -o /dev/null - 2>/dev/null && echo $(1))
FV_SMALLEST = $(eval FV_SMALLEST := $(or $(call FV_KNOWS,-Oz),-Os) $(call FV_KNOWS,-malign-data=abi))$(FV_SMALLEST)
# No folder's name goes into a program: two builds in two folders are the same bytes.
FV_MODE_release = $(FV_OPT) -ffile-prefix-map=$(CURDIR)=. $(FV_STACK) -D_FORTIFY_SOURCE=2 -fPIE -ffunction-sections \
	-fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables $(FV_SMALL)
FV_STACK := -fstack-protector-strong
FV_MODE_debug := -O0 -fPIE
FV_MODE_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FV_MODE_fuzz := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link \
	-fno-sanitize-recover=all -DFV_FUZZ

FV_LD_release = $(FV_LINKER) -pie -Wl,-z,relro,-z,now,--as-needed,--gc-sections,-O2,--hash-style=gnu$(FV_RELR)
# Not every linker can pack relocations for every machine: ask it, once.
FV_RELR = $(eval FV_RELR := $(shell echo 'int x; int *p = &x;' | $(CC) $(FV_SYSROOT) $(FV_LINKER) -shared -fPIC -x c \
	-Wl,--fatal-warnings,-z,pack-relative-relocs -o /dev/null - 2>/dev/null && echo ,-z,pack-relative-relocs))$(FV_RELR)
FV_LD_debug := -pie
FV_LD_asan := -fsanitize=address,undefined
FV_LD_fuzz := -fsanitize=address,undefined

# Binutils fill pages between segments, 5 kB of the handheld, and pack no relocations for arm64,
# a tenth of it; this linker does neither and both.
FV_LLD := $(if $(filter armhf,$(ARCH)),,$(wildcard /usr/lib/llvm-16/bin/ld.lld))
FV_LINKER := $(if $(FV_LLD),-fuse-ld=lld -B$(dir $(FV_LLD)))

# ARCH=arm64 or armhf: for that machine, with Debian's cross compiler and a private sysroot.
FV_TRIPLE_arm64 := aarch64-linux-gnu
FV_TRIPLE_armhf := arm-linux-gnueabihf
ifneq ($(ARCH),)
FV_TRIPLE := $(or $(FV_TRIPLE_$(ARCH)),$(error ARCH=$(ARCH): one of arm64, armhf))
FV_SYSROOT := --sysroot=$(CURDIR)/build/sysroot/$(ARCH)
CC := $(FV_TRIPLE)-gcc
AR := $(FV_TRIPLE)-ar
# These machines are handhelds first: small, whatever loop it is.
FV_FAST := tests/%
FV_SMALL := -fomit-frame-pointer
# On arm64 a guarded frame costs 44 bytes.  The library, which reads what comes from outside, has all
# of them; the handheld's own code those of functions with a buffer of characters.
ifeq ($(ARCH),arm64)
FV_STACK = $(if $(filter $(B)/obj/firmware-app/%,$@),-fstack-protector --param=ssp-buffer-size=4,-fstack-protector-strong)
endif
endif

ifeq ($(FV_MODE_$(MODE)),)
$(error MODE=$(MODE): one of release, debug, asan, fuzz)
endif

FV_CFLAGS = $(FV_SYSROOT) $(FV_WARN) $(FV_BASE) $(FV_MODE_$(MODE))
FV_LDFLAGS = $(FV_LD_$(MODE))

LIBS_LIB := -lsodium -ljansson -lm
LIBS_APP := -lgps -lsqlite3 -lqrencode $(LIBS_LIB)
LIBS_LINK := -lcurl
LIBS_SCREEN := -lncursesw
LIBS_SERVER := -lmicrohttpd -lsqlite3 -lqrencode $(LIBS_LIB)
LIBS_TEST := -lcmocka -lsqlite3 -lqrencode $(LIBS_LIB)
