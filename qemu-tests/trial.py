"""The steps of a test in which a machine loads a stream that was transformed for it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Sequence

from machine import Machine, Refused

TOP = Path(__file__).resolve().parent.parent
RULES = TOP / "examples/rules"
# What QEMU saves otherwise than it has loaded it, also where nothing was transformed: the clock, and where a disk would try again what failed.
RESTLESS = ("mc146818rtc/0", "0000:00:01.1/ide/0.bmdma[0].migration_retry_sector_num")


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


def differences(migcore: str, given: Path, saved: Path) -> list[dict]:
    run = subprocess.run([migcore, "diff", "--json", given, saved], capture_output=True, text=True)
    expect(run.returncode in (0, 1), f"migcore diff: {run.stderr}")
    found = json.loads(run.stdout)
    expect(not found["errors"], f"migcore diff: {found['errors']}")
    return found["differences"]


def loaded(migcore: str, machine: Machine, given: Path, differs: Sequence[str] = ()) -> None:
    """Loads a stream; what the machine saves then has to be the same, but for what lies below one of the paths."""
    machine.load(given)
    expect(not machine.complaints(), f"it was loaded, but: {machine.complaints()}")
    saved = given.with_name("saved")
    machine.save(saved)
    others = [found["text"] for found in differences(migcore, given, saved) if not found["path"].startswith((*RESTLESS, *differs))]
    expect(not others, "the machine saves another state than it was given: " + "; ".join(others))
