"""A PostgreSQL server of our own around a command: `python tests/postgres.py COMMAND ...`.

It is made in a temporary folder, listens on this machine alone, and is gone when the command ends. The command finds
its URL in CASEWRIGHT_TEST_POSTGRES. As PostgreSQL refuses to run as root, root runs it as the user postgres.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USER = "postgres" if os.geteuid() == 0 else None


def _program(name: str) -> str:
    """The newest of Debian's folders, which are on nobody's path, else what is on the path."""
    places = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    found = sorted(places, key=lambda path: int(path.parts[4])) or [shutil.which(name)]
    if found[-1] is None:
        sys.exit(f"{name} is missing: apt-get install postgresql")
    return str(found[-1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: object) -> None:
    done = subprocess.run(
        list(map(str, command)), user=_USER, check=False, text=True, cwd="/", stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a running server, with its password; nothing of it is synced to the disk."""
    folder, port, password = Path(tempfile.mkdtemp(prefix="postgres-")), _free_port(), secrets.token_hex(8)
    data, secret, log = folder / "data", folder / "password", folder / "log"
    secret.write_text(password)
    if _USER:
        for path in (folder, secret):
            shutil.chown(path, _USER)
    try:
        _run(_program("initdb"), "-D", data, "-U", "casewright", "-E", "UTF8", "--no-locale", "-A", "scram-sha-256",
             f"--pwfile={secret}", "--no-sync")  # fmt: skip
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        _run(_program("pg_ctl"), "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield f"postgresql://casewright:{password}@127.0.0.1:{port}/postgres"
        finally:
            _run(_program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    with server() as url:
        code = subprocess.run(sys.argv[1:], env=os.environ | {"CASEWRIGHT_TEST_POSTGRES": url}, check=False).returncode
    sys.exit(code)
