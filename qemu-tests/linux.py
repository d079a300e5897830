#!/usr/bin/env -S python3 -B
"""Linux with a network and a disk on virtio goes on under an older machine type, and again under the newer one.

The kernel and its modules are this system's. The guest (`linux_init`) counts; with each number it reads a block of its disk past the
cache, and asks the gateway of its network for an answer.

    linux.py MIGCORE
    linux.py --probe     whether there is a kernel that can be used
"""

from __future__ import annotations

import gzip
import lzma
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

from machine import Failed, Machine, Refused
from trial import Wrong, expect, loaded, refused, transform

MODULES = Path("/lib/modules")
NEEDED = ("virtio_pci", "virtio_blk", "virtio_net")
BUSYBOX = Path("/bin/busybox")
MEMORY = 128
BLOCK = 512
BLOCKS = 1000
COUNTS = 10
# Without no_timer_check it counts the interrupts of its timer, and gives up where others use the processor.
ARGUMENTS = "console=ttyS0 quiet no_timer_check random.trust_cpu=on"
NEW, OLD = "pc-i440fx-7.2", "pc-i440fx-6.2"
# What differs between the two machines without virtio.
FIELD_ALONE = f"""
[[change]]
from = "{OLD}"
to = "{NEW}"
step = [{{ add = {{ in = "*/piix4_pm/0", name = "acpi_pci_hotplug.acpi_index", type = "u32", value = 0 }} }}]
"""
TOLD = re.compile(r"count (\d+) disk block-(\d+) network answers")


def kernels() -> Iterator[tuple[Path, Path]]:
    """The kernels of this system and the directories of their modules, the newest first."""
    for modules in sorted(MODULES.glob("*"), reverse=True):
        kernel = Path(f"/boot/vmlinuz-{modules.name}")
        if kernel.exists() and (modules / "modules.dep").exists():
            yield kernel, modules


def modules_of(folder: Path) -> list[bytes]:
    """What has to be loaded for the devices, in order."""
    needs = dict(line.split(":") for line in (folder / "modules.dep").read_text().splitlines())
    order: list[str] = []
    for name in NEEDED:
        module = next((path for path in needs if Path(path).name.split(".")[0] == name), None)
        if module is None:
            raise Wrong(f"{folder} has no module {name}")
        # The list names the last one first.
        order += [path for path in [*reversed(needs[module].split()), module] if path not in order]
    return [contents(folder / path) for path in order]


def contents(path: Path) -> bytes:
    """A module as the kernel loads it: distributions compress them, each in its own way."""
    packed = path.read_bytes()
    if path.suffix == ".ko":
        return packed
    if path.suffix == ".xz":
        return lzma.decompress(packed)
    if path.suffix == ".gz":
        return gzip.decompress(packed)
    if path.suffix == ".zst" and shutil.which("zstd"):
        return subprocess.run(["zstd", "-dc"], input=packed, stdout=subprocess.PIPE, check=True).stdout
    raise Wrong(f"{path} cannot be unpacked" + ("; zstd is not installed" if path.suffix == ".zst" else ""))


def archive(files: dict[str, tuple[int, bytes]]) -> bytes:
    """The format `newc` of cpio, which a kernel unpacks into its first file system."""
    def padded(data: bytes) -> bytes:
        return data + bytes(-len(data) % 4)
    parts = []
    for number, (name, (mode, data)) in enumerate({**files, "TRAILER!!!": (0, b"")}.items(), 1):
        head = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        parts.append(padded(b"070701" + b"".join(b"%08x" % value for value in head) + name.encode() + b"\0") + padded(data))
    return b"".join(parts)


def first_files(modules: Path) -> bytes:
    folder, program, link = 0o40755, 0o100755, 0o120777
    files = {name: (folder, b"") for name in ("bin", "dev", "proc", "modules")}
    files["bin/busybox"] = (program, BUSYBOX.read_bytes())
    files["bin/sh"] = (link, b"busybox")
    files["init"] = (program, Path(__file__).with_name("linux_init").read_bytes())
    for number, module in enumerate(modules_of(modules)):
        files[f"modules/{number:02}.ko"] = (program, module)
    return archive(files)


def machine(kind: str, folder: Path, kernel: Path, incoming: bool) -> Machine:
    return Machine(kind, [
        "-kernel", str(kernel), "-initrd", str(folder / "files"), "-append", ARGUMENTS,
        "-netdev", "user,id=net,restrict=on", "-device", "virtio-net-pci,romfile=,netdev=net",
        "-blockdev", f"driver=file,filename={folder / 'disk'},node-name=disk", "-device", "virtio-blk-pci,drive=disk",
    ], incoming=incoming, memory=MEMORY, console="isa-serial")


def count(guest: Machine) -> bytes:
    """What the guest tells while it counts on."""
    return b"".join(guest.wait_for(b"\n") for _ in range(COUNTS))


def whole_lines(told: bytes) -> bytes:
    """The last one may be cut where the machine was stopped."""
    return told[:told.rindex(b"\n")]


def lives(told: bytes) -> int:
    """The last number; each must have followed the one before, with its block and an answer."""
    numbers = [(TOLD.fullmatch(line), line) for line in told.decode().splitlines()]
    for at, (found, line) in enumerate(numbers):
        expect(found is not None and int(found[1]) == at and int(found[2]) == at % BLOCKS, f"the guest told {line!r} as line {at}")
    return len(numbers) - 1


def without_features(migcore: str, folder: Path, kernel: Path, stream: Path) -> None:
    """The field alone is not enough: the older machine's devices do not have a feature that the drivers have accepted."""
    rules, given = folder / "field.toml", folder / "field"
    rules.write_text(FIELD_ALONE)
    transform(migcore, str(rules), stream, given, [])
    said = refused(machine(OLD, folder, kernel, incoming=True), given, "Features 0x")
    print(f"      {OLD} refuses it without the field, too: {said}", flush=True)


def move(migcore: str, folder: Path, kernel: Path, target: str, stream: Path) -> tuple[bytes, Path]:
    """Transforms the stream for the target, and runs it there: what the guest tells, and the next stream."""
    given, later = folder / f"for-{target}", folder / f"of-{target}"
    said = refused(machine(target, folder, kernel, incoming=True), stream, "Machine type received is")
    print(f"      {target} refuses the stream: {said}", flush=True)
    transform(migcore, "pc-i440fx.toml", stream, given, ["--to", target])
    with machine(target, folder, kernel, incoming=True) as guest:
        loaded(migcore, guest, given)
        guest.go_on()
        told = count(guest)
        guest.stop()
        guest.save(later)
        return told + guest.wrote(), later


def run(migcore: str, kernel: Path, modules: Path, folder: Path) -> None:
    (folder / "files").write_bytes(first_files(modules))
    (folder / "disk").write_bytes(b"".join(b"block-%d." % number + bytes(BLOCK - len(b"block-%d." % number)) for number in range(BLOCKS)))
    stream = folder / "stream"
    with machine(NEW, folder, kernel, incoming=False) as guest:
        told = count(guest)
        guest.stop()
        guest.save(stream)
        told += guest.wrote()
    lives(whole_lines(told))
    print(f"ok    {kernel.name} under {NEW}, and saved; the guest told:\n{told.decode()}", flush=True)
    without_features(migcore, folder, kernel, stream)
    for target in (OLD, NEW):
        more, stream = move(migcore, folder, kernel, target, stream)
        told += more
        print(f"ok    transformed, loaded and going on under {target}; the guest told:\n{more.decode()}", flush=True)
    last = lives(whole_lines(told))
    print(f"ok    counted to {last}, each number once, each with its block and an answer")


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    kernel, modules = next(kernels(), (None, None))
    if kernel is None or not BUSYBOX.exists():
        print("no kernel with modules in /boot and /lib/modules, or no busybox")
        return 1
    if sys.argv[1] == "--probe":
        return 0
    with tempfile.TemporaryDirectory() as name:
        try:
            run(sys.argv[1], kernel, modules, Path(name))
        except (Wrong, Refused, Failed, TimeoutError) as why:
            print(f"FAIL  {why}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
