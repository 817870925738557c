"""The house as it is laid out: which room may ask which, who alone opens what, how large a file or function grows."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("agent", "tools", "knowledge", "prompts")
MAY_IMPORT = {
    "agent": {"agent", "tools", "knowledge", "prompts"},
    "tools": {"tools", "knowledge"},
    "knowledge": {"knowledge"},
    "prompts": {"prompts"},
}
LONGEST_FILE = 450
LONGEST_FUNCTION = 60
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "__pycache__" not in path.parts)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(["casewright", *(parts[:-1] if parts[-1] == "__init__" else parts)])


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that the file names in an import, wherever that stands, with its line; importlib's too."""
    package = _module(path) if path.name == "__init__.py" else _module(path).rpartition(".")[0]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            text = ast.unparse(node.args[0]).lstrip("f").strip("'\"") if node.args else ""
            yield node.lineno, text


def _at(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_a_room_imports_only_the_rooms_below_it() -> None:
    wrong = [
        f"{_at(path, line)}: {_room(path)} imports {name}"
        for path in FILES
        for line, name in _imports(path)
        if name.startswith("casewright.") and name.split(".")[1] not in MAY_IMPORT[_room(path)]
    ]
    assert wrong == []


def test_a_room_is_imported_under_the_packages_name() -> None:
    wrong = [
        f"{_at(path, line)}: import casewright.{name}"
        for path in FILES
        for line, name in _imports(path)
        if name.split(".")[0] in {*ROOMS, "tests"}
    ]
    assert wrong == []


def _importers(library: str) -> set[str]:
    wanted = re.compile(rf"{library}(\.|$)")
    return {str(path.relative_to(ROOT)) for path in FILES for _, name in _imports(path) if wanted.match(name)}


def test_one_file_alone_opens_the_ledger() -> None:
    callers = {
        str(path.relative_to(ROOT))
        for path in FILES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "connect" and ast.unparse(node.value) == "duckdb"
    }
    assert callers == {"tools/warehouse.py"}
    assert not [name for name in _importers("duckdb") if not name.startswith("tools/")]


def test_one_file_alone_opens_the_vector_store() -> None:
    assert _importers("chromadb") == {"knowledge/vectors.py"}


def test_one_room_alone_opens_the_case_store() -> None:
    assert all(name.startswith("tools/store/") for name in _importers("sqlalchemy") | _importers("alembic"))


def test_chat_models_are_made_in_one_file() -> None:
    makers = {name for name in _importers("langchain_openai") if not name.startswith("agent/models")}
    assert makers == set()


def test_only_the_command_line_reads_the_environment() -> None:
    wrong = []
    for path in FILES:
        if not path.is_relative_to(ROOT / "agent" / "cli") and path != ROOT / "agent" / "quiet.py":  # it switches off
            wrong += [_at(path, line) for line, name in _imports(path) if name in _ENVIRONMENT]
            wrong += [
                _at(path, node.lineno)
                for node in ast.walk(_tree(path))
                if isinstance(node, ast.Attribute) and ast.unparse(node) in _ENVIRONMENT
            ]
    assert wrong == []


_ENVIRONMENT = {"os.environ", "os.environb", "os.getenv"}
_HEAVY = re.compile(r"(duckdb|pandas|numpy|chromadb|onnxruntime|sqlalchemy|rich|langchain\w*|openai|jinja2)(\.|$)")


def test_the_command_line_loads_heavy_things_in_bodies_only() -> None:
    wrong = []
    for path in FILES:
        for node in _tree(path).body if path.is_relative_to(ROOT / "agent" / "cli") else ():
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            heavy = [name for name in names if _HEAVY.match(name) or name.startswith("casewright.tools")]
            wrong += [f"{_at(path, node.lineno)}: {name} at the top of a command" for name in heavy]
    assert wrong == []


def test_every_file_says_what_it_is_and_stays_short() -> None:
    wrong = []
    for path in FILES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            wrong.append(f"{_at(path)} has {lines} lines")
        if not ast.get_docstring(_tree(path)):
            wrong.append(f"{_at(path)} has no docstring")
    assert wrong == []


def test_functions_fit_a_screen() -> None:
    wrong = []
    for path in FILES:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    wrong.append(f"{_at(path, node.lineno)}: {node.name} has {length} lines")
    assert wrong == []


def test_what_is_public_has_a_docstring() -> None:
    wrong = [
        f"{_at(path, node.lineno)}: {node.name}"
        for path in FILES
        for node in _tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert wrong == []


def test_nothing_is_left_undone_or_named_vaguely() -> None:
    wrong = []
    for path in FILES:
        if re.search(r"\b(TODO|FIXME|XXX)\b", path.read_text(encoding="utf-8")):
            wrong.append(f"{_at(path)} is not done")
        if path.stem in {"utils", "helpers", "common", "misc", "manager"}:
            wrong.append(f"{_at(path)}: what is it about?")
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Handler|Helper|Processor|Base)$", node.name):
                wrong.append(f"{_at(path, node.lineno)}: {node.name}")
    assert wrong == []


def test_a_broad_except_gives_its_reason() -> None:
    wrong = []
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception"):
                line = lines[node.lineno - 1].strip()
                if not isinstance(node.body[-1], ast.Raise) and not re.search(r"# noqa: BLE001\W+\w+", line):
                    wrong.append(f"{_at(path, node.lineno)}: {line}")
    assert wrong == []


def test_every_folder_with_code_is_listed_as_a_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    found = {_module(path) for path in FILES if path.name == "__init__.py"}
    assert set(project["packages"]) == found
    folders = {path.parent for path in FILES}
    assert folders == {path.parent for path in FILES if path.name == "__init__.py"}
    assert set(project["package-dir"]) == {f"casewright.{room}" for room in ROOMS}


def test_the_type_checkers_view_leads_to_the_same_rooms() -> None:
    view = ROOT / ".typings" / "casewright"
    assert {link.name: link.resolve() for link in view.iterdir()} == {room: ROOT / room for room in ROOMS}


def test_the_top_level_holds_the_customers_folders() -> None:
    for name in (*ROOMS, "tests", "pyproject.toml", "README.md"):
        assert (ROOT / name).exists(), name
    assert not (ROOT / "casewright").exists()


def test_test_modules_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))


@pytest.mark.xdist_group("together")
def test_tests_of_a_group_stay_on_one_worker(request: pytest.FixtureRequest) -> None:
    if not hasattr(request.config, "workerinput"):
        pytest.skip("there are no workers")
    assert request.node.nodeid.endswith("@together")


def test_what_asks_knows_nothing_of_the_chat_around_it() -> None:
    asking = [path for path in FILES if path.is_relative_to(ROOT / "agent" / "asking")]
    assert not [path for path in asking for _, name in _imports(path) if name.startswith("casewright.agent.chat")]
