"""Processes that work on a batch and are killed in the midst of it.

    with evidence(file):             # what investigations find is kept there, and asked for once
        nights.worked(...)
    killed(workspace, run, file, [7, 12])

Each ends without a chance to tidy up, after so many statements, commits and files since it claimed its first cases:
what it does before, waiting for the claim of the one before, is no work.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nights
import sqlalchemy as sa

from casewright.agent.batch import runner
from casewright.agent.models import served  # noqa: F401  loaded once, for all that are to be killed
from casewright.agent.settings import Workspace
from casewright.tools.store import Store, queue


@contextmanager
def evidence(file: Path) -> Iterator[None]:
    """Investigate each target of one ledger once, whatever batches ask for it in this block or with that file."""
    real, found = runner._together, _read(file)

    def together(ledger: Any, targets: Sequence[Any], *others: Any) -> Any:
        new = [target for target in targets if target not in found]
        found.update(real(ledger, new, *others) if new else {})
        file.write_bytes(pickle.dumps(found))
        return {target: found[target] for target in targets}

    runner._together = together
    try:
        yield
    finally:
        runner._together = real


def _read(file: Path) -> dict[Any, Any]:
    return pickle.loads(file.read_bytes()) if file.exists() else {}  # noqa: S301  written by these very tests


def killed(workspace: Workspace, run: str, file: Path, moments: Sequence[int]) -> list[int]:
    """Let processes work on the run one after the other, each killed at its moment; how each ended."""
    asked = [sys.executable, __file__, str(workspace.folder), run, str(file), *map(str, moments)]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [int(code) for code in done.stdout.split()]


def _work(folder: str, name: str, file: Path, moment: int) -> None:
    left, claimed = moment, False

    def step() -> None:
        nonlocal left
        if claimed and threading.current_thread().name != "batch beat":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def asked(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        nonlocal claimed
        claimed = claimed or statement.startswith("UPDATE jobs SET state")
        step()

    workspace = Workspace.at(Path(folder))
    with Store.open(workspace.cases) as store:
        run = queue.run_of(store, name)
    runner.AT_ONCE = 3
    sa.event.listen(sa.engine.Engine, "after_cursor_execute", asked)
    sa.event.listen(sa.engine.Engine, "commit", lambda connection: step())
    sys.addaudithook(lambda event, _: step() if event in ("os.rename", "os.mkdir") else None)
    with evidence(file):
        nights.worked(workspace, run)


if __name__ == "__main__":
    for at in map(int, sys.argv[4:]):
        pid = os.fork()
        if pid == 0:
            _work(sys.argv[1], sys.argv[2], Path(sys.argv[3]), at)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
