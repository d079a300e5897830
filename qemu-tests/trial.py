"""The steps of a test in which a machine loads a stream that was transformed for it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Sequence

from framing import memory
from machine import Machine, Refused

TOP = Path(__file__).resolve().parent.parent
RULES = TOP / "examples/rules"
# What QEMU saves otherwise than it has loaded it, also where nothing was transformed: the clock, and where a disk would try again what failed.
RESTLESS = ("mc146818rtc/0", "0000:00:01.1/ide/0.bmdma[0].migration_retry_sector_num")
# Where the memory is.
MEMORY = "ram/0"


class Wrong(Exception):
    """Something is not as it has to be."""


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


def refused(machine: Machine, stream: Path, how: str) -> str:
    """What the machine says, which has to begin with `how`."""
    with machine:
        try:
            machine.load(stream)
        except Refused as why:
            said = why.lines[0]
            expect(said.startswith(how), f"it was refused for another reason: {why}")
            return said
    raise Wrong("the stream is not refused as it is")


def transform(migcore: str, rules: str, stream: Path, made: Path, options: Sequence[str]) -> None:
    run = subprocess.run([migcore, "transform", stream, "-o", made, "--rules", RULES / rules, *options],
                         capture_output=True, text=True)
    expect(run.returncode == 0, f"migcore transform: {run.stdout}{run.stderr}")


def differences(migcore: str, given: Path, saved: Path) -> dict[str, str]:
    """The paths of what differs, and how. Memory is compared page by page: QEMU parts its records by time."""
    run = subprocess.run([migcore, "diff", "--json", given, saved], capture_output=True, text=True)
    expect(run.returncode in (0, 1), f"migcore diff: {run.stderr}")
    told = json.loads(run.stdout)
    expect(not told["errors"], f"migcore diff: {told['errors']}")
    found = {found["path"]: found["text"] for found in told["differences"] if not found["path"].startswith(MEMORY)}
    before, after = memory(given.read_bytes()), memory(saved.read_bytes())
    pages = [page for page in before.keys() | after.keys() if before.get(page) != after.get(page)]
    return found | {f"{MEMORY}.{block}": f"{block}: the page {address:#x} differs" for block, address in pages}


def loaded(migcore: str, machine: Machine, given: Path, differs: Sequence[str] = ()) -> None:
    """Loads a stream; what the machine saves then has to be the same, but for what lies below one of the paths."""
    machine.load(given)
    expect(not machine.complaints(), f"it was loaded, but: {machine.complaints()}")
    saved = given.with_name("saved")
    machine.save(saved)
    others = [text for path, text in differences(migcore, given, saved).items() if not path.startswith((*RESTLESS, *differs))]
    expect(not others, "the machine saves another state than it was given: " + "; ".join(others))
