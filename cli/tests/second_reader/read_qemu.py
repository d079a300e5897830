#!/usr/bin/env python3
"""A second, independent reader of QEMU migration streams.

It is written from a description of the format alone, without a look at the library: where the two
differ, a comparison of the output of both finds it.

It reads a whole stream (and a description from a file, for a stream that does not carry its own)
and prints one line for each item, in stream order, everything with its offset:

    SECTION kind id name instance version offset length how      a record with a payload
    RECORD kind offset length                                    any other record
    BLOCK offset name length                                     a block of memory, as listed
    RAM offset blocks=N zero=N page=N xbzrle=N compress=N flush=N
    OFFSET PATH TYPE VALUE                                       a leaf of the state, parted by tabs
    STOP offset why                                              the end of what can be read

"how" is described, ram, or opaque with the reason. A section is described only if its description
fits the bytes exactly. Numbers are decimal, buffers hexadecimal, floating point as its bits.

    read_qemu.py [--vmdesc FILE] STREAM      exit code 1 after a STOP
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from dataclasses import dataclass, field
from typing import Any, Iterator, Optional

MAGIC = 0x5145564D
EOF, START, PART, END, FULL, SUBSECTION, DESCRIPTION, CONFIGURATION, COMMAND = range(9)
FOOTER = 0x7E
KINDS = {START: "start", PART: "part", END: "end", FULL: "full"}
PACKAGED, ADVISE = 7, 3
# The length of the data of each command; none: it varies.
COMMANDS = {1: (0,), 2: (4,), 3: (0, 16), 4: (0,), 5: (0,), 6: None, 7: (4,), 8: (0,), 9: (0,),
            10: None, 11: (0,)}
NULL = 0x30

# Types that hold one number: its size, and whether it has a sign.
NUMBERS = {f"{sign}int{bits}": (bits // 8, not sign) for sign in ("u", "") for bits in (8, 16, 32, 64)}
NUMBERS |= {"uint8 equal": (1, False), "uint16 equal": (2, False), "uint32 equal": (4, False),
            "int32 equal": (4, True), "int32 le": (4, True), "timer": (8, True)}
# So is called what must be equal and has no sign.
NUMBERS |= {"int64 equal": (8, False)}
BITS = {"CPU_Double_U": 8, "float64": 8}
BUFFERS = ("buffer", "unused_buffer", "pci config")
WORDS = {"bitmap": (8, "uint64"), "pci irq state": (4, "uint32")}
LISTS = ("qtailq", "qlist", "gtree")

MEM_SIZE, ZERO, PAGE, EOS, CONTINUE, XBZRLE, COMPRESS, FLUSH = 4, 2, 8, 16, 32, 64, 256, 512
PAGE_SIZES = (4096, 1024, 2048, 8192, 16384, 65536)
PRIVATE_DATA = "data"


class Unreadable(Exception):
    """The bytes are not what they have to be."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.offset = offset


class Cursor:
    """Reads forward in a part of the stream."""

    def __init__(self, data: bytes, pos: int, end: int) -> None:
        self.data, self.pos, self.end = data, pos, end

    def take(self, size: int, what: str) -> bytes:
        if size > self.end - self.pos:
            raise Unreadable(f"the data end inside of {what}", self.pos)
        self.pos += size
        return self.data[self.pos - size:self.pos]

    def number(self, size: int, what: str) -> int:
        return int.from_bytes(self.take(size, what), "big")

    def short(self, what: str) -> bytes:
        return self.take(self.number(1, what), what)

    def expect(self, number: int, size: int, what: str) -> None:
        start = self.pos
        if self.number(size, what) != number:
            raise Unreadable(f"not {what}", start)


# The description: JSON objects are kept as lists of pairs, since keys may repeat.
Pairs = list


def value(pairs: Pairs, key: str, default: Any = None) -> Any:
    return next((v for k, v in pairs if k == key), default)


def inline(pairs: Pairs) -> list[Pairs]:
    """The descriptions that stand in the object of a field itself, one for each element."""
    found: list[Pairs] = []
    for key, held in pairs:
        if key == "vmsd_name":
            found.append([])
        if found and key in ("vmsd_name", "version", "fields", "subsections"):
            found[-1].append((key, held))
    return found


@dataclass
class Leaf:
    offset: int
    path: str
    type: str
    value: str


class Walk:
    """Walks bytes by their description, and keeps the leaves."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor, self.leaves = cursor, []

    def leaf(self, offset: int, path: str, kind: str, shown: str) -> None:
        self.leaves.append(Leaf(offset, path, kind, shown))

    def description(self, vmsd: Pairs, path: str) -> None:
        self.fields(value(vmsd, "fields", []), path)
        for sub in value(vmsd, "subsections", []):
            name = value(sub, "vmsd_name")
            self.cursor.expect(SUBSECTION, 1, f"the subsection {name}")
            if self.cursor.short("a name") != name.encode():
                raise Unreadable(f"not the name {name}", self.cursor.pos)
            self.cursor.expect(value(sub, "version"), 4, f"the version of {name}")
            self.description(sub, f"{path}.{name}")

    def fields(self, fields: list[Pairs], path: str) -> None:
        """Entries of one name that follow each other are the elements of one list."""
        start = 0
        while start < len(fields):
            name, end = value(fields[start], "name"), start + 1
            while end < len(fields) and value(fields[end], "name") == name:
                end += 1
            self.run(fields[start:end], f"{path}.{name}" if name else path)
            start = end

    def run(self, run: list[Pairs], path: str) -> None:
        first = run[0]
        if len(run) == 1 and value(first, "index") is None and value(first, "array_len") is None:
            return self.element(first, path)
        number = 0
        for entry in run:
            for _ in range(self.elements(entry, run)):
                self.element(entry, f"{path}[{number}]")
                number += 1
        return None

    def elements(self, entry: Pairs, run: list[Pairs]) -> int:
        """How many an entry stands for. That of a null may count to the end of an array of which
        each element has its own entry: then there is a number, another null, or no null at that place."""
        length = value(entry, "array_len", 1)
        if value(entry, "type") != "nullptr" or length == 1:
            return length
        alone = any(value(other, "index") is not None for other in run) or any(
            value(a, "type") == value(b, "type") == "nullptr" for a, b in zip(run, run[1:]))
        there = self.cursor.data[self.cursor.pos:self.cursor.pos + length] == bytes([NULL]) * length
        return length if there and not alone else 1

    def element(self, entry: Pairs, path: str) -> None:
        """One element, which takes exactly the bytes it says it takes."""
        kind, size, start = value(entry, "type"), value(entry, "size"), self.cursor.pos
        nested = value(entry, "struct")
        if kind == "nullptr" or (kind == "uint64" and size == 1) or (
                kind == "struct" and size == 1 and not value(nested, "fields")):
            self.cursor.expect(NULL, 1, "the mark of a null pointer")
            self.leaf(start, path, "null", "null")
        elif kind == "struct":
            self.description(nested, path)
        elif kind in LISTS or inline(entry):
            self.inlined(entry, path)
        else:
            self.scalar(kind, size, path)
        if self.cursor.pos - start != size:
            raise Unreadable(f"{path} takes {self.cursor.pos - start} bytes, not {size}", start)

    def inlined(self, entry: Pairs, path: str) -> None:
        """A description in the field itself; opaque bytes, if it does not fit."""
        kind, size, start, before = value(entry, "type"), value(entry, "size"), self.cursor.pos, len(self.leaves)
        try:
            elements = inline(entry)
            if kind == "gtree":
                self.tree(elements, path)
            elif kind in LISTS:
                for number, element in enumerate(elements):
                    self.cursor.expect(1, 1, "an element of a list")
                    self.description(element, f"{path}.elements[{number}]")
                self.cursor.expect(0, 1, "the end of a list")
            elif len(elements) == 1:
                self.description(elements[0], path)
            else:
                raise Unreadable(f"{len(elements)} descriptions of one {kind}", start)
            if self.cursor.pos - start != size:
                raise Unreadable(f"{path} is not {size} bytes", start)
        except Unreadable:
            del self.leaves[before:]
            self.cursor.pos = start
            self.opaque(kind, size, path)

    def tree(self, elements: list[Pairs], path: str) -> None:
        """Nodes of a key and a value; a key that has no description is a number."""
        start, count = self.cursor.pos, self.cursor.number(4, "a count")
        self.leaf(start, f"{path}.count", "uint32", str(count))
        described = 2 * count == len(elements) and count > 0
        if not described and count != len(elements):
            raise Unreadable(f"{count} nodes, {len(elements)} descriptions", self.cursor.pos)
        for number in range(count):
            self.cursor.expect(1, 1, "a node of a tree")
            node = f"{path}.elements[{number}]"
            if described:
                self.description(elements[2 * number], f"{node}.key")
            else:
                self.scalar("uint64", 8, f"{node}.key")
            self.description(elements[2 * number + 1 if described else number], f"{node}.value")
        self.cursor.expect(0, 1, "the end of a tree")

    def scalar(self, kind: str, size: int, path: str) -> None:
        start = self.cursor.pos
        if kind in NUMBERS:
            data = self.cursor.take(NUMBERS[kind][0], path)
            self.leaf(start, path, kind, str(int.from_bytes(data, "big", signed=NUMBERS[kind][1])))
        elif kind in BITS:
            self.leaf(start, path, kind, f"0x{self.cursor.number(BITS[kind], path):x}")
        elif kind == "bool":
            byte = self.cursor.number(1, path)
            if byte > 1:
                raise Unreadable(f"{path} is a bool of {byte}", start)
            self.leaf(start, path, kind, "true" if byte else "false")
        elif kind == "fd":
            self.leaf(start, path, kind, str(self.cursor.number(1, path)))
        elif kind == "capability":
            self.leaf(start, path, kind, self.cursor.short(path).decode("latin-1"))
        elif kind in WORDS:
            width, word = WORDS[kind]
            for number in range(size // width):
                at = self.cursor.pos
                self.leaf(at, f"{path}[{number}]", word, str(self.cursor.number(width, path)))
        elif kind in BUFFERS:
            self.leaf(start, path, kind, self.cursor.take(size, path).hex())
        else:
            self.opaque(kind, size, path)

    def opaque(self, kind: str, size: int, path: str) -> None:
        self.leaf(self.cursor.pos, path, f"opaque:{kind}", self.cursor.take(size, path).hex())


@dataclass
class Ram:
    """What a section of memory holds, and where the contents of its pages are."""

    counts: dict = field(default_factory=dict)
    blocks: list = field(default_factory=list)
    pages: list = field(default_factory=list)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


@dataclass
class Section:
    kind: str
    id: int
    name: str
    instance: int
    version: int
    offset: int
    length: int = 0
    how: str = ""
    payload: int = 0
    leaves: list = field(default_factory=list)
    ram: Optional[Ram] = None
    device: Optional[Pairs] = None


@dataclass
class Record:
    kind: str
    offset: int
    length: int
    leaves: list = field(default_factory=list)


class Reader:
    """Reads the records of one stream."""

    def __init__(self, data: bytes, vmdesc: Optional[bytes] = None) -> None:
        self.data, self.known, self.addresses = data, {}, False
        # The block of the last page, which the next page may go on with, in another section too.
        self.block: Optional[str] = None
        self.footers: Optional[bool] = None
        self.page_bits: Optional[int] = None
        text = vmdesc if vmdesc is not None else self.find_description()
        self.vmdesc = json.loads(text, object_pairs_hook=list) if text else []
        self.devices: dict = {}
        for device in value(self.vmdesc, "devices", []):
            self.devices.setdefault((value(device, "name"), value(device, "instance_id")), []).append(device)

    def find_description(self) -> Optional[bytes]:
        """The last text of its announced length after an end of the records."""
        at = len(self.data)
        while (at := self.data.rfind(b"{", 0, at)) >= 0:
            length = int.from_bytes(self.data[at - 4:at], "big")
            if self.data[at - 6:at - 4] == b"\x00\x06" and at + length <= len(self.data):
                return self.data[at:at + length]
        return None

    def read(self) -> Iterator[Any]:
        cursor = Cursor(self.data, 0, len(self.data))
        cursor.expect(MAGIC, 4, "the magic number")
        cursor.expect(3, 4, "version 3")
        if self.data[cursor.pos:cursor.pos + 1] == bytes([CONFIGURATION]):
            yield self.configuration(cursor)
        yield from self.records(cursor)
        if cursor.pos < cursor.end and self.data[cursor.pos] == DESCRIPTION:
            start, _ = cursor.pos, cursor.take(1, "a type")
            cursor.take(cursor.number(4, "a length"), "the description")
            yield Record("description", start, cursor.pos - start)
        if cursor.pos < cursor.end:
            yield Record("trailing", cursor.pos, cursor.end - cursor.pos)

    def configuration(self, cursor: Cursor) -> Record:
        start, walk = cursor.pos, Walk(cursor)
        walk.scalar("uint8", 1, "configuration.type")
        length = cursor.number(4, "a length")
        at = cursor.pos
        walk.leaf(at, "configuration.machine", "buffer", cursor.take(length, "the machine").hex())
        while self.data[cursor.pos:cursor.pos + 1] == bytes([SUBSECTION]):
            cursor.take(1, "a type")
            name = cursor.short("a name").decode("latin-1")
            cursor.expect(1, 4, "version 1")
            self.configured(walk, name)
        return Record("configuration", start, cursor.pos - start, walk.leaves)

    def configured(self, walk: Walk, name: str) -> None:
        path, first = f"configuration.{name}", len(walk.leaves)
        if name == "configuration/target-page-bits":
            walk.scalar("uint32", 4, f"{path}.page_bits")
            self.page_bits = int(walk.leaves[first].value)
        elif name == "configuration/uuid":
            walk.scalar("buffer", 16, f"{path}.uuid")
        elif name == "configuration/capabilities":
            for number in range(walk.cursor.number(4, "a count")):
                walk.scalar("capability", 0, f"{path}.capabilities[{number}]")
            names = [leaf.value for leaf in walk.leaves[first:]]
            self.addresses = "x-ignore-shared" in names
            if "mapped-ram" in names:
                raise Unreadable("memory that is mapped into the file", walk.cursor.pos)
        else:
            raise Unreadable(f"unknown subsection {name}", walk.cursor.pos)

    def records(self, cursor: Cursor) -> Iterator[Any]:
        while cursor.pos < cursor.end:
            start, kind = cursor.pos, cursor.number(1, "a type")
            if kind == EOF:
                yield Record("eof", start, 1)
                return
            if kind == COMMAND:
                yield from self.command(cursor, start)
            elif kind in KINDS:
                yield self.section(cursor, start, kind)
            else:
                raise Unreadable(f"unknown record {kind}", start)

    def command(self, cursor: Cursor, start: int) -> Iterator[Any]:
        number, length = cursor.number(2, "a command"), cursor.number(2, "a length")
        if number not in COMMANDS or COMMANDS[number] is not None and length not in COMMANDS[number]:
            raise Unreadable(f"command {number} of {length} bytes", start)
        data = cursor.take(length, "a command")
        held = [Leaf(cursor.pos - length, "data", "buffer", data.hex())] if data and number != PACKAGED else []
        yield Record(f"command:{number}", start, cursor.pos - start, held)
        if number == PACKAGED:
            end = cursor.pos + int.from_bytes(data, "big")
            inner = Cursor(self.data, cursor.pos, min(end, cursor.end))
            yield from self.records(inner)
            cursor.take(end - cursor.pos, "a package")

    def section(self, cursor: Cursor, start: int, kind: int) -> Section:
        section = self.head(cursor, start, kind)
        section.payload = cursor.pos
        if section.name == "ram" and section.version == 4:
            self.ram(cursor, section)
        elif kind in (PART, END) or section.device is None:
            section.how = "opaque: no description"
        else:
            self.described(cursor, section)
        if section.how.startswith("opaque"):
            cursor.pos = self.found_end(cursor, section)
        section.length = cursor.pos - section.payload
        self.footer(cursor, section)
        return section

    def head(self, cursor: Cursor, start: int, kind: int) -> Section:
        number = cursor.number(4, "an id")
        if kind in (PART, END):
            if number not in self.known:
                raise Unreadable(f"no section {number} was started", start)
            begun = self.known[number]
            return Section(KINDS[kind], number, begun.name, begun.instance, begun.version, start)
        name = cursor.short("a name").decode("latin-1")
        section = Section(KINDS[kind], number, name, cursor.number(4, "an instance"),
                          cursor.number(4, "a version"), start)
        entries = self.devices.get((name, section.instance), [])
        section.device = entries.pop(0) if len(entries) > 1 else entries[0] if entries else None
        self.known[number] = section
        return section

    def described(self, cursor: Cursor, section: Section) -> None:
        device = section.device
        path, walk = f"{section.name}/{section.instance}", Walk(Cursor(self.data, cursor.pos, cursor.end))
        if value(device, "vmsd_name") is None:
            walk.opaque("buffer", value(device, "size"), f"{path}.{PRIVATE_DATA}")
        elif value(device, "version") != section.version:
            section.how = "opaque: the description is of another version"
            return
        else:
            try:
                walk.description(device, path)
            except Unreadable as why:
                section.how = f"opaque: {why} (byte {why.offset - cursor.pos})"
                return
        if not self.ends(walk.cursor.pos, section.id, cursor.end):
            section.how = f"opaque: no record after {walk.cursor.pos - cursor.pos} bytes"
            return
        section.how, section.leaves, cursor.pos = "described", walk.leaves, walk.cursor.pos

    def footer(self, cursor: Cursor, section: Section) -> None:
        mark = bytes([FOOTER]) + section.id.to_bytes(4, "big")
        if self.footers is None:
            self.footers = self.data[cursor.pos:cursor.pos + 5] == mark
        if self.footers and cursor.take(5, "a footer") != mark:
            raise Unreadable(f"no footer of {section.name}", cursor.pos - 5)

    def ends(self, at: int, number: int, end: int) -> bool:
        """Whether a section may end here."""
        mark = self.data[at:at + 5] == bytes([FOOTER]) + number.to_bytes(4, "big")
        if mark and self.footers is not False and self.plausible(at + 5, end):
            return True
        return not self.footers and self.plausible(at, end)

    def found_end(self, cursor: Cursor, section: Section) -> int:
        mark, at = bytes([FOOTER]) + section.id.to_bytes(4, "big"), cursor.pos - 1
        while self.footers is not False and (at := self.data.find(mark, at + 1, cursor.end)) >= 0:
            if self.plausible(at + 5, cursor.end):
                return at
        raise Unreadable(f"no end of {section.name}: {section.how}", cursor.pos)

    def plausible(self, at: int, end: int) -> bool:
        """Whether a record may begin here."""
        if at == end:
            return True
        kind, rest = self.data[at], self.data[at + 1:min(at + 300, end)]
        if kind == EOF:
            return not rest or (rest[0] == DESCRIPTION and rest[5:6] == b"{")
        if kind == COMMAND:
            number, length = int.from_bytes(rest[:2], "big"), int.from_bytes(rest[2:4], "big")
            return number in COMMANDS and (COMMANDS[number] is None or length in COMMANDS[number])
        if kind in (PART, END):
            return int.from_bytes(rest[:4], "big") in self.known
        name = rest[5:5 + rest[4]] if kind in KINDS and len(rest) > 4 else b""
        return bool(name) and len(rest) >= 13 + len(name) and all(0x20 <= b < 0x7F for b in name)

    def ram(self, cursor: Cursor, section: Section) -> None:
        """Memory, with the size of a page that is known, or the one with which it ends rightly."""
        size, start = value(self.vmdesc, "page_size"), cursor.pos
        for page in (size,) if size else (1 << self.page_bits,) if self.page_bits else PAGE_SIZES:
            walk = Cursor(self.data, start, cursor.end)
            try:
                ram = self.words(walk, page)
            except Unreadable as why:
                section.how = f"opaque: {why} (byte {why.offset - start})"
                continue
            if self.ends(walk.pos, section.id, cursor.end):
                section.how, section.ram, cursor.pos = "ram", ram, walk.pos
                return
            section.how = f"opaque: no record after {walk.pos - start} bytes"

    def words(self, cursor: Cursor, page: int) -> Ram:
        ram, block = Ram(), self.block
        while True:
            start, word = cursor.pos, cursor.number(8, "a word")
            address, flags = word & -page, word & (page - 1)
            kind = flags & ~CONTINUE
            if kind == EOS:
                self.block = block
                return ram
            if kind == MEM_SIZE:
                self.blocks(cursor, ram, address, page)
                continue
            if kind == FLUSH:
                ram.count("flush")
                continue
            if kind not in (ZERO, PAGE, XBZRLE, COMPRESS):
                raise Unreadable(f"a word with the flags {flags:#x}", start)
            block = block if flags & CONTINUE else cursor.short("a name").decode("latin-1")
            if block is None:
                raise Unreadable("a page of no block", start)
            self.page(cursor, ram, (kind, block, address), page)

    def page(self, cursor: Cursor, ram: Ram, which: tuple, page: int) -> None:
        kind = which[0]
        if kind == XBZRLE:
            cursor.expect(1, 1, "the encoding of a page")
        length = {ZERO: 1, PAGE: page}.get(kind) or cursor.number(2 if kind == XBZRLE else 4, "a length")
        ram.pages.append((*which, cursor.pos, length))
        cursor.take(length, "a page")
        ram.count({ZERO: "zero", PAGE: "page", XBZRLE: "xbzrle", COMPRESS: "compress"}[kind])

    def blocks(self, cursor: Cursor, ram: Ram, total: int, page: int) -> None:
        while total > 0:
            start, name = cursor.pos, cursor.short("a name").decode("latin-1")
            length = cursor.number(8, "a length")
            address = cursor.number(8, "an address") if self.addresses else None
            ram.blocks.append((start, name, length, address))
            total -= length
        if total:
            raise Unreadable("blocks of more bytes than announced", cursor.pos)


def show(item: Any) -> Iterator[str]:
    if isinstance(item, Section):
        yield (f"SECTION {item.kind} {item.id} {item.name} {item.instance} {item.version} "
               f"{item.offset} {item.length} {item.how}")
    else:
        yield f"RECORD {item.kind} {item.offset} {item.length}"
    ram = getattr(item, "ram", None)
    if ram is not None:
        yield from (f"BLOCK {at} {name} {length}" for at, name, length, _ in ram.blocks)
        kinds = ("zero", "page", "xbzrle", "compress", "flush")
        yield f"RAM {item.offset} blocks={len(ram.blocks)} " + " ".join(f"{k}={ram.counts.get(k, 0)}" for k in kinds)
    yield from (f"{leaf.offset}\t{leaf.path}\t{leaf.type}\t{leaf.value}" for leaf in item.leaves)


def load(path: str) -> bytes:
    with lzma.open(path) if path.endswith(".xz") else open(path, "rb") as file:
        return file.read()


def main() -> int:
    parser = argparse.ArgumentParser(description="Shows a QEMU migration stream.")
    parser.add_argument("--vmdesc", metavar="FILE", help="a description of the stream")
    parser.add_argument("stream", metavar="STREAM")
    given = parser.parse_args()
    try:
        for item in Reader(load(given.stream), load(given.vmdesc) if given.vmdesc else None).read():
            sys.stdout.writelines(f"{line}\n" for line in show(item))
    except Unreadable as why:
        print(f"STOP {why.offset} {why}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
