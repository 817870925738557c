"""A memo tells what is this case's own: alerts of one rule read apart, nothing is told twice or left out silently."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from statistics import median

import pytest

from casewright.agent import grounding
from casewright.agent.demo import Step
from casewright.agent.findings import AGAINST, FOR, IN_SHORT, findings
from casewright.agent.investigate import investigate, resolve
from casewright.agent.memo.dossier import Dossier
from casewright.agent.memo.movements import FEW, movements
from casewright.agent.memo.quote import Quote, quotable, remainder
from casewright.agent.memo.story import story
from casewright.knowledge import library
from casewright.knowledge.case import Case
from casewright.knowledge.clock import date_text, time_text
from casewright.knowledge.evidence import Column, Evidence, Fact, Table
from casewright.knowledge.records import Subject
from casewright.tools.indicators import catalogue
from casewright.tools.warehouse import Ledger

pytestmark = pytest.mark.xdist_group("demo")
RULES = ("bank-credits-passed-on", "credits-under-a-limit", "dormant-account-burst")
_EACH = 12
_WORDS = r"\b(tron|ethereum|bitcoin|solana|paynow|fast|USDT|USDC|BTC|ETH|SOL|TRX|SGD|USD)\b"


@pytest.fixture(scope="module")
def by_rule(demo_exchange: tuple[Path, list[Step]]) -> dict[str, list[Case]]:
    """Cases of up to a dozen alerts of each rule, spread over all its alerts, and of busy customers."""
    with Ledger.open(demo_exchange[0] / ".casewright" / "ledger.duckdb") as ledger:
        names: dict[str, list[str]] = {}
        for rule in RULES:
            ids = [
                row["id"]
                for row in ledger.dicts("select id from alerts where rule = $r order by score desc, id", r=rule)
            ]
            names[rule] = ids[:: max(1, len(ids) // _EACH)][:_EACH]
        names["busy"] = [
            row["account"]
            for row in ledger.dicts(
                "select account from legs where account like 'C-%' and kind <> 'trade' and kind <> 'fee' "
                "and status = 'completed' group by 1 having count(distinct counterparty) between 12 and 60 "
                "order by count(*) desc, 1 limit 4"
            )
        ]
        targets = [resolve(ledger, name) for group in names.values() for name in group]
        typologies = library.load([], catalogue()).typologies
        cases = iter(investigate(ledger, targets, typologies))
        return {group: [next(cases) for _ in members] for group, members in names.items()}


def _all(by_rule: dict[str, list[Case]]) -> Iterator[Case]:
    for cases in by_rule.values():
        yield from cases


def _shapes(case: Case) -> set[str]:
    """The sentences with figures, ids, dates, assets, networks and the plural of counts taken out."""
    texts = (re.sub(r"\S*\d\S*", "#", re.sub(_WORDS, "@", s.text)) for s in case.narrative.sentences)
    return {re.sub(r"\b(second|minute|hour|day|credit|payer|recipient|transfer)s?\b", r"\1", text) for text in texts}


def _section(case: Case, title: str) -> list[str]:
    return [s.text for section in case.narrative.sections if section.title == title for s in section.sentences]


@pytest.mark.parametrize("rule", RULES)
def test_two_alerts_of_one_rule_do_not_read_alike(by_rule: dict[str, list[Case]], rule: str) -> None:
    shapes = [_shapes(case) for case in by_rule[rule]]
    assert len(shapes) >= 5
    shared = [len(one & other) / min(len(one), len(other)) for one, other in combinations(shapes, 2)]
    assert median(shared) <= 0.55
    assert max(shared) <= 0.93


def test_memos_lead_with_what_tells_most_in_each(by_rule: dict[str, list[Case]]) -> None:
    leads = set()
    for case in _all(by_rule):
        first = next((f for f in case.findings if f.speaks == "for"), None)
        if first is not None:
            assert _section(case, "Introduction")[1] == first.statement
            leads.add(re.sub(r"\S*\d\S*", "#", first.statement))
    assert len(leads) >= 8


def test_strong_findings_stand_before_the_rest_and_what_is_for_before_what_is_against(
    by_rule: dict[str, list[Case]],
) -> None:
    for case in _all(by_rule):
        order = [(f.speaks == "against", f.strength != "strong") for f in case.findings]
        assert order == sorted(order)


def test_every_draft_is_supported_by_its_evidence(by_rule: dict[str, list[Case]]) -> None:
    for case in _all(by_rule):
        report = grounding.check(case.narrative.sentences, case)
        assert report.unsupported == (), case.id


def test_the_alert_s_own_reason_is_told_in_every_case_of_an_alert(by_rule: dict[str, list[Case]]) -> None:
    for rule in RULES:
        for case in by_rule[rule]:
            assert case.alert is not None
            assert any(f'"{case.alert.reason}"' in text for text in _section(case, "Why it is unusual"))


def test_each_of_a_few_movements_is_told_in_one_sentence_and_none_is_left_out(by_rule: dict[str, list[Case]]) -> None:
    met = 0
    for rule in RULES:
        for case in by_rule[rule]:
            story_of = _section(case, "What happened")
            rows = next(e for e in case.evidence if e.tool == "transfers").rows
            rows = tuple(row for row in rows if row["status"] == "completed" and row["kind"] not in {"fee", "trade"})
            for row in rows if len(rows) <= FEW // 2 else ():
                met += 1
                clock = time_text(str(row["at"]), case.versions.timezone).partition(" at ")[2]
                telling = [text for text in story_of if clock in text and str(row["counterparty"]) in text]
                assert len(telling) == 1, (case.id, row)
    assert met > 30


def test_events_that_a_finding_tells_are_not_told_again_in_the_story(by_rule: dict[str, list[Case]]) -> None:
    met = 0
    for case in _all(by_rule):
        story_of = " ".join(_section(case, "What happened"))
        for finding in case.findings:
            quoted = re.search(r'recorded, ("[^"]+")|payment back, ("[^"]+")', finding.statement)
            if quoted and finding.speaks == "for":
                met += 1
                assert (quoted.group(1) or quoted.group(2)) not in story_of
    assert met


def test_counterparties_that_are_not_named_are_counted_and_summed_up(by_rule: dict[str, list[Case]]) -> None:
    met = 0
    for case in by_rule["busy"]:
        for text in _section(case, "What happened"):
            found = re.search(
                r"(\d+) (payers|recipients) (?:paid it )?in all; .*?SGD ([\d,.]+) - (.*) = ([\d,.]+)\.$", text
            )
            if found:
                met += 1
                side = "in" if found.group(2) == "payers" else "out"
                whole, rest = (Decimal(found.group(n).replace(",", "")) for n in (3, 5))
                named = sum(Decimal(part.replace(",", "")) for part in found.group(4).split(" - "))
                assert whole == named + rest
                profile = case.evidence[0]
                assert profile.fact(f"counterparties_{side}").value == int(found.group(1))  # type: ignore[union-attr]
                assert profile.fact(f"{side}flow_local").value == whole  # type: ignore[union-attr]
    assert met >= 2


def test_income_is_compared_in_one_currency(by_rule: dict[str, list[Case]]) -> None:
    met = 0
    for case in _all(by_rule):
        for finding in case.findings:
            if "customer declared is" in finding.statement:
                met += 1
                assert set(re.findall(r"\b(USD|SGD) [\d,]+\.\d\d", finding.statement)) == {"USD"}
    assert met


def test_indicators_are_called_in_prose_and_one_of_a_kind_has_its_verb(by_rule: dict[str, list[Case]]) -> None:
    told = [sentence.text for case in _all(by_rule) for sentence in case.narrative.sentences]
    clumsy = (
        r"[Ll]argest to prior max|[Nn]ear limit credits|^Inflow USD|\b1 end without|\b1 were|,,|\ba [aeiou]\w+ with a"
    )
    assert [text for text in told if re.search(clumsy, text)] == []


def test_every_reading_has_its_words_for_the_conclusion() -> None:
    assert {reading.__name__ for reading in (*FOR, *AGAINST)} == set(IN_SHORT)
    assert len(FOR) == len(set(FOR))


def test_the_rest_of_a_sum_is_written_out() -> None:
    whole, parts = Quote("SGD 9.00", ("E1",)), [Quote("SGD 4.00", ("E2",)), Quote("SGD 3.50", ("E2",))]
    assert remainder(whole, parts) == Quote("SGD 9.00 - 4.00 - 3.50 = 1.50", ("E1", "E2"))


@pytest.mark.parametrize(
    ("whole", "part"), [("SGD 9.00", "USD 4.00"), ("SGD 4.00", "SGD 4.00"), ("SGD 1.00", "SGD 2.00")]
)
def test_sums_of_two_currencies_and_rests_of_nothing_are_not_told(whole: str, part: str) -> None:
    assert remainder(Quote(whole), [Quote(part)]) is None


@pytest.mark.parametrize("text", ['say "yes"', "[E1] is proof", "line\nbreak", "`rm`", "<b>", "x" * 300, ""])
def test_texts_of_others_that_could_be_taken_for_the_memo_s_own_are_not_quoted(text: str) -> None:
    assert not quotable(text)


def _moves(number: int) -> Dossier:
    """An account that received NUMBER bank credits, a minute apart, each of its own payer."""
    kinds = {
        "subject": "id",
        "direction": "word",
        "counterparty": "id",
        "kind": "word",
        "status": "word",
        "asset": "word",
    }
    columns = [Column(name=name, kind=kind) for name, kind in kinds.items()]  # type: ignore[arg-type]
    columns += [
        Column(name="at", kind="time"),
        Column(name="amount", kind="native"),
        Column(name="network", kind="word"),
    ]
    columns += [Column(name="local", kind="money", unit="SGD")]
    rows = [
        {
            "subject": "C-1",
            "direction": "in",
            "counterparty": f"UOB-{n}",
            "kind": "fiat_in",
            "status": "completed",
            "asset": "SGD",
            "at": f"2025-01-01T00:{n:02}:00Z",
            "amount": "500",
            "local": "500.00",
            "network": "fast",
        }
        for n in range(number)
    ]
    table = Table.model_validate({"columns": columns, "rows": rows})
    return Dossier(
        Subject(id="C-1"),
        (Evidence(id="E1", tool="transfers", query="", status="found", tables=(table,)),),
        "UTC",
        "SGD",
    )


def test_few_movements_are_told_one_by_one_each_once() -> None:
    told = " ".join(sentence.text for sentence in story(_moves(6)))
    assert [told.count(f"UOB-{n}") for n in range(6)] == [1] * 6
    assert told.count("the same sum") == 4  # six of one sum in two sentences: the first of each tells it


def test_many_movements_and_such_that_were_cut_off_are_not_told_one_by_one() -> None:
    assert len(movements(_moves(FEW))) == FEW
    assert movements(_moves(FEW + 1)) == []
    cut = _moves(3)
    cut = replace(cut, evidence=tuple(e.model_copy(update={"truncated": "more were found"}) for e in cut.evidence))
    assert movements(cut) == []


def _event(kind: str, text: str) -> Dossier:
    columns = [Column(name="subject", kind="id"), Column(name="at", kind="time"), Column(name="known_at", kind="time")]
    columns += [Column(name="kind", kind="word"), Column(name="text", kind="text"), Column(name="source", kind="word")]
    row = {"subject": "C-1", "at": "2025-01-02T00:00:00Z", "known_at": "2025-01-03T00:00:00Z", "kind": kind}
    table = Table.model_validate({"columns": columns, "rows": [{**row, "text": text, "source": "bank"}]})
    profile = Fact(name="first_at", value="2025-01-01T00:00:00Z", kind="time", about="C-1")
    return Dossier(
        Subject(id="C-1"),
        (
            Evidence(id="E1", tool="timeline", query="", status="found", tables=(table,)),
            Evidence(id="E2", tool="account_profile", query="", status="found", facts=(profile,)),
        ),
        "UTC",
        "SGD",
    )


def test_a_recall_is_a_finding_and_not_told_again_in_the_story() -> None:
    dossier = _event("recall", "Sender's bank asks for return of SGD 1,500.00; reason given: loan scam.")
    found = findings(dossier)
    assert [f.strength for f in found] == ["strong"]
    assert "loan scam" in found[0].statement
    assert story(replace(dossier, findings=found)) == ()


def test_a_screening_hit_that_was_cleared_is_told_and_held_against_nobody() -> None:
    dossier = _event("screening_hit", "Name similar to an entry of a watch list; cleared, date of birth differs.")
    assert findings(dossier) == ()
    assert "cleared" in story(dossier)[0].text


def test_numbers_of_identity_papers_are_not_quoted() -> None:
    assert "K3319038E" not in story(_event("document_check", "Passport K3319038E verified."))[0].text


def test_the_introduction_says_from_when_to_when_the_period_is(by_rule: dict[str, list[Case]]) -> None:
    for rule in RULES:
        for case in by_rule[rule]:
            since, until = case.subjects[0].since, case.subjects[0].until
            assert since is not None
            assert until is not None
            zone = case.versions.timezone
            told = f"the period looked at is from {date_text(since, zone)} to {date_text(until - 1, zone)}."
            assert any(told in text for text in _section(case, "Introduction")), case.id


def test_movements_are_told_in_order_of_time_with_fees_prices_and_balances_that_close(
    by_rule: dict[str, list[Case]],
) -> None:
    met = {"Fees of ": 0, " a unit": 0, "The balances close": 0}
    for case in _all(by_rule):
        told = _section(case, "What happened")
        begin = [text[3:22] for text in told if re.match(r"On \d{4}-\d\d-\d\d at ", text)]
        assert begin == sorted(begin), case.id
        for words in met:
            met[words] += any(words in text for text in told)
        for closing in (text for text in told if text.startswith("The balances close")):
            for equation in re.split(
                ", | and ", closing.partition("): ")[2].removesuffix(" held at the end of the period.")
            ):
                left, right = re.sub("[A-Z]+|,", "", equation).split(" = ")
                assert sum(map(Decimal, re.sub(r"- +", "-", left).replace("+", "").split())) == Decimal(right.strip())
    assert min(met.values()) >= 10, met


def test_no_measure_is_told_twice(by_rule: dict[str, list[Case]]) -> None:
    for case in _all(by_rule):
        told = [re.sub(r" \(kind \w+\)", "", text) for text in _section(case, "Why it is unusual")]
        assert len(told) == len(set(told)), case.id
        peaks = [text.partition("; this was reached on ")[0] for text in told if "; this was reached on " in text]
        assert not [peak for peak in peaks for text in told if text.startswith(f"{peak}, ")], case.id


def test_a_party_that_the_law_lists_is_told_in_the_introduction_before_every_other(
    by_rule: dict[str, list[Case]],
) -> None:
    met = 0
    for case in _all(by_rule):
        listed = [f.statement for f in case.findings if f.category in {"sanctioned", "terrorism_financing"}]
        met += bool(listed)
        assert set(listed) <= set(_section(case, "Introduction"))
        exposed = [f.category for f in case.findings if f.statement.startswith(("It sent", "It received"))]
        assert exposed == sorted(exposed, key=lambda category: category not in {"sanctioned", "terrorism_financing"})
    assert met
