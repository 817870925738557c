"""Which sentences decide: another recommendation than the computed one, an act, a verdict; and which only argue."""

import pytest

from casewright.agent.drafting.decisions import decided

DECIDE = (
    "It is recommended to close this case.",
    "Recommended: close.",
    "We recommend no further action.",
    "We advise closing it.",
    "Recommendation: dismiss the alert as a false positive.",
    "The case should be closed.",
    "This alert can be safely closed.",
    "The customer must be reported.",
    "No further action is needed.",
    "Close the case.",
    "Therefore, close the alert.",
    "Please freeze the account.",
    "The activity warrants a SAR.",
    "The pattern requires filing a report.",
    "Decision: cleared.",
    "The outcome is a false positive.",
    "We have decided to clear the customer.",
    "The account is to be blocked.",
    "The matter may be dropped.",
    "More information is recommended before a decision.",
    "It ought to be closed.",
    "The activity is entirely legitimate.",
    "The customer is innocent.",
    "The transfers appear lawful.",
    "The funds were clearly legal.",
)

ARGUE = (
    "Recommended: escalate; for suspicion speak credits of one size.",
    "Against it speaks a salary of USD 310.00 that came every month.",
    "Family support would explain USD 240.00 of USD 9,330.00.",
    "Whether the source is lawful is not established.",
    "A sale of a car could be legitimate and would explain USD 8,400.00.",
    "The account was frozen on 2025-03-02.",
    "On 2025-03-02 the customer reported a lost device.",
    "On 2025-04-14 it received USD 2,100.00 in 1 transfer.",
    "No further transfer was found.",
    "The customer declared a yearly income of USD 3,700.00.",
    "The transfers were followed onward to 4 addresses, of which 3 end without a label.",
    "The facts that speak against suspicion weigh USD 930.00 of USD 9,330.00.",
    "The same address is used by 2 other accounts.",
)


@pytest.mark.parametrize("text", DECIDE)
def test_a_sentence_that_decides_otherwise_is_objected_to(text: str) -> None:
    assert list(decided(text, "escalate"))


@pytest.mark.parametrize("text", ARGUE)
def test_a_sentence_that_argues_or_tells_a_fact_is_not(text: str) -> None:
    assert list(decided(text, "escalate")) == []


def test_what_decides_is_held_against_what_was_computed() -> None:
    for computed in ("close", "more information needed"):
        assert list(decided("Recommended: escalate.", computed))
        assert list(decided("The account should be frozen.", computed))
    assert list(decided("It is recommended to close the case.", "close")) == []
    assert list(decided("We propose to ask for more information.", "more information needed")) == []
