"""The search for typologies by meaning, words and letters: vectors in a Chroma collection, the rest in memory.

What is true are the files. The collection is rebuilt from them where it is missing, stale, damaged or made by another
embedder; a typology whose texts did not change is not embedded again. Its vectors bear the hash of those texts and are
found only once all are stored; old ones go last, so that an interrupted sync leaves what was there. One process syncs
at a time; others wait for it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from casewright.knowledge.embedder import Embedder
from casewright.knowledge.errors import DataError
from casewright.knowledge.glossary import hints
from casewright.knowledge.lexical import Lexicon, Scores, letters, words
from casewright.knowledge.records import Record
from casewright.knowledge.typology import Typology
from casewright.knowledge.vectors import Vectors

Allowed = npt.NDArray[np.bool_]

_NAME = "typologies"
_NEAREST = 100  # vectors asked for; the rest count as no nearer than the last of them
_LONGEST_QUERY = 2_000  # characters; the model reads no further
_AT_ONCE = 400  # vectors gathered before a write


class Hit(Record):
    """A typology that was found; the score is 1 where it is first by meaning, by words and by letters."""

    id: str
    score: float


class Synced(Record):
    """What a sync did."""

    embedded: tuple[str, ...] = ()  # typologies whose texts were embedded
    removed: int = 0  # vectors that went


def passages(typology: Typology) -> list[tuple[str, str]]:
    """The texts of a typology that are embedded, each with its kind: one vector each."""
    names = [typology.name, *typology.aliases]
    return [
        ("name", "; ".join(names)),
        *(("alias", name) for name in names),
        ("description", typology.description),
        *(("said", text) for text in typology.said),
        *(("red_flag", flag.see) for flag in typology.red_flags),
    ]


def _hash(typology: Typology) -> str:
    text = "\x00".join(f"{kind}\x01{text}" for kind, text in passages(typology))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class TypologyIndex:
    """Typologies that can be searched. Use it as a context manager; opening it brings the collection up to date."""

    def __init__(
        self,
        folder: Path,
        typologies: Mapping[str, Typology],
        embedder: Embedder,
        progress: Callable[[float], None] = lambda share: None,
        *,
        place: Path | str | None = None,
    ) -> None:
        """Keep the vectors in FOLDER, or in another PLACE such as a server; see `vectors.place_of`.

        Raises DataError where the folder cannot be written or the server does not answer, and whatever the embedder
        raises.
        """
        self._typologies = dict(sorted(typologies.items()))
        self._wanted = {name: _hash(typology) for name, typology in self._typologies.items()}
        self._embedder = embedder
        self._ids = list(self._typologies)
        texts = [[text for _, text in passages(typology)] for typology in self._typologies.values()]
        self._letters = Lexicon(["\n".join(of_one) for of_one in texts], letters)
        self._words = Lexicon([text for of_one in texts for text in of_one], words)
        self._first = np.cumsum([0, *map(len, texts)])[:-1]  # the place of each typology's first passage
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"the index cannot be written ({error.strerror})", folder) from error
        self.vectors = Vectors(place or folder / "chroma", _NAME, embedder.name, folder / "sync.sqlite")
        self.synced = self._sync(progress) if self._stale() else Synced()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.vectors.close()

    def search(
        self,
        query: str,
        k: int = 5,
        *,
        stage: str = "",
        predicate: str = "",
        status: str = "",
    ) -> tuple[Hit, ...]:
        """The K typologies that fit best what people wrote, best first; fewer where fewer fit at all.

        STAGE, PREDICATE and STATUS leave out the others; empty is any.
        """
        return self.search_all([query], k, stage=stage, predicate=predicate, status=status)[0]

    def search_all(
        self,
        queries: Sequence[str],
        k: int = 5,
        *,
        stage: str = "",
        predicate: str = "",
        status: str = "",
    ) -> list[tuple[Hit, ...]]:
        """The same for several queries.

        A score is the mean of three shares of the highest: by meaning, words and letters. Why so is told in
        tests/evals/test_typology_retrieval.py.
        """
        fit = [_fits(typology, stage, predicate, status) for typology in self._typologies.values()]
        allowed = np.array(fit, dtype=bool)
        if not queries or not allowed.any():
            return [() for _ in queries]
        cut = [query[:_LONGEST_QUERY] for query in queries]
        found = []
        for query, meant in zip(cut, self._nearness(cut, allowed), strict=True):
            worded = _of_two_best(self._words.scores(query), self._first)
            views = [_shares(np.where(allowed, scores, 0)) for scores in (meant, worded, self._letters.scores(query))]
            found.append(self._best(np.mean(views, axis=0), k))
        return found

    def _best(self, scores: Scores, k: int) -> tuple[Hit, ...]:
        order = [nr for nr in np.argsort(-scores, kind="stable")[:k] if scores[nr] > 0]
        return tuple(Hit(id=self._ids[nr], score=round(float(scores[nr]), 4)) for nr in order)

    def _nearness(self, queries: Sequence[str], allowed: Allowed) -> list[Scores]:
        """For each query one number a typology: how much nearer its nearest passage is than the last one asked for."""
        found = [np.zeros(len(self._ids)) for _ in queries]
        meant = {nr: text for nr, query in enumerate(queries) if (text := self._readable(query))}
        if not meant:
            return found
        vectors = self._embedder.embed(list(meant.values()))
        ours = {name: nr for nr, name in enumerate(self._ids)}
        where = None if allowed.all() else {"typology": {"$in": [self._ids[nr] for nr in np.flatnonzero(allowed)]}}
        for nr, (distances, names) in zip(meant, self.vectors.nearest(vectors, _NEAREST, where), strict=True):
            for distance, name in zip(distances, names, strict=True):
                typology = ours.get(name.partition("/")[0])
                if typology is not None:
                    found[nr][typology] = max(found[nr][typology], distances[-1] - distance, 1e-6)
        return found

    def _readable(self, query: str) -> str:
        """What the embedder can read: the query, and the English words for its foreign ones."""
        return "; ".join(filter(None, (query if self._embedder.reads(query) else "", hints(query))))

    def _stale(self) -> bool:
        """Whether anything is missing or left over, told by the head that each complete typology has."""
        heads = self.vectors.held({"head": True}).values()
        held = {(head["typology"], head["hash"]): head["of"] for head in heads}
        return set(held) != set(self._wanted.items()) or sum(held.values()) != self.vectors.count()

    def _sync(self, progress: Callable[[float], None]) -> Synced:
        with self.vectors.alone() as alone:
            if not alone or not self._stale():  # another process does it, or has done it meanwhile
                return Synced()
            held: dict[tuple[str, str], list[str]] = {}
            for name, facts in self.vectors.held().items():
                held.setdefault((facts["typology"], facts["hash"]), []).append(name)
            missing = [n for n, key in self._wanted.items() if len(held.get((n, key), ())) != self._of(n)]
            self._embed(missing, progress)
            left = [name for pair, names in held.items() if pair not in self._wanted.items() for name in names]
            self.vectors.drop(left)
            return Synced(embedded=tuple(missing), removed=len(left))

    def _of(self, name: str) -> int:
        return len(passages(self._typologies[name]))

    def _embed(self, names: Sequence[str], progress: Callable[[float], None]) -> None:
        """Embed and store these typologies, each in one write; the last passage of each is its head: it is whole."""
        waiting: list[tuple[str, list[float], dict[str, Any]]] = []
        for nr, name in enumerate(names, 1):
            texts = passages(self._typologies[name])
            vectors = self._embedder.embed([text for _, text in texts])
            for part, ((kind, _), vector) in enumerate(zip(texts, vectors, strict=True)):
                facts = {"typology": name, "hash": self._wanted[name], "kind": kind, "of": len(texts)}
                facts["head"] = part == len(texts) - 1
                waiting.append((f"{name}/{self._wanted[name]}/{part}", vector, facts))
            if len(waiting) >= _AT_ONCE or nr == len(names):
                self.vectors.put(waiting)
                waiting = []
            progress(nr / len(names))


def _fits(typology: Typology, stage: str, predicate: str, status: str) -> bool:
    return stage in {"", *typology.stage} and predicate in {"", *typology.predicate} and status in {"", typology.status}


def _shares(scores: Scores) -> Scores:
    """The scores as shares of the highest."""
    highest = scores.max()
    return scores / highest if highest > 0 else scores


def _of_two_best(scores: Scores, first: npt.NDArray[np.int64]) -> Scores:
    """Of passages' scores the mean of each typology's two best; FIRST says where each one's passages begin."""
    best = np.maximum.reduceat(scores, first)
    owner = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(scores))))
    where = np.flatnonzero(scores == best[owner])
    rest = scores.copy()
    rest[where[np.unique(owner[where], return_index=True)[1]]] = 0
    return (best + np.maximum.reduceat(rest, first)) / 2
