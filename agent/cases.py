"""Drafting as a person asks for it: open the workspace, investigate, check, strike what fails, keep and write."""

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casewright.agent import grounding
from casewright.agent.investigate import investigate, resolve
from casewright.agent.ledgers import open_ledger
from casewright.agent.memo import page
from casewright.agent.settings import Workspace
from casewright.agent.subjects import window_of
from casewright.knowledge import library
from casewright.knowledge.case import Case, Sentence
from casewright.tools.indicators import catalogue
from casewright.tools.store import Store


@dataclass(frozen=True)
class Drafted:
    """A case, where its files are, and the sentences that the check struck out of its draft."""

    case: Case
    folder: Path
    struck: tuple[Sentence, ...] = ()


def draft(
    workspace: Workspace,
    names: Sequence[str],
    *,
    since: str = "",
    until: str = "",
    out: Path | None = None,
    who: str = "",
    progress: Callable[[float], None] = lambda share: None,
    warn: Callable[[str], None] = lambda line: None,
) -> list[Drafted]:
    """Draft, check, keep in the case store and write to OUT the case of each name. Raises CasewrightError.

    A broken typology of the site is left out, and WARN is told.
    """
    start, end = window_of(since, until, workspace.settings.timezone)
    known = library.load([workspace.folder / "typologies"], catalogue())
    for error in known.broken:
        warn(f"left out: {error}")
    made = []
    with open_ledger(workspace) as ledger, Store.open(workspace.cases) as store:
        targets = [resolve(ledger, name, start, end) for name in dict.fromkeys(names)]
        for case in investigate(ledger, targets, known.typologies, store, progress):
            kept, struck = strike(case)
            store.save_case(kept, who or getpass.getuser())
            made.append(Drafted(kept, page.write(kept, out or workspace.out), struck))
    return made


def strike(case: Case) -> tuple[Case, tuple[Sentence, ...]]:
    """The case without the sentences that its evidence does not support, and those sentences."""
    report = grounding.check(case.narrative.sentences, case)
    bad = {finding.sentence for finding in report.unsupported}
    struck = tuple(s for s in case.narrative.sentences if s.text in bad)
    if not struck:
        return case, ()
    sections = tuple(
        section.model_copy(update={"sentences": tuple(s for s in section.sentences if s.text not in bad)})
        for section in case.narrative.sections
    )
    return case.model_copy(update={"narrative": case.narrative.model_copy(update={"sections": sections})}), struck


def payload(made: Sequence[Drafted]) -> dict[str, Any]:
    """Several cases for machines."""
    return {"cases": [drafted.case.model_dump(mode="json") for drafted in made]}


def text(made: Sequence[Drafted]) -> str:
    """What a person wants to know first: the lead, the recommendation, where to read on."""
    blocks = []
    for drafted in made:
        case = drafted.case
        lead = case.narrative.sentences[0].text if case.narrative.sentences else ""
        lines = [f"{case.id}: {case.recommendation}", f"  {lead}"]
        lines += [f"  fits {match.name} ({match.score:.2f})" for match in case.typologies[:1]]
        if drafted.struck:
            lines.append(f"  struck {len(drafted.struck)} sentence(s) that the evidence does not hold:")
            lines += [f"    - {sentence.text}" for sentence in drafted.struck]
        lines.append(f"  {drafted.folder / 'narrative.md'}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
