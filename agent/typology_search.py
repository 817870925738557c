"""Searching the typologies of a workspace: its index, its embedder, its files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from casewright.agent.settings import Workspace
from casewright.knowledge.embedder import embedder_of
from casewright.knowledge.errors import UsageError
from casewright.knowledge.index import Hit, TypologyIndex
from casewright.knowledge.library import Library
from casewright.knowledge.typology import Stage, Status, Typology
from casewright.knowledge.vectors import place_of


@dataclass(frozen=True)
class Search:
    """What to look for: how many of which stage, predicate offence and status; empty is any."""

    k: int = 5
    stage: str = ""
    predicate: str = ""
    status: str = ""


@dataclass(frozen=True)
class Found:
    """The hits of each query, and what each typology is called."""

    queries: Sequence[str]
    hits: Sequence[tuple[Hit, ...]]
    names: Mapping[str, str]

    def text(self) -> str:
        """The hits for people, best first."""
        lines = []
        for query, hits in zip(self.queries, self.hits, strict=True):
            lines += ["", query] if len(self.queries) > 1 else []
            lines += [f"{hit.score:6.3f}  {hit.id:<28}  {self.names[hit.id]}" for hit in hits] or ["nothing fits"]
        return "\n".join(lines).strip("\n")


def asked(words: str, file: Path | None) -> list[str]:
    """The queries: the words of one, or the lines of a file. Raises UsageError where there are none, or both."""
    if bool(words.strip()) == bool(file):
        raise UsageError("give either a query or --queries FILE", hint="casewright typology search strangers pay in")
    if not file:
        return [words.strip()]
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text") from error
    if not lines:
        raise UsageError(f"{file} holds no query", hint="one a line")
    return lines


def search(
    workspace: Workspace,
    library: Library,
    queries: Sequence[str],
    wanted: Search,
    *,
    api_key: str = "",
    progress: Callable[[float], None] = lambda share: None,
) -> Found:
    """The typologies that fit each query best; the index is brought up to date first.

    Raises UsageError for an unknown stage or status, PolicyError or SettingsError for the embedder or the index's
    place, DataError where the index cannot be had.
    """
    for name, value, known in (("stage", wanted.stage, get_args(Stage)), ("status", wanted.status, get_args(Status))):
        if value and value not in known:
            raise UsageError(f"unknown {name} {value!r}", hint=f"one of {', '.join(known)}")
    settings = workspace.settings
    network = settings.policy["network"]
    embedder = embedder_of(settings.embedder, network=network, api_key=api_key)
    place = place_of(settings.index, workspace.index / "chroma", network=network)
    with TypologyIndex(workspace.index, library.findable, embedder, progress, place=place) as index:
        hits = index.search_all(queries, wanted.k, stage=wanted.stage, predicate=wanted.predicate, status=wanted.status)
    return Found(queries, hits, {name: _called(typology) for name, typology in library.findable.items()})


def _called(typology: Typology) -> str:
    """The name, with the status of one that matches no case."""
    return typology.name if typology.status == "approved" else f"{typology.name} ({typology.status})"
