"""A link between two programs that talk in streams of chunks: taken apart, passed on, cut."""
import socket
import struct
import threading
import time
import zlib

TO_DESTINATION, TO_SOURCE = 0, 1
SIGNATURE = b"\x89MIG\r\n\x1a\n"


def units(data):
    """Splits whole streams into their signatures and chunks."""
    splitter = Splitter()
    found = splitter.feed(data)
    assert not splitter.held, "the stream ends inside of a chunk"
    return found


def kind(unit):
    """The type of a chunk."""
    return "signature" if unit == SIGNATURE else unit[4:8].decode("latin-1")


def chunk(name, data):
    body = name.encode() + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def end_chunk(chunks):
    """The end of a stream of these chunks."""
    crcs = b"".join(c[-4:] for c in chunks)
    return chunk("MEND", struct.pack(">II", len(chunks), zlib.crc32(crcs)))


class Splitter:
    """Makes signatures and chunks of bytes that come in pieces of any length."""

    def __init__(self):
        self.held = b""
        self.inside = False  # of a stream

    def feed(self, data):
        self.held += data
        found = []
        while True:
            length = len(SIGNATURE)
            if self.inside:
                if len(self.held) < 4:
                    return found
                length = struct.unpack(">I", self.held[:4])[0] + 12
            if len(self.held) < length:
                return found
            unit, self.held = self.held[:length], self.held[length:]
            self.inside = kind(unit) != "MEND"
            found.append(unit)


def connect(path):
    """To a socket whose listener may not be ready yet."""
    for _ in range(200):
        end = socket.socket(socket.AF_UNIX)
        try:
            end.connect(str(path))
            return end
        except ConnectionRefusedError:
            end.close()
            time.sleep(0.005)
    raise ConnectionRefusedError(path)


class Link:
    """
    Listens at `front`, connects to `back`, and passes on what comes from either, by whole units. `act` is called
    before each one: act(link, way, number, unit) returns the bytes to pass on in its place, and None or what to call
    then; `way` is TO_DESTINATION or TO_SOURCE. After cut() both ends see the connection closed; after stall() nothing
    comes through.
    """

    def __init__(self, front, back, act):
        self.act = act
        self.passed = ([], [])
        self.stalled = False
        self.ends = []
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(front)
        self.listener.listen(1)
        self.back = back
        self.threads = []
        self.start(self.accept)

    def start(self, run, *arguments):
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        try:
            source, _ = self.listener.accept()
            destination = connect(self.back)
        except OSError:
            return
        self.ends = [source, destination]
        self.start(self.pass_on, 0, source, destination)
        self.start(self.pass_on, 1, destination, source)

    def pass_on(self, way, giver, taker):
        splitter = Splitter()
        try:
            while data := giver.recv(1 << 16):
                for unit in splitter.feed(data):
                    with self.lock:
                        passed, then = self.act(self, way, len(self.passed[way]), unit)
                        self.passed[way].append(unit)
                    if passed and not self.stalled:
                        taker.sendall(passed)
                    if then:
                        then()
            if not self.stalled:
                taker.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()

    def cut(self):
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stall(self):
        self.stalled = True

    def close(self):
        self.cut()
        self.listener.close()
        for thread in self.threads:
            thread.join(5)
        for end in self.ends:
            end.close()
