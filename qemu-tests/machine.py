"""A machine in QEMU, told over QMP to run, stop, save and load.

Nothing here waits for a time: a step ends with QEMU's answer or event, with a line of the guest, or
with the end of the process. The limit only ends a test that hangs.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Sequence

QEMU = "qemu-system-x86_64"
LIMIT = 120.0
# What SeaBIOS says last where it finds nothing to boot.
NOTHING_TO_BOOT = b"No bootable device."
# Where the firmware writes its log; it has no state of its own.
FIRMWARE_LOG = "isa-debugcon,iobase=0x402"


class Refused(Exception):
    """QEMU ended while it loaded: what it wrote, line by line."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


class Failed(Exception):
    """A command that QEMU goes on after, and did not do."""


class Machine:
    """With `incoming` it is made to load a stream, and does not run before `go_on`. `console` is the device that the guest writes to."""

    def __init__(self, kind: str, arguments: Sequence[str] = (), *, incoming: bool = False, memory: int = 16,
                 console: str = FIRMWARE_LOG) -> None:
        ours, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()
        self._said = b""
        command = [
            QEMU, "-M", kind, "-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg", "-m", str(memory),
            "-chardev", f"socket,fd={theirs.fileno()},id=qmp", "-mon", "chardev=qmp,mode=control",
            "-chardev", "stdio,id=log,signal=off", "-device", f"{console},chardev=log",
            *arguments,
        ]
        if incoming:
            command += ["-S", "-incoming", "defer"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=self._errors, pass_fds=[theirs.fileno()])
        theirs.close()
        ours.settimeout(LIMIT)
        self._socket = ours
        self._qmp = ours.makefile("r", encoding="utf-8")
        self._events: list[dict[str, Any]] = []
        self._message()
        self.tell("qmp_capabilities")
        self.tell("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._qmp.close()
        self._socket.close()
        self._process.stdout.close()
        self._errors.close()

    # ---- QMP

    def tell(self, command: str, *, descriptor: int | None = None, **arguments: Any) -> Any:
        """The answer of QEMU; `descriptor` goes along with the command."""
        text = json.dumps({"execute": command, "arguments": arguments}).encode()
        try:
            socket.send_fds(self._socket, [text], [] if descriptor is None else [descriptor])
        except BrokenPipeError:
            raise Refused(self._last_words()) from None
        while True:
            message = self._message()
            if "event" in message:
                self._events.append(message)
            elif "error" in message:
                raise Failed(f"{command}: {message['error']['desc']}")
            else:
                return message.get("return")

    def _message(self) -> dict[str, Any]:
        try:
            line = self._qmp.readline()
        except ConnectionResetError:
            line = ""
        if not line:
            raise Refused(self._last_words())
        return json.loads(line)

    def _migrated(self) -> bool:
        """Waits for the end of a migration; whether it was a good one."""
        while True:
            event = self._events.pop(0) if self._events else self._message()
            status = event["data"]["status"] if event.get("event") == "MIGRATION" else ""
            if status in ("completed", "failed"):
                return status == "completed"

    def _last_words(self) -> list[str]:
        self._process.wait(LIMIT)
        return self.complaints()

    def complaints(self) -> list[str]:
        """What QEMU has written beside its answers, without its own name, and without warnings of how the machine was made."""
        written = os.pread(self._errors.fileno(), 1 << 20, 0).decode(errors="replace")
        lines = [line.removeprefix(f"{QEMU}: ") for line in written.splitlines()]
        return [line for line in lines if not line.startswith("warning: ")]

    # ---- steps

    def wait_for(self, words: bytes) -> bytes:
        """Reads what the guest writes until `words` come; what stood before them, and they."""
        while words not in self._said:
            self._listen()
        return self._heard(self._said.index(words) + len(words))

    def wait_for_bytes(self, count: int) -> bytes:
        """The next `count` bytes that the guest writes."""
        while len(self._said) < count:
            self._listen()
        return self._heard(count)

    def wrote(self) -> bytes:
        """What a stopped guest has written and was not read yet."""
        while self._listen(0):
            pass
        return self._heard(len(self._said))

    def _listen(self, limit: float = LIMIT) -> bool:
        output = self._process.stdout.fileno()
        ready, _, _ = select.select([output], [], [], limit)
        piece = os.read(output, 1 << 16) if ready else b""
        if not piece and limit:
            raise TimeoutError(f"the guest is silent; before, it wrote {self._said[-400:]!r}")
        self._said += piece
        return bool(piece)

    def _heard(self, count: int) -> bytes:
        heard, self._said = self._said[:count], self._said[count:]
        return heard

    def stop(self) -> None:
        self.tell("stop")

    def go_on(self) -> None:
        self.tell("cont")

    def save(self, path: Path) -> None:
        """Into a file: QEMU writes into it itself, so that it is whole when QEMU says so."""
        with open(path, "wb") as file:
            self.tell("getfd", descriptor=file.fileno(), fdname="out")
        self.tell("migrate", uri="fd:out")
        if not self._migrated():
            raise Failed("not saved: " + "; ".join(self.complaints()))

    def load(self, path: Path) -> None:
        """`Refused` says why QEMU does not load it."""
        with open(path, "rb") as file:
            self.tell("getfd", descriptor=file.fileno(), fdname="in")
        self.tell("migrate-incoming", uri="fd:in")
        if not self._migrated():
            raise Refused(self._last_words())
