# `make help` lists what can be made.  Everything made goes to build/ and target/.

PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
LIBDIR = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
DATADIR = $(PREFIX)/share
DESTDIR =

# Changes with every release that breaks the C ABI.
SONUMBER = 0
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
SONAME = libmigcore.so.$(SONUMBER)
SHARED = libmigcore.so.$(VERSION)
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
BARE = thumbv7em-none-eabi

STEP = scripts/step
HAVE_BARE = -i 'scripts/build-lib --probe --target $(BARE)'

.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1@\2/p' Makefile | awk -F @ '{ printf "  make %-12s %s\n", $$1, $$2 }'

# ---- use

lib: ## the release libraries, in build/lib
	@scripts/build-lib
	@cc -shared -Wl,-z,defs -Wl,-soname,$(SONAME) -o build/lib/.$(SHARED).$$$$ \
	    -Wl,--whole-archive build/lib/libmigcore.a -Wl,--no-whole-archive && \
	    mv -f build/lib/.$(SHARED).$$$$ build/lib/$(SHARED)
	@ln -sf $(SHARED) build/lib/$(SONAME)
	@ln -sf $(SONAME) build/lib/libmigcore.so

program: ## the program migcore, its man pages and completions, in build/program
	@scripts/build-program

demo: setup-demo lib ## a device is converted step by step; a QEMU stream is looked into; a running machine moves
	@$(MAKE) --no-print-directory -C examples/convert demo
	@scripts/demo-program
	@$(MAKE) --no-print-directory -C examples/vmm demo

# The places go through the environment, where no character of theirs means anything to make's shell.
install install-places uninstall: export DESTDIR := $(DESTDIR)
install install-places uninstall: export PREFIX := $(PREFIX)
install install-places uninstall: export BINDIR := $(BINDIR)
install install-places uninstall: export DATADIR := $(DATADIR)
install install-places uninstall: export LIBDIR := $(LIBDIR)
install install-places uninstall: export INCLUDEDIR := $(INCLUDEDIR)
INSTALL = @SONAME=$(SONAME) SHARED=$(SHARED) scripts/install
install: install-places lib program ## program, libraries, headers and migcore.pc below PREFIX (DESTDIR is honoured)
	$(INSTALL)
uninstall: ## remove what install put there
	$(INSTALL) --uninstall
install-places:
	$(INSTALL) --check

# ---- test

TESTS = fmt clippy unit-tests foreign-tests doc-tests doc panic-gate panic-gate-bare c-tests \
        install-test convert vmm firmware qemu-test qemu-linux-test fuzz-soak

test: setup tests-begin $(TESTS) ## every test; sets up the machine first
	@$(STEP) --summary

check: fmt clippy unit-tests ## the quick tests

tests-begin:
	@$(STEP) --begin
fmt:
	@$(STEP) -i 'cargo fmt --version' 'formatting' cargo fmt --all --check
clippy:
	@$(STEP) -i 'cargo clippy --version' 'clippy' cargo clippy --workspace --all-targets -- -D warnings
unit-tests:
	@$(STEP) 'Rust tests' cargo test --workspace --lib --bins --tests
foreign-tests:
	@$(STEP) 'Rust tests on other processors' scripts/foreign-tests
doc-tests: lib
	@$(STEP) 'examples in the documentation' cargo test --workspace --doc
doc:
	@RUSTDOCFLAGS='-D warnings' $(STEP) 'documentation builds' cargo doc --workspace --no-deps
panic-gate:
	@$(STEP) 'no panic can be reached on $(HOST)' scripts/panic-gate $(HOST)
panic-gate-bare:
	@$(STEP) $(HAVE_BARE) 'no panic can be reached on $(BARE)' scripts/panic-gate $(BARE)
c-tests: lib
	@$(STEP) 'C and C++ tests' $(MAKE) -C c-tests test
install-test:
	@$(STEP) 'install, pkg-config, exported names, uninstall' scripts/install-test
convert: lib
	@$(STEP) 'example: a converted device' $(MAKE) -C examples/convert test
vmm: lib
	@$(STEP) 'example: a virtual machine that moves' $(MAKE) -C examples/vmm test
firmware:
	@$(STEP) $(HAVE_BARE) 'example: firmware in an emulator' $(MAKE) -C examples/firmware test
qemu-test:
	@$(STEP) -i 'scripts/qemu-test --probe cases' 'QEMU loads what was transformed for it' scripts/qemu-test cases
qemu-linux-test:
	@$(STEP) -i 'scripts/qemu-test --probe linux' 'Linux goes on in QEMU after a transform' scripts/qemu-test linux
fuzz-soak:
	@$(STEP) -i 'cargo fuzz --version' 'fuzz targets, three seconds each' scripts/fuzz 3

bench: setup ## measurements: times, and counted instructions
	cargo bench -p migcore-benches
	$(MAKE) -C benches ratios memory qemu callgrind

FUZZ_SECONDS = 60
fuzz: ## look for inputs that break a promise, FUZZ_SECONDS for each target; needs `cargo install cargo-fuzz`
	scripts/fuzz $(FUZZ_SECONDS)
seeds: ## write the seeds of the fuzz targets anew
	@MIGCORE_BLESS=1 $(STEP) 'the seeds are those made here' cargo test -p migcore -p migcore-cli --test fuzzed seeds

# ---- upkeep

setup: ## install the packages that the tests need
	@scripts/setup test
setup-demo:
	@scripts/setup demo
header: ## regenerate include/migcore.h from ffi/
	@MIGCORE_BLESS=1 $(STEP) 'include/migcore.h is generated' cargo test -p migcore-c-tests --test header

clean: ## remove everything that was made
	cargo clean
	rm -rf build

.PHONY: help lib program demo install install-places uninstall test check tests-begin $(TESTS) bench fuzz seeds setup setup-demo header clean
