"""The demo: the commands of a first day at a made-up exchange, run one by one as a person would type them."""

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from casewright.knowledge.errors import CasewrightError, UsageError

SIZE = ("--customers", "5000", "--subjects", "6")
RECORDS = ("customers", "labels", "transfers", "logins", "events", "scores")
SHOWN = 5


@dataclass(frozen=True)
class Step:
    """One command, what it printed, and how long it took in seconds."""

    command: str
    output: str
    seconds: float


def demo(folder: Path, tell: Callable[[Step], None] = lambda step: None) -> list[Step]:
    """Simulate an exchange in FOLDER, import it, raise alerts, investigate each rule's top one and verify the draft.

    TELL is called after each step. Raises UsageError where FOLDER is in use, CasewrightError where a step fails.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError("this folder is in use", folder, hint="name an empty one, or delete it")
    steps = []
    for arguments in _plan(folder):
        started = time.monotonic()
        output = _run(arguments)
        step = Step(f"casewright {shlex.join(arguments)}", output, time.monotonic() - started)
        steps.append(step)
        tell(step)
    return steps


def exchange(folder: Path, *, customers: int, subjects: int) -> None:
    """Simulate an exchange of that size in FOLDER, import it and raise its alerts. Raises CasewrightError."""
    for arguments in _exchange(folder, ["--customers", str(customers), "--subjects", str(subjects)]):
        _run(arguments)


def _plan(folder: Path) -> Iterator[Sequence[str]]:
    here = ["--workspace", str(folder)]
    yield from _exchange(folder, SIZE)
    yield [*here, "alerts", "list", "--limit", str(SHOWN)]
    cases = _top_of_each_rule(here)
    yield [*here, "investigate", *cases]
    for name in cases:
        yield [*here, "verify", f"CASE-{name}"]


def _exchange(folder: Path, size: Sequence[str]) -> Iterator[Sequence[str]]:
    data, here = folder / "data", ["--workspace", str(folder)]
    yield ["simulate", str(data), *size]
    yield ["init", str(folder), "--timezone", "Asia/Singapore", "--currency", "SGD", "--rates", "data/rates.csv"]
    for kind in RECORDS:
        yield [*here, "import", kind, str(data / f"{kind}.parquet"), "--format", "table"]
    yield [*here, "rules", "run"]


def _top_of_each_rule(here: Sequence[str]) -> list[str]:
    """The weightiest alert of each rule, each on another customer."""
    chosen: dict[str, str] = {}
    for rule in json.loads(_run([*here, "rules", "list", "--json"]))["rules"]:
        found = json.loads(_run([*here, "alerts", "list", "--rule", rule["id"], "--limit", "50", "--json"]))["alerts"]
        new = next((alert for alert in found if alert["subject"] not in chosen), None)
        if new is not None:
            chosen[new["subject"]] = new["id"]
    return list(chosen.values())


def _run(arguments: Sequence[str]) -> str:
    command = [sys.executable, "-m", "casewright.agent.cli.main", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise CasewrightError(f"`casewright {shlex.join(arguments)}` ended with {done.returncode}", hint="see above")
    return done.stdout
