#!/usr/bin/env -S python3 -B
"""Machines of QEMU that refuse each other's streams, and load them when the rules of examples/rules were applied.

In each case a machine runs a guest, stops and saves. The other one refuses the stream. `migcore transform` makes another stream, which it
loads; what it saves then is, but for clocks, what it was given; and the guest goes on where it was. What a rule refuses, QEMU refuses, too.

    cases.py MIGCORE [NAME...]   all cases, or those named
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from framing import load, with_memory
from guest import STARTED, continues, make_disk
from machine import NOTHING_TO_BOOT, Failed, Machine, Refused
from trial import RULES, TOP, Wrong, expect, loaded, refused, transform

LETTERS_BEFORE = 5
LETTERS_AFTER = 10

NIC = "-netdev user,id=net -device rtl8139,romfile=,netdev=net,addr="
IDE = "-device ide-hd,bus=ide.0,drive=disk"
UHCI = "-device piix3-usb-uhci,addr=8"
# Where a machine type has another default, both machines are given the same.
MANY = ("-device virtio-blk-pci,drive=disk,queue-size=128,discard=off,write-zeroes=off,addr=5"
        " -device virtio-scsi-pci,virtqueue_size=128,addr=9 -netdev user,id=one -device virtio-net-pci,romfile=,netdev=one,vectors=3,addr=4"
        " -device virtio-serial-pci,addr=10 -device virtio-rng-pci,vectors=0,addr=11"
        " -netdev user,id=two -device e1000,romfile=,netdev=two,addr=6 -audiodev none,id=silent -device AC97,audiodev=silent,addr=7"
        f" {UHCI} -device usb-tablet -device isa-serial")


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    target: str
    rules: str
    # How what QEMU says begins.
    refusal: str
    source_devices: str = IDE
    target_devices: str = IDE
    options: tuple = ()
    # What the target may save otherwise than it was given.
    differs: tuple = ()

    def to(self) -> Sequence[str]:
        """The target's version, where the rules are a history."""
        return ["--to", self.target] if self.rules.startswith("pc-") else []


@dataclass(frozen=True)
class Recorded:
    """A stream that another QEMU saved. Its memory was replaced: it gets that of a machine here, whose firmware did the same. QEMU looks into
    it for some devices, but no guest can go on in it."""

    name: str
    stream: str
    target: str
    rules: str
    refusal: str
    target_devices: str = ""
    # The fields of globalstate are others, of the same bytes.
    differs: tuple = ("globalstate/0",)


@dataclass(frozen=True)
class Never:
    """What no rule can make fit is refused by one. QEMU refuses what is made without that, too."""

    name: str
    source: str
    target: str
    rules: str
    devices: str
    # What of it the rule names.
    why: str
    refusal: str


NEW, NEWQ = "pc-i440fx-7.2", "pc-q35-7.2"
NAMES = "Machine type received is"
CASES = [
    Case("i440fx-7.2-to-6.2", NEW, "pc-i440fx-6.2", "pc-i440fx.toml", NAMES),
    Case("i440fx-6.2-to-7.2", "pc-i440fx-6.2", NEW, "pc-i440fx.toml", NAMES),
    Case("i440fx-7.2-to-2.4", NEW, "pc-i440fx-2.4", "pc-i440fx.toml", NAMES),
    # It leaves out the description unless it is told not to. Whether it was running is not in its stream; the other stands still when it
    # saves, and has one more block of memory.
    Case("i440fx-2.1-to-7.2", "pc-i440fx-2.1,suppress-vmdesc=off", NEW, "pc-i440fx.toml", "Configuration section missing",
         options=("--from", "pc-i440fx-2.1"), differs=("globalstate/0", "ram/0./rom@etc/acpi/rsdp")),
    Case("i440fx-7.2-to-4.2-many-devices", NEW, "pc-i440fx-4.2", "pc-i440fx.toml", NAMES, MANY, MANY),
    Case("i440fx-3.1-to-7.2-many-devices", "pc-i440fx-3.1", NEW, "pc-i440fx.toml", NAMES, MANY, MANY),
    Case("q35-7.2-to-3.1", NEWQ, "pc-q35-3.1", "pc-q35.toml", NAMES),
    Case("q35-2.8-to-7.2", "pc-q35-2.8", NEWQ, "pc-q35.toml", NAMES),
    Case("hpet-removed", NEW, f"{NEW},hpet=off", "remove-hpet.toml", "Unknown savevm section or instance 'hpet' 0."),
    Case("processor-removed", NEW, NEW, "remove-cpu.toml", "Unknown savevm section or instance 'cpu_common' 1.", f"{IDE} -smp 2"),
    Case("nic-removed", NEW, NEW, "remove-nic.toml", "Unknown savevm section or instance '0000:00:05.0/rtl8139' 0.",
         f"{IDE} -device rtl8139,romfile=,addr=5"),
    Case("tablet-removed", NEW, NEW, "remove-tablet.toml", "Unknown savevm section or instance '0000:00:08.0/1/usb-ptr' 0.",
         f"{IDE} {UHCI} -device usb-tablet", f"{IDE} {UHCI}"),
    Case("nic-moved", NEW, NEW, "move-nic.toml", "Unknown savevm section or instance '0000:00:05.0/rtl8139' 0.", f"{IDE} {NIC}5", f"{IDE} {NIC}6"),
    Case("qxl-revision", NEW, NEW, "qxl-revision.toml", "get_pci_config_device: Bad config data: i=0x8 read: 5 device: 4 ",
         f"{IDE} -device qxl-vga,addr=2", f"{IDE} -device qxl-vga,addr=2,revision=4",
         # It counts how often it was loaded.
         differs=("0000:00:02.0/qxl/0.ssd.unique",)),
    Recorded("qemu-10.0-to-7.2", "cli/tests/streams/xbin-i440fx-10.0-to-7.2.src.bin.xz", NEW, "pc-i440fx.toml", NAMES),
    Recorded("qemu-10.0-to-7.2-virtio-gpu", "qemu-tests/i440fx-10.0-virtio-gpu.bin.xz", NEW, "pc-i440fx.toml", NAMES, "-device virtio-gpu-pci"),
    Never("vga-has-other-memory", NEW, "pc-i440fx-2.12", "pc-i440fx.toml", "-device VGA,addr=2", "*/vga/0 is there", "Unknown ramblock"),
    Never("virtio-has-other-capabilities", NEW, "pc-i440fx-2.6", "pc-i440fx.toml", "-device virtio-rng-pci,vectors=0,addr=5",
          "*/virtio-*/0 is there", "get_pci_config_device: Bad config data: i=0x"),
]


def run(migcore: str, case: Case, folder: Path) -> str:
    disk, stream, given = folder / "disk", folder / "stream", folder / "given"
    source, target = ([*f"-blockdev driver=file,filename={disk},node-name=disk".split(), *devices.split()]
                      for devices in (case.source_devices, case.target_devices))
    with Machine(case.source, source) as machine:
        machine.wait_for(STARTED)
        before = machine.wait_for_bytes(LETTERS_BEFORE)
        machine.stop()
        machine.save(stream)
        before += machine.wrote()
    refused(Machine(case.target, target, incoming=True), stream, case.refusal)
    transform(migcore, case.rules, stream, given, [*case.options, *case.to()])
    with Machine(case.target, target, incoming=True) as machine:
        loaded(migcore, machine, given, case.differs)
        machine.go_on()
        after = machine.wait_for_bytes(LETTERS_AFTER)
        expect(continues(before, after), f"the guest told {before!r}, then {after!r}")
        machine.stop()
        machine.save(folder / "later")
    return f"the guest told {before.decode()}, then {after.decode()}"


def replay(migcore: str, case: Recorded, folder: Path) -> str:
    stream, given = folder / "stream", folder / "given"
    devices = case.target_devices.split()
    with Machine(case.target, devices) as machine:
        machine.wait_for(NOTHING_TO_BOOT)
        machine.stop()
        machine.save(stream)
    stream.write_bytes(with_memory(load(str(TOP / case.stream)), stream.read_bytes()))
    refused(Machine(case.target, devices, incoming=True), stream, case.refusal)
    transform(migcore, case.rules, stream, given, ["--to", case.target])
    with Machine(case.target, devices, incoming=True) as machine:
        loaded(migcore, machine, given, case.differs)
    return "loaded, and saved again"


def never(migcore: str, case: Never, folder: Path) -> str:
    stream, given, rules = folder / "stream", folder / "given", folder / "without.toml"
    devices = case.devices.split()
    with Machine(case.source, devices) as machine:
        machine.wait_for(NOTHING_TO_BOOT)
        machine.stop()
        machine.save(stream)
    try:
        transform(migcore, case.rules, stream, given, ["--to", case.target])
    except Wrong as why:
        expect(case.why in str(why) and not given.exists(), f"it was refused for another reason: {why}")
    else:
        raise Wrong("the rules do not refuse it")
    lines = (RULES / case.rules).read_text().splitlines(keepends=True)
    rules.write_text("".join(line for line in lines if "{ refuse = " not in line))
    transform(migcore, str(rules), stream, given, ["--to", case.target])
    return refused(Machine(case.target, devices, incoming=True), given, case.refusal)


STEPS = {Case: run, Recorded: replay, Never: never}


def main() -> int:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    migcore, *names = sys.argv[1:]
    wrong = 0
    for case in CASES:
        if names and case.name not in names:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_disk(folder / "disk")
            try:
                said = STEPS[type(case)](migcore, case, folder)
                print(f"ok    {case.name}: {said}", flush=True)
            except (Wrong, Refused, Failed, TimeoutError) as why:
                wrong += 1
                print(f"FAIL  {case.name}: {why}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
