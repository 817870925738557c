"""`casewright typology propose, approve, return, retire, rollback, history`: two people agree before a text counts."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stores

from casewright.agent.settings import Workspace
from casewright.agent.typologies import decisions
from casewright.agent.typologies.known import library_of
from casewright.knowledge.errors import PolicyError
from casewright.knowledge.library import SHIPPED
from casewright.tools.store import Store

Run = Callable[..., Any]

# The version shipped; what a test puts in force is the next one.
FIRST = int((SHIPPED / "peel-chain.yaml").read_text("utf-8").partition("\nversion: ")[2].split()[0])
NEXT = FIRST + 1


@pytest.fixture
def said(casewright: Run, workspace: Workspace) -> Run:
    """`said("approve", "peel-chain", "--as", "bo")`: run a typology command on the workspace."""
    return lambda *words: casewright("-w", workspace.folder, "typology", *words)


def _edited(workspace: Workspace, name: str = "peel-chain", word: str = "Bit by bit.") -> Path:
    """The shipped typology as the site's own, changed as with any editor."""
    text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    path = workspace.folder / "typologies" / f"{name}.yaml"
    path.write_text(text.replace("description: >-\n", f"description: >-\n  {word}\n"), encoding="utf-8")
    return path


def _own(workspace: Workspace, status: str = "approved") -> Path:
    path = _edited(workspace)
    own = path.with_name("thin-slices.yaml")
    text = path.read_text(encoding="utf-8").replace("id: peel-chain", "id: thin-slices")
    own.write_text(decisions.marked(text, 1, status), encoding="utf-8")  # type: ignore[arg-type]
    path.unlink()
    return own


def _in_force(workspace: Workspace, name: str = "peel-chain") -> tuple[int, bool]:
    found = library_of(workspace).typologies[name]
    return found.version, found.description.startswith("Bit by bit.")


def test_a_file_edited_outside_is_a_proposal_and_what_was_approved_stays(said: Run, workspace: Workspace) -> None:
    _edited(workspace)
    ran = said("list", "--json")
    rows = [(row["id"], row["status"]) for row in ran.json["typologies"] if row["id"] == "peel-chain"]
    assert rows == [("peel-chain", "approved"), ("peel-chain", "proposed")]
    assert f"peel-chain.yaml is not what was approved, so it is a proposal; version {FIRST} stays in force" in ran.err
    assert _in_force(workspace) == (FIRST, False)
    assert "Bit by bit." in said("show", "peel-chain@proposed").out
    assert "Bit by bit." not in said("show", "peel-chain").out


def test_a_file_that_calls_itself_approved_matches_nothing(said: Run, workspace: Workspace) -> None:
    _own(workspace)
    known = library_of(workspace)
    assert known.typologies["thin-slices"].status == "proposed"
    assert "thin-slices" not in {typology.id for typology in known.approved}
    assert "it matches no case: casewright typology propose thin-slices" in said("list").err


@pytest.mark.xdist_group("embedded")
def test_a_proposal_is_found_by_search_as_one(said: Run, workspace: Workspace) -> None:
    path = _own(workspace)
    path.write_text(path.read_text(encoding="utf-8").replace("said:\n", "said:\n  - salami money\n"), encoding="utf-8")
    ran = said("search", "salami", "money")
    assert "thin-slices" in ran.out.splitlines()[0]
    assert ran.out.splitlines()[0].endswith("(proposed)")
    assert said("search", "salami", "money", "--status", "proposed", "--json").json["results"][0]["hits"]


def test_two_people_put_a_text_in_force(said: Run, workspace: Workspace) -> None:
    path = _edited(workspace)
    assert said("propose", "peel-chain", "--as", "ada", "--why", "seen in May").code == 0
    assert f"version: {NEXT}\nstatus: proposed\n" in path.read_text(encoding="utf-8")
    ran = said("approve", "peel-chain", "--as", "Ada ", "--reason", "fine")
    assert (ran.code, f"ada proposed version {NEXT} of peel-chain and cannot approve it" in ran.err) == (7, True)
    assert _in_force(workspace) == (FIRST, False)
    assert said("approve", "peel-chain", "--as", "bo", "--reason", " ").code == 2
    assert "Missing option '--reason'" in said("approve", "peel-chain", "--as", "bo").err
    assert said("approve", "peel-chain", "--as", "bo", "--reason", "agreed").code == 0
    assert _in_force(workspace) == (NEXT, True)
    assert f"version: {NEXT}\nstatus: approved\n" in path.read_text(encoding="utf-8")
    assert said("list").err == ""
    rows = said("history", "peel-chain", "--json").json["history"]
    assert [(row["version"], row["who"], row["what"], row["reason"]) for row in rows][2:] == [
        (NEXT, "ada", "proposed", "seen in May"),
        (NEXT, "bo", "approved", "agreed"),
    ]
    assert rows[0]["who"].startswith("casewright ")
    assert len(rows[2]["sha256"]) == 64


def test_an_edit_after_approval_is_noticed_and_a_comment_is_none(said: Run, workspace: Workspace) -> None:
    path = _edited(workspace)
    said("propose", "peel-chain", "--as", "ada")
    said("approve", "peel-chain", "--as", "bo", "--reason", "agreed")
    path.write_text("# ours since May\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert said("list").err == ""
    path.write_text(path.read_text(encoding="utf-8").replace("Bit by bit.", "All at once."), encoding="utf-8")
    assert f"version {NEXT} stays in force" in said("list").err
    assert _in_force(workspace) == (NEXT, True)
    path.unlink()
    assert f"peel-chain.yaml is not here; version {NEXT} stays in force" in said("list").err
    path.write_text("id: [", encoding="utf-8")
    assert _in_force(workspace) == (NEXT, True)
    assert "left out" in said("list").err


def test_a_returned_proposal_is_a_draft_again(said: Run, workspace: Workspace) -> None:
    path = _own(workspace)
    said("propose", "thin-slices", "--as", "ada")
    assert said("return", "thin-slices", "--as", "bo", "--reason", "two sources, please").code == 0
    assert "status: draft\n" in path.read_text(encoding="utf-8")
    assert library_of(workspace).typologies["thin-slices"].status == "draft"
    ran = said("approve", "thin-slices", "--as", "bo", "--reason", "after all")
    assert (ran.code, "was returned by bo on" in ran.err) == (7, True)


def test_a_retired_typology_matches_nothing_and_can_be_read(said: Run, workspace: Workspace) -> None:
    assert said("retire", "peel-chain", "--as", "bo", "--reason", "merged").code == 0
    known = library_of(workspace)
    assert known.typologies["peel-chain"].status == "retired"
    assert "peel-chain" not in {typology.id for typology in known.approved}
    assert f"retired, version {FIRST}" in said("show", "peel-chain").out
    assert "no version of peel-chain is in force" in said("retire", "peel-chain", "--as", "bo", "--reason", "x").err
    assert said("rollback", "peel-chain", "shipped", "--as", "cy", "--reason", "needed").code == 0
    assert _in_force(workspace) == (NEXT, False)


def test_rollback_brings_an_approved_text_back_as_a_new_version(said: Run, workspace: Workspace) -> None:
    path = _edited(workspace)
    said("propose", "peel-chain", "--as", "ada")
    said("approve", "peel-chain", "--as", "bo", "--reason", "agreed")
    assert said("rollback", "peel-chain", FIRST, "--as", "cy", "--reason", "too many hits").code == 0
    assert _in_force(workspace) == (FIRST + 2, False)
    assert "Bit by bit." not in path.read_text(encoding="utf-8")
    ran = said("rollback", "peel-chain", NEXT, "--as", "ada", "--reason", "mine was better")
    assert (ran.code, "cannot roll back to it" in ran.err) == (7, True)
    assert said("rollback", "peel-chain", NEXT, "--as", "dee", "--reason", "it was").code == 0
    assert _in_force(workspace) == (FIRST + 3, True)
    assert said("rollback", "peel-chain", "9", "--as", "cy", "--reason", "x").code == 1
    assert said("rollback", "peel-chain", "newest", "--as", "cy", "--reason", "x").code == 2


def test_rollback_leaves_a_text_that_waits_alone(said: Run, workspace: Workspace) -> None:
    path = _edited(workspace)
    said("propose", "peel-chain", "--as", "ada")
    said("approve", "peel-chain", "--as", "bo", "--reason", "agreed")
    _edited(workspace, word="All at once.")
    ran = said("rollback", "peel-chain", FIRST, "--as", "cy", "--reason", "too many hits")
    assert "holds another text and was left as it is" in ran.err
    assert "All at once." in path.read_text(encoding="utf-8")


def test_what_was_never_approved_is_not_rolled_back_to(said: Run, workspace: Workspace) -> None:
    _edited(workspace)
    said("propose", "peel-chain", "--as", "ada")
    ran = said("rollback", "peel-chain", NEXT, "--as", "bo", "--reason", "quick")
    assert (ran.code, "never was in force" in ran.err) == (7, True)


def test_only_the_newest_proposal_can_be_approved(said: Run, workspace: Workspace) -> None:
    _edited(workspace)
    said("propose", "peel-chain", "--as", "ada")
    _edited(workspace, word="All at once.")
    said("propose", "peel-chain", "--as", "ada")
    ran = said("approve", "peel-chain", "--version", NEXT, "--as", "bo", "--reason", "read it")
    assert (ran.code, f"version {NEXT} of peel-chain is not the newest; read version {FIRST + 2}" in ran.err) == (
        7,
        True,
    )
    assert "waits already, proposed by ada" in said("propose", "peel-chain", "--as", "cy").out
    assert said("approve", "peel-chain", "--version", FIRST + 2, "--as", "bo", "--reason", "read it").code == 0


def test_of_two_who_approve_at_once_one_wins(workspace: Workspace) -> None:
    _edited(workspace)
    decisions.propose(workspace, "peel-chain", "ada")
    told: list[str] = []

    def approve(who: str) -> None:
        try:
            told.append(decisions.decide(workspace, "peel-chain", "approved", who, "agreed").told)
        except PolicyError as error:
            told.append(str(error))

    threads = [threading.Thread(target=approve, args=(who,)) for who in ("bo", "cy", "dee")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted("is approved and in force" in line for line in told) == [False, False, True]
    assert sum("was approved by" in line for line in told) == 2
    with Store.open(workspace.cases) as store:
        assert store.verify_audit() is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("propose", "peel-chain"), "the site has no such file; casewright typology edit peel-chain"),
        (("propose", "nothing"), "the site has no such file; casewright typology new"),
        (("approve", "peel-chain", "--reason", "x"), "nothing of peel-chain is proposed"),
        (("retire", "peel-chian", "--reason", "x"), "did you mean 'peel-chain'?"),
        (("rollback", "peel-chian", "1", "--reason", "x"), "did you mean 'peel-chain'?"),
        (("history", "peel-chian"), "did you mean 'peel-chain'?"),
    ],
)
def test_what_cannot_be_done_is_one_line(said: Run, words: tuple[str, ...], told: str) -> None:
    ran = said(*words)
    assert (ran.code, told in ran.err) == (1, True)


def test_what_says_the_same_is_no_proposal(said: Run, workspace: Workspace) -> None:
    path = _edited(workspace)
    path.write_text((SHIPPED / "peel-chain.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    ran = said("propose", "peel-chain", "--as", "ada")
    assert (ran.code, f"it says what is in force already, version {FIRST}" in ran.err) == (7, True)


def test_a_broken_file_is_not_proposed(said: Run, workspace: Workspace) -> None:
    path = _edited(workspace)
    path.write_text(path.read_text(encoding="utf-8").replace("owner:", "ownr:"), encoding="utf-8")
    ran = said("propose", "peel-chain", "--as", "ada")
    assert (ran.code, "unknown key 'ownr'" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (
            f"update typology_versions set content = content || ' ' where version = {NEXT}",
            "typology proposed, peel-chain: what typology_versions holds is not what was stored with it",
        ),
        (
            f"update typology_decisions set decision = 'retired' where version = {NEXT}",
            "typology approved, peel-chain: what typology_decisions holds is not what was stored with it",
        ),
        (
            f"delete from typology_decisions where version = {NEXT}",
            "typology approved, peel-chain: what was stored with it in typology_decisions is gone",
        ),
    ],
)
def test_a_text_or_decision_changed_behind_the_log_is_found(
    said: Run, workspace: Workspace, statement: str, why: str
) -> None:
    _edited(workspace)
    said("propose", "peel-chain", "--as", "ada")
    said("approve", "peel-chain", "--as", "bo", "--reason", "agreed")
    stores.change(workspace.cases, statement)
    with Store.open(workspace.cases) as store:
        broken = store.verify_audit()
    assert broken is not None
    assert broken.why == why


def test_a_kept_text_that_cannot_be_read_falls_back_to_the_shipped_one(said: Run, workspace: Workspace) -> None:
    _edited(workspace).read_text(encoding="utf-8")
    said("propose", "peel-chain", "--as", "ada")
    said("approve", "peel-chain", "--as", "bo", "--reason", "agreed")
    stores.change(
        workspace.cases,
        f"update typology_versions set content = replace(content, 'owner:', 'ownr:') where version = {NEXT}",
    )
    ran = said("list", "--json")
    assert f"version {NEXT} in the case store/peel-chain.yaml" in ran.err
    assert _in_force(workspace) == (FIRST, False)
