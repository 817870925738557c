"""Texts as vectors, those of the shipped examples from a file, so that a first question waits for one text alone.

`python -m casewright.agent.offline.vectors` writes the file again after an example was changed; a test asks for that.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from casewright.knowledge.embedder import Embedded, Vector

_FILE = Path(__file__).with_name("vectors.npz")


@cache
def embedder() -> Embedded:
    """The embedded embedder, made once a process."""
    return Embedded()


def vectors(texts: Sequence[str]) -> Vector:
    """One vector a text, in their order: from the file where it has them, else embedded now and remembered."""
    known = _known()
    fresh = [text for text in dict.fromkeys(texts) if key(text) not in known]
    if fresh:
        known.update(zip(map(key, fresh), np.array(embedder().embed(fresh), dtype=np.float32), strict=True))
    return np.stack([known[key(text)] for text in texts]) if texts else np.zeros((0, 384), dtype=np.float32)


def shipped() -> frozenset[str]:
    """The keys of the texts whose vectors are in the file."""
    return frozenset(_read())


@cache
def _known() -> dict[str, npt.NDArray[np.float32]]:
    return dict(_read())


def _read() -> dict[str, npt.NDArray[np.float32]]:
    if not _FILE.is_file():
        return {}
    with np.load(_FILE) as held:
        if str(held["embedder"]) != Embedded.name:
            return {}
        rows = held["vectors"].astype(np.float32)
        return dict(zip(held["keys"].tolist(), rows / np.linalg.norm(rows, axis=1, keepdims=True), strict=True))


def key(text: str) -> str:
    """Under what the vector of a text is kept."""
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


def write(texts: Sequence[str], path: Path = _FILE) -> None:
    """Embed TEXTS afresh and keep their vectors in PATH."""
    every = sorted(set(texts))
    rows = np.array(embedder().embed(every), dtype=np.float16)
    keys = np.array([key(text) for text in every])
    np.savez_compressed(path, embedder=np.array(Embedded.name), keys=keys, vectors=rows)


if __name__ == "__main__":
    from casewright.agent.offline.meaning import every_text

    write(every_text())
