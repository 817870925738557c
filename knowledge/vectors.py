"""The vectors of texts, kept by Chroma: embedded in a folder of this machine, or on a server of the house."""

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import chromadb
import httpx
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from casewright.knowledge.errors import DataError, PolicyError, SettingsError

EMBEDDED = "embedded"
_AT_ONCE = 500  # vectors a write
_PATIENCE_S = 60.0  # how long another process may take before we search what is there
_MADE = "made"  # a file in the store's folder: it is whole, so that opening it makes nothing
_TIMEOUT_S = 60.0  # of a server's answer; Chroma's client would wait for ever
_ADDRESS = re.compile(r"chroma://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+):([0-9]{1,5})(?:/([a-z0-9]+))?", re.IGNORECASE)
_THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def place_of(setting: str, folder: Path, *, network: bool = False) -> Path | str:
    """Where a setting wants the vectors: in FOLDER for `embedded`, else on the server `chroma://HOST:PORT[/NAME]`.

    NETWORK is the workspace's policy; a server on this machine is reached without it. Raises PolicyError where it
    forbids the server, SettingsError for another word.
    """
    if setting == EMBEDDED:
        return folder
    found = _ADDRESS.fullmatch(setting)
    if not found or int(found[2]) > 65535:
        raise SettingsError(f"index is {setting!r}, expected 'embedded' or 'chroma://HOST:PORT'")
    if not network and found[1].lower() not in _THIS_MACHINE:
        raise PolicyError(f"the index {setting!r} is reached over the network, which this workspace forbids",
                          hint="set [policy] network = true, or index = 'embedded'")  # fmt: skip
    return setting


class Vectors:
    """A collection of vectors of one embedder. What is damaged in a folder is thrown away: it can be made again.

    A folder's store is made, and thrown away, by one process at a time: Chroma does not bear two that make it at once.
    """

    def __init__(self, place: Path | str, name: str, embedder: str, lock: Path) -> None:
        """Raises DataError where the folder cannot be written or the server does not answer.

        PLACE is what `place_of` gave; a server's address may name the collection, else it is NAME. LOCK is a file.
        """
        self._place, self._lock, self._holds = place, lock, False
        self._kind = ((_ADDRESS.fullmatch(place) or [""] * 4)[3] if isinstance(place, str) else "") or name
        self._name = f"{self._kind}-{hashlib.sha256(embedder.encode()).hexdigest()[:16]}"
        self._open()

    def close(self) -> None:
        """Let go of the files or the connection."""
        _close(self._client)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Be the only process of this machine that writes; False where another took too long. What it wrote is seen."""
        with _locked(self._lock) as alone:
            self._holds = alone
            try:
                self.reopen()
                yield alone
            finally:
                self._holds = False

    def reopen(self) -> None:
        """See what other processes wrote: Chroma's client knows what it saw when opened, and what it wrote itself."""
        self.close()
        self._open()

    def count(self) -> int:
        """How many vectors there are."""
        with self._told():
            return int(self.collection.count())

    def held(self, where: Mapping[str, Any] | None = None) -> dict[str, Mapping[str, Any]]:
        """What is known about each vector by its id, or about those whose facts are as in WHERE."""
        with self._told():
            found = self.collection.get(where=where, include=["metadatas"])
        return dict(zip(found["ids"], found["metadatas"], strict=True))

    def put(self, rows: Sequence[tuple[str, list[float], Mapping[str, Any]]]) -> None:
        """Store vectors with their ids and facts, replacing those of the same ids."""
        with self._told():
            for start in range(0, len(rows), _AT_ONCE):
                ids, vectors, facts = zip(*rows[start : start + _AT_ONCE], strict=True)
                self.collection.upsert(ids=list(ids), embeddings=list(vectors), metadatas=list(facts))

    def drop(self, ids: Sequence[str]) -> None:
        """Remove these vectors, and what other embedders left."""
        with self._told():
            for start in range(0, len(ids), _AT_ONCE):
                self.collection.delete(ids=list(ids[start : start + _AT_ONCE]))
            for other in self._client.list_collections():
                if other.name.rpartition("-")[0] == self._kind and other.name != self._name:
                    self._client.delete_collection(other.name)

    def nearest(
        self, vectors: list[list[float]], count: int, where: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[list[float], list[str]]]:
        """For each vector the distances (1 - likeness) and ids of the COUNT nearest, the nearest first.

        WHERE leaves out vectors whose facts are not as it says.
        """
        asked: dict[str, Any] = {"query_embeddings": vectors, "n_results": count, "where": where}
        asked["include"] = ["distances"]
        with self._told():
            try:
                answer = self.collection.query(**asked)
            except ChromaError:  # another process has changed the store meanwhile
                self.reopen()
                answer = self.collection.query(**asked)
        return zip(answer["distances"], answer["ids"], strict=True)

    def _open(self) -> None:
        if isinstance(self._place, str):
            with self._told():
                self._client = _served(self._place)
                self.collection = _collection(self._client, self._name)
        elif self._holds:
            self._make(self._place)
        elif not ((self._place / _MADE).exists() and self._opened(self._place)):
            with _locked(self._lock) as alone:
                if alone:
                    self._make(self._place)
                elif not self._opened(self._place):
                    raise DataError("another process has been making the index for too long", self._place)

    def _opened(self, folder: Path) -> bool:
        try:
            self._client, self.collection = _persistent(folder, self._name)
        except Exception:  # noqa: BLE001 - a damaged store shows as errors of many kinds, down to SQLite's and Rust's
            SharedSystemClient.clear_system_cache()  # else the failed start is handed out again
            return False
        return True

    def _make(self, folder: Path) -> None:
        if not self._opened(folder):
            (folder / _MADE).unlink(missing_ok=True)  # first, so that others wait for us
            shutil.rmtree(folder, ignore_errors=True)
            try:
                self._client, self.collection = _persistent(folder, self._name)
            except Exception as error:
                hint = "can the disk be written?"
                raise DataError(f"the index cannot be opened ({error})", folder, hint=hint) from error
        (folder / _MADE).touch()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what goes wrong with a server in our own words."""
        try:
            yield
        except (httpx.HTTPError, ChromaError) as error:
            if isinstance(self._place, Path):
                raise
            raise DataError(f"the Chroma server does not answer as it should ({error})", self._place) from error


def version(place: Path | str) -> str:
    """The version of Chroma at a place; nothing is made there. Raises DataError where no server answers."""
    if isinstance(place, Path):
        return chromadb.__version__
    client = _served(place)
    try:
        return str(client.get_version())
    finally:
        _close(client)


def _close(client: Any) -> None:
    client.close()
    for server in (client._server, client._admin_client._server):
        if hasattr(server, "_session"):  # Chroma's client leaves its connections to a server open
            server._session.close()


def _served(place: str) -> Any:
    found = _ADDRESS.fullmatch(place)
    if not found:
        raise SettingsError(f"index is {place!r}, expected 'chroma://HOST:PORT'")
    try:
        client: Any = chromadb.HttpClient(found[1].strip("[]"), int(found[2]), settings=_quiet())
    except ValueError as error:  # how Chroma tells that nobody listens
        hint = f"is it running? chroma run --host {found[1]} --port {found[2]}"
        raise DataError("no Chroma server answers here", place, hint=hint) from error
    for server in (client._server, client._admin_client._server):
        server._session.timeout = _TIMEOUT_S
    return client


def _persistent(folder: Path, name: str) -> tuple[Any, Any]:
    client: Any = chromadb.PersistentClient(str(folder), settings=_quiet())
    try:
        collection = _collection(client, name)
        some: Any = collection.get(limit=1, include=["embeddings"])["embeddings"]
        if len(some):  # reads the graph too: damage shows here, not in the middle of a search
            collection.query(query_embeddings=some, n_results=1)
    except BaseException:
        client.close()
        raise
    return client, collection


def _collection(client: Any, name: str) -> Any:
    space = {"hnsw": {"space": "ip", "ef_search": 200}}
    return client.get_or_create_collection(name, embedding_function=None, configuration=space)


class _Ours(ChromaSettings):
    """Settings that nobody else has a say in: Chroma would read an environment and a `.env` that lead elsewhere."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: Any,
        init_settings: Any,
        env_settings: Any,
        dotenv_settings: Any,
        file_secret_settings: Any,
    ) -> tuple[Any, ...]:
        """What is given here, and no more."""
        return (init_settings,)


def _quiet() -> ChromaSettings:
    """Settings without telemetry; a new one each time, since Chroma's clients write into them."""
    return _Ours(anonymized_telemetry=False)


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
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
