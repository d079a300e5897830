"""What the tests of the machine share: a directory of their own, a disk, the machine as a process, a reference."""
import os
import shutil
import subprocess
import sys
import tempfile

GUEST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "guest", "guest.bin")
DISK_SIZE = 64 * 1024


class Failed(Exception):
    pass


def check(good, what):
    if not good:
        raise Failed(what)


class Lab:
    """A directory with a program, and what was printed by a machine that was left alone."""

    def __init__(self, vmm):
        self.vmm = os.path.abspath(vmm)
        self.directory = tempfile.mkdtemp(prefix="vmm-test-")
        self.disks = 0
        self.reference = self.run("run", "--disk", self.disk(), GUEST).stdout
        check(b"result " in self.reference, "the guest does not finish")

    def close(self):
        shutil.rmtree(self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def disk(self, like=None):
        self.disks += 1
        path = self.path("disk%d" % self.disks)
        if like:
            shutil.copy(like, path)
        else:
            with open(path, "wb") as file:
                file.truncate(DISK_SIZE)
        return path

    def run(self, *arguments, code=0):
        done = subprocess.run([self.vmm, *map(str, arguments)], capture_output=True, timeout=300)
        check(done.returncode == code, "vmm %s: exit code %d\n%s" % (
            " ".join(map(str, arguments)), done.returncode, done.stderr.decode()))
        return done


def main(tests):
    lab = Lab(sys.argv[1])
    try:
        for test in tests:
            print(test(lab))
    except Failed as failed:
        sys.exit("failed: %s" % failed)
    finally:
        lab.close()
