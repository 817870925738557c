"""The check of texts against evidence: what a careful writer may say, and what no writer may."""

from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.agent.grounding import check
from casewright.knowledge.case import Case, Sentence

CASES = Path(__file__).with_name("cases")
SUBJECT = "0x51aa0c3de5b7f2904e6612c8f0a3b97d5c4e8f10"
ROUTER = "0x7ab9020f6c3d41e58a97b6c05d2e13f48a6b90cd"
BRIDGE = "0x33e7d50b1f9c84a2605e7db94c1208ffab56e3d9"
SMALL = "0xc40f5e2a98b7d61342cc07e8fa59d3b110e46a85"
FAR = "0xf07c2d9e5b8a16340c7de4b9a3f5216885ce0d7b"
WALLET = "TQ4rT7bWmZ2xk9Lq1VnYc6HdPfGs3JuEaX"

TRUE = [
    ("onchain", "E1", "In total, 19 transfers worth USD 90,871.98 left the address between 12 May 2024 and 29 May 2024."),
    ("onchain", "E1", "The address was funded with $91,500.40 in two transfers on May 11, 2024."),
    ("onchain", "E3", f'The biggest recipient was {ROUTER}, labelled "Nordlicht: Router", which received USD 48,210.55 across 11 transfers.'),
    ("onchain", "E4", "A single payment of 0.1114 ETH (USD 335.65) was made to 0xc40f...6a85 on 2024-05-12 at 12:04 UTC."),
    ("onchain", "E3", "Seven recipients received funds from the address; two of them carry a label."),
    ("onchain", "E3", f"{SMALL} received USD 335.65 from {SUBJECT} on 2024-05-12 at 12:04:47 UTC."),
    ("onchain", "E5", "Four of the 12 ends are unresolved."),
    ("onchain", "E1", "Three transfers worth USD 1,180.00 were cancelled."),
    ("onchain", "E7", "Indirect exposure to a swap service amounts to USD 12,833.55 at 3 hops."),
    ("onchain", "E7", "Its exposure to mixers is direct: USD 48,210.55."),
    ("onchain", "E6", 'The address itself carries the label "Weidenbach Exploiter" (hack; source notes.csv).'),
    ("onchain", "E7", "No exposure to sanctioned addresses was found."),
    ("onchain", "E3", "The mixer 0x7ab9…90cd received USD 48,210.55 from it."),
    ("customer", "E2", "Over 17 days the customer took in SGD 86,450.00 from 27 different payers."),
    ("customer", "E2", "Between 2025-11-03 and 2025-11-19, thirty-one credits totalling SGD 86,450.00 were received."),
    ("customer", "E4", "Not one of the 27 payers carried a label."),
    ("customer", "E4", "All of the 27 payers were first-time payers."),
    ("customer", "E1", "The customer, a student, declared a yearly income of SGD 9,600.00 and was born on 2004-02-29."),
    ("customer", "E7", "Two other customers (C-10411 and C-10603) logged in from device dev-b20c."),
    ("customer", "E8", "The busiest day was 2025-11-03, when SGD 16,350.00 came in."),
    ("customer", "E8", 'A payment of SGD 2,900.00 was recalled with the reason "job scam".'),
    ("customer", "E5", "31 PayNow credits worth SGD 86,450.00 were received; 29 withdrawals of 64,369.73 USDT left over TRON."),
    ("customer", "E6", f"C-10411 sent SGD 32,736.27 to {WALLET} in 12 transfers."),
    ("customer", "E2,E1", "Inflow was 9.0 times the declared yearly income."),
    ("customer", "E3", "97% of it left within 24 hours."),
    ("customer", "E12", "SGD 300.00 + 86,450.00 - 84,060.00 = 2,690.00."),
    ("customer", "E2,E5", "Ask the customer who owns both addresses: `casewright rfi draft C-10482`."),
    ("customer", "", "Whether the holder knows is not established."),
]  # fmt: skip

FALSE = {
    "relative time and an offence nobody found": ("onchain", "E3", f"In the past 24 hours, the address sent USD 335.65 to {SMALL} as part of a phishing campaign."),
    "an accusing word put before the counterparty": ("onchain", "E3", f"The mixer {SUBJECT} sent USD 48,210.55 to {ROUTER}."),
    "an accusing word said of the counterparty's counterparty": ("onchain", "E3", f"{SUBJECT}, a mixer, sent USD 48,210.55 to {ROUTER}."),
    "received for sent": ("onchain", "E3", f"It received USD 48,210.55 from {ROUTER}."),
    "another recipient's amount": ("onchain", "E3", f"It sent USD 48,210.55 to {BRIDGE}."),
    "sent to, of what arrived three hops on": ("onchain", "E5", f"It sent USD 12,833.55 to {FAR}."),
    "half a label": ("onchain", "E3", f'It sent USD 48,210.55 to {ROUTER} ("Nordlicht").'),
    "another address's label": ("onchain", "E3", f'It sent USD 24,105.28 to {BRIDGE} (label "Nordlicht: Router", mixer).'),
    "another count": ("onchain", "E1", "It sent USD 90,871.98 in 21 transfers."),
    "recently": ("onchain", "E1", "It recently sent USD 90,871.98."),
    "a first day that is another side's": ("onchain", "E1", "Between 2024-05-14 and 2024-05-29 it sent USD 90,871.98 in 19 transfers."),
    "another row's second": ("onchain", "E4", f"On 2024-05-18 at 12:04:47 UTC it sent USD 335.65 to {SMALL}."),
    "another row's amount": ("onchain", "E4", f"On 2024-05-12 at 12:04:47 UTC it sent USD 5,200.00 to {SMALL}."),
    "an asset for a count": ("onchain", "E1", "The address sent 12 ETH."),
    "coarser rounding than shown": ("onchain", "E1", "It sent roughly USD 91,000."),
    "all for two of seven": ("onchain", "E3", "All seven recipients carry a label."),
    "a name nobody bears": ("onchain", "E3", "It sent USD 48,210.55 to John Smith."),
    "only": ("onchain", "E3", "The only recipient is 0x7ab9…90cd."),
    "an evidence that is not there": ("onchain", "E1,E99", "It sent USD 90,871.98 in 19 transfers."),
    "no evidence": ("onchain", "", "It sent USD 90,871.98 in 19 transfers."),
    "a cause": ("onchain", "E1", "Therefore it sent USD 90,871.98 in 19 transfers."),
    "an aim": ("onchain", "E1", "It sent USD 90,871.98 in 19 transfers in order to conceal the origin."),
    "direct for indirect": ("onchain", "E7", "Its direct exposure to swap services is USD 12,833.55."),
    "another category": ("onchain", "E7", "Its exposure to sanctioned addresses is USD 48,210.55."),
    "a group nobody named": ("onchain", "E3", "The address is operated by a terrorist group."),
    "a verdict on a match": ("onchain", "E3,E5", "This is ransomware cash-out."),
    "an address altered": ("onchain", "E3", "It sent USD 335.65 to 0xc40f5e2a98b7d61342cc07e8fa59d3b110e46a86."),
    "a short form of nobody": ("onchain", "E3", "It sent USD 335.65 to 0xc40f…6a86."),
    "two weeks": ("onchain", "E1", "It sent USD 90,871.98 within two weeks."),
    "an ordinal": ("onchain", "E4", "The second transfer was USD 1,500.40."),
    "the victim": ("customer", "E2", "The victim received SGD 86,450.00."),
    "USD for SGD": ("customer", "E2", "It received USD 86,450.00."),
    "payers and transfers swapped": ("customer", "E2", "It received SGD 86,450.00 from 31 payers in 27 transfers."),
    "UTC named SGT": ("customer", "E11", "On 2025-11-03 at 09:12:07 SGT it received SGD 2,900.00 from bank:215-90418."),
    "SGT named UTC": ("customer", "E11", "On 2025-11-03 at 17:12:07 UTC it received SGD 2,900.00 from bank:215-90418."),
    "UTC's day": ("customer", "E8", "A hold was placed on 2025-11-19."),
    "a sum that does not close": ("customer", "E12", "SGD 300.00 + 86,450.00 - 84,060.00 = 2,790.00."),
    "most for none": ("customer", "E4", "Most of the 27 payers had paid it before."),
    "one for none": ("customer", "E4", "One of the 27 payers carried a label."),
    "a quotation nobody wrote": ("customer", "E8", 'A payment of SGD 2,900.00 was recalled with the reason "rental scam".'),
    "income as inflow": ("customer", "E2,E1", "The customer received SGD 9,600.00."),
    "inflow as income": ("customer", "E1,E2", "Its yearly income is SGD 86,450.00."),
    "another median": ("customer", "E3", "It left within a median of 14 minutes."),
    "found for not found": ("customer", "E10", "Direct exposure to a mixer was found."),
    "laundering": ("customer", "E2", "The account is used for money laundering."),
    "another year": ("customer", "E2", "In November 2024 it received SGD 86,450.00."),
    "another payer's amount": ("customer", "E4", 'A payer, "Tan A K", sent SGD 3,100.00 to it.'),
    "another co-user's row": ("customer", "E6", f"C-10411 sent SGD 23,758.88 to {WALLET} in 9 transfers."),
    "another network": ("customer", "E5", "29 withdrawals of 64,369.73 USDT left over Ethereum."),
    "twice": ("customer", "E2", "It received SGD 86,450.00 in 31 transfers, twice its income."),
    "completed for cancelled": ("customer", "E5", "It made 1 completed withdrawal of 500 USDT."),
    "a part of another whole": ("customer", "E3", "29 of the 30 credits were withdrawn."),
    "parts that do not add up": ("customer", "E3,E2", "29 of the 31 credits were withdrawn, and 3 credits remain."),
    "a command about a stranger": ("customer", "E2", "Ask: `casewright rfi draft C-99999`."),
    "a percentage that does not follow": ("customer", "E2,E4", "This explains SGD 240.00 of 86,450.00 (2.8%)."),
    "words hidden by invisible letters": ("customer", "E2", "The account is used for laun\u200bdering."),
}  # fmt: skip


@cache
def case_of(name: str) -> Case:
    return Case.model_validate(yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8")))


def unsupported(name: str, cited: str, text: str) -> list[str]:
    sentence = Sentence(text=text, evidence=tuple(filter(None, cited.split(","))))
    return [f"{u.figure}: {u.why}" for u in check([sentence], case_of(name)).unsupported]


@pytest.mark.parametrize(("name", "cited", "text"), TRUE, ids=[text[:40] for *_, text in TRUE])
def test_a_true_sentence_in_anybodys_words_is_supported(name: str, cited: str, text: str) -> None:
    assert unsupported(name, cited, text) == []


@pytest.mark.parametrize(("name", "cited", "text"), FALSE.values(), ids=FALSE)
def test_a_false_sentence_is_told(name: str, cited: str, text: str) -> None:
    assert unsupported(name, cited, text)


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


_WORDS = st.sampled_from(
    "it sent received USD 335.65 to from 0xc40f…6a85 on 2024-05-12 at 12:04:47 UTC , ; ( ) of all none only 7 19 transfers payers and was "
    'mixer "Nordlicht: Router" first direct 5 which half = + - % [E3] completed 10.5k days hops ETH SGT label no'.split(
        " "
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=40))
def test_any_order_of_known_words_is_checked_without_failing(words: list[str]) -> None:
    check([Sentence(text=" ".join(words), evidence=("E3", "E4"))], case_of("onchain"))
