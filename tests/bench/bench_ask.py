"""What a question waits for with the embedded model: its first words from cold, and in a conversation that runs."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from ratio import Ratio, ledger_of

from casewright.agent.asking.events import Said
from casewright.agent.asking.session import Session
from casewright.agent.settings import Workspace

RUNS = 7
SIZE = 100_000  # transfers: what is measured is the way to the words, not the ledger
MOST = 0.5  # seconds until the first words in a conversation that runs
QUESTION = "What came in and what went out for ACC-0000001, by asset and network?"
FOLLOWING = (
    "Which third parties paid in?",
    "How fast did the money leave again?",
    "Who are the main counterparties?",
    "List the largest withdrawals.",
    "What does the account still hold?",
)


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Both sides of the first are whole processes, taken in turn so that a busy machine slows both alike."""
    del transfers
    workspace = _workspace(folder)
    asked = [*_casewright(), "-w", str(workspace), "ask", QUESTION]
    bare = [sys.executable, "-c", "import langchain.agents"]
    pairs = [(_first_byte(asked), _whole(bare)) for _ in range(RUNS)]
    cold = Ratio("ask, from cold to its first words", min(a for a, _ in pairs), min(b for _, b in pairs), "<= 2.5x")
    running = Ratio(f"ask, first words in a running session (against {MOST} s)", _running(workspace), MOST, "<= 1x")
    return [cold, running]


def _running(folder: Path) -> float:
    """Seconds to the first words, the slowest of the following questions."""
    with Session.open(Workspace.at(folder)) as session:
        list(session.ask(QUESTION))
        return max(_to_first_words(session, question) for question in FOLLOWING)


def _to_first_words(session: Session, question: str) -> float:
    start = time.perf_counter()
    found = 0.0
    for event in session.ask(question):
        if isinstance(event, Said) and not found:
            found = time.perf_counter() - start
    if not found:
        raise RuntimeError(f"nothing was said to {question!r}")
    return found


def _first_byte(command: list[str]) -> float:
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.read(1)
        seconds = time.perf_counter() - start
        process.communicate()
    if not first or process.returncode:
        raise RuntimeError(f"{command[-1]!r} was not answered: exit {process.returncode}")
    return seconds


def _whole(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def _casewright() -> list[str]:
    script = Path(sys.executable).with_name("casewright")
    return [str(script)] if script.exists() else [sys.executable, "-m", "casewright.agent.cli.main"]


def _workspace(folder: Path) -> Path:
    """A workspace of its own, since a conversation writes into it."""
    ledger = ledger_of(folder, SIZE)
    made = folder / "asked"
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(ledger.parent.parent, made)
    return made
