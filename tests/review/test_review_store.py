"""Acts of review in the store: who may decide what and when, and that nobody approves what they made."""

import itertools
from collections.abc import Callable
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import pytest
import stores
from hypothesis import given, settings
from reviewing import decide_at_once, drafts, wrong_after

from casewright.knowledge.case import Case, Section, Sentence
from casewright.knowledge.errors import NotFound, PolicyError, UsageError
from casewright.knowledge.four_eyes import same_person
from casewright.tools.store import Store, filing, reviews
from casewright.tools.store.filing import RoleSet, Suspicion
from casewright.tools.store.standing import DECIDES, Does, Particulars

Draft = Callable[..., Case]
WHY = Particulars(reason="read it all")


def test_a_report_takes_two_people(store: Store, drafted: Draft) -> None:
    drafted()
    assert reviews.act(store, "CASE-1", "escalated", "mei", WHY).state == "escalated"
    with pytest.raises(PolicyError, match="mei escalated CASE-1 and cannot approve it"):
        reviews.act(store, "CASE-1", "approved", "Mei\u200b", WHY)
    found = reviews.act(store, "CASE-1", "approved", "tan", WHY)
    assert (found.state, found.last.decision, found.last.by) == ("approved", "report", "tan")
    assert store.load_case("CASE-1").narrative.status == "approved"
    assert store.cases()[0].status == "approved"


def test_who_drafted_told_or_edited_cannot_approve(store: Store, drafted: Draft) -> None:
    case = drafted(by="ada")
    filing.decide(store, "CASE-1", "bo", RoleSet(person="C-10482", role="subject", reason="it is hers"))
    filing.decide(store, "CASE-1", "cy", Suspicion(formed=date(2025, 3, 3), reason="the payers"))
    more = Section(title="Beside", sentences=(Sentence(text="C-10482 was asked.", evidence=("E1",)),))
    edited = case.model_copy(
        update={"narrative": case.narrative.model_copy(update={"sections": (*case.narrative.sections, more)})}
    )
    reviews.save_edited(store, edited, 1, "edited", "di", WHY)
    for maker in ("ada", "bo", "cy", "di"):
        with pytest.raises(PolicyError, match=f"{maker} .* cannot approve it"):
            reviews.act(store, "CASE-1", "approved", maker, WHY)
    assert reviews.act(store, "CASE-1", "approved", "ed", WHY).state == "approved"


def test_one_person_closes_a_case_alone_unless_somebody_spoke_for_a_report(store: Store, drafted: Draft) -> None:
    drafted("CASE-1", "close")
    drafted("CASE-2", "close")
    drafted("CASE-3", "escalate")
    assert reviews.act(store, "CASE-1", "closed", "mei", WHY).state == "closed"
    assert store.load_case("CASE-1").narrative.status == "draft"  # nobody approved it
    reviews.act(store, "CASE-2", "escalated", "mei", WHY)
    for case in ("CASE-2", "CASE-3"):
        assert reviews.act(store, case, "closed", "mei", WHY).state == "closing"
        with pytest.raises(PolicyError, match="cannot approve"):
            reviews.act(store, case, "approved", "mei", WHY)
        found = reviews.act(store, case, "approved", "tan", WHY)
        assert (found.state, found.last.decision) == ("closed", "no report")


def test_a_closing_that_is_drawn_is_checked_by_another_person(store: Store, drafted: Draft) -> None:
    drafted("CASE-1", "close")
    drawn = WHY.model_copy(update={"sampled": True, "share": 0.1})
    assert reviews.act(store, "CASE-1", "closed", "mei", drawn).state == "sampled"
    with pytest.raises(PolicyError, match="mei closed CASE-1 and cannot approve it"):
        reviews.act(store, "CASE-1", "approved", "mei", WHY)
    assert reviews.act(store, "CASE-1", "returned", "tan", WHY).state == "returned"
    assert reviews.act(store, "CASE-1", "closed", "mei", WHY).state == "closing"  # no longer alone
    assert reviews.act(store, "CASE-1", "approved", "tan", WHY).state == "closed"


def test_a_decision_names_a_reason_a_person_and_the_version_that_was_read(store: Store, drafted: Draft) -> None:
    drafted()
    with pytest.raises(UsageError, match="a decision needs a reason"):
        reviews.act(store, "CASE-1", "escalated", "mei", Particulars(reason="  "))
    with pytest.raises(UsageError, match="nobody is named"):
        reviews.act(store, "CASE-1", "escalated", " \u200b", WHY)
    with pytest.raises(PolicyError, match="version 7 of CASE-1 is not the newest"):
        reviews.act(store, "CASE-1", "escalated", "mei", WHY, version=7)
    with pytest.raises(NotFound, match="CASE-9"):
        reviews.act(store, "CASE-9", "escalated", "mei", WHY)
    with pytest.raises(NotFound, match="no subject 'C-7'"):
        reviews.act(store, "CASE-1", "escalated", "mei", WHY, subject="C-7")
    seen = reviews.standing(store, "CASE-1").seq
    reviews.act(store, "CASE-1", "escalated", "mei", WHY)
    with pytest.raises(PolicyError, match="meanwhile"):
        reviews.act(store, "CASE-1", "approved", "tan", WHY, seen=seen)


def test_what_is_decided_stays_so_until_it_is_reopened(store: Store, drafted: Draft) -> None:
    case = drafted("CASE-1", "close")
    reviews.act(store, "CASE-1", "approved", "tan", WHY)
    with pytest.raises(PolicyError, match="was closed by tan on"):
        reviews.act(store, "CASE-1", "approved", "uma", WHY)
    with pytest.raises(PolicyError, match="cannot be edited now"):
        reviews.save_edited(store, case.model_copy(update={"recommendation": "escalate"}), 1, "edited", "di", WHY)
    with pytest.raises(PolicyError, match="reopen"):
        filing.decide(store, "CASE-1", "bo", Suspicion(formed=date(2025, 3, 3), reason="the payers"))
    assert reviews.act(store, "CASE-1", "reopened", "tan", WHY).state == "reopened"
    with pytest.raises(PolicyError, match="cannot be approved now"):
        reviews.act(store, "CASE-1", "approved", "uma", WHY)
    assert reviews.act(store, "CASE-1", "escalated", "mei", WHY).state == "escalated"
    assert reviews.act(store, "CASE-1", "approved", "tan", WHY).state == "approved"


def test_an_edit_follows_the_version_that_was_read(store: Store, drafted: Draft) -> None:
    case = drafted()
    first = case.model_copy(update={"recommendation": "close"})
    assert reviews.save_edited(store, first, 1, "edited", "ada", WHY).version == 2
    with pytest.raises(PolicyError, match="version 1 of CASE-1 is not the newest"):
        reviews.save_edited(store, case.model_copy(update={"findings": ()}), 1, "edited", "bo", WHY)
    assert reviews.standing(store, "CASE-1").version == 2


def test_subjects_of_one_case_are_decided_apart(store: Store, make_case: Callable[..., Case]) -> None:
    one, other = make_case("CASE-1", "C-1"), make_case("CASE-1", "C-2")
    case = one.model_copy(update={"subjects": (*one.subjects, *other.subjects)})
    store.save_case(case, "night batch")
    assert reviews.act(store, "CASE-1", "closed", "mei", WHY, subject="C-2").state == "draft"
    found = reviews.act(store, "CASE-1", "escalated", "mei", WHY)
    assert {name: one.state for name, one in found.dispositions.items()} == {"C-1": "escalated", "C-2": "closed"}
    found = reviews.act(store, "CASE-1", "approved", "tan", WHY)
    assert {name: one.decision for name, one in found.dispositions.items()} == {"C-1": "report", "C-2": "no report"}


PEOPLE = ("ada", "bo", "cy")
ACTS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["saved", "role", *DECIDES, "edited"]), st.booleans())


def test_nobody_approves_what_they_made_whatever_the_order_of_acts(
    store: Store, make_case: Callable[..., Case]
) -> None:
    names = itertools.count()

    @settings(max_examples=80)
    @given(st.lists(ACTS, max_size=14), st.sampled_from(["escalate", "close", "more information needed"]))
    def holds(acts: list[tuple[str, Does, bool]], recommendation: str) -> None:
        name = f"CASE-{next(names)}"

        def draft(usd: int) -> Case:
            return make_case(name, usd=f"{usd}.00").model_copy(update={"recommendation": recommendation})

        def act(who: str, does: str, flag: bool, number: int) -> None:
            if does == "saved":
                store.save_case(draft(number), who)
            elif does == "role":
                filing.decide(store, name, who, RoleSet(person="C-10482", role="subject", reason="so"))
            elif does == "edited":
                reviews.save_edited(store, draft(number), reviews.standing(store, name).version, "edited", who, WHY)
            else:
                drawn = WHY.model_copy(update={"sampled": flag})
                reviews.act(store, name, does, who.upper() if flag else who, drawn)

        store.save_case(draft(1), "night batch")
        made: set[str] = set()  # told here by what was done, not by what the store makes of it
        for number, (who, does, flag) in enumerate(acts, 2):
            try:
                act(who, does, flag, number)
            except PolicyError:
                continue
            assert does != "approved" or who not in made
            if does not in ("approved", "returned", "reopened"):
                made.add(who)
        found = reviews.standing(store, name)
        if store.load_case(name).narrative.status == "approved":
            assert not any(same_person(found.last.by, maker.name) for maker in found.makers)

    holds()
    assert store.verify_audit() is None


def test_four_people_at_once_lose_no_decision_and_approve_nothing_of_their_own(tmp_path: Path) -> None:
    with stores.fresh(tmp_path / "cases.db") as url:
        drafts(url, 60)
        told = decide_at_once(url, cases=60, threads=4)
        assert sum(told.values()) == 4 * 60
        assert told["approved"] > 0
        assert told["returned"] > 0
        assert wrong_after(url, told) == []
