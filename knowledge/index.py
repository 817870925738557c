"""The search for typologies by meaning and by words: vectors in a persistent Chroma collection, grams in memory.

What is true are the files. The collection is rebuilt from them where it is missing, stale, damaged or made by another
embedder; a typology whose texts did not change is not embedded again. Its vectors bear the hash of those texts and are
found only once all are stored; old ones go last, so that an interrupted sync leaves what was there. One process syncs
at a time; others wait for it.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from casewright.knowledge.embedder import Embedder
from casewright.knowledge.errors import DataError
from casewright.knowledge.lexical import Lexicon, Scores
from casewright.knowledge.records import Record
from casewright.knowledge.typology import Typology

_PREFIX = "typologies-"
_NEAREST = 60  # vectors asked for; more costs time and moves no rank in the evaluation
_LONGEST_QUERY = 2_000  # characters; the model reads no further
_AT_ONCE = 500  # vectors a write
_PATIENCE_S = 60.0  # how long another process may take to sync before we search what is there
# Fusion by reciprocal rank, set on the tuning half of tests/evals/typology_questions.yaml: the embedded model knows
# English only and little slang, so that letters weigh more than meaning.
_RANK_OFFSET = 10
_BY_MEANING, _BY_LETTERS, _BY_PASSAGE = 1.0, 1.5, 1.0


class Hit(Record):
    """A typology that was found; the score is 1 where it is first by meaning and by words."""

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
    ) -> None:
        """Raises DataError where the folder cannot be written, and whatever the embedder raises."""
        self._typologies = dict(sorted(typologies.items()))
        self._wanted = {name: _hash(typology) for name, typology in self._typologies.items()}
        self._embedder = embedder
        self._folder = folder
        self._ids = list(self._typologies)
        self._lexicon = Lexicon([[text for _, text in passages(t)] for t in self._typologies.values()])
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"the index cannot be written ({error.strerror})", folder) from error
        self._client, self._collection = _opened(folder / "chroma", embedder.name)
        self.synced = self._sync(progress) if self._stale() else Synced()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._client.close()

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
        """The same for several queries."""
        allowed = np.ones(len(self._ids), dtype=bool)
        if stage or predicate or status:
            allowed = np.array([_fits(t, stage, predicate, status) for t in self._typologies.values()], dtype=bool)
        if not queries or not allowed.any():
            return [() for _ in queries]
        found = []
        for query, meant in zip(queries, self._nearness(queries), strict=True):
            spelt, passage = self._lexicon.scores(query[:_LONGEST_QUERY])
            views = ((_BY_MEANING, meant), (_BY_LETTERS, spelt), (_BY_PASSAGE, passage))
            votes = [weight * _votes(np.where(allowed, scores, 0)) for weight, scores in views]
            found.append(self._best(np.sum(votes, axis=0) / sum(weight for weight, _ in views), k))
        return found

    def _best(self, scores: Scores, k: int) -> tuple[Hit, ...]:
        order = [nr for nr in np.argsort(-scores, kind="stable")[:k] if scores[nr] > 0]
        return tuple(Hit(id=self._ids[nr], score=round(float(scores[nr]), 4)) for nr in order)

    def _nearness(self, queries: Sequence[str]) -> list[Scores]:
        """For each query one number a typology: the mean likeness of its two nearest passages, 0 where none is near."""
        read = [nr for nr, query in enumerate(queries) if self._embedder.reads(query)]
        found = [np.zeros(len(self._ids)) for _ in queries]
        if not read:
            return found
        vectors = self._embedder.embed([queries[nr][:_LONGEST_QUERY] for nr in read])
        answer = self._nearest(vectors)
        place = {name: nr for nr, name in enumerate(self._ids)}
        for nr, distances, names in zip(read, answer["distances"], answer["ids"], strict=True):
            near: dict[int, list[float]] = {}
            for distance, name in zip(distances, names, strict=True):
                typology = name.partition("/")[0]
                if typology in place:
                    near.setdefault(place[typology], []).append(1 - distance)
            least = 1 - distances[-1] if distances else 0.0
            for where, likeness in near.items():
                first, second = [*sorted(likeness, reverse=True), least][:2]
                found[nr][where] = max((first + second) / 2, 1e-6)
        return found

    def _nearest(self, vectors: list[list[float]]) -> Any:
        """The passages nearest to each vector; asked again where another process has changed the store meanwhile."""
        asked: dict[str, Any] = {"query_embeddings": vectors, "n_results": _NEAREST, "include": ["distances"]}
        try:
            return self._collection.query(**asked)
        except ChromaError:
            self._reopen()
            return self._collection.query(**asked)

    def _reopen(self) -> None:
        """Chroma's client knows only what it saw when it was opened, and what it wrote itself."""
        self._client.close()
        self._client, self._collection = _opened(self._folder / "chroma", self._embedder.name)

    def _stale(self) -> bool:
        """Whether anything is missing or left over, told by the head that each complete typology has."""
        heads = self._collection.get(where={"head": True}, include=["metadatas"])["metadatas"]
        held = {(head["typology"], head["hash"]): head["of"] for head in heads}
        return set(held) != set(self._wanted.items()) or sum(held.values()) != self._collection.count()

    def _sync(self, progress: Callable[[float], None]) -> Synced:
        with _alone(self._folder / "sync.sqlite") as alone:
            self._reopen()
            if not alone or not self._stale():  # another process does it, or has done it meanwhile
                return Synced()
            found = self._collection.get(include=["metadatas"])
            held: dict[tuple[str, str], list[str]] = {}
            for name, metadata in zip(found["ids"], found["metadatas"], strict=True):
                held.setdefault((metadata["typology"], metadata["hash"]), []).append(name)
            missing = [n for n, key in self._wanted.items() if len(held.get((n, key), ())) != self._of(n)]
            self._embed(missing, progress)
            left = [name for pair, names in held.items() if pair not in self._wanted.items() for name in names]
            for start in range(0, len(left), _AT_ONCE):
                self._collection.delete(ids=left[start : start + _AT_ONCE])
            for other in self._client.list_collections():
                if other.name.startswith(_PREFIX) and other.name != self._collection.name:
                    self._client.delete_collection(other.name)
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
                metadata = {"typology": name, "hash": self._wanted[name], "kind": kind, "of": len(texts)}
                metadata["head"] = part == len(texts) - 1
                waiting.append((f"{name}/{self._wanted[name]}/{part}", vector, metadata))
            if len(waiting) >= _AT_ONCE or nr == len(names):
                ids, embeddings, metadatas = zip(*waiting, strict=True)
                self._collection.upsert(ids=list(ids), embeddings=list(embeddings), metadatas=list(metadatas))
                waiting = []
            progress(nr / len(names))


def _fits(typology: Typology, stage: str, predicate: str, status: str) -> bool:
    return stage in {"", *typology.stage} and predicate in {"", *typology.predicate} and status in {"", typology.status}


def _votes(scores: Scores) -> Scores:
    """Reciprocal ranks in 0..1: 1 for the highest score, 0 where the score is 0."""
    votes = np.zeros(len(scores))
    order = np.argsort(-scores, kind="stable")
    votes[order] = (_RANK_OFFSET + 1) / (_RANK_OFFSET + 1 + np.arange(len(scores)))
    return np.where(scores > 0, votes, 0)


def _opened(folder: Path, embedder: str) -> tuple[Any, Any]:
    """Chroma's client and our collection in it; a damaged store is thrown away, since the files hold the truth."""
    try:
        return _open(folder, embedder)
    except Exception:  # noqa: BLE001 - a damaged store shows as errors of many kinds, down to SQLite's and Rust's
        SharedSystemClient.clear_system_cache()  # else the failed start is handed out again
        shutil.rmtree(folder, ignore_errors=True)
    try:
        return _open(folder, embedder)
    except Exception as error:
        raise DataError(f"the index cannot be opened ({error})", folder, hint="can the disk be written?") from error


def _open(folder: Path, embedder: str) -> tuple[Any, Any]:
    name = _PREFIX + hashlib.sha256(embedder.encode()).hexdigest()[:16]
    client: Any = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    try:
        collection = client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "ip", "ef_search": 200}}
        )
        some: Any = collection.get(limit=1, include=["embeddings"])["embeddings"]
        if len(some):  # reads the graph too: damage shows here, not in the middle of a search
            collection.query(query_embeddings=some, n_results=1)
    except BaseException:
        client.close()
        raise
    return client, collection


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Hold a lock between processes, which SQLite frees when its holder dies; False where another held it too long."""
    with closing(sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)) as connection:
        try:
            connection.execute("begin exclusive")
        except sqlite3.OperationalError:
            yield False
            return
        try:
            yield True
        finally:
            connection.execute("rollback")
