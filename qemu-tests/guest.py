"""The disk with the guest of `guest.s`, which tells the letters of the alphabet, one with each tick, again and again."""

from __future__ import annotations

import os
import string
import subprocess
from pathlib import Path

SECTOR = 512
# On a smaller disk the firmware counts no cylinder, and reads nothing.
DISK_BYTES = 16 << 20
LETTERS = string.ascii_lowercase.encode()
# What the firmware says when it starts the guest.
STARTED = b"Booting from 0000:7c00\n"


def make_disk(path: Path) -> None:
    """The guest, and behind it a sector of each letter."""
    source = Path(__file__).with_name("guest.s")
    code, linked = path.with_suffix(".o"), path.with_suffix(".code")
    subprocess.run(["as", "--32", "--defsym", f"LAST={len(LETTERS)}", "-o", code, source], check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-e", "0x7c00", "-o", linked, code], check=True)
    path.write_bytes(linked.read_bytes() + b"".join(bytes([letter]) * SECTOR for letter in LETTERS))
    os.truncate(path, DISK_BYTES)


def continues(before: bytes, after: bytes) -> bool:
    """Whether the guest went on with the next letter, and left out none."""
    told = before + after
    start = LETTERS.index(told[:1])
    return told == bytes(LETTERS[(start + number) % len(LETTERS)] for number in range(len(told)))
