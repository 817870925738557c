"""A real terminal with a process on it: keys go in, the screen's text comes out."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

TESTS = Path(__file__).resolve().parents[1]
_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|\][^\x07]*\x07)")


class Terminal:
    """A process of ours on a pseudo-terminal of 100 columns and 40 rows."""

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        self._leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=os.environ | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONPATH": str(TESTS)} | environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(follower)
        self.raw = ""
        self._waited = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._leader)

    @property
    def text(self) -> str:
        """All that was written, without the escapes that place and colour it."""
        return _ESCAPES.sub("", self.raw)

    def type(self, keys: str) -> None:
        """Press keys; `\\r` is Enter, `\\x03` Ctrl-C, `\\x04` Ctrl-D."""
        os.write(self._leader, keys.encode())

    def wait_for(self, words: str, seconds: float = 60) -> str:
        """Read until these words are written behind what was waited for last; raises AssertionError with what was."""
        end = time.monotonic() + seconds
        while words not in self.text[self._waited :] and time.monotonic() < end:
            if not self._read():
                break
        found = self.text[self._waited :]
        assert words in found, f"no {words!r} in:\n{found}"
        self._waited += found.index(words) + len(words)
        return found

    def leaves(self, seconds: float = 30) -> int:
        """Wait until the process has ended, and tell its exit code."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self._read()
        return self.process.wait(timeout=1)

    def leave(self, seconds: float = 30) -> int:
        """Press Ctrl-D until it is heard: what is typed before a line is read may be lost. Tells the exit code."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError):
                self.type("\x04")
            self._read(1)
        return self.process.wait(timeout=1)

    def kill(self) -> None:
        """Kill it as a crash would: no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def _read(self, seconds: float = 0.1) -> bool:
        if select.select([self._leader], [], [], seconds)[0]:
            try:
                self.raw += os.read(self._leader, 65536).decode("utf-8", "replace")
            except OSError:  # the other end has closed
                return False
        return True


def scripted(folder: Path, **environment: str) -> Terminal:
    """A chat with answers written beforehand, on a terminal."""
    return Terminal([sys.executable, "-m", "chatting.scripted", str(folder)], **environment)
