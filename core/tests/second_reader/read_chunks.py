#!/usr/bin/env python3
"""A second, independent reader of the chunk wire.

It is written from docs/format.md (sections 4 to 8, and 15) alone, without a look at the library: what it
accepts, refuses and shows is what the document says. Where library and document differ, a comparison
of the output of both finds it.

The reader is strict and only shows: it reads a whole stream, refuses it with one line that says what
is wrong and at which byte, or prints one line for each item. What fragments cut is joined again. It
does not recurse, and its work is bounded (--work). Of memory it shows, at the end, what the pages are that
are not 0.

    read_chunks.py FILE            one stream ("-": standard input); exit code 1 if it is refused
    read_chunks.py FILE FILE...    many streams, each after a line "file NAME"; "error" if refused
    read_chunks.py --lengths FILE  many streams in one file, each after its length (u32, big-endian);
                                   each is shown after a line "stream N", from 0; "error" if refused
"""

from __future__ import annotations

import argparse
import sys
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO, Iterator

SIGNATURE = b"\x89MIG\r\n\x1a\n"
DEVICE_TYPES = (b"MDEV", b"mDEV", b"mDEv")
MEMORY_TYPES = (b"MBLK", b"MRAM")
NO_SHAPE = 0xFFFF
LAST_FRAGMENT = 1 << 31
MAX_CHUNK = (1 << 31) - 1
MAX_OPEN = 16
MAX_PAGE, MAX_BLOCKS, MAX_RUNS = 1 << 30, 256, 64
ZERO_RUN = 1 << 31

ANCILLARY, SAFE_TO_COPY, ALL_MARKS = 1, 8, 31

# Operation codes; 1 to 11 are the scalars.
END, BOOL, U8, ARRAY_FIXED, ARRAY_VARIABLE, BYTES_FIXED, BYTES_VARIABLE = 0, 1, 2, 12, 13, 14, 15
TEXT, ABSENT, RAW, STRUCT, DESCRIBED, LIST_FIXED, LIST_VARIABLE = 16, 17, 18, 19, 20, 21, 22
ELEMENT, OPTIONAL, SUBSECTION, DEVICE = 23, 24, 25, 26
SCALARS = ("", "bool", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64")
WIDTHS = (0, 1, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8)
LISTS = (LIST_FIXED, LIST_VARIABLE)
SCOPES = (STRUCT, DESCRIBED, LIST_FIXED, LIST_VARIABLE, OPTIONAL, SUBSECTION, DEVICE)
NAMELESS = (END, RAW, ELEMENT)


class Refused(Exception):
    """The stream breaks a rule, or asks for too much work."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(f"{what} at byte {offset}")


def quoted(name: bytes) -> str:
    """A name in quotes: all but plain printable ASCII as \\xNN."""
    plain = (chr(b) if 0x20 <= b < 0x7F and b not in b'"\\' else f"\\x{b:02x}" for b in name)
    return '"' + "".join(plain) + '"'


class Cursor:
    """Reads forward in a part of the stream."""

    def __init__(self, data: bytes, pos: int, end: int) -> None:
        self.data, self.pos, self.end = data, pos, end

    @property
    def left(self) -> int:
        return self.end - self.pos

    def take(self, size: int, what: str) -> bytes:
        if size > self.end - self.pos:
            raise Refused(f"data end inside {what}", self.pos)
        self.pos += size
        return self.data[self.pos - size:self.pos]

    def number(self, size: int, what: str) -> int:
        return int.from_bytes(self.take(size, what), "big")

    def short(self, what: str) -> bytes:
        return self.take(self.number(1, what), what)

    def name(self, what: str) -> bytes:
        return self.without_zero(self.short(what), what)

    def without_zero(self, name: bytes, what: str) -> bytes:
        if 0 in name:
            raise Refused(f"{what} holds a zero", self.pos)
        return name

    def utf8(self, size: int, what: str) -> bytes:
        start, value = self.pos, self.take(size, what)
        try:
            value.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(f"{what} is not UTF-8", start) from None
        if 0 in value:
            raise Refused(f"{what} holds a zero", start)
        return value

    def finish(self, what: str) -> None:
        if self.pos != self.end:
            raise Refused(f"{what} has more data than it should", self.pos)


@dataclass(slots=True)
class Operation:
    """One operation of a shape, with its place among the others."""

    code: int
    label: str = ""  # the line to show, or what comes before something that depends on a value
    tail: str = ""  # and what comes after it
    element: int = 0  # code of the scalar, of array elements, of the bytes of a buffer
    count: int | None = None  # fixed count or length
    close: int = -1  # index of the end of its scope; number of operations: not in this shape
    alternatives: list[int] = field(default_factory=list)  # of a list: indices of the elements


@dataclass(slots=True)
class Level:
    """The operations of a shape that stand directly in one scope that is open where it begins."""

    is_list: bool | None  # None: these operations do not tell
    depth: int = 0  # most scopes that are open inside it at a time
    close: int = -1
    alternatives: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Shape:
    operations: list[Operation]
    levels: list[Level]  # from the innermost scope outwards
    unclosed: list[int]  # indices of the beginnings of scopes that have no end here


def parse_operation(cur: Cursor) -> Operation:
    start = cur.pos
    byte = cur.number(1, "an operation")
    code = byte & 31
    if byte & 0x80 or code > DEVICE:
        raise Refused(f"operation {byte:02x} is not known", start)
    op = Operation(code)
    if code in NAMELESS:
        if byte & 0x60:
            raise Refused("marks or note of an operation without a name", start)
        return op
    marks = cur.number(1, "marks") if byte & 0x20 else 0
    if byte & 0x20 and (marks == 0 or marks & ~ALL_MARKS):
        raise Refused(f"marks {marks:02x} are not valid", cur.pos - 1)
    if byte & 0x40:
        cur.short("a note")
    name, tail = quoted(cur.name("a name")), f" marks {marks}"
    fixed = code in (ARRAY_FIXED, BYTES_FIXED, LIST_FIXED)
    kind = "fixed" if fixed else "variable"
    if code < ARRAY_FIXED:
        op.element = code
        op.label = f"{SCALARS[code]} {name}{tail}"
    elif code in (ARRAY_FIXED, ARRAY_VARIABLE):
        op.element = cur.number(1, "the code of array elements")
        if not BOOL <= op.element < ARRAY_FIXED:
            raise Refused(f"array of code {op.element}", cur.pos - 1)
        op.label = f"array {SCALARS[op.element]} {kind} {name}{tail}"
    elif code in (BYTES_FIXED, BYTES_VARIABLE):
        op.element = U8
        op.label = f"bytes {kind} {name}{tail}"
    elif code == DESCRIBED:
        description = quoted(cur.name("the name of a description"))
        op.label = f"struct {name} described {description} version {cur.number(4, 'a version')}{tail}"
    elif code in LISTS:
        op.label, op.tail = f"list {kind} ", f" {name}{tail}"
    elif code == OPTIONAL:
        op.label, op.tail = f"optional {name} ", tail
    elif code == SUBSECTION:
        op.label = f"subsection {name} version {cur.number(4, 'a version')}{tail}"
    elif code == DEVICE:
        version, reader = cur.number(4, "a version"), cur.number(4, "the oldest reader")
        if reader > version:
            raise Refused("oldest reader is larger than the version", cur.pos - 4)
        op.label, op.tail = f"device {name} instance ", f" version {version} reader {reader}{tail}"
    else:
        op.label = f"{'text' if code == TEXT else 'absent' if code == ABSENT else 'struct'} {name}{tail}"
    if fixed:
        op.count = cur.number(4, "a fixed count")
    return op


def parse_shape(cur: Cursor) -> Shape:
    """Reads the operations of a shape and refuses what cannot be right wherever it is used."""
    ops: list[Operation] = []
    levels = [Level(None)]
    open_ops: list[int] = []
    depth = 0
    while cur.left:
        start, index = cur.pos, len(ops)
        op = parse_operation(cur)
        ops.append(op)
        outer = ops[open_ops[-1]] if open_ops else None
        if op.code == END:
            if outer:
                outer.close = index
                depth -= ops[open_ops.pop()].code != ELEMENT
            else:
                levels[-1].close = index
                levels.append(Level(False if levels[-1].is_list else None))
            continue
        # In a list are elements and nothing else; elements are nowhere else.
        in_list = outer.code in LISTS if outer else levels[-1].is_list
        if in_list is not None and in_list != (op.code == ELEMENT):
            raise Refused("element outside of a list" if op.code == ELEMENT else
                          "no element, but directly inside of a list", start)
        if not outer:
            levels[-1].is_list = op.code == ELEMENT
        if op.code == ELEMENT:
            (outer or levels[-1]).alternatives.append(index)
            open_ops.append(index)
        elif op.code in SCOPES:
            open_ops.append(index)
            depth += 1
            levels[-1].depth = max(levels[-1].depth, depth)
            if 1 + depth > MAX_OPEN:  # the device is around them
                raise Refused("too many open scopes", start)
    for index in open_ops:
        ops[index].close = len(ops)
    levels[-1].close = len(ops)
    return Shape(ops, levels, open_ops)


@dataclass(slots=True)
class Frame:
    """A scope, an element or the device itself, while it is open."""

    code: int
    close: int  # index of its end in the current shape, or the number of operations there
    alternatives: list[int] = field(default_factory=list)  # of a list, in the current shape
    missing: int = 0  # elements of the list that still have to come
    run: int = 0  # how many of them the current run has
    form: int = 0  # index of the alternative of the current run
    passed_over: bool = False  # inside of an optional that is absent, or that itself
    silent: bool = False  # inside of it: not shown


@dataclass(slots=True)
class Cut:
    """An array or a buffer of which only a part was in the fragments up to here."""

    op: Operation
    missing: int
    parts: list[bytes]


class Device:
    """Reads the fragments of one device and collects its lines."""

    def __init__(self, kind: bytes, lines: list[str], work: list[int]) -> None:
        self.kind, self.lines, self.work = kind, lines, work
        self.fragments = 0
        self.stack = [Frame(DEVICE, 0)]
        self.cut: Cut | None = None
        self.raw: list[bytes] = []

    def emit(self, cur: Cursor, label: str, value: bytes | None = None) -> None:
        if any(self.raw):
            self.lines.append("raw = " + b"".join(self.raw).hex())
        self.raw = []
        # Long names of items without values must not make much of little: they cost more.
        self.work[0] -= 1 + len(label) // 64
        if self.work[0] < 0:
            raise Refused("more items than the work limit allows", cur.pos)
        self.lines.append(label if value is None else f"{label} = {value.hex()}")

    def fragment(self, cur: Cursor, shape: Shape, last: bool) -> None:
        """Reads the values of one fragment."""
        self.fragments += 1
        size = len(shape.operations)
        self.enter(cur, shape)
        ready = self.cut is None or self.go_on(cur, self.cut)
        if not ready and size:
            raise Refused("values end inside of an array or buffer from an earlier fragment", cur.pos)
        pos = 0
        while ready:
            top = self.stack[-1]
            if top.passed_over:
                self.pass_over(shape, pos, top)
                pos = top.close
            elif top.code in LISTS:
                if self.next_element(cur, top, shape.operations):
                    pos = top.form + 1
                    continue
                pos = top.close
            if pos == size:
                break
            if pos == top.close:
                self.stack.pop()
                if not top.silent:
                    self.emit(cur, "end")
                pos += 1
            else:
                pos = self.execute(cur, shape, pos)
        cur.finish("the fragment")
        if any(frame.run for frame in self.stack):
            raise Refused("a run does not end with its fragment", cur.pos)
        if last:
            if len(self.stack) > 1 or self.cut:
                raise Refused("the last fragment leaves something open", cur.pos)
            self.emit(cur, "end")

    def enter(self, cur: Cursor, shape: Shape) -> None:
        """Fits the shape of a fragment into the scopes that are open."""
        if len(shape.levels) > len(self.stack):
            raise Refused("the shape ends more scopes than are open", cur.pos)
        opened = sum(frame.code != ELEMENT for frame in self.stack)
        for index, frame in enumerate(reversed(self.stack)):
            frame.close, frame.alternatives = len(shape.operations), []
            if index < len(shape.levels):
                level = shape.levels[index]
                if level.is_list is not None and level.is_list != (frame.code in LISTS):
                    raise Refused("the shape has elements outside of a list, or else inside", cur.pos)
                if opened + level.depth > MAX_OPEN:
                    raise Refused("too many open scopes", cur.pos)
                frame.close, frame.alternatives = level.close, level.alternatives
            opened -= frame.code != ELEMENT

    def pass_over(self, shape: Shape, pos: int, top: Frame) -> None:
        """If the shape ends inside of what is passed over: what it leaves open is so in the next fragment."""
        if top.close == len(shape.operations):
            for index in shape.unclosed:
                if index >= pos:
                    self.stack.append(Frame(shape.operations[index].code, top.close,
                                            passed_over=True, silent=True))

    def next_element(self, cur: Cursor, top: Frame, ops: list[Operation]) -> bool:
        """Begins the next element of a list; false if this shape has no more of them."""
        if not top.run and top.missing and cur.left:
            start = cur.pos
            form, count = cur.number(2, "a run"), cur.number(4, "a run")
            if form >= len(top.alternatives):
                raise Refused(f"run of alternative {form}, which the list does not have", start)
            if not 1 <= count <= top.missing:
                raise Refused(f"run of {count} elements where {top.missing} are missing", start)
            top.form, top.run = top.alternatives[form], count
        if top.run:
            top.run -= 1
            top.missing -= 1
            self.emit(cur, "element")
            self.stack.append(Frame(ELEMENT, ops[top.form].close))
            return True
        if top.missing and top.close < len(ops):
            raise Refused("values end where a list lacks elements", cur.pos)
        if top.alternatives and ops[top.alternatives[-1]].close == len(ops):
            raise Refused("the shape ends inside of an alternative, the values do not", cur.pos)
        return False

    def execute(self, cur: Cursor, shape: Shape, pos: int) -> int:
        """Reads the values of one operation, and says where to go on."""
        op = shape.operations[pos]
        code = op.code
        if code < ARRAY_FIXED:
            self.emit(cur, op.label, self.elements(cur, op, 1))
        elif code < TEXT:
            count = cur.number(4, "a count") if op.count is None else op.count
            cut = Cut(op, count, [])
            if not self.go_on(cur, cut):
                if pos + 1 < len(shape.operations):
                    raise Refused("values end inside of an array or buffer", cur.pos)
                self.cut = cut
        elif code == TEXT:
            self.emit(cur, op.label, cur.utf8(cur.number(4, "a length"), "a text"))
        elif code == RAW:
            self.raw.append(cur.take(cur.number(4, "a length"), "raw bytes"))
        elif code == OPTIONAL:
            start, there = cur.pos, cur.number(1, "an optional")
            if there > 1:
                raise Refused(f"optional with {there:02x}", start)
            self.emit(cur, op.label + ("present" if there else "absent") + op.tail)
            self.stack.append(Frame(code, op.close, passed_over=not there))
        elif code in LISTS:
            count = cur.number(4, "a count") if op.count is None else op.count
            self.emit(cur, f"{op.label}{count}{op.tail}")
            self.stack.append(Frame(code, op.close, op.alternatives, count))
        elif code == DEVICE:
            self.emit(cur, f"{op.label}{cur.number(4, 'an instance')}{op.tail}")
            self.stack.append(Frame(code, op.close))
        else:
            self.emit(cur, op.label)
            if code != ABSENT:
                self.stack.append(Frame(code, op.close))
        return pos + 1

    def go_on(self, cur: Cursor, cut: Cut) -> bool:
        """Reads what the fragment has of an array or a buffer; false if some of it is missing."""
        count = min(cut.missing, cur.left // WIDTHS[cut.op.element])
        cut.parts.append(self.elements(cur, cut.op, count))
        cut.missing -= count
        if cut.missing:
            return False
        self.cut = None
        self.emit(cur, cut.op.label, b"".join(cut.parts))
        return True

    @staticmethod
    def elements(cur: Cursor, op: Operation, count: int) -> bytes:
        start, values = cur.pos, cur.take(count * WIDTHS[op.element], SCALARS[op.element])
        if op.element == BOOL and values.translate(None, b"\0\1"):
            raise Refused("bool that is neither 00 nor 01", start)
        return values


class Memory:
    """The blocks of memory of a stream, and those of their pages that are not 0."""

    def __init__(self, cur: Cursor) -> None:
        """Reads MBLK."""
        start, self.page = cur.pos, cur.number(4, "the size of a page")
        if self.page & (self.page - 1) or not 1 <= self.page <= MAX_PAGE:
            raise Refused(f"pages of {self.page} bytes", start)
        count = cur.number(2, "the number of blocks")
        if not 1 <= count <= MAX_BLOCKS:
            raise Refused(f"{count} blocks", start + 4)
        self.blocks: dict[bytes, int] = {}  # name to number of pages, in order
        for _ in range(count):
            at, name = cur.pos, cur.name("the name of a block")
            length = cur.number(8, "the length of a block")
            if not name or name in self.blocks:
                raise Refused(f"block {quoted(name)} without a name, or the second of it", at)
            if length % self.page:
                raise Refused(f"block {quoted(name)} of {length} bytes", at)
            self.blocks[name] = length // self.page
        cur.finish("MBLK")
        self.pages: dict[tuple[int, int], bytes] = {}  # by number of the block, and of the page

    def take(self, cur: Cursor, work: list[int]) -> None:
        """Reads MRAM."""
        start, block, count = cur.pos, cur.number(2, "the number of a block"), cur.number(2, "runs")
        if block >= len(self.blocks) or not 1 <= count <= MAX_RUNS:
            raise Refused(f"block {block}, {count} runs", start)
        padding, end, runs = cur.number(4, "the padding"), 0, []
        for _ in range(count):
            at, first, pages = cur.pos, cur.number(8, "a run"), cur.number(4, "a run")
            zero, pages = bool(pages & ZERO_RUN), pages & ~ZERO_RUN
            if not pages or first < end or first + pages > list(self.blocks.values())[block]:
                raise Refused(f"run of {pages} pages from {first} on", at)
            end = first + pages
            runs.append((first, end, zero))
        if any(cur.take(padding, "the padding")):
            raise Refused("padding that is not 0", start)
        for first, end, zero in runs:
            if zero:
                work[0] -= 1 + len(self.pages)
                if work[0] < 0:
                    raise Refused("more memory than the work limit allows", cur.pos)
                for known in [key for key in self.pages if key[0] == block and first <= key[1] < end]:
                    del self.pages[known]
                continue
            for page in range(first, end):
                self.pages[block, page] = cur.take(self.page, "the pages")
        cur.finish("MRAM")

    def show(self) -> Iterator[str]:
        for number, (name, pages) in enumerate(self.blocks.items()):
            yield f"memory {quoted(name)} pages {pages} of {self.page}"
            for (block, page), data in sorted(self.pages.items()):
                if block == number and any(data):
                    yield f"page {page} = {data.hex()}"


class Stream:
    """Reads one stream, chunk by chunk."""

    def __init__(self, data: bytes, work: int) -> None:
        self.data = data
        self.work = [work]  # shared by the devices: what is left
        self.lines: list[str] = []
        self.slots = self.shape_limit = self.fragment_limit = 0
        self.shapes: dict[int, Shape] = {}
        self.devices: set[tuple[bytes, int]] = set()
        self.device: Device | None = None  # whose fragments are not all there
        self.memory: Memory | None = None

    def read(self) -> list[str]:
        cur = Cursor(self.data, 0, len(self.data))
        if cur.take(len(SIGNATURE), "the signature") != SIGNATURE:
            raise Refused("wrong signature", 0)
        chunks = crcs = 0
        while True:
            start = cur.pos
            size = cur.number(4, "the length of a chunk")
            if size > MAX_CHUNK:
                raise Refused(f"chunk of {size} bytes", start)
            kind = cur.take(4, "the type of a chunk")
            if not kind.isalpha() or kind[2] & 0x20:
                raise Refused(f"chunk type {quoted(kind)} is not valid", start + 4)
            if size > cur.left:
                raise Refused("data end inside a chunk", start)
            inner = Cursor(self.data, cur.pos, cur.pos + size)
            cur.pos += size
            crc = cur.take(4, "the CRC of a chunk")
            computed = zlib.crc32(memoryview(self.data)[start + 4:inner.end])
            if computed != int.from_bytes(crc, "big"):
                raise Refused(f"wrong CRC of chunk {quoted(kind)}", cur.pos - 4)
            if (kind == b"MHDR") != (chunks == 0):
                raise Refused(f"chunk {quoted(kind)} out of place", start)
            if kind == b"MEND":
                self.end(inner, chunks, crcs)
                return self.lines
            self.chunk(kind, inner, start)
            chunks, crcs = chunks + 1, zlib.crc32(crc, crcs)

    def chunk(self, kind: bytes, cur: Cursor, start: int) -> None:
        if kind == b"MHDR":
            self.header(cur)
        elif kind == b"MSHP":
            if cur.left > self.shape_limit:
                raise Refused("shape beyond the limit of the header", start)
            slot = cur.number(2, "a slot")
            if slot >= self.slots:
                raise Refused(f"slot {slot} of {self.slots}", cur.pos - 2)
            self.shapes[slot] = parse_shape(cur)
        elif kind in DEVICE_TYPES:
            if cur.left > self.fragment_limit:
                raise Refused("fragment beyond the limit of the header", start)
            self.fragment(kind, cur, start)
        elif not kind[0] & 0x20 and kind not in MEMORY_TYPES:
            raise Refused(f"critical chunk {quoted(kind)} is not known", start)
        elif self.device:
            raise Refused(f"chunk {quoted(kind)} between the fragments of a device", start)
        elif kind in MEMORY_TYPES:
            if (kind == b"MBLK") == bool(self.memory):
                raise Refused(f"chunk {quoted(kind)} out of place", start)
            if self.memory:
                self.memory.take(cur, self.work)
            else:
                self.memory = Memory(cur)
        else:
            self.lines.append(f"chunk {quoted(kind)} length {cur.left}")

    def header(self, cur: Cursor) -> None:
        major, minor = cur.number(1, "the header"), cur.number(1, "the header")
        if major != 1:
            raise Refused(f"major version {major}", cur.pos - 2)
        self.slots = cur.number(2, "the header")
        if not self.slots:
            raise Refused("no slots", cur.pos - 2)
        if cur.number(4, "the header"):
            raise Refused("unknown features", cur.pos - 4)
        self.shape_limit, self.fragment_limit = cur.number(4, "the header"), cur.number(4, "the header")
        machine, writer = (cur.without_zero(cur.utf8(cur.number(1, "the header"), what), what)
                           for what in ("the name of the machine", "the name of the writer"))
        if not minor:
            cur.finish("the header")
        self.lines.append(f"header {major}.{minor} slots {self.slots} shapes {self.shape_limit} fragments "
                          f"{self.fragment_limit} machine {quoted(machine)} writer {quoted(writer)}")

    def fragment(self, kind: bytes, cur: Cursor, start: int) -> None:
        slot = cur.number(2, "a fragment")
        if slot != NO_SHAPE and slot not in self.shapes:
            raise Refused(f"slot {slot} holds no shape", cur.pos - 2)
        shape = Shape([], [Level(None, close=0)], []) if slot == NO_SHAPE else self.shapes[slot]
        number = cur.number(4, "a fragment")
        last, number = bool(number & LAST_FRAGMENT), number & ~LAST_FRAGMENT
        device = self.device or Device(kind, self.lines, self.work)
        if kind != device.kind or number != device.fragments:
            raise Refused(f"fragment {number} in {quoted(kind)} out of place", start)
        if not number:
            at, name = cur.pos, cur.name("the name of a device")
            instance, version = cur.number(4, "the instance"), cur.number(4, "the version")
            reader, marks = cur.number(4, "the oldest reader"), cur.number(1, "marks")
            if reader > version:
                raise Refused("oldest reader is larger than the version", cur.pos - 5)
            ancillary, safe = bool(marks & ANCILLARY), bool(marks & SAFE_TO_COPY)
            if marks & ~ALL_MARKS or kind != DEVICE_TYPES[ancillary + (ancillary and safe)]:
                raise Refused(f"marks {marks:02x} in {quoted(kind)}", cur.pos - 1)
            if (name, instance) in self.devices:
                raise Refused("second device of this name and instance", at)
            self.devices.add((name, instance))
            device.emit(cur, f"device {quoted(name)} instance {instance} version {version} "
                             f"reader {reader} marks {marks}")
        device.fragment(cur, shape, last)
        self.device = None if last else device

    def end(self, cur: Cursor, chunks: int, crcs: int) -> None:
        if self.device:
            raise Refused("the last fragment of a device is missing", cur.pos)
        if cur.number(4, "MEND") != chunks:
            raise Refused("wrong number of chunks", cur.pos - 4)
        if cur.number(4, "MEND") != crcs:
            raise Refused("wrong CRC of the stream", cur.pos - 4)
        cur.finish("MEND")
        self.lines.extend(self.memory.show() if self.memory else ())
        self.lines.append("end of stream")


def show(data: bytes, work: int) -> str:
    try:
        return "\n".join(Stream(data, work).read()) + "\n"
    except MemoryError:
        raise Refused("more memory needed than there is", len(data)) from None


def load(name: str) -> bytes:
    with open(0 if name == "-" else name, "rb", closefd=name != "-") as file:
        return file.read()


def split(data: bytes) -> Iterator[bytes]:
    cur = Cursor(data, 0, len(data))
    while cur.left:
        yield cur.take(cur.number(4, "a length"), "a stream")


def run(args: argparse.Namespace, out: BinaryIO) -> None:
    def put(text: str) -> None:
        out.write(text.encode("utf-8", "surrogateescape"))

    def put_many(title: str, source: str | bytes) -> None:
        put(title + "\n")
        try:
            put(show(load(source) if isinstance(source, str) else source, args.work))
        except (Refused, OSError) as error:
            put("error\n")
            if args.reasons:
                print(f"{title}: {error}", file=sys.stderr)

    if args.lengths is not None:
        for number, data in enumerate(split(load(args.lengths))):
            put_many(f"stream {number}", data)
    elif len(args.files) == 1:
        put(show(load(args.files[0]), args.work))
    else:
        for name in args.files:
            put_many(f"file {name}", name)


def main() -> int:
    parser = argparse.ArgumentParser(description="Show streams of the chunk wire as text.")
    parser.add_argument("files", nargs="*", metavar="FILE", help='a stream; "-": standard input')
    parser.add_argument("--lengths", metavar="FILE", help="many streams, each after its u32 length")
    parser.add_argument("--work", type=int, default=20_000_000, metavar="LIMIT", help="items per stream")
    parser.add_argument("--reasons", action="store_true", help="with many streams: say why on stderr")
    args = parser.parse_args()
    if bool(args.files) == (args.lengths is not None):
        parser.error("give either files or --lengths")
    try:
        with open(1, "wb", closefd=False) as out:
            run(args, out)
    except (Refused, OSError, MemoryError) as error:
        print(f"read_chunks: {error or 'out of memory'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
