#!/usr/bin/env -S python3 -B
"""Takes the stream of every machine type of a board to every other with the board's rules, and has QEMU load it.

A pair that QEMU does not load has to be one that the head of the rules names. It takes some minutes, and is not part of `make test`.

    routes.py MIGCORE [GROUP...]   the groups of loads.py that have a board's machine types; without names: those with the board alone
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path

from loads import GROUPS, JOBS, Made, saved
from machine import Machine, Refused
from trial import Wrong, loaded, transform

DEFAULT = ["i440fx", "q35"]
# A machine before 2.4 does not say in its stream which one it is. What it stands for runs, while here it stands still.
# Since 2.3 there is one block of memory more.
NOT_KEPT = ("cpu/0", "globalstate/0", "ram/0./rom@etc/acpi/rsdp")


def answer(migcore: str, source: Made, target: Made, folder: Path) -> str:
    given = folder / f"{source.name}-to-{target.name}"
    given.mkdir()
    made = given / "given"
    board = "-".join(source.kind.split("-")[:2])
    try:
        transform(migcore, f"{board}.toml", folder / f"{source.name}.bin", made, ["--from", source.kind, "--to", target.kind])
        with Machine(target.described, target.arguments, incoming=True) as machine:
            loaded(migcore, machine, made, NOT_KEPT)
        return ""
    except Refused as why:
        return f"QEMU: {why.lines[0]}"
    except Wrong as why:
        return str(why)


def main() -> int:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    migcore, *names = sys.argv[1:]
    for group in GROUPS:
        if group.name not in (names or DEFAULT):
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for made in group.machines:
                saved(made, folder / f"{made.name}.bin")
            pairs = list(permutations(group.machines, 2))
            with ThreadPoolExecutor(JOBS) as pool:
                said = list(pool.map(lambda pair: answer(migcore, *pair, folder), pairs))
        for (source, target), why in zip(pairs, said):
            if why:
                print(f"{source.name} to {target.name}: {why}")
        print(f"{group.name}: {said.count('')} of {len(pairs)} pairs load, and are saved again as they were given")
    return 0


if __name__ == "__main__":
    sys.exit(main())
