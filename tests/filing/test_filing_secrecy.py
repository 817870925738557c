"""What gives something away to a customer, in whatever letters and words, and what any letter may ask."""

from pathlib import Path

import pytest

from casewright.agent.filing.secrecy import revealing, secret_words
from casewright.knowledge.case import Case

SECRET = (
    "Do you know of the report we made on you?",
    "we filed an str about you; any comment?",
    "Have you heard that we sent a sar in May?",
    "Our aml desk wants to know what this was for.",
    "The mlro asks who paid you.",
    "We sent an S.T.R. last week, why did you pay?",
    "We sent a \uff33\uff21\uff32; why did you pay?",
    "We sent a S\u200bAR; why did you pay?",
    "Have you laundered this money for someone?",
    "Were you scammed by the person you paid?",
    "This was escalated to compliance as unusual; can you explain?",
    "Your account is under review: who paid in?",
    "AUSTRAC asked us: what is your income?",
    "Is there a reason why the fbi would ask for you?",
    "Has Interpol been in touch with you?",
    "What would you tell the Police about these payments?",
    "Your transfers were flagged; why did you send them?",
    "Why did an alert come up on your account?",
    "Our rule on fan-in fired; who are the payers?",
    "Why does our monitoring show these payments?",
    "What explains the high risk score of your account?",
    "Your case is with a colleague; what should she know?",
    "We opened a case about you: please tell us your side.",
    "What should our case officer know about your income?",
    "We have reported your account; do you want to explain?",
    "We had to report this. What was it for?",
    "We filed a report yesterday, do you want to add to it?",
    "Somebody informed us about you; is it true?",
    "A bank complained about you; what happened?",
    "Two customers asked us about you; do you know them?",
    "Are you a mule?",
    "Did you know that this is money-laundering?",
    "We suspect that the money is not yours; is it?",
    "We noticed many payers; who are they?",
    "Our system picked this payment out; what is it?",
    "We detected a link to a mixer; is it yours?",
    "Your withdrawal is on hold: what is it for?",
    "Your funds have been frozen; where do they come from?",
    "Should we offboard you?",
    "We will close your account unless you tell us who paid.",
    "Is the money from criminals?",
    "We got a court order on these wallets: whose are they?",
    "Chainalysis names this wallet; is it yours?",
    "Your payments are inconsistent with your income; why?",
    "We are investigating these payments; who made them?",
    "Which threshold did you want to stay under?",
    "Are you on a sanctions list, or is your firm sanctioned?",
    "The National Crime Agency wants to know who you are.",
    "The Suspicious Transaction Reporting Office has your name.",
    "\u4f60\u7684\u8d26\u6237\u53ef\u7591\uff0c\u8bf7\u89e3\u91ca\u3002",
    "Gibt es einen Verdacht gegen Sie?",
    "We had to notify the authorities. Who paid you?",
)
HARMLESS = (
    "In any case, could you send the invoice?",
    "As a rule, how often are you paid?",
    "In this case, who was the buyer?",
    "In which cases do you pay in tokens?",
    "In case you have it, please send the contract.",
    "Please send the invoice for the phone cases that you sold.",
    "What are the rules of your savings club?",
    "Do you rule out that someone else used your phone?",
    "What is your present occupation?",
    "Where does the money come from?",
    "Do you run a shop?",
    "Who has authority to sign for the company?",
    "Are you employed by a local authority?",
    "Please send your company's annual report.",
    "Where do you report your income for tax?",
    "Have you reported the loss of your phone?",
    "What was the payment of SAR 5,000.00 for?",
    "Do you live in Hong Kong SAR?",
    "Did you set a price alert before you bought?",
    "What was your exam score?",
    "Which prices do you monitor before you trade?",
    "Do you import frozen food?",
    "Which block explorer do you use?",
    "Did the sale close in May?",
    "Please send proof of the proceeds of the sale of your flat.",
    "How do you track your portfolio?",
    "Do you own a launderette?",
    "Do you work in compliance?",
    "Is your turnover below the VAT threshold?",
    "Who reviewed the contract for you?",
    "When did you close your account with the other bank?",
    "Who owns the wallet that you send to?",
    "Do you trade with leverage?",
    "Please give the address of your landlord.",
    "How did you learn of the platform?",
    "Do you hold other accounts in your name?",
    "Which exchange did you use before?",
    "Has your work or your income changed?",
    "Please send the bank statement of March.",
    "Do you expect the same payments next year?",
    "Why do you use a strong password manager?",
    "Is the sarong shop in Street 5 yours?",
    "Did your phone lose its signal?",
    "May we call you on the number on file?",
    "Who pays your rent?",
)


@pytest.mark.parametrize("question", SECRET)
def test_what_tips_a_customer_off_is_found(question: str) -> None:
    assert revealing(question)


@pytest.mark.parametrize("question", HARMLESS)
def test_what_any_letter_may_ask_is_not_taken_for_a_secret(question: str) -> None:
    assert revealing(question) == []


def test_what_is_found_is_told_as_it_stands_and_once() -> None:
    assert revealing("We Suspect that the police know; we suspect it.") == ["Suspect", "police", "suspect"]
    assert revealing("A suspicious transaction report.") == ["suspicious transaction report"]


OWN = """\
id: lu
name: Verklaring, Luxembourg
acronym: VKL
authority: Cellule de Renseignement (goCRF)
zone: Europe/Brussels
structure: [{part: body, holds: facts}]
text: {ascii: true, line_breaks: true, source: ours, basis: unverified, last_checked: 2026-11-26}
clocks: [{when: ordinary, event: suspicion formed, words: at once, source: ours, basis: unverified,
  last_checked: 2026-11-26}]
retention: {years: 5, event: filing, source: ours, basis: unverified, last_checked: 2026-11-26}
secrecy: {law: its own, words: [stilte], basis: unverified, last_checked: 2026-11-26}
"""


@pytest.mark.parametrize("word", ["VKL", "vkl", "Verklaring", "Cellule de Renseignement", "gocrf", "stilte"])
def test_a_workspaces_own_regime_keeps_its_names_secret(tmp_path: Path, word: str) -> None:
    (tmp_path / "lu.yaml").write_text(OWN, encoding="utf-8")
    question = f"Has the {word} come to you?"
    assert revealing(question) == []
    assert revealing(question, words=secret_words(tmp_path)) == [word]


def _called(case: Case, name: str) -> Case:
    evidence = tuple(
        e.model_copy(update={"facts": tuple(
            f.model_copy(update={"value": name}) if f.name == "name" else f for f in e.facts)})
        if e.tool == "customer" else e
        for e in case.evidence
    )  # fmt: skip
    return case.model_copy(update={"evidence": evidence})


def test_the_customers_own_name_is_no_secret(student: Case) -> None:
    text = "Dear Crime Alert Pte Ltd, who pays Crime Alert Pte Ltd?"
    assert revealing(text, student) == ["Crime", "Alert"]
    assert revealing(text, _called(student, "Crime Alert Pte Ltd")) == []
    assert revealing("Dear Crime Alert Pte Ltd, was it a crime?", _called(student, "Crime Alert Pte Ltd")) == ["crime"]
    assert revealing("Dear Sar, who paid?", _called(student, "Sar")) == []
    assert revealing("Dear Sar, we sent a Sar.", _called(student, "Sar")) == ["Sar"]
