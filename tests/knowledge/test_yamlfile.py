"""Experts' YAML: every mistake at once, each with its line; words stay words."""

from pathlib import Path

import pytest

from casewright.knowledge.errors import KnowledgeError
from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml, read_yaml_folders, read_yaml_lines


class Part(Record):
    name: str
    at_least: float | None = None


class Sheet(Record):
    id: str
    title: str
    countries: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    live: bool = False


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "sheet.yaml"


def complaint(path: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as raised:
        read_yaml(path, Sheet)
    return str(raised.value).splitlines()


def test_only_true_and_false_are_no_text(sheet: Path) -> None:
    sheet.write_text(
        "id: sheet\ntitle: yes\nlive: true\n"
        "countries: [NO, on, off, 2024-01-01, 12:30, 0123, 1e3x, 'true', \"5\"]\n"
        "parts:\n  - {name: x, at_least: 2}\n  - name: 'null'\n    at_least: 1.5e2\n"
    )
    read = read_yaml(sheet, Sheet)
    assert read.countries == ("NO", "on", "off", "2024-01-01", "12:30", "0123", "1e3x", "true", "5")
    assert (read.title, read.live) == ("yes", True)
    assert [part.at_least for part in read.parts] == [2.0, 150.0]
    assert read.parts[1].name == "null"


def test_everything_wrong_is_told_at_once_with_its_line(sheet: Path) -> None:
    sheet.write_text(
        "id: other\n"
        "titel: Round sums\n"
        "countries: [NO, 5]\n"
        "parts:\n"
        "  - {name: x, at_least: '1'}\n"
        "  - at_most: 3\n"
        "live: yes\n"
        "live: true\n"
    )
    assert complaint(sheet) == [
        f"{sheet}:1: the key 'title' is missing",
        f"{sheet}:2: unknown key 'titel'; did you mean 'title'?",
        f"{sheet}:3: countries[1] should be a valid string, found 5",
        f"{sheet}:5: parts[0].at_least should be a valid number, found '1'",
        f"{sheet}:6: the key 'name' is missing in parts[1]",
        f"{sheet}:6: unknown key 'at_most'; did you mean 'at_least'?",
        f"{sheet}:7: live should be a valid boolean, found 'yes'",
        f"{sheet}:8: the key 'live' is here twice, first in line 7",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "expected keys with values"),
        ("[1, 2]", 1, "expected keys with values"),
        ("id: sheet\ntitle: [", 3, "is not YAML"),
        ("id: sheet\n---\nid: sheet\n", 2, "another document"),
        ("id: sheet\ntitle:\n\t- x\n", 3, "cannot start any token"),
        ("[" * 50_000, 1, "more than 20 levels"),
        ("{a: " * 50_000, 1, "more than 20 levels"),
        ("- " * 50_000, 1, "more than 20 levels"),
        ("id: sheet\ntitle: a\x07b\n", 1, "is not YAML"),
    ],
)
def test_what_is_not_our_yaml_is_refused_in_one_line(sheet: Path, text: str, line: int, words: str) -> None:
    sheet.write_text(text)
    (told,) = complaint(sheet)
    assert told.startswith(f"{sheet}:{line}: ")
    assert words in told


def test_anchors_and_tags_are_refused(sheet: Path) -> None:
    sheet.write_text("id: sheet\ntitle: !!python/name:os.system x\ncountries: &c [NO]\nparts: *c\n")
    told = complaint(sheet)
    assert any(":2: the tag" in line for line in told)
    assert any("anchors are not read" in line for line in told)


def test_bytes_that_are_no_text_tell_their_line(sheet: Path) -> None:
    sheet.write_bytes(b"id: sheet\ntitle: caf\xe9\n")
    assert complaint(sheet) == [f"{sheet}:2: is not UTF-8 text"]


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert "cannot be read (No such file" in complaint(tmp_path / "none.yaml")[0]
    assert "cannot be read (Is a directory" in complaint(tmp_path)[0]


def test_the_id_is_the_file_name(sheet: Path) -> None:
    sheet.write_text("title: a\nid: shet\n")
    assert complaint(sheet) == [f"{sheet}:2: the id is 'shet', the file's name says 'sheet'"]


def test_lines_are_known_for_mistakes_that_the_format_does_not_show(sheet: Path) -> None:
    sheet.write_text("id: sheet\ntitle: a\nparts:\n  - name: x\n  - at_least: 2\n    name: y\n")
    _, lines = read_yaml_lines(sheet, Sheet)
    assert lines.of("parts", 1, "name") == 6
    assert lines.of("parts", 1, "nothing", "here") == 5
    assert str(lines.error("no such name", "parts", 1, "name")) == f"{sheet}:6: no such name"


def test_a_later_folder_replaces_its_namesake_and_all_files_are_checked(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder, name, title in ((ours, "b", "ours"), (ours, "a", "ours"), (theirs, "b", "theirs")):
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(f"id: {name}\ntitle: {title}\n")
    found = read_yaml_folders([ours, theirs, tmp_path / "none"], Sheet)
    assert {name: sheet.title for name, (sheet, _) in found.items()} == {"a": "ours", "b": "theirs"}
    (ours / "a.yaml").write_text("id: a\n")
    (theirs / "b.yaml").write_text("title: b\n")
    with pytest.raises(KnowledgeError) as raised:
        read_yaml_folders([ours, theirs], Sheet)
    assert [line.rpartition("/")[2] for line in str(raised.value).splitlines()] == [
        "a.yaml:1: the key 'title' is missing",
        "b.yaml:1: the key 'id' is missing",
    ]
