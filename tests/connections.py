"""Where a program connects to and which names it looks up, told by Python's audit events and by the kernel itself.

    seen = watched("import casewright...", environment={}, folder=tmp_path)
    seen.places        # {"127.0.0.1:40123"}
    seen.names         # {"api.example.org"}

Python's audit events do not tell what a native library does. So on Linux each connect() and each sendto() with an
address, of the program, its threads and its children, is held by a seccomp filter until its address is read here.
"""

import contextlib
import ctypes
import fcntl
import os
import platform
import select
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

# By machine: the audit name of its calls, and the numbers of connect, sendto and seccomp.
_MACHINES = {"x86_64": (0xC000003E, 42, 44, 317), "aarch64": (0xC00000B7, 203, 206, 277)}
KERNEL = sys.platform == "linux" and platform.machine() in _MACHINES
_ALLOW, _ASK = 0x7FFF0000, 0x7FC00000
_RECEIVE, _SEND, _GO_ON = 0xC0502100, 0xC0182101, 1


@dataclass
class Seen:
    """What a program did, and how it ended."""

    places: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    code: int = 0
    out: str = ""
    kernel: bool = False  # whether the kernel told too, and so what native libraries did


def watched(program: str, *arguments: str, environment: dict[str, str], folder: Path) -> Seen:
    """Run a program's text in a Python of its own and see where it connects to."""
    seen = Seen()
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    command = [sys.executable, __file__, str(theirs.fileno()), str(writing), program, *arguments]
    with subprocess.Popen(
        command, env=environment, cwd=folder, pass_fds=(theirs.fileno(), writing), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        theirs.close()
        os.close(writing)
        kernel = threading.Thread(target=_listen, args=(ours, seen))
        audit = threading.Thread(target=_read, args=(reading, seen))
        for thread in (kernel, audit):
            thread.start()
        seen.out = process.communicate()[0]
        for thread in (kernel, audit):
            thread.join()
    ours.close()
    seen.code = process.returncode
    return seen


def _read(audit: int, seen: Seen) -> None:
    with os.fdopen(audit, encoding="utf-8") as lines:
        for line in lines:
            kind, _, what = line.strip().partition(" ")
            (seen.places if kind == "socket.connect" else seen.names).add(what)


def _listen(ours: socket.socket, seen: Seen) -> None:
    """Take the filter's descriptor and answer each call that it holds: note the address, let the call go on."""
    _, found, _, _ = socket.recv_fds(ours, 1, 1)
    seen.kernel = bool(found)
    if not found:
        return
    with os.fdopen(found[0], "rb", buffering=0) as held:
        asked = select.poll()
        asked.register(held, select.POLLIN)
        while not any(event & select.POLLHUP for _, event in asked.poll()):
            with contextlib.suppress(FileNotFoundError):  # the thread ended while it was held
                _let_go_on(held.fileno(), seen)


def _let_go_on(held: int, seen: Seen) -> None:
    call = bytearray(80)
    fcntl.ioctl(held, _RECEIVE, call)
    number, thread = struct.unpack_from("=QI", call)
    which, *given = struct.unpack_from("=i12x6Q", call, 16)
    place, size = given[1:3] if which == _MACHINES[platform.machine()][1] else given[4:6]
    with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
        memory.seek(place)
        if told := _address(memory.read(size)):
            seen.places.add(told)
    fcntl.ioctl(held, _SEND, bytearray(struct.pack("=QqiI", number, 0, 0, _GO_ON)))


def _address(raw: bytes) -> str:
    """`HOST:PORT`, empty for what stays on this machine by its kind."""
    family = int.from_bytes(raw[:2], sys.byteorder)
    if family == socket.AF_INET:
        return f"{socket.inet_ntop(family, raw[4:8])}:{int.from_bytes(raw[2:4], 'big')}"
    if family == socket.AF_INET6:
        return f"{socket.inet_ntop(family, raw[8:24])}:{int.from_bytes(raw[2:4], 'big')}"
    return ""


# in the program's own process


def _tell_names_and_places(writing: int) -> None:
    def heard(event: str, given: tuple[object, ...]) -> None:
        if event == "socket.connect" and isinstance(given[1], tuple):
            os.write(writing, f"{event} {given[1][0]}:{given[1][1]}\n".encode())
        elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}:
            os.write(writing, f"{event} {given[0]}\n".encode())

    sys.addaudithook(heard)


def _ask_first(theirs: socket.socket) -> None:
    """Have the kernel hold every call that connects, of this process and of all that come from it."""
    machine, connect, sendto, seccomp = _MACHINES[platform.machine()]
    address = 16 + 8 * 4  # of sendto's fifth argument, which is nothing where the socket is connected
    steps = [
        (0x20, 0, 0, 4), (0x15, 0, 7, machine), (0x20, 0, 0, 0), (0x15, 4, 0, connect), (0x15, 0, 4, sendto),
        (0x20, 0, 0, address), (0x15, 0, 1, 0), (0x06, 0, 0, _ALLOW), (0x06, 0, 0, _ASK), (0x06, 0, 0, _ALLOW),
    ]  # fmt: skip
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges, without which nobody may set a filter
    held = libc.syscall(seccomp, 1, 8, ctypes.byref(program))
    socket.send_fds(theirs, [b"x"], [held] if held >= 0 else [])  # a kernel may not allow it: then Python alone tells
    if held >= 0:
        os.close(held)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as theirs_:
        if KERNEL:
            _ask_first(theirs_)
        else:
            theirs_.send(b"x")
    _tell_names_and_places(int(sys.argv[2]))
    text = sys.argv[3]
    sys.argv = ["casewright", *sys.argv[4:]]
    exec(compile(text, "program", "exec"), {"__name__": "__main__"})  # noqa: S102  the test's own text
