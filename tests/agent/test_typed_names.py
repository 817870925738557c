"""Names of customers that a person types before any tool told of them: in no spelling do they leave for a model."""

import json
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from loopback import Loopback, says

from casewright.agent.asking.session import Session
from casewright.agent.privacy.customers import one_apart
from casewright.agent.privacy.leaks import Leak, check
from casewright.agent.privacy.pseudonyms import Pseudonyms
from casewright.agent.settings import FILE, Workspace

CUSTOMERS = (
    *(
        "Vanessa Lim Hao",
        "王小明",
        "김민준",
        "田中 太郎",
        "สมชาย ใจดี",
        "Mulyadi",
        "Grant",
        "May",
        "José Núñez Sørensen",
    ),
    *("Tan Wei Ming", "Rosalind Teo", "An Nguyen", "Ba", "Nordhaus Feinkost GmbH", "Ban King", "Will Long"),
)
TYPED = (
    *("王小明", "김민준", "田中太郎", "สมชายใจดี", "mulyadi", "MULYADI", "jose nunez sorensen", "Nunez Sorensen, Jose"),
    *("vanesa lim hao", "Vanessa Lim-Hao", "LIM HAO VANESSA", "VanessaLimHao", "Vanessa\nLim Hao", "Tan Weiming"),
    *("tan wai ming", "wei-ming tan", "weiming tan", "rosalind theo", "An Nguyen", "Nordhaus-Feinkost Gmbh"),
)
STANDING = ("customer Grant", "Mr Will", "a customer named Ba", "the client rosalind", "customers: May")
ORDINARY = (
    "Will the bank grant a loan in May, and may a customer grant it an account?",
    "Is a banking customer the one who will long for it? The clients may pay in by an agent.",
    "How long will the hold last, what did the customer receive, and was any of it from a mixer?",
    "Which payers are new_payers, and is it bank-credits-passed-on?",
)


def _hidden() -> Pseudonyms:
    return Pseudonyms(listed=lambda: CUSTOMERS)


def _sent(pseudonyms: Pseudonyms, text: str) -> str:
    pseudonyms.meet(text)
    return pseudonyms.hide(text)


@pytest.mark.parametrize("typed", TYPED)
def test_a_name_is_hidden_in_any_spelling_and_comes_back_as_it_was_typed(typed: str) -> None:
    for question in (f"How much did {typed} pay in?", f"请问{typed}收到了多少" if not typed.isascii() else typed):
        pseudonyms = _hidden()
        sent = _sent(pseudonyms, question)
        assert "PERSON_1" in sent
        assert typed.casefold() not in sent.casefold()
        assert pseudonyms.restore(sent) == question


@pytest.mark.parametrize("typed", STANDING)
def test_a_short_or_common_word_is_hidden_where_it_stands_as_a_name(typed: str) -> None:
    sent = _sent(_hidden(), f"Did {typed} pay in?")
    assert typed.split()[-1] not in sent
    assert "PERSON_1" in sent


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_stay_though_customers_bear_them(text: str) -> None:
    assert _sent(_hidden(), text) == text


def test_spellings_of_one_customer_share_a_number() -> None:
    sent = _sent(_hidden(), "vanesa lim hao or LIM-HAO VANESSA, and 王小明 or 王小明")
    assert sent == "PERSON_1 or PERSON_1B, and PERSON_2 or PERSON_2"


def test_the_last_look_finds_a_name_without_blanks() -> None:
    with pytest.raises(Leak):
        check({"content": "请问王小明收到了多少"}, _hidden())


def test_one_apart_is_one_letter_more_less_other_or_two_that_changed_places() -> None:
    assert all(
        one_apart("weiming", other) for other in ("weimin", "weimming", "waiming", "wieming", "weimnig", "xweiming")
    )
    assert not any(one_apart("weiming", other) for other in ("weiming", "weim", "waimin", "wiemgin", "gniemiw"))


def test_a_hundred_thousand_customers_cost_seconds_once_and_nothing_later() -> None:
    parts = [f"{a}{b}{c}" for a, b, c in product(("ka", "li", "mo", "su", "ra"), repeat=3)]
    names = [f"{one} {other} Zq{n}".title() for n, (one, other) in enumerate(product(parts, repeat=2))] * 7
    pseudonyms = Pseudonyms(listed=lambda: (f"{name} {n % 7 * 'x'}" for n, name in enumerate(names)))
    pseudonyms.hide("first")
    began = time.process_time()
    for _ in range(20):
        pseudonyms.hide(" ".join(ORDINARY))
    assert time.process_time() - began < 1


def test_no_body_that_leaves_holds_a_typed_name(workspace: Workspace, build_ledger: Callable[..., Path]) -> None:
    people = [{"id": f"C-1{n:04}", "name": name, "kind": "person"} for n, name in enumerate(CUSTOMERS)]
    rows = [
        {"src": "DBS-4030631816", "dst": "C-10000", "at": "2025-05-14T04:21:00Z", "usd": "15.62", "kind": "fiat_in"}
    ]
    alert = {"id": "A-1", "subject": "C-10000", "at": "2025-05-14T07:23:56Z", "rule": "R-1", "title": "Credits"}
    build_ledger(workspace.ledger, rows, customers=people, alerts=[alert])
    with Loopback(lambda body: says("Nothing is known of that.")) as server:
        settings = f'model = "small@{server.url}"\n[limits]\nretries = 0\n'
        (workspace.folder / FILE).write_text(settings, encoding="utf-8")
        with Session.open(Workspace.at(workspace.folder), alert="A-1") as session:
            for some in (TYPED[:7], TYPED[7:], STANDING):
                list(session.ask(f"How much did {' and '.join(some)} pay in?"))
        bodies = json.dumps([server.requests, server.headers], ensure_ascii=False).casefold()
    assert "person_9" in bodies
    assert [name for name in (*TYPED, *STANDING) if name.casefold() in bodies] == []
