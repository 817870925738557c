"""Which clock a case calls for: a sanctioned party, or the financing of terrorism, in its evidence or in what is told.

What is plain (a transfer with a party that bears such a label, such a label on the subject, the words of whoever formed
the suspicion or named the alert) sets the shorter clock; what only points there is asked.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from casewright.agent.filing.particulars import dossier_of
from casewright.agent.filing.regime import Clock, Regime
from casewright.agent.memo.events import grave
from casewright.knowledge.case import Case
from casewright.knowledge.categories import categories
from casewright.tools.matching import FITS
from casewright.tools.store.filing import Occasion

# The category of a label that calls for each, and what else names it in a text; what comes first counts first.
_CATEGORIES: dict[Occasion, str] = {"terrorism financing": "terrorism_financing", "sanctioned": "sanctioned"}
_WORDS: dict[Occasion, tuple[str, ...]] = {"terrorism financing": (), "sanctioned": ("proliferation financing",)}
_TYPOLOGIES: dict[str, Occasion] = {
    "terrorist-crowdfunding": "terrorism financing",
    "sanctioned-vasp-routing": "sanctioned",
    "sanctions-geo-evasion": "sanctioned",
    "dprk-theft-laundering": "sanctioned",
    "dprk-it-worker": "sanctioned",
}
_MEANS: dict[Occasion, str] = {"terrorism financing": "terrorism", "sanctioned": "a sanctions list"}
_DENIES = re.compile(r"\b(?:no|not|nor|never|without|nothing|neither)\b[^.;,]{0,40}$", re.IGNORECASE)


class Sign(NamedTuple):
    """What in a case calls for a clock of its own; whether it is plain enough to set that clock."""

    occasion: Occasion
    what: str
    plain: bool


def signs(case: Case, reason: str = "") -> tuple[Sign, ...]:
    """Every sign of a case, and of the REASON of whoever formed the suspicion, the plain ones first."""
    found = dict.fromkeys([*_told(case, reason), *_labelled(case), *_pointing(case)])
    return tuple(sorted(found, key=lambda sign: not sign.plain))


def called_for(rules: Regime, day: date, found: Iterable[Sign]) -> tuple[Sign, Clock] | None:
    """The sign whose clock is the shortest on that day, of those for which the regime has a clock of its own."""
    clocks = [(sign, clock) for sign in found if (clock := rules.own_clock(day, sign.occasion)) is not None]
    return min(clocks, key=lambda pair: pair[1].days or 0, default=None)


def _told(case: Case, reason: str) -> Iterator[Sign]:
    """What people and rules wrote: the reason of the suspicion, the alert's title and reason."""
    for occasion in _CATEGORIES:
        if _names(occasion, reason):
            yield Sign(occasion, f"the reason of the suspicion speaks of {_MEANS[occasion]}", plain=True)
        if case.alert and _names(occasion, case.alert.title):
            yield Sign(occasion, f"alert {case.alert.id} speaks of {_MEANS[occasion]}", plain=True)
        elif case.alert and _names(occasion, case.alert.reason):
            yield Sign(occasion, f"the reason of alert {case.alert.id} speaks of {_MEANS[occasion]}", plain=False)


def _labelled(case: Case) -> Iterator[Sign]:
    """Labels of the subject and of whom it dealt with; the rows are read, since findings tell the largest only."""
    dossier = dossier_of(case)
    for occasion, category in _CATEGORIES.items():
        for cells in dossier.cells("labels"):
            if cells.text("category") == category:
                yield Sign(occasion, f"{cells.text('id')} bears a label of {_MEANS[occasion]} itself", plain=True)
        for cells in dossier.cells("exposure"):
            if cells.text("category") == category:
                direct = cells.text("reach") == "direct"
                side = "came from" if cells.side() == "in" else "went to"
                over = "directly" if direct else "indirectly"
                what = f"value {side} {cells.text('id')}, labelled as of {_MEANS[occasion]}, {over} ({cells.evidence})"
                yield Sign(occasion, what, direct)


def _pointing(case: Case) -> Iterator[Sign]:
    """Findings, typologies that fit, and grave events that speak of it."""
    for occasion, category in _CATEGORIES.items():
        for finding in case.findings:
            if finding.category == category and finding.speaks == "for":
                yield Sign(occasion, f"a finding names a party of {_MEANS[occasion]}", plain=False)
        for cells in dossier_of(case).cells("timeline"):
            if grave(cells) and _names(occasion, cells.text("text")):
                yield Sign(occasion, f"an event of {cells.day('at')} speaks of {_MEANS[occasion]}", plain=False)
    for match in case.typologies:
        if match.id in _TYPOLOGIES and match.score >= FITS:
            yield Sign(_TYPOLOGIES[match.id], f'the typology "{match.name}" fits', plain=False)


def _names(occasion: Occasion, text: str) -> bool:
    """Whether a text speaks of it, and does not say that there is none."""
    return any(not _DENIES.search(text[: found.start()]) for found in _pattern(occasion).finditer(text))


@cache
def _pattern(occasion: Occasion) -> re.Pattern[str]:
    words = (*categories()[_CATEGORIES[occasion]].words, *_WORDS[occasion])
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
