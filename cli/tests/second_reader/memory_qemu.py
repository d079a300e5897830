#!/usr/bin/env python3
"""Writes the content of a block of memory, as the pages of a QEMU migration stream make it.

    memory_qemu.py STREAM BLOCK OUT
"""

from __future__ import annotations

import sys
import zlib

from read_qemu import COMPRESS, XBZRLE, ZERO, Reader, load, value


def number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the low ones first, and where it ends."""
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        if data[at] < 0x80:
            return value, at + 1
        at, shift = at + 1, shift + 7


def changed(page: bytes, difference: bytes) -> bytes:
    """Runs in turn of bytes that stay and of bytes that are new."""
    content, at, to = bytearray(page), 0, 0
    while at < len(difference):
        same, at = number(difference, at)
        new, at = number(difference, at)
        to += same
        content[to:to + new] = difference[at:at + new]
        at, to = at + new, to + new
    return bytes(content)


def main() -> None:
    stream, block, out = sys.argv[1:]
    reader = Reader(load(stream))
    sections = [item.ram for item in reader.read() if getattr(item, "ram", None)]
    size = value(reader.vmdesc, "page_size") or 1 << (reader.page_bits or 12)
    content = bytearray()
    for ram in sections:
        lengths = {name: length for _, name, length, _ in ram.blocks}
        content = bytearray(lengths.get(block, len(content))) if ram.blocks else content
        for kind, name, offset, at, length in ram.pages:
            if name != block:
                continue
            given = reader.data[at:at + length]
            if kind == ZERO:
                new = given * size
            elif kind == COMPRESS:
                new = zlib.decompress(given)
            elif kind == XBZRLE:
                new = changed(bytes(content[offset:offset + size]), given)
            else:
                new = given
            content[offset:offset + len(new)] = new
    with open(out, "wb") as file:
        file.write(content)


if __name__ == "__main__":
    main()
