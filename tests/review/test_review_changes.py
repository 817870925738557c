"""What a person changed in a draft: classified sentence by sentence, and kept only where the evidence holds it."""

from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from casewright.agent.grounding import parse
from casewright.agent.memo.page import markdown
from casewright.agent.review.changes import changes
from casewright.knowledge.case import Case, Section, Sentence

STUDENT, NURSE = "CASE-A-7", "CASE-A-8"


def _text(*sentences: str, title: str = "What happened") -> tuple[Section, ...]:
    return (Section(title=title, sentences=tuple(Sentence(text=text, evidence=("E1",)) for text in sentences)),)


ONE, TWO, THREE = "It received SGD 21,100.00.", "Four payers paid in on one day.", "The money left within the day."


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        ((ONE, TWO, THREE), []),
        ((ONE, "Four payers paid it on one day.", THREE), ["wording"]),
        (("It received SGD 21,700.00.", TWO, THREE), ["figure"]),
        ((ONE, "Five payers paid in on one day.", THREE), ["figure"]),
        ((ONE, THREE), ["struck"]),
        ((ONE, TWO, "Nobody at the house knows the recipient's owner.", THREE), ["added"]),
        ((THREE, ONE, TWO), ["moved"]),
        (("Xyz.",), ["added", "struck", "struck", "struck"]),
    ],
)
def test_each_difference_has_its_kind(after: tuple[str, ...], kinds: list[str]) -> None:
    assert [change.kind for change in changes(_text(ONE, TWO, THREE), _text(*after))] == kinds


def test_another_section_is_a_move_and_another_citation_a_change_of_its_own() -> None:
    before = (*_text(ONE, TWO), *_text(THREE, title="Why it is unusual"))
    after = (*_text(ONE), *_text(TWO, THREE, title="Why it is unusual"))
    assert [(change.kind, change.section) for change in changes(before, after)] == [("moved", "Why it is unusual")]
    cited = Section(title="What happened", sentences=(Sentence(text=ONE, evidence=("E2",)),))
    found = changes(_text(ONE), [cited])
    assert [(c.kind, c.before, c.after) for c in found] == [("citation", f"{ONE} [E1]", f"{ONE} [E2]")]


TEXTS = st.lists(
    st.sampled_from([ONE, TWO, THREE, "It received SGD 1.00.", "Xyz.", "Payers are new to it."]), max_size=7
)


@given(TEXTS, TEXTS)
def test_every_sentence_is_accounted_for(before: list[str], after: list[str]) -> None:
    found = changes(_text(*before), _text(*after))
    kinds = [change.kind for change in found]
    assert len(before) - kinds.count("struck") == len(after) - kinds.count("added")
    assert (found == ()) == (before == after)


def test_a_memo_read_back_as_it_was_written_is_unchanged(student: Case, nurse: Case) -> None:
    for case in (student, nurse):
        assert changes(case.narrative.sections, parse(markdown(case))) == ()


def _edited(student: Case, folder: Path, old: str, new: str) -> Path:
    text = markdown(student)
    assert old in text
    path = folder / "edited.md"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_an_edit_that_the_evidence_holds_is_kept_with_what_was_changed(
    office: Any, student: Case, tmp_path: Path
) -> None:
    path = _edited(student, tmp_path, "All 4 payers", "All four payers")
    done = office("review", "edit", STUDENT, "--text", path, "--reason", "plainer", "--json", by="mei")
    assert (done.code, done.json["version"], [c["kind"] for c in done.json["changes"]]) == (0, 2, ["wording"])
    assert "All four payers" in office("cases", "show", STUDENT).out
    diff = office("review", "diff", STUDENT, "--json").json
    assert (diff["from"], diff["to"], diff["changes"]) == (1, 2, done.json["changes"])
    office.ready()
    own = office("review", "approve", STUDENT, "--reason", "agreed", by="mei")
    assert "mei edited CASE-A-7 and cannot approve it" in own.err
    again = office("review", "edit", STUDENT, "--text", path, "--reason", "plainer", by="zed")
    assert (again.code, "nothing is changed" in again.err) == (2, True)


def test_an_edit_that_the_evidence_does_not_hold_is_told_and_not_kept(
    office: Any, student: Case, tmp_path: Path
) -> None:
    path = _edited(student, tmp_path, "21,100.00", "27,100.00")
    done = office("review", "edit", STUDENT, "--text", path, "--reason", "typing error", "--json", by="mei")
    assert (done.code, done.json["kept"]) == (3, False)
    assert any("27,100.00" in bad["figure"] for bad in done.json["unsupported"])
    assert office("review", "show", STUDENT, "--json").json["version"] == 1


def test_two_who_edit_the_same_version_do_not_overwrite_each_other(office: Any, student: Case, tmp_path: Path) -> None:
    path = _edited(student, tmp_path, "All 4 payers", "All four payers")
    first = ("review", "edit", STUDENT, "--text", path, "--reason", "plainer", "--version", "1")
    assert office(*first, by="mei").code == 0
    assert "version 1 of CASE-A-7 is not the newest" in office(*first, by="zed").err


def test_an_editor_opens_the_memo_and_what_it_refuses_is_left_to_go_on_with(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\nsed -i "s/21,100.00/27,100.00/" "$1"\n', encoding="utf-8")
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    done = office("review", "edit", STUDENT, "--reason", "typing error", by="mei")
    assert done.code == 3
    left = office.workspace.machine / f"{STUDENT}.md"
    assert str(left) in done.out
    assert "27,100.00" in left.read_text(encoding="utf-8")
