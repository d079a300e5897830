"""What stands around the state of devices in a stream: the configuration, the footers and the memory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Iterator

# The reader lies among the sources, where nothing else belongs.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli/tests/second_reader"))
from read_qemu import CONFIGURATION, FOOTER, ZERO, Reader, Section, load  # noqa: E402, F401

HEADER = 8
FOOTER_BYTES = 5


def configuration(data: bytes) -> bytes:
    """The record as it stands in the stream; none in the streams of machines before 2.4."""
    if data[HEADER] != CONFIGURATION:
        return b""
    first = next(Reader(data).read())
    return data[first.offset:first.offset + first.length]


def with_configuration(data: bytes, record: bytes) -> bytes:
    return data[:HEADER] + record + data[HEADER + len(configuration(data)):]


def has_footers(data: bytes) -> bool:
    return any(end(data, section) != stop(section) for section in sections(data))


def sections(data: bytes) -> Iterator[Section]:
    return (item for item in Reader(data).read() if isinstance(item, Section))


def stop(section: Section) -> int:
    return section.payload + section.length


def end(data: bytes, section: Section) -> int:
    """Behind the footer, if there is one."""
    mark = bytes([FOOTER]) + section.id.to_bytes(4, "big")
    return stop(section) + (FOOTER_BYTES if data[stop(section):stop(section) + FOOTER_BYTES] == mark else 0)


def with_footers(data: bytes, wanted: bool) -> bytes:
    parts, pos = [], 0
    for section in sections(data):
        parts.append(data[pos:stop(section)])
        if wanted:
            parts.append(bytes([FOOTER]) + section.id.to_bytes(4, "big"))
        pos = end(data, section)
    return b"".join(parts) + data[pos:]


def pages(data: bytes) -> Iterator[tuple[tuple[str, int], int, int]]:
    """The pages that are not zero: block and address, where their bytes are, and how many."""
    for section in sections(data):
        for kind, block, address, offset, length in section.ram.pages if section.ram else ():
            if kind != ZERO:
                yield (block, address), offset, length


def memory(data: bytes) -> dict[tuple[str, int], bytes]:
    """The pages by block and address; those of nothing but zeros are left out, however they were sent."""
    held = {page: data[offset:offset + length] for page, offset, length in pages(data)}
    return {page: contents for page, contents in held.items() if any(contents)}


def with_memory(data: bytes, other: bytes) -> bytes:
    """With the contents of the pages of another stream; a page that is zero there becomes so."""
    held = memory(other)
    changed = bytearray(data)
    for page, offset, length in pages(data):
        changed[offset:offset + length] = held.get(page, bytes(length))
    return bytes(changed)
