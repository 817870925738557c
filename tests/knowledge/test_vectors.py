"""Where the vectors are: in a folder, or on a real Chroma server that this test starts."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from casewright.agent.settings import FILE, Workspace
from casewright.knowledge.errors import DataError, PolicyError, SettingsError
from casewright.knowledge.index import TypologyIndex
from casewright.knowledge.library import typologies
from casewright.knowledge.vectors import Vectors, place_of, version
from casewright.tools.indicators import catalogue


class Letters:
    """An embedder that counts letters, so that no model is needed; it notes how many texts it was given."""

    name = "letters"

    def __init__(self) -> None:
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += len(texts)
        return [[1.0 + text.lower().count(letter) for letter in "aeionstr"] for text in texts]

    def reads(self, text: str) -> bool:
        return bool(text)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server, started from the installed package."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("chroma", path=str(Path(sys.executable).parent)) or "chroma"
    command = [program, "run", "--path", str(tmp_path_factory.mktemp("served")), "--host", "127.0.0.1", "--port"]
    with subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            place = f"chroma://127.0.0.1:{port}"
            _wait_for(place)
            yield place
        finally:
            process.kill()


def _wait_for(place: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            version(place)
        except DataError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.mark.parametrize(
    ("setting", "network", "problem"),
    [
        ("chroma", True, SettingsError),
        ("chroma://host", True, SettingsError),
        ("chroma://host:99999", True, SettingsError),
        ("http://host:8000", True, SettingsError),
        ("chroma://host:8000", False, PolicyError),
    ],
)
def test_a_place_that_cannot_be_meant_or_is_not_allowed_is_refused(
    setting: str, network: bool, problem: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(problem):
        place_of(setting, tmp_path, network=network)


def test_the_default_is_a_folder_and_this_machine_needs_no_leave(tmp_path: Path) -> None:
    assert place_of("embedded", tmp_path) == tmp_path
    for place in ("chroma://localhost:8000", "chroma://[::1]:8000/aml", "chroma://127.0.0.1:8000"):
        assert place_of(place, tmp_path) == place
    assert place_of("chroma://vectors.house:8000", tmp_path, network=True) == "chroma://vectors.house:8000"


def test_a_server_that_does_not_answer_is_told_with_its_address(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"chroma://127.0.0.1:9: no Chroma server answers here; is it running\?"):
        TypologyIndex(tmp_path, {}, Letters(), place="chroma://127.0.0.1:9")


def test_a_server_keeps_the_index_and_is_brought_up_to_date(server: str, tmp_path: Path) -> None:
    known = typologies([], catalogue())
    some = {name: known[name] for name in ("mixer-exposure", "peel-chain")}
    embedder = Letters()
    with TypologyIndex(tmp_path / "one", some, embedder, place=server) as index:
        assert set(index.synced.embedded) == set(some)
        first = index.search("peeling coins off a big UTXO")
        assert first[0].id == "peel-chain"
    assert not (tmp_path / "one" / "chroma").exists()
    embedder.texts = 0
    with TypologyIndex(tmp_path / "another", some, embedder, place=server) as index:  # another machine's workspace
        assert (index.synced.embedded, embedder.texts) == ((), 0)
        assert index.search("peeling coins off a big UTXO") == first
    changed = {"peel-chain": some["peel-chain"].model_copy(update={"said": ("zorbing the lollipops",)})}
    with TypologyIndex(tmp_path / "one", changed, embedder, place=server) as index:
        assert index.synced.embedded == ("peel-chain",)
        assert index.synced.removed > 0
        assert [hit.id for hit in index.search("zorbing lollipops")] == ["peel-chain"]


def test_an_open_index_on_a_server_sees_what_another_wrote(server: str, tmp_path: Path) -> None:
    known = typologies([], catalogue())
    one, two = ({name: known[name]} for name in ("mixer-exposure", "peel-chain"))
    place = f"{server}/shared"
    with TypologyIndex(tmp_path / "one", one, Letters(), place=place) as index:
        with TypologyIndex(tmp_path / "two", two, Letters(), place=place):
            pass
        assert index.search("out of a tumbler")[0].id == "mixer-exposure"  # by its words; its vectors went
        assert index.vectors.count() > 0


def test_a_name_keeps_two_libraries_on_one_server_apart(server: str, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    mine, yours = (Vectors(f"{server}/{name}", "typologies", "letters", lock) for name in ("mine", "yours"))
    mine.put([("a", [1.0, 0.0], {"head": True})])
    yours.drop([])
    assert (mine.count(), yours.count()) == (1, 0)
    other = Vectors(f"{server}/mine", "typologies", "another embedder", lock)
    other.drop([])
    other.reopen()
    for vectors in (mine, yours, other):
        vectors.close()
    again = Vectors(f"{server}/mine", "typologies", "letters", lock)
    assert again.count() == 0
    again.close()


@pytest.mark.xdist_group("embedded")
def test_the_setting_sends_search_and_doctor_to_the_server(
    server: str, casewright: Callable[..., Any], workspace: Workspace
) -> None:
    (workspace.folder / FILE).write_text(f'index = "{server}/house"\n', encoding="utf-8")
    found = casewright("-w", workspace.folder, "typology", "search", "came out of a tumbler", "-k", 1, "--json")
    assert [hit["id"] for hit in found.json["results"][0]["hits"]] == ["mixer-exposure"]
    assert not (workspace.index / "chroma").exists()
    assert f"{server}/house, Chroma" in casewright("-w", workspace.folder, "doctor").out
