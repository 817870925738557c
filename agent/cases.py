"""Drafting as a person asks for it: open the workspace, investigate, have it worded and checked, keep and write."""

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casewright.agent.additions import with_earlier
from casewright.agent.asking.events import Struck
from casewright.agent.drafting import closing
from casewright.agent.drafting.authors import Authors
from casewright.agent.drafting.write import Written, write
from casewright.agent.investigate import investigate, resolve
from casewright.agent.ledgers import open_ledger
from casewright.agent.memo import page
from casewright.agent.settings import Workspace
from casewright.agent.subjects import window_of
from casewright.agent.typologies.known import library_of, remarks
from casewright.agent.versions import rules_of, with_rules
from casewright.knowledge.case import Case
from casewright.tools.matching import FITS
from casewright.tools.store import Store

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from casewright.agent.models.meter import Meter


@dataclass(frozen=True)
class Drafted:
    """A case, where its files are, and how its draft came about."""

    case: Case
    folder: Path
    written: Written

    @property
    def struck(self) -> tuple[Struck, ...]:
        """The sentences that the check struck out of the draft."""
        return self.written.struck


def draft(
    workspace: Workspace,
    names: Sequence[str],
    *,
    since: str = "",
    until: str = "",
    out: Path | None = None,
    who: str = "",
    model: "str | BaseChatModel" = "",
    meter: "Callable[[], Meter] | None" = None,
    progress: Callable[[float], None] = lambda share: None,
    warn: Callable[[str], None] = lambda line: None,
    tell: Callable[[str], None] = lambda line: None,
) -> list[Drafted]:
    """Draft, check, keep in the case store and write to OUT the case of each name. Raises CasewrightError.

    MODEL words the memos, named as settings name one; without it the settings' model does. METER counts for a longer
    run that this is a part of. TELL hears of each step of a model. Where its run is cut off the embedded writer's draft
    is kept, and that is told. A broken typology of the site is left out, one that nobody approved matches nothing, and
    WARN is told.
    """
    start, end = window_of(since, until, workspace.settings.timezone)
    known = library_of(workspace)
    for line in remarks(known):
        warn(line)
    made = []
    with (
        open_ledger(workspace) as ledger,
        Store.open(workspace.cases) as store,
        Authors(workspace, model, meter) as authors,
    ):
        targets = [resolve(ledger, name, start, end) for name in dict.fromkeys(names)]
        who, rules = who or getpass.getuser(), rules_of(workspace)
        for case in investigate(ledger, targets, known.typologies, store, progress):
            written = write(with_rules(case, rules), authors.of(case), ledger, tell)
            closing.record(store, written, who)
            kept = with_earlier(store, written.case)
            store.save_case(kept, who)
            made.append(Drafted(kept, page.write(kept, out or workspace.out), written))
    return made


def payload(made: Sequence[Drafted]) -> dict[str, Any]:
    """Several cases for machines."""
    return {"cases": [one(drafted) for drafted in made]}


def one(drafted: Drafted) -> dict[str, Any]:
    """A case for machines; where a model was asked to word it, with how that went."""
    return drafted.case.model_dump(mode="json") | closing.payload(drafted.written)


def text(made: Sequence[Drafted]) -> str:
    """What a person wants to know first: the lead, the recommendation, where to read on."""
    blocks = []
    for drafted in made:
        case = drafted.case
        lead = case.narrative.sentences[0].text if case.narrative.sentences else ""
        lines = [f"{case.id}: {case.recommendation}", f"  {lead}"]
        for best in case.typologies[:1]:
            word = "fits" if best.score >= FITS else "no typology fits; the nearest is"
            lines.append(f"  {word} {best.name} ({best.score:.2f})")
        if drafted.struck:
            lines.append(f"  struck {len(drafted.struck)} sentence(s) that the evidence does not hold:")
            lines += closing.struck(drafted.written)
        lines += closing.text(drafted.written)
        lines.append(f"  {drafted.folder / 'narrative.md'}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
