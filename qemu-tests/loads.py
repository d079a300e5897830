#!/usr/bin/env -S python3 -B
"""Records what QEMU really loads, for every pair of machines of some groups.

Each machine runs its firmware, stops and saves; every machine of the group is then given the stream

    as_is        as it was saved
    configured   with the target's configuration (its machine type; or none)
    framed       with the target's footers as well, where the two machines differ in them

    loads.py TABLE STREAMS   writes the table, and the streams without memory into the folder STREAMS
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from framing import configuration, has_footers, sections, stop, with_configuration, with_footers
from machine import NOTHING_TO_BOOT, QEMU, Machine, Refused

STRIP = Path(__file__).resolve().parent.parent / "scripts/strip-ram"
JOBS = 2
# What goes on while the machine stands still.
CLOCKS = ("mc146818rtc/0",)

I440FX = "7.2 7.1 7.0 6.2 6.1 6.0 5.2 5.1 5.0 4.2 4.0 3.1 2.12 2.8 2.6 2.4 2.3 2.1".split()
Q35 = "7.2 7.1 7.0 6.2 6.1 6.0 5.2 5.1 5.0 4.2 4.0 3.1 2.12 2.8 2.6 2.4".split()
SOME = "7.2 7.0 6.2 6.0 5.0 4.0 3.1 2.8 2.6 2.4".split()
DISK = ["-blockdev", "driver=null-co,node-name=disk,size=1048576,read-zeroes=on"]
# A network behind a card has state of its own: here the cards have none.
VIRTIO = ["-device", "virtio-net-pci,romfile=,addr=4", *DISK, "-device", "virtio-blk-pci,drive=disk,addr=5"]
MIXED = ["-device", "rtl8139,romfile=,addr=5", "-device", "e1000,romfile=,addr=6",
         "-device", "AC97,audiodev=silent,addr=7", "-audiodev", "none,id=silent", "-device", "piix3-usb-uhci,addr=8", "-device", "usb-tablet",
         "-device", "virtio-scsi-pci,addr=9", "-device", "virtio-serial-pci,addr=10", "-device", "isa-serial"]


@dataclass(frozen=True)
class Made:
    """A machine: its type, properties of it, and devices."""

    name: str
    kind: str
    arguments: tuple = ()

    @property
    def described(self) -> str:
        """Some types leave out the description, without which little can be told of a stream."""
        return f"{self.kind},suppress-vmdesc=off"


@dataclass
class Group:
    """Machines, each of which is given the stream of each."""

    name: str
    machines: list = field(default_factory=list)


def versions(name: str, board: str, numbers: list, arguments: list) -> Group:
    return Group(name, [Made(f"{name}-{n}", f"pc-{board}-{n}", tuple(arguments)) for n in numbers])


def two(name: str, first: tuple, second: tuple) -> Group:
    """The same, made in two ways; each is (name, machine type, arguments)."""
    return Group(name, [Made(f"{name}-{made}", kind, tuple(arguments.split())) for made, kind, arguments in (first, second)])


NEW = "pc-i440fx-7.2"
GROUPS = [
    versions("i440fx", "i440fx", I440FX, []),
    versions("q35", "q35", Q35, []),
    versions("i440fx-virtio", "i440fx", SOME, VIRTIO),
    versions("q35-virtio", "q35", SOME, VIRTIO),
    versions("i440fx-mixed", "i440fx", SOME, MIXED),
    versions("i440fx-vga", "i440fx", ["7.2", "2.12", "2.8"], ["-device", "VGA,addr=2"]),
    versions("i440fx-gpu", "i440fx", ["7.2", "2.8", "2.4"], ["-device", "virtio-gpu-pci,addr=2"]),
    versions("i440fx-vmxnet3", "i440fx", ["7.2", "2.4"], ["-device", "vmxnet3,romfile=,addr=4"]),
    two("hpet", ("on", NEW, ""), ("off", f"{NEW},hpet=off", "")),
    two("cpus", ("2", NEW, "-smp 2"), ("1", NEW, "-smp 1")),
    two("nic", ("with", NEW, "-device rtl8139,romfile=,addr=5"), ("without", NEW, "")),
    two("tablet", ("with", NEW, "-device piix3-usb-uhci,addr=8 -device usb-tablet"), ("without", NEW, "-device piix3-usb-uhci,addr=8")),
    two("slot", ("5", NEW, "-device rtl8139,romfile=,addr=5"), ("6", NEW, "-device rtl8139,romfile=,addr=6")),
    two("qxl", ("5", NEW, "-device qxl-vga,addr=2,revision=5"), ("4", NEW, "-device qxl-vga,addr=2,revision=4")),
    two("pcihp", ("on", NEW, ""), ("off", NEW, "-global PIIX4_PM.acpi-pci-hotplug-with-bridge-support=off")),
    two("queue-reset", ("on", NEW, " ".join(VIRTIO)), ("off", NEW, " ".join(VIRTIO).replace("-pci,", "-pci,queue_reset=off,"))),
]


def saved(made: Made, path: Path) -> bytes:
    with Machine(made.described, made.arguments) as machine:
        machine.wait_for(NOTHING_TO_BOOT)
        machine.stop()
        machine.save(path)
    return path.read_bytes()


def answer(made: Made, path: Path) -> dict:
    """Whether the machine loads the stream, what QEMU writes, and which sections it saves with other bytes or not at all."""
    with Machine(made.described, made.arguments, incoming=True) as machine:
        try:
            machine.load(path)
        except Refused as why:
            return {"loads": False, "said": why.lines}
        said = machine.complaints()
        sent = device_state(path.read_bytes())
        machine.save(path)
    again = device_state(path.read_bytes())
    return {"loads": True, "said": said, "gone": [name for name in sent if name not in again],
            "changed": [name for name in sent if name in again and sent[name] != again[name] and name not in CLOCKS]}


def device_state(stream: bytes) -> dict[str, bytes]:
    return {f"{section.name}/{section.instance}": stream[section.payload:stop(section)]
            for section in sections(stream) if section.kind == "full"}


def compare(source: Made, target: Made, streams: dict, folder: Path) -> dict:
    stream, own = streams[source], streams[target]
    configured = with_configuration(stream, configuration(own))
    forms = {"as_is": stream, "configured": configured}
    if has_footers(stream) != has_footers(own):
        forms["framed"] = with_footers(configured, has_footers(own))
    row = {"from": source.name, "to": target.name}
    for form, data in forms.items():
        path = folder / f"{source.name}-{target.name}-{form}"
        path.write_bytes(data)
        row[form] = answer(target, path)
        path.unlink()
    return row


def pairs(group: Group, folder: Path) -> list[dict]:
    streams = {made: saved(made, folder / f"{made.name}.bin") for made in group.machines}
    with ThreadPoolExecutor(JOBS) as pool:
        return list(pool.map(lambda pair: compare(*pair, streams, folder), product(group.machines, repeat=2)))


def main() -> int:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    table, kept = map(Path, sys.argv[1:])
    kept.mkdir(exist_ok=True)
    version = subprocess.run([QEMU, "--version"], capture_output=True, text=True, check=True).stdout
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for group in GROUPS:
            found = pairs(group, folder)
            rows += [{"group": group.name, **row} for row in found]
            print(f"{group.name}: {len(found)} pairs, {sum(row['configured']['loads'] for row in found)} load when configured")
        for stream in sorted(folder.glob("*.bin")):
            subprocess.run([STRIP, stream, kept / f"{stream.name}.xz"], check=True)
    lines = ",\n".join(json.dumps(row) for row in rows)
    head = json.dumps({"qemu": re.search(r"version (\S+)", version).group(1)})[1:-1]
    table.write_text(f'{{{head}, "pairs": [\n{lines}\n]}}\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
