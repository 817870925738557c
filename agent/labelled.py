"""Findings on labels: risky addresses that value came from or went to, and what the subject's own address is."""

from collections.abc import Iterator

from casewright.agent.memo.dossier import Cells, Dossier, value_of
from casewright.agent.memo.names import bearing
from casewright.agent.memo.quote import say
from casewright.agent.memo.signs import finding as _finding
from casewright.knowledge.case import Finding
from casewright.knowledge.categories import categories
from casewright.tools.labels import OWN

_MOST_TOLD = 5


def risky_exposure(dossier: Dossier) -> Iterator[Finding]:
    """Value that came from, or went to, a labelled address of a risky category; how many addresses there are in all."""
    risky = [c for c in dossier.cells("exposure") if c.text("category") and categories()[c.text("category")].risk]
    risky.sort(key=lambda c: (not _listed(c), c.text("reach") != "direct", -value_of(c.row)))
    for cells in risky[:_MOST_TOLD]:
        direct, side = cells.text("reach") == "direct", cells.side()
        if direct:
            template = "it received {sum} from {who}" if side == "in" else "it sent {sum} to {who}"
        elif side == "in":
            template = "indirectly, over {hops}, value that it received had left {who}: {sum}"
        else:
            template = "indirectly, over {hops}, value that it sent reached {who}: {sum} arrived there"
        told = say(
            f"{template}, first on {{at}}.",
            sum=cells.money(),
            who=bearing(cells),
            at=cells["at"],
            hops=cells.count("hop", "hop"),
        )
        about, category = cells.text("id"), cells.text("category")
        yield from _finding(told, "for", "strong" if direct else "moderate", about=about, category=category)


def _listed(cells: Cells) -> bool:
    return categories()[cells.text("category")].listed


def own_label(dossier: Dossier) -> Iterator[Finding]:
    """A risky label on the subject itself."""
    for cells in dossier.cells("labels"):
        category = cells.text("category")
        if category in categories() and categories()[category].risk:
            told = say("it bears a label itself: {who}.", who=bearing(cells))
            yield from _finding(told, "for", "strong", about=dossier.subject.id, category=category)
            return


def ours(dossier: Dossier) -> Iterator[Finding]:
    """An address of the house, over which its customers' value goes: it has no holder to suspect."""
    for cells in dossier.cells("labels"):
        if dossier.is_ours and cells.text("category") in OWN:
            told = say("it is an address of the reporting house itself: {who}.", who=bearing(cells))
            yield from _finding(told, "against", "strong", about=dossier.subject.id)
            return
