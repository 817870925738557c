"""The check of texts against evidence: what a careful writer may say, and what no writer may."""

from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.agent.grounding import check
from casewright.agent.grounding.check import Checker
from casewright.agent.grounding.closing import closes as sum_closes
from casewright.agent.grounding.closing import equations, rate_closes
from casewright.agent.grounding.holding import index
from casewright.agent.grounding.names import names_of
from casewright.agent.grounding.reading import Reading, read
from casewright.knowledge.case import Case, Sentence

CASES = Path(__file__).with_name("cases")
SMALL = "0xc40f5e2a98b7d61342cc07e8fa59d3b110e46a85"
SENTENCES = yaml.safe_load((CASES / "sentences.yaml").read_text(encoding="utf-8"))


@cache
def case_of(name: str) -> Case:
    return Case.model_validate(yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8")))


def unsupported(name: str, cited: str, text: str) -> list[str]:
    sentence = Sentence(text=text, evidence=tuple(filter(None, cited.split(","))))
    return [f"{u.figure}: {u.why}" for u in check([sentence], case_of(name)).unsupported]


@pytest.mark.parametrize("told", SENTENCES["supported"], ids=lambda told: told["text"][:40])
def test_a_true_sentence_in_anybodys_words_is_supported(told: dict[str, str]) -> None:
    assert unsupported(told["case"], told["cites"], told["text"]) == []


@pytest.mark.parametrize("told", SENTENCES["unsupported"], ids=lambda told: told["what"])
def test_a_false_sentence_is_told(told: dict[str, str]) -> None:
    assert unsupported(told["case"], told["cites"], told["text"])


def test_the_why_names_the_figure_and_the_nearest_fact() -> None:
    sentence = Sentence(text=f"It sent USD 335.66 to {SMALL}.", evidence=("E3",))
    found = check([sentence], case_of("onchain")).unsupported
    assert [u.figure for u in found] == ["USD 335.66"]
    assert "335.65" in found[0].nearest


def test_rounding_is_no_coarser_than_shown() -> None:
    assert not unsupported("customer", "E2,E1", "Inflow was 9.0 times the yearly income.")
    assert not unsupported("customer", "E2,E1", "Inflow was 9 times the yearly income.")
    assert unsupported("customer", "E2,E1", "Inflow was 9.1 times the yearly income.")
    assert not unsupported("onchain", "E4", f"It sent USD 336 to {SMALL} on 2024-05-12.")
    assert unsupported("onchain", "E4", f"It sent USD 335 to {SMALL} on 2024-05-12.")
    assert not unsupported("customer", "E2", "It received SGD 86.5 thousand.")
    assert unsupported("customer", "E2", "It received SGD 86.6 thousand.")


def test_a_heading_holds_no_figure() -> None:
    report = check([], case_of("onchain"), ["What happened", "The 19 transfers"])
    assert [(u.sentence, u.figure) for u in report.unsupported] == [("The 19 transfers", "19")]


def test_a_heading_accuses_nobody() -> None:
    report = check([], case_of("onchain"), ["What speaks against", "Why it is unusual", "The phishing campaign"])
    assert [(u.sentence, u.figure) for u in report.unsupported] == [("The phishing campaign", "phishing")]


def test_the_same_fact_is_no_fact_where_other_evidence_is_cited() -> None:
    assert not unsupported("customer", "E2", "It received SGD 86,450.00 in 31 transfers from 27 payers.")
    assert unsupported("customer", "E7", "It received SGD 86,450.00 in 31 transfers from 27 payers.")


def test_a_role_is_what_a_person_set() -> None:
    text = "The activity of the mule is told below."
    assert not unsupported("customer", "E2", text)
    plain = case_of("customer").model_copy(update={"role": "unknown"})
    assert check([Sentence(text=text, evidence=("E2",))], plain).unsupported


def test_a_typology_needs_its_match_cited_and_a_hedge() -> None:
    assert not unsupported("customer", "E2", "The activity is consistent with a money-mule account.")
    assert unsupported("onchain", "E3", "The activity is consistent with a money-mule account.")
    assert not unsupported("onchain", "E3", 'The activity is consistent with the typology "Hack cash-out".')
    assert unsupported("onchain", "E3", 'The activity is "Hack cash-out".')
    assert unsupported("onchain", "E1", 'The activity is consistent with the typology "Hack cash-out".')


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_checked_without_failing_and_always_alike(text: str) -> None:
    sentence = Sentence(text=text, evidence=("E1", "E5"))
    once = check([sentence], case_of("onchain"))
    assert check([sentence], case_of("onchain")) == once


_SAID = """it sent received USD 335.65 to from 0xc40f…6a85 on 2024-05-12 at 12:04:47 UTC , ; ( ) of all none only 7 19
transfers payers and was mixer "Nordlicht: Router" first direct 5 which half = + - % [E3] completed days hops ETH"""
_WORDS = st.sampled_from(_SAID.split())


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=40))
def test_any_order_of_known_words_is_checked_without_failing(words: list[str]) -> None:
    check([Sentence(text=" ".join(words), evidence=("E3", "E4"))], case_of("onchain"))


def test_only_cells_that_are_names_are_names() -> None:
    text = (CASES / "customer.yaml").read_text(encoding="utf-8")
    for old, new in (
        ('"C-10411, C-10603"', '"C-10411"'),
        ("source: bank", "source: log-ins"),
        ("asset: USDT", "asset: USDt0"),
    ):
        assert old in text
        text = text.replace(old, new)
    case = Case.model_validate(yaml.safe_load(text))
    told = [
        Sentence(text="Device dev-b20c had 88 log-ins in the period.", evidence=("E7",)),
        Sentence(text="Device dev-b20c is used by C-10411 as well.", evidence=("E7",)),
    ]
    assert [(u.figure, u.why) for u in check(told, case).unsupported] == []
    names = names_of(index(case).values())
    assert names.spans("C-10411 sent USDt0 after 88 log-ins from dev-b20c") == [(41, 49)]


def test_a_sum_is_right_to_the_last_digit_that_its_result_shows_and_a_price_is_what_its_amounts_make() -> None:
    text = "The balances close: SGD 300.00 + SGD 86,450.00 - SGD 84,060.00 = SGD {}."
    assert [closes(read_of(text.format(result))) for result in ("2,690.00", "2,690", "2,690.001")] == [
        True,
        True,
        False,
    ]
    price = "It converted SGD 84,060.00 into 64,398.73 USDT at {} SGD a unit."
    for told, right in (("1.3053", True), ("1.31", True), ("1.3054", False)):
        reading = read_of(price.format(told))
        assert rate_closes(next(f for f in reading.figures if f.kind == "rate"), reading) is right


def read_of(text: str) -> Reading:
    checker = Checker(case_of("customer"))
    return read(text, checker.names, checker.vocabulary)


def closes(reading: Reading) -> bool:
    return all(sum_closes(reading, run) for run in equations(reading))
