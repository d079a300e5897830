#!/usr/bin/env python3
"""Writes QEMU migration streams that no machine wrote.

They hold at random what the format allows, and what the real streams beside them lack: lists and trees
with elements, null pointers in all their forms, pages sent as differences. It knows the format as
the reader beside it does, from a description of it, without a look at the library.

    write_qemu.py DIRECTORY FIRST COUNT      writes made-N.bin for the seeds FIRST to FIRST + COUNT - 1
"""

from __future__ import annotations

import json
import random
import sys
import zlib
from pathlib import Path
from typing import Any

SIZES = {f"{sign}int{bits}": bits // 8 for sign in ("u", "") for bits in (8, 16, 32, 64)}
SIZES |= {"uint8 equal": 1, "uint16 equal": 2, "uint32 equal": 4, "int32 equal": 4, "int64 equal": 8, "int32 le": 4}
SIZES |= {"timer": 8, "bool": 1, "fd": 1, "CPU_Double_U": 8, "float64": 8, "pci irq state": 16}
FREE = ("buffer", "unused_buffer", "pci config", "private", "another private")
# The library keeps as many scopes open as these need at most.
DEEPEST = 2


class Object(list):
    """A JSON object whose keys may repeat."""


def text(value: Any) -> str:
    if isinstance(value, Object):
        return "{" + ", ".join(f"{json.dumps(key)}: {text(held)}" for key, held in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(text(held) for held in value) + "]"
    return json.dumps(value)


def number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def short(name: str) -> bytes:
    return bytes([len(name)]) + name.encode()


def subsection(name: str) -> bytes:
    return b"\x05" + short(f"configuration/{name}") + number(1)


def command(kind: int, data: bytes = b"") -> bytes:
    return b"\x08" + kind.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


class Field:
    """One element of a field: the keys that describe it, and bytes that fit, others at each call."""

    def __init__(self, keys: list, size: int, fill: Any) -> None:
        self.keys, self.size, self.fill = keys, size, fill

    def entry(self, name: str, given: tuple = ()) -> Object:
        return Object([("name", name), *given, *self.keys, ("size", self.size)])


class Description:
    """Fields and subsections."""

    def __init__(self, keys: list, size: int, fill: Any) -> None:
        self.keys, self.size, self.fill = keys, size, fill


class Writer:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = 0
        self.newer = self.random.random() < 0.5
        self.addresses = False

    def bytes(self, size: int) -> bytes:
        # Small numbers, the mark of null and of a subsection: more telling than noise.
        pick = self.random.choice((b"\x00", b"\x00\x01", b"\x05\x30\x7e\x00", bytes(range(256))))
        return bytes(self.random.choice(pick) for _ in range(size))

    def name(self) -> str:
        self.names += 1
        return f"{self.random.choice(('a', 'env.b', 'c[1]', 'd[0x0]', 'longer_name'))}{self.names}"

    def leaf(self) -> Field:
        kind = self.random.choice((*SIZES, *FREE, "bitmap", "capability"))
        if kind == "bool":
            return Field([("type", kind)], 1, lambda: bytes([self.random.randrange(2)]))
        if kind == "capability":
            size = self.random.randrange(9)
            return Field([("type", kind)], size + 1, lambda: bytes([size]) + b"capable!"[:size])
        size = SIZES.get(kind, self.random.randrange(1, 20))
        if kind == "bitmap":
            size = 8 * self.random.randrange(1, 4)
        return Field([("type", kind)], size, lambda: self.bytes(size))

    def struct(self, depth: int, plain: bool) -> Field:
        nested = self.description(self.name(), depth + 1, plain)
        kind = self.random.choice(("struct", "struct", "vstruct", "tmp"))
        keys = [("type", kind)] + ([("struct", Object(nested.keys))] if kind == "struct" else nested.keys)
        return Field(keys, nested.size, nested.fill)

    def list(self, depth: int) -> Field:
        """A list or a tree, whose elements stand in the field itself."""
        kind, count = self.random.choice(("qtailq", "qlist", "gtree", "gtree")), self.random.randrange(4)
        direct = self.random.random() < 0.5
        keys, parts = [("type", kind)], []
        for _ in range(count):
            parts.append(lambda: b"\x01")
            if kind == "gtree" and direct:
                parts.append(lambda: self.bytes(8))
            for _ in range(2 if kind == "gtree" and not direct else 1):
                element = self.description(self.name(), depth + 1, False)
                keys += element.keys
                parts.append(element.fill)
        parts.append(lambda: b"\x00")
        head = number(count) if kind == "gtree" else b""
        size = len(head) + sum(len(part()) for part in parts)
        return Field(keys, size, lambda: head + b"".join(part() for part in parts))

    def element(self, depth: int, plain: bool) -> Field:
        choice = self.random.random()
        if depth >= DEEPEST or choice < 0.6:
            return self.leaf()
        return self.struct(depth, plain) if plain or choice < 0.9 else self.list(depth)

    def null(self) -> Field:
        keys = [("type", "nullptr")] if self.newer else self.random.choice(
            ([("type", "uint64")], [("type", "struct"), ("struct", Object())]))
        return Field(keys, 1, lambda: b"\x30")

    def entries(self, depth: int, plain: bool) -> tuple[list, list]:
        """A field: its entries, and what writes them."""
        name, choice = self.name(), self.random.random()
        if choice < 0.6:
            field = self.element(depth, plain)
            return [field.entry(name)], [field.fill]
        count = self.random.randrange(2, 6)
        if choice < 0.75:
            field = self.element(depth, True)
            return [field.entry(name, (("array_len", count),))], [field.fill] * count
        if choice < 0.85:
            return self.runs(name, depth)
        return self.numbered(name, depth, plain, count)

    def runs(self, name: str, depth: int) -> tuple[list, list]:
        """An array of pointers of which some are null, in runs."""
        field, null = self.element(depth, True), self.null()
        entries, fills = [], []
        for turn in range(self.random.randrange(1, 4)):
            one, count = (field, null)[turn % 2], self.random.randrange(1, 4)
            if not self.newer and one is null:
                # Older releases know no runs: each null has its own entry.
                return entries, fills
            entries.append(one.entry(name, (("array_len", count),) if count > 1 else ()))
            fills += [one.fill] * count
        return entries, fills

    def numbered(self, name: str, depth: int, plain: bool, count: int) -> tuple[list, list]:
        """An array with an entry for each element; newer releases leave the last without a number."""
        entries, fills = [], []
        pointers = self.random.random() < 0.4
        for index in range(count):
            null = pointers and 0 < index < count - 1 and self.random.random() < 0.5
            field, left = self.null() if null else self.element(depth, plain), count - index
            given: tuple = (("index", index),)
            if self.newer:
                given = () if left == 1 else (("array_len", left),) if null else given
            entries.append(field.entry(name, given))
            fills.append(field.fill)
        return entries, fills

    def description(self, name: str, depth: int, plain: bool = False) -> Description:
        """A description; a plain one has no subsections anywhere."""
        entries, fills = [], []
        for _ in range(self.random.randrange(1, 6)):
            more, filled = self.entries(depth, plain)
            entries += more
            fills += filled
        keys = [("vmsd_name", name), ("version", self.random.randrange(30)), ("fields", entries)]
        subsections = []
        while not plain and depth < DEEPEST and self.random.random() < 0.3:
            child = self.description(f"{name}/{self.name()}", depth + 1)
            subsections.append(Object(child.keys))
            head = b"\x05" + short(child.keys[0][1]) + number(child.keys[1][1])
            fills += [lambda head=head: head, child.fill]
        if subsections:
            keys.append(("subsections", subsections))
        return Description(keys, sum(len(fill()) for fill in fills), lambda: b"".join(fill() for fill in fills))

    def pages(self, page: int, count: int) -> bytes:
        """Pages of one block in all encodings, the first with the block's name."""
        written, block = b"", short("pc.ram")
        for place in range(count):
            flags = 0x20 if place else 0
            kind = self.random.choice((0x02, 0x08, 0x40, 0x100, 0x200))
            if kind == 0x200 and page > 0x200:
                written += kind.to_bytes(8, "big")
            if kind >= page or kind == 0x200:
                kind = 0x02
            held = {0x02: b"\x00", 0x08: self.bytes(page)}.get(kind, b"")
            if kind == 0x40:
                held = b"\x01\x00\x05\x07\x03new"
            if kind == 0x100:
                packed = zlib.compress(self.bytes(page))
                held = number(len(packed)) + packed
            written += (place * page | kind | flags).to_bytes(8, "big") + (b"" if flags else block) + held
        return written + (0x10).to_bytes(8, "big")

    def configuration(self, page: int) -> bytes:
        """The machine's name, and subsections; whether addresses of blocks follow from them is kept."""
        written = b"\x07" + number(4) + b"none"
        if self.random.random() < 0.3:
            written += subsection("target-page-bits") + number(page.bit_length() - 1)
        if self.random.random() < 0.5:
            names = self.random.choice(([], ["x-ignore-shared"], ["postcopy-ram", "events"]))
            self.addresses = "x-ignore-shared" in names
            written += subsection("capabilities") + number(len(names)) + b"".join(map(short, names))
        if self.random.random() < 0.3:
            written += subsection("uuid") + bytes(range(16))
        return written

    def ram(self, page: int, footer: Any) -> bytes:
        count = self.random.randrange(1, 8)
        length = (count * page).to_bytes(8, "big")
        block = short("pc.ram") + length + (self.bytes(8) if self.addresses else b"")
        end, head = (0x10).to_bytes(8, "big"), number(9)
        start = (count * page | 4).to_bytes(8, "big") + block + end
        written = b"\x01" + head + short("ram") + number(0) + number(4) + start + footer(9)
        written += b"\x02" + head + self.pages(page, count) + footer(9)
        return written + b"\x03" + head + end + footer(9)

    def devices(self, footer: Any) -> tuple[bytes, list]:
        written, devices = b"", []
        for ident in range(10, 10 + self.random.randrange(1, 6)):
            name = self.random.choice(("dev", "0000:00:02.0/net", "cpu"))
            device = self.description(name, 0)
            head = number(ident) + short(name) + number(ident) + number(device.keys[1][1])
            written += b"\x04" + head + device.fill() + footer(ident)
            devices.append(Object([("name", name), ("instance_id", ident), *device.keys]))
        return written, devices

    def stream(self) -> bytes:
        page, footers = self.random.choice((1024, 4096)), self.random.random() < 0.7

        def footer(ident: int) -> bytes:
            return b"\x7e" + number(ident) if footers else b""

        written = number(0x5145564D) + number(3)
        if self.random.random() < 0.7:
            written += self.configuration(page)
        if self.random.random() < 0.5:
            written += command(1) + command(2, number(1))
        written += self.ram(page, footer)
        sections, devices = self.devices(footer)
        if self.random.random() < 0.3:
            sections = command(4) + sections + command(2, number(3)) + command(5)
            sections = command(7, number(len(sections))) + sections
        described = text(Object([("page_size", page), ("devices", devices)])).encode()
        return written + sections + b"\x00\x06" + number(len(described)) + described


def main() -> int:
    directory, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, first + count):
        (directory / f"made-{seed}.bin").write_bytes(Writer(seed).stream())
    return 0


if __name__ == "__main__":
    sys.exit(main())
