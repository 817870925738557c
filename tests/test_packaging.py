"""What is installed: every package and data file under one import name, and nothing else at the top level."""

import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata, resources
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("agent", "tools", "knowledge", "prompts")
DATA = {".html", ".md", ".yaml", ".sql", ".csv", ".mako", ".npz", ".typed"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel that is built from a copy, without a network."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is not installed beside this Python")
    folder = tmp_path_factory.mktemp("wheel")
    source, out = folder / "source", folder / "out"
    source.mkdir()
    for name in (*ROOMS, "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    build = [str(uv), "build", "--wheel", "--offline", "--quiet", "--out-dir", str(out), str(source)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if done.returncode and re.search("(?i)offline|network|cache", done.stderr):
        pytest.skip("the build backend is not in uv's cache, and tests use no network")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(out.glob("*.whl"))) as archive:
        return archive.namelist()


def _files() -> list[Path]:
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts]
    return [path.relative_to(ROOT) for path in found if path.is_file() and not path.name.startswith(".")]


def test_the_wheel_holds_every_module_and_data_file(wheel: list[str]) -> None:
    expected = {f"casewright/{path.as_posix()}" for path in _files() if path.suffix in DATA | {".py"}}
    assert expected <= set(wheel), sorted(expected - set(wheel))


def test_the_wheel_takes_one_name_at_the_top_level(wheel: list[str]) -> None:
    assert {re.sub(r"-.*", "", name.split("/")[0]) for name in wheel} == {"casewright"}
    assert "casewright/__init__.py" not in wheel  # a namespace
    assert not [name for name in wheel if name.startswith("casewright/tests")]


def test_the_rooms_hold_no_file_that_would_be_left_behind() -> None:
    left = [str(path) for path in _files() if path.suffix not in DATA | {".py"}]
    assert left == []


def test_what_is_installed_can_be_imported_and_read_as_data() -> None:
    for room in ROOMS:
        assert resources.files(f"casewright.{room}").is_dir()
    assert resources.files("casewright.knowledge").joinpath("categories.yaml").is_file()
    assert resources.files("casewright.knowledge").joinpath("py.typed").is_file()


def test_the_distribution_names_its_licence_and_its_command() -> None:
    distribution = metadata.distribution("casewright")
    assert distribution.metadata["License-Expression"] == "Apache-2.0"
    commands = distribution.entry_points.select(group="console_scripts")
    assert [(command.name, command.value) for command in commands] == [("casewright", "casewright.agent.cli.main:main")]


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pins = re.findall(r"^([A-Za-z0-9._-]+)==\S+", lock, re.MULTILINE)
    assert len(pins) > 50
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    assert [
        block.split()[0] for block in blocks if "==" in block.split("\n")[0] and "--hash=sha256:" not in block
    ] == []
    locked = {re.sub(r"[-_.]+", "-", name).lower() for name in pins}
    # Spark is 400 MB and no part of what `make setup` installs.
    lines = [line for line in metadata.requires("casewright") or () if "extra == 'spark'" not in line.replace('"', "'")]
    needed = [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in lines]
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in needed} <= locked
