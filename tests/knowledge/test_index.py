"""The search: found by meaning and by words, kept in step with the files, and unhurt by interruption and company."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from casewright.knowledge import vectors
from casewright.knowledge.embedder import Embedded
from casewright.knowledge.index import TypologyIndex, passages
from casewright.knowledge.library import typologies
from casewright.knowledge.typology import Typology
from casewright.tools.indicators import catalogue

pytestmark = pytest.mark.xdist_group("embedded")


_KNOWN: dict[str, list[float]] = {}  # tests embed the same texts again and again


class Counting:
    """The embedded model, noting what it is given; it can be told to fail."""

    def __init__(self, embedder: Embedded, name: str = "") -> None:
        self.embedder, self.name = embedder, name or embedder.name
        self.texts: list[str] = []
        self.fails_at = 0

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += texts
        if self.fails_at and len(self.texts) >= self.fails_at:
            raise KeyboardInterrupt
        new = [text for text in dict.fromkeys(texts) if text not in _KNOWN]
        _KNOWN.update(zip(new, self.embedder.embed(new), strict=True))
        return [_KNOWN[text] for text in texts]

    def reads(self, text: str) -> bool:
        return self.embedder.reads(text)


@pytest.fixture(scope="module")
def model() -> Embedded:
    return Embedded()


@pytest.fixture
def embedder(model: Embedded) -> Counting:
    return Counting(model)


@pytest.fixture(scope="module")
def some() -> Mapping[str, Typology]:
    """Three typologies, less most of their words, so that they are embedded in no time."""
    found = typologies([], catalogue())
    return {name: short(found[name]) for name in ("mixer-exposure", "peel-chain", "structuring-fiat-deposits")}


def short(typology: Typology) -> Typology:
    fewer = {"said": typology.said[:4], "red_flags": typology.red_flags[:2], "aliases": typology.aliases}
    return typology.model_copy(update=fewer)


def edited(typology: Typology, said: str) -> Typology:
    return typology.model_copy(update={"said": (*typology.said[:-1], said)})


def ids(index: TypologyIndex, query: str, **wanted: str) -> list[str]:
    return [hit.id for hit in index.search(query, **wanted)]


def test_a_typology_is_found_by_meaning_and_by_words(
    tmp_path: Path, some: Mapping[str, Typology], embedder: Counting
) -> None:
    with TypologyIndex(tmp_path, some, embedder) as index:
        assert ids(index, "coins were tumbled before they reached us")[0] == "mixer-exposure"
        assert ids(index, "Whirlpool Wasabi")[0] == "mixer-exposure"
        assert ids(index, "混币器")[0] == "mixer-exposure"
        best = index.search("peel chain", 1)
        assert [hit.id for hit in best] == ["peel-chain"]
        assert best[0].score == 1
        assert index.search("  ") == ()
        assert index.search_all([]) == []


def test_others_are_left_out_by_stage_predicate_and_status(
    tmp_path: Path, some: Mapping[str, Typology], embedder: Counting
) -> None:
    draft = {**some, "peel-chain": some["peel-chain"].model_copy(update={"status": "draft"})}
    with TypologyIndex(tmp_path, draft, embedder) as index:
        assert ids(index, "deposits", stage="placement") == ["structuring-fiat-deposits"]
        assert ids(index, "deposits", predicate="darknet") == ["peel-chain"]
        assert ids(index, "deposits", status="draft") == ["peel-chain"]
        assert ids(index, "deposits", stage="integration") == []


def test_the_same_files_are_not_embedded_again(
    tmp_path: Path, some: Mapping[str, Typology], embedder: Counting
) -> None:
    with TypologyIndex(tmp_path, some, embedder) as index:
        assert set(index.synced.embedded) == set(some)
        first = index.search("slices under a limit")
    embedder.texts.clear()
    with TypologyIndex(tmp_path, some, embedder) as index:
        assert index.synced.embedded == ()
        assert embedder.texts == []
        assert index.search("slices under a limit") == first


def test_only_what_changed_is_embedded_and_what_went_is_gone(
    tmp_path: Path, some: Mapping[str, Typology], embedder: Counting
) -> None:
    with TypologyIndex(tmp_path, some, embedder):
        pass
    embedder.texts.clear()
    changed = {
        "mixer-exposure": edited(some["mixer-exposure"], "zorbing the lollipops"),
        "peel-chain": some["peel-chain"],
    }
    with TypologyIndex(tmp_path, changed, embedder) as index:
        assert index.synced.embedded == ("mixer-exposure",)
        assert len(embedder.texts) == len(passages(changed["mixer-exposure"]))
        assert ids(index, "zorbing lollipops")[0] == "mixer-exposure"
        assert "structuring-fiat-deposits" not in ids(index, "deposits just under five thousand")
        assert index.synced.removed == sum(
            len(passages(some[name])) for name in ("mixer-exposure", "structuring-fiat-deposits")
        )


def test_a_threshold_that_changed_needs_no_new_vectors(
    tmp_path: Path, some: Mapping[str, Typology], embedder: Counting
) -> None:
    with TypologyIndex(tmp_path, some, embedder):
        pass
    later = {name: typology.model_copy(update={"version": 2}) for name, typology in some.items()}
    with TypologyIndex(tmp_path, later, embedder) as index:
        assert index.synced.embedded == ()


def test_another_embedder_rebuilds(tmp_path: Path, some: Mapping[str, Typology], model: Embedded) -> None:
    with TypologyIndex(tmp_path, some, Counting(model)):
        pass
    with TypologyIndex(tmp_path, some, Counting(model, "another")) as index:
        assert set(index.synced.embedded) == set(some)
        assert ids(index, "peel chain")[0] == "peel-chain"


def test_an_interrupted_sync_leaves_what_was_there(
    tmp_path: Path, some: Mapping[str, Typology], embedder: Counting
) -> None:
    with TypologyIndex(tmp_path, some, embedder) as index:
        before = index.search("coins from a tumbler")
    changed = {name: edited(typology, f"new words for {name}") for name, typology in some.items()}
    embedder.texts.clear()
    embedder.fails_at = len(passages(changed["mixer-exposure"])) + 1
    with pytest.raises(KeyboardInterrupt):
        TypologyIndex(tmp_path, changed, embedder)
    embedder.fails_at = 0
    with TypologyIndex(tmp_path, some, embedder) as index:
        assert index.search("coins from a tumbler") == before
    with TypologyIndex(tmp_path, changed, embedder) as index:
        assert ids(index, "new words for peel chain")[0] == "peel-chain"


def test_a_damaged_store_is_made_anew(tmp_path: Path, some: Mapping[str, Typology], embedder: Counting) -> None:
    with TypologyIndex(tmp_path, some, embedder) as index:
        before = index.search("coins from a tumbler")
    shutil.copy(__file__, tmp_path / "chroma" / "chroma.sqlite3")
    with TypologyIndex(tmp_path, some, embedder) as index:
        assert index.search("coins from a tumbler") == before
    shutil.rmtree(tmp_path)
    with TypologyIndex(tmp_path, some, embedder) as index:
        assert index.search("coins from a tumbler") == before


def test_while_another_process_syncs_the_old_index_is_searched(
    tmp_path: Path, some: Mapping[str, Typology], embedder: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TypologyIndex(tmp_path, some, embedder):
        pass
    monkeypatch.setattr(vectors, "_PATIENCE_S", 0.1)
    other = sqlite3.connect(tmp_path / "sync.sqlite", isolation_level=None)
    other.execute("begin exclusive")
    changed = {**some, "peel-chain": edited(some["peel-chain"], "new words")}
    embedder.texts.clear()
    with TypologyIndex(tmp_path, changed, embedder) as index:
        assert embedder.texts == []
        assert ids(index, "peel chain")[0] == "peel-chain"
    other.close()


_SYNC = """
import sys, pathlib
from casewright.knowledge.embedder import Embedded
from casewright.knowledge.index import TypologyIndex
from casewright.knowledge.library import typologies
from casewright.tools.indicators import catalogue

found = typologies([], catalogue())
names = ("mixer-exposure", "peel-chain")
some = {name: found[name].model_copy(update={"said": found[name].said[:4]}) for name in names}
with TypologyIndex(pathlib.Path(sys.argv[1]), some, Embedded()) as index:
    print(index.search("peel chain")[0].id)
"""


def test_processes_that_sync_at_once_do_no_harm(tmp_path: Path, embedder: Counting) -> None:
    command = [sys.executable, "-c", _SYNC, str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=120)[0].strip() for process in both] == ["peel-chain"] * 4
    found = typologies([], catalogue())
    names = ("mixer-exposure", "peel-chain")
    mine = {name: found[name].model_copy(update={"said": found[name].said[:4]}) for name in names}
    with TypologyIndex(tmp_path, mine, embedder) as index:
        assert index.synced.embedded == ()


def test_an_open_index_survives_a_sync_by_another_process(
    tmp_path: Path, some: Mapping[str, Typology], embedder: Counting
) -> None:
    with TypologyIndex(tmp_path, some, embedder) as index:
        before = ids(index, "coins from a tumbler")
        subprocess.run([sys.executable, "-c", _SYNC, str(tmp_path)], check=True, timeout=120, capture_output=True)
        assert ids(index, "coins from a tumbler")[0] == before[0]
        assert ids(index, "peel chain")[0] == "peel-chain"


_KILLED = """
import os, pathlib, signal, sys
from casewright.knowledge.embedder import Embedded
from casewright.knowledge.index import TypologyIndex
from casewright.knowledge.library import typologies
from casewright.tools.indicators import catalogue

moment, folder, names = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
found = typologies([], catalogue())
changed = {name: found[name].model_copy(update={"said": (f"new words for {name}",)}) for name in names}

def die(share):
    if moment == "written" and share == 1 or moment == "embedding" and share < 1:
        os.kill(os.getpid(), signal.SIGKILL)

print("begun", flush=True)
TypologyIndex(folder, changed, Embedded(), die)
"""


@pytest.mark.parametrize("moment", ["embedding", "written", "at once", "a little later"])
def test_a_sync_whose_process_was_killed_leaves_what_was_there(
    moment: str, tmp_path: Path, some: Mapping[str, Typology], embedder: Counting
) -> None:
    with TypologyIndex(tmp_path, some, embedder) as index:
        before = index.search("coins from a tumbler")
    command = [sys.executable, "-c", _KILLED, moment, str(tmp_path), *some]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        if moment in {"at once", "a little later"}:
            time.sleep(0.5 if moment == "a little later" else 0)
            process.kill()
        assert process.wait(timeout=120) == -signal.SIGKILL
    with TypologyIndex(tmp_path, some, embedder) as index:
        assert index.synced.embedded == ()
        assert index.search("coins from a tumbler") == before
    changed = {name: edited(typology, f"new words for {name}") for name, typology in some.items()}
    with TypologyIndex(tmp_path, changed, embedder) as index:
        assert ids(index, "new words for peel chain")[0] == "peel-chain"
