"""Cases of real thefts: what the raw file says is what the memo says, and the check finds nothing to object to."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from casewright.agent import cases, grounding
from casewright.agent.memo.page import markdown
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.tools.warehouse import Ledger

SOURCES = (("LIFI", "LIFI.csv"), ("54m", "54m.csv"))


@dataclass(frozen=True)
class Heist:
    """A case of a source address, and what the raw file says about it."""

    case: Case
    text: str
    days: tuple[date, date]
    sent: Decimal


@pytest.fixture(scope="module")
def workspace_of_heists(heists: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    from casewright.tools.importing import import_file

    workspace = Workspace.init(tmp_path_factory.mktemp("heists") / "workspace")
    labels = heists.parent / "labels"
    files = [("transfers", heists / folder / name, "heist-csv") for folder, name in SOURCES]
    files.append(("labels", labels / "ofac_crypto_addresses_2026-08-22.csv", "ofac-csv"))
    files.append(("labels", labels / "tags_compact.parquet", "tagpack"))
    for kind, path, form in files:
        import_file(workspace.ledger, kind, path, form, currency="USD", timezone="UTC", rates=None)
    return workspace


@pytest.fixture(scope="module")
def made(workspace_of_heists: Workspace, heists: Path) -> list[Heist]:
    found = []
    for folder, name in SOURCES:
        with (heists / folder / name).open(encoding="utf-8") as file:
            rows = list({tuple(row.items()): row for row in csv.DictReader(file)}.values())
        for source in (heists / folder / "source_addresses.csv").read_text(encoding="utf-8").split():
            own = [row for row in rows if row["From"] == source]
            drafted = cases.draft(workspace_of_heists, [source])[0]
            assert not drafted.struck
            days = [date.fromisoformat(row["Timestamp"][:10]) for row in own]
            sent = sum(round(Decimal(row["Value_in_USD"]), 2) for row in own)
            found.append(Heist(drafted.case, markdown(drafted.case), (min(days), max(days)), Decimal(sent)))
    return found


def test_each_memo_names_the_first_and_last_day_and_the_sum_that_the_raw_file_has(made: list[Heist]) -> None:
    assert len(made) == 3
    for heist in made:
        assert heist.days[0].isoformat() in heist.text
        assert heist.days[1].isoformat() in heist.text
        assert f"USD {heist.sent:,.2f}" in heist.text


def test_each_memo_names_the_mixers_bridges_and_exchanges_that_the_trace_reached(made: list[Heist]) -> None:
    named = 0
    for heist in made:
        forward = next(e for e in heist.case.evidence if e.tool == "trace" and e.arguments["direction"] == "forward")
        for end in forward.table("ends").rows:
            if end["category"] in {"mixer", "bridge", "exchange", "swap_service"}:
                assert str(end["id"]) in heist.text
                assert f'"{end["label"]}"' in heist.text
                named += 1
    assert named >= 10


def test_every_memo_verifies_clean_also_against_the_ledger_asked_again(
    made: list[Heist], workspace_of_heists: Workspace
) -> None:
    with Ledger.open(workspace_of_heists.ledger) as ledger:
        for heist in made:
            report = grounding.check(heist.case.narrative.sentences, heist.case)
            assert report.unsupported == ()
            assert report.figures > 40
            assert grounding.replay_moved(heist.case, ledger) == ()


def test_the_memo_read_back_from_markdown_says_the_same(made: list[Heist]) -> None:
    for heist in made:
        read = [sentence for section in grounding.parse(heist.text) for sentence in section.sentences]
        said = heist.case.narrative.sentences
        assert [(s.text, s.evidence) for s in read] == [(s.text, s.evidence) for s in said]


def test_headings_hold_no_figures_and_every_figure_is_cited(made: list[Heist]) -> None:
    for heist in made:
        for section in heist.case.narrative.sections:
            assert not re.search(r"\d", section.title)
            for sentence in section.sentences:
                assert sentence.evidence or not re.search(r"\d", sentence.text)


def test_a_second_run_makes_the_same_case(workspace_of_heists: Workspace, made: list[Heist]) -> None:
    again = cases.draft(workspace_of_heists, [made[0].case.subjects[0].id])[0].case
    assert again == made[0].case


@pytest.fixture
def command(casewright: Callable[..., Any], workspace_of_heists: Workspace) -> Callable[..., Any]:
    return lambda *arguments: casewright("-w", workspace_of_heists.folder, *arguments)


def test_an_unknown_id_is_told_in_one_line(command: Callable[..., Any]) -> None:
    ran = command("investigate", "0xNobody")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "0xNobody" in ran.err


def test_a_window_that_ends_before_it_begins_is_refused(command: Callable[..., Any], made: list[Heist]) -> None:
    source = made[0].case.subjects[0].id
    ran = command("investigate", source, "--since", "2024-08-02", "--until", "2024-08-01")
    assert ran.code == 2
    assert "2024-08-01" in ran.err
