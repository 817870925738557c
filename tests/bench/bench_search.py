"""The search for typologies: a thousand of them against a bare query of the collection, and a sync after an edit."""

import statistics
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from ratio import Ratio

from casewright.knowledge.embedder import Embedded
from casewright.knowledge.index import TypologyIndex
from casewright.knowledge.library import typologies
from casewright.knowledge.typology import Typology
from casewright.tools.indicators import catalogue

MANY = 1_000
QUERIES = 100


class Scattered:
    """The embedded model for questions; for the made-up passages its vector of the original, a little moved by seed.

    Embedding a thousand typologies in earnest would take minutes and change nothing about the search.
    """

    def __init__(self, model: Embedded) -> None:
        self.name = "scattered"
        self._model = model
        self._known: dict[str, list[float]] = {}

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def reads(self, text: str) -> bool:
        return self._model.reads(text)

    def _vector(self, text: str) -> list[float]:
        original, made_up, _ = text.partition(" no. ")
        if not made_up:
            return self._model.embed([text])[0]
        if original not in self._known:
            self._known[original] = self._model.embed([original])[0]
        moved = np.array(self._known[original]) + np.random.default_rng(zlib.crc32(text.encode())).normal(0, 0.02, 384)
        return list(map(float, moved / np.linalg.norm(moved)))


def bench(folder: Path, transfers: int) -> list[Ratio]:
    """Two comparisons; how many transfers there are does not matter to either."""
    model, found = Embedded(), typologies([], catalogue())
    with tempfile.TemporaryDirectory(dir=folder) as work:
        return [_search(Path(work) / "many", model, found), _sync(Path(work) / "few", model, found)]


def _search(folder: Path, model: Embedded, found: Mapping[str, Typology]) -> Ratio:
    embedder = Scattered(model)
    asked = [flag.see for typology in found.values() for flag in typology.red_flags][:QUERIES]
    with TypologyIndex(folder, _many(found), embedder) as index:
        collection = index.vectors.collection

        def bare(query: str) -> None:
            collection.query(query_embeddings=embedder.embed([query]), n_results=5)

        ours, reference = _p95(asked, index.search, bare)
    return Ratio(f"search among {MANY:,} typologies, p95, against a bare Chroma query", ours, reference, "<= 2x")


def _sync(folder: Path, model: Embedded, found: Mapping[str, Typology]) -> Ratio:
    name = "money-mule-account"
    edited = found[name].model_copy(update={"said": (*found[name].said, "one more way to say it")})
    with TypologyIndex(folder, {}, model):
        pass
    start = time.perf_counter()
    with TypologyIndex(folder, found, model):
        first = time.perf_counter() - start
    start = time.perf_counter()
    with TypologyIndex(folder, {**found, name: edited}, model):
        again = time.perf_counter() - start
    return Ratio(f"sync after one edit, against the first sync of {len(found)}", again, first, ">= 5x")


def _many(found: Mapping[str, Typology]) -> dict[str, Typology]:
    """A thousand typologies made of those there are, each passage with a number of its own."""
    made, originals = {}, list(found.values())
    for nr in range(MANY):
        original = originals[nr % len(originals)]
        tail = f" no. {nr}"
        made[f"{original.id}-{nr}"] = original.model_copy(
            update={
                "id": f"{original.id}-{nr}",
                "name": original.name + tail,
                "aliases": tuple(text + tail for text in original.aliases),
                "said": tuple(text + tail for text in original.said),
                "description": original.description + tail,
                "red_flags": tuple(f.model_copy(update={"see": f.see + tail}) for f in original.red_flags),
            }
        )
    return made


def _p95(queries: Sequence[str], *ways: Callable[[str], object]) -> list[float]:
    """Of each way, asked in turn so that a busy machine hits them alike; warm."""
    seconds: list[list[float]] = [[] for _ in ways]
    for query in (*queries[:5], *queries):
        for way, spent in zip(ways, seconds, strict=True):
            start = time.perf_counter()
            way(query)
            spent.append(time.perf_counter() - start)
    return [statistics.quantiles(spent[5:], n=20)[-1] for spent in seconds]
