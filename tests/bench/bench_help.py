"""What a person waits for first: `casewright --help` against a Python that does nothing."""

import subprocess
import sys
from pathlib import Path

from ratio import Ratio, best_of

RUNS = 15


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Whole processes, from start to end."""
    nothing = [sys.executable, "-c", "pass"]
    script = Path(sys.executable).with_name("casewright")
    ours = [str(script)] if script.exists() else [sys.executable, "-m", "casewright.agent.cli.main"]
    reference = best_of(RUNS, lambda: _run(nothing, folder))
    return [Ratio("casewright --help", best_of(RUNS, lambda: _run([*ours, "--help"], folder)), reference, "<= 8x")]


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
