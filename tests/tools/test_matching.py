"""Matching: red flags read from evidence that the tools gave, and a score that says what it is made of."""

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.knowledge.case import TypologyMatch
from casewright.knowledge.evidence import Column, Evidence, Fact, Table
from casewright.knowledge.indicator import Request
from casewright.knowledge.library import typologies
from casewright.knowledge.records import subjects
from casewright.knowledge.typology import Holder, RedFlag, Typology
from casewright.tools import toolbox
from casewright.tools.indicators import catalogue
from casewright.tools.matching import match, requests

WHO = "C-10482"
LIBRARY = typologies([], catalogue())


def mule_rows() -> list[dict[str, Any]]:
    """Six people pay within two days; each payment is passed on within the hour to one wallet."""
    rows: list[dict[str, Any]] = []
    for number in range(6):
        at = f"2025-11-0{3 + number // 3}T{9 + 3 * (number % 3):02d}:00:00"
        later = f"2025-11-0{3 + number // 3}T{9 + 3 * (number % 3):02d}:40:00"
        rows.append(
            {"src": f"BANK-{number}", "dst": WHO, "at": at, "usd": 2000, "kind": "fiat_in", "network": "paynow"}
        )
        rows.append({"src": WHO, "dst": "TQ4wallet", "at": later, "usd": 1990, "kind": "withdrawal", "network": "tron"})
    return rows


def asked(ledger: Any, found: Sequence[Typology], who: str = WHO) -> list[Evidence]:
    whom = subjects(who)
    answers = [
        toolbox.call(ledger, "indicators", whom, requests=requests(found)),
        toolbox.call(ledger, "customer", whom),
        toolbox.call(ledger, "timeline", whom),
    ]
    return [answer.with_id(f"E{number}") for number, answer in enumerate(answers, 1)]


def by_id(matches: Sequence[TypologyMatch]) -> dict[str, TypologyMatch]:
    return {found.id: found for found in matches}


def test_the_readings_that_are_asked_for_are_those_of_the_flags() -> None:
    wanted = requests(LIBRARY.values())
    assert Request(indicator="new_payers", parameters={"kind": "fiat_in"}) in wanted
    assert len({(request.indicator, request.settings) for request in wanted}) == len(wanted)
    assert wanted == requests(reversed(list(LIBRARY.values())))


def test_an_account_that_passes_on_strangers_money_matches_a_mule_first(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger(
        mule_rows(),
        customers=[{"id": WHO, "at": "2025-08-14", "occupation": "student", "kind": "person", "income_usd": 7000}],
        events=[{"subject": WHO, "kind": "recall", "at": "2025-11-05", "text": "asks for return"}],
    )
    found = match(LIBRARY.values(), asked(ledger, list(LIBRARY.values())))
    assert found[0].id == "money-mule-account"
    mule = found[0]
    assert any("6 payers; threshold at least 5 payers" in text for text in mule.seen), mule.seen
    assert any("student" in text for text in mule.seen)
    assert any("100%" in text for text in mule.seen)
    assert any("not observable here, would need payment references" in text for text in mule.unmeasured)
    assert set(mule.evidence) <= {"E1", "E2", "E3"}
    assert 0.5 < mule.score <= 1
    assert list(found) == sorted(found, key=lambda made: (-made.score, made.id))


def test_an_account_without_any_sign_matches_nothing(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger(
        [
            {"src": "BANK-1", "dst": WHO, "at": "2025-01-05", "usd": 300, "kind": "fiat_in"},
            {"src": "BANK-1", "dst": WHO, "at": "2025-02-05", "usd": 300, "kind": "fiat_in"},
        ],
        customers=[{"id": WHO, "at": "2024-08-14", "occupation": "teacher", "income_usd": 60000}],
    )
    assert match(LIBRARY.values(), asked(ledger, list(LIBRARY.values()))) == ()


def test_what_was_not_asked_or_has_no_value_is_unmeasured_with_its_reason(make_ledger: Callable[..., Any]) -> None:
    ledger = make_ledger(mule_rows())
    mule = by_id(match(LIBRARY.values(), asked(ledger, list(LIBRARY.values()))))["money-mule-account"]
    told = " ".join(mule.unmeasured)
    assert "holds no" in told or "no declared" in told or "incomes" in told  # why turnover has no measure
    assert "there is no customer record" in told
    paid = reading("shared_destination_users", "", "4", "accounts")
    victim = match([LIBRARY["pig-butchering-victim"]], [paid])[0]
    assert any("exposure was not asked for" in text for text in victim.unmeasured)
    assert any("nothing is known of what happened" in text for text in victim.unmeasured)


def exposure(category: str, usd: str, side: str, reach: str) -> Evidence:
    fact = Fact(
        name=f"exposure_{category}_usd", value=Decimal(usd), kind="money", unit="USD", about=WHO, side=side, reach=reach
    )  # type: ignore[arg-type]
    arguments: Any = {"subjects": [{"id": WHO}]}
    return Evidence(id="E9", tool="exposure", arguments=arguments, query="", facts=(fact,), status="found")


def test_exposure_is_held_against_side_reach_and_sum() -> None:
    one = [LIBRARY["mixer-exposure"]]
    direct = match(one, [exposure("mixer", "5000", "in", "direct")])[0]
    assert any("USD 5,000.00; threshold USD 100.00 or more directly from mixer" in text for text in direct.seen)
    assert any("indirectly from mixer" in text for text in direct.silent)
    assert direct.evidence == ("E9",)
    assert match(one, [exposure("mixer", "5", "in", "direct")]) == ()
    assert match(one, [exposure("bridge", "5000", "in", "direct")]) == ()
    assert match(one, [exposure("mixer", "5000", "in", "direct")], subject="another") == ()


def test_what_a_trace_reached_counts_as_exposure() -> None:
    trace = exposure("ransomware", "5000", "in", "indirect").model_copy(update={"tool": "trace"})
    renamed = trace.facts[0].model_copy(update={"name": "ransomware_usd"})
    found = match([LIBRARY["ransomware-cash-out"]], [trace.model_copy(update={"facts": (renamed,)})], subject=WHO)
    assert any("USD 5,000.00" in text for text in found[0].seen)


def test_a_label_of_the_account_itself_is_read(make_ledger: Callable[..., Any]) -> None:
    address = "0x8b3cb6bf982798fba233bca56749e22eec42dcf3"
    label = {"id": address, "name": "Nordhaus Exploiter 2", "category": "hack", "at": "2024-08-01"}
    ledger = make_ledger(
        [{"src": address, "dst": "0x0606", "at": "2024-07-16T12:04:47", "usd": "335.65"}], labels=[label]
    )
    answers = [*asked(ledger, list(LIBRARY.values()), address), toolbox.call(ledger, "labels", subjects(address))]
    found = match(LIBRARY.values(), [answer.with_id(f"E{nr}") for nr, answer in enumerate(answers)])
    assert [made.id for made in found] == ["hack-exploit-proceeds"]
    assert any("label Nordhaus Exploiter 2, source test" in text for text in found[0].seen)


def test_a_ceiling_counts_only_beside_something_that_happened() -> None:
    victim = LIBRARY["pig-butchering-victim"]
    few = reading("distinct_destinations", "kind=withdrawal", "1", "destinations")
    plain = victim.model_copy(
        update={"red_flags": tuple(flag.model_copy(update={"defining": False}) for flag in victim.red_flags)}
    )
    assert match([plain], [few]) == ()
    fast = reading("fast_turnaround_share", "", "0.95", "share")
    assert len(match([plain], [few, fast])[0].seen) == 2


def test_without_a_defining_flag_the_others_mean_something_else() -> None:
    fast = reading("fast_turnaround_share", "", "0.95", "share")
    assert match([LIBRARY["pig-butchering-victim"]], [fast]) == ()
    shared = reading("shared_destination_users", "", "14", "accounts")
    assert len(match([LIBRARY["pig-butchering-victim"]], [fast, shared])[0].seen) == 2


def test_drafts_match_nothing() -> None:
    draft = LIBRARY["mixer-exposure"].model_copy(update={"status": "draft"})
    assert match([draft], [exposure("mixer", "5000", "in", "direct")]) == ()
    assert requests([draft]) == ()


COLUMNS = tuple(
    Column(name=name, kind=kind)  # type: ignore[arg-type]
    for name, kind in (("subject", "id"), ("indicator", "word"), ("settings", "word"), ("reading", "word"),
                       ("value", "ratio"), ("unit", "word"), ("at", "time"), ("means", "word"))
)  # fmt: skip


def reading(indicator: str, settings: str, value: str, unit: str) -> Evidence:
    row: Any = {"subject": WHO, "indicator": indicator, "settings": settings, "reading": "highest", "value": value}
    row |= {"unit": unit, "at": "2025-11-03T09:00:00Z", "means": "a measure"}
    arguments: Any = {"subjects": [{"id": WHO}]}
    tables = (Table(columns=COLUMNS, rows=(row,)),)
    return Evidence(
        id=f"E-{indicator}", tool="indicators", arguments=arguments, query="", tables=tables, status="found"
    )


WANTED = requests(LIBRARY.values())


@given(values=st.lists(st.decimals(0, 500, places=2), min_size=len(WANTED), max_size=len(WANTED)), seed=st.integers())
def test_a_score_rests_on_what_fired_and_does_not_hang_on_the_order(values: list[Decimal], seed: int) -> None:
    answers = [
        reading(request.indicator, request.settings, str(value), catalogue()[request.indicator].unit)
        for request, value in zip(WANTED, values, strict=True)
    ]
    found = match(LIBRARY.values(), answers)
    for made in found:
        assert made.seen
        assert made.evidence
        assert 0 < made.score < 1
    shuffled = answers.copy()
    random.Random(seed).shuffle(shuffled)
    assert {made.id: (made.score, made.seen) for made in match(LIBRARY.values(), shuffled)} == {
        made.id: (made.score, made.seen) for made in found
    }


@pytest.mark.parametrize(("days", "fires"), [(30, True), (90, False)])
def test_the_customers_record_is_held_against_each_condition(
    make_ledger: Callable[..., Any], days: int, fires: bool
) -> None:
    opened = f"2025-{'10-04' if days == 30 else '08-05'}"
    ledger = make_ledger(
        mule_rows(), customers=[{"id": WHO, "at": opened, "opened_at": opened, "kind": "person", "occupation": "nurse"}]
    )
    young = RedFlag(see="A young account", on="kyc", customer=Holder(kind=("person",), account_days_at_most=60))
    mule = LIBRARY["money-mule-account"]
    wanted = mule.model_copy(update={"red_flags": (*mule.red_flags, young)})
    found = match([wanted], asked(ledger, [wanted]))[0]
    assert any("A young account" in text for text in (found.seen if fires else found.silent))
