# lib/run/build_info.mk: what a binary knows about its own making, as strings in $(BUILD)/generated/build_info.h.
#
# The Makefile includes this file after its first target. The header is written anew only when its text changes, so that
# nothing is compiled again without need; where it cannot be written, nor can objects: what was built stays true.

VERSION := 0.1.0

BUILD_INFO := $(BUILD)/generated/build_info.h

# Dirty means: what the program is built from differs from the commit. Results, configs and papers do not matter here; a run
# records its config itself. An unpacked archive within some other repository has no commit.
BUILD_INFO_SOURCES := Makefile lib experiments

.PHONY: build_info_check
build_info_check:

$(BUILD_INFO): export BUILD_INFO_VERSION = $(VERSION)
$(BUILD_INFO): export BUILD_INFO_COMPILER = $(CC)
$(BUILD_INFO): export BUILD_INFO_FLAGS = $(ALL_CFLAGS)
$(BUILD_INFO): export BUILD_INFO_MODE = $(MODE)
$(BUILD_INFO): export BUILD_INFO_INIH = $(shell $(PKG_CONFIG) --modversion inih 2>/dev/null || echo unknown)
$(BUILD_INFO): build_info_check
	@commit=unknown; \
	if [ -e .git ] && found=$$(git rev-parse HEAD 2>/dev/null); then \
	    commit=$$found; \
	    changes=$$(git --no-optional-locks status --porcelain -- $(BUILD_INFO_SOURCES) 2>/dev/null) || changes=unknown; \
	    [ -z "$$changes" ] || commit=$$commit-dirty; \
	fi; \
	compiler=$$($$BUILD_INFO_COMPILER --version 2>/dev/null | head -n 1); \
	define() { printf '#define %s "%s"\n' "$$1" "$$(printf '%s' "$$2" | tr -s ' \n' '  ' | sed 's/ $$//; s/[\\"]/\\&/g')"; }; \
	text=$$( \
	    echo '/* Made by lib/run/build_info.mk. */'; \
	    define BUILD_VERSION "$$BUILD_INFO_VERSION"; \
	    define BUILD_COMMIT "$$commit"; \
	    define BUILD_COMPILER "$${compiler:-unknown}"; \
	    define BUILD_FLAGS "$$BUILD_INFO_FLAGS"; \
	    define BUILD_MODE "$$BUILD_INFO_MODE"; \
	    define BUILD_INIH "$$BUILD_INFO_INIH"; \
	); \
	if ! printf '%s\n' "$$text" | cmp -s - $@ && { [ ! -e $@ ] || [ -w $(@D) ]; }; then \
	    mkdir -p $(@D) && printf '%s\n' "$$text" > $@.new && mv -f $@.new $@; \
	fi

$(BUILD)/lib/run/provenance.o: $(BUILD_INFO)
