"""Peaks beside those of peers and of the account's own past: what is high for whom, with the group and its size."""

from collections.abc import Iterator
from decimal import Decimal

from casewright.agent.memo.dossier import Cells, Dossier
from casewright.agent.memo.quote import Quote, say
from casewright.agent.memo.signs import finding, in_prose, measure
from casewright.knowledge.case import Finding, Sentence
from casewright.knowledge.indicator import Request

_ABOVE = Decimal("0.95")  # the share of peers above which a peak is told (ours)
_COMMON = Decimal("0.5")  # the share of peers below which a sign is a common one (ours)
_COMPARED = 3  # peaks above those of peers that are told (ours)
_FAR = 3  # times the highest of the own past that are far above it (ours)


def above_peers(dossier: Dossier) -> Iterator[Finding]:
    """What stands above that of nearly all peers, the furthest first."""
    rows = [cells for cells in dossier.cells("comparison") if _share(cells) >= _ABOVE]
    rows.sort(key=_share, reverse=True)
    for cells in rows[:_COMPARED]:
        yield from finding(_above_peers(cells), "for", "moderate", about=dossier.subject.id)


def above_own_past(dossier: Dossier) -> Iterator[Finding]:
    """What was never nearly as high in the periods before."""
    for cells in dossier.cells("comparison"):
        value, before = cells.row["value"], cells.row["past_highest"]
        if before is not None and Decimal(str(value)) >= _FAR * Decimal(str(before)) > 0:
            yield from finding(_above_own_past(cells), "for", "weak", about=dossier.subject.id)


def as_others(dossier: Dossier) -> Iterator[Finding]:
    """A sign of the typology that half of the peers show as strongly; one that its own past tells is told there."""
    told = {cells.text("indicator") for cells in _as_ever(dossier)}
    for cells in _flagged(dossier):
        if cells.row["peers"] and _share(cells) <= _COMMON and cells.text("indicator") not in told:
            told.add(cells.text("indicator"))
            yield from finding(_as_others(cells), "against", "weak", about=dossier.subject.id)


def as_before(dossier: Dossier) -> Iterator[Finding]:
    """A sign of the typology that the account showed as strongly in an earlier period, each measure once."""
    for cells in _as_ever(dossier):
        yield from finding(_as_before(cells), "against", "weak", about=dossier.subject.id)


def _as_ever(dossier: Dossier) -> list[Cells]:
    """The rows of signs that were as high in an earlier period; of one measure over several windows the first."""
    rows = [cells for cells in _flagged(dossier) if cells.row["past_highest"] is not None]
    high = [c for c in rows if Decimal(str(c.row["past_highest"])) >= Decimal(str(c.row["value"]))]
    return list({cells.text("indicator"): cells for cells in reversed(high)}.values())[::-1]


def _share(cells: Cells) -> Decimal:
    return Decimal(str(cells.row["higher_than"] or 0))


def _flagged(dossier: Dossier) -> Iterator[Cells]:
    """The rows of the comparison by which a sign of the typology fired."""
    limits = {
        (flag.indicator, Request(indicator=flag.indicator, parameters=flag.parameters).settings): flag.at_least
        for flag in (dossier.typology.red_flags if dossier.typology else ())
        if flag.indicator and flag.at_least is not None
    }
    for cells in dossier.cells("comparison"):
        limit = limits.get((cells.text("indicator"), cells.text("settings")))
        if limit is not None and Decimal(str(cells.row["value"])) >= limit:
            yield cells


def _above_peers(cells: Cells) -> Sentence | None:
    return _said(
        cells,
        '{name} ("{means}") came to {value}, higher than for {share} of {peers} ("{group}"), whose median is {median}.',
        median=measure(cells, "median"),
    )


def _as_others(cells: Cells) -> Sentence | None:
    return _said(cells, '{name} ("{means}") came to {value}, higher than for {share} of {peers} ("{group}").')


def _above_own_past(cells: Cells) -> Sentence | None:
    return _said(
        cells,
        '{name} ("{means}") came to {value}, against a highest of {highest} in {periods} of the same length.',
        periods=cells.count("periods", "earlier period"),
        highest=measure(cells, "past_highest"),
    )


def _as_before(cells: Cells) -> Sentence | None:
    return _said(
        cells,
        '{name} ("{means}") came to {value}, and to {highest} in an earlier period of the same length.',
        highest=measure(cells, "past_highest"),
    )


def _said(cells: Cells, template: str, **more: Quote | None) -> Sentence | None:
    return say(
        template,
        opens=False,
        rests_on=(),
        name=Quote(in_prose(cells), (cells.evidence,)),
        means=cells["means"],
        value=measure(cells),
        share=cells["higher_than"],
        peers=cells.count("peers", "peer"),
        group=cells["group"],
        **more,
    )
