"""What a search finds before and after a proposal: a question list is asked of both libraries."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from casewright.agent.settings import Workspace
from casewright.agent.typology_search import asked
from casewright.knowledge.embedder import Embedder, embedder_of
from casewright.knowledge.index import Hit, TypologyIndex
from casewright.knowledge.records import Record
from casewright.knowledge.typology import Typology

FIRST = 3  # how many hits count as found


class Reordered(Record):
    """A question whose first hits change."""

    query: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Sought(Record):
    """How many questions were asked, where they come from, and which lead elsewhere now."""

    asked: int
    source: str
    moved: tuple[Reordered, ...]


def sought(
    workspace: Workspace,
    before: Mapping[str, Typology],
    after: Mapping[str, Typology],
    name: str,
    questions: Path | None = None,
    api_key: str = "",
) -> Sought:
    """Ask the questions of both libraries. The workspace's index is copied, so that nothing of it changes.

    Without a file, and without `questions.txt` in the workspace, the phrases of all typologies are asked.
    """
    file = questions or workspace.folder / "questions.txt"
    if questions or file.is_file():
        source, queries = str(file), asked("", file)
    else:
        both = (*before.values(), after[name])
        queries = list(dict.fromkeys(phrase for typology in both for phrase in typology.said))
        source = "how people put it, of all typologies"
    settings = workspace.settings
    embedder = _Remembering(embedder_of(settings.embedder, network=settings.policy["network"], api_key=api_key))
    found: list[Sequence[tuple[Hit, ...]]] = []
    with TemporaryDirectory(prefix="casewright-") as folder:
        if (workspace.index / "chroma").is_dir():
            shutil.copytree(workspace.index, Path(folder) / "index")
        for library in (before, after):
            with TypologyIndex(Path(folder) / "index", library, embedder) as index:
                found.append(index.search_all(queries, FIRST))
    moved = []
    for query, old, new in zip(queries, *found, strict=True):
        was, now = (tuple(hit.id for hit in hits) for hits in (old, new))
        if was != now:
            moved.append(Reordered(query=query, before=was, after=now))
    return Sought(asked=len(queries), source=source, moved=tuple(moved))


class _Remembering:
    """An embedder that embeds a text once: most questions are phrases of the typologies, and all are asked twice."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.reads, self._embed = embedder.name, embedder.reads, embedder.embed
        self._known: dict[str, list[float]] = {}

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in their order."""
        fresh = list(dict.fromkeys(text for text in texts if text not in self._known))
        self._known.update(zip(fresh, self._embed(fresh), strict=True) if fresh else ())
        return [self._known[text] for text in texts]
