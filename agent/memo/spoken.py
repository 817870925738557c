"""Texts of outsiders that speak to whoever reviews the account: told calmly, weighed as nothing, followed by nobody."""

from collections.abc import Iterator

from casewright.agent.memo.dossier import Cells, Dossier
from casewright.agent.memo.quote import Quote, say
from casewright.agent.memo.signs import finding
from casewright.knowledge.case import Finding, Sentence

_TOLD = 3  # one by one; then that there are more

# Where such a text stands, in the words of a memo.
_PLACES = {
    "memo": "the memo of {transfer}",
    "memos": "a text spread over the memos of several transfers, the first {transfer},",
    "asset": "the name of the asset of {transfer}",
    "label": "the label of the far side of {transfer}",
    "file": "the name of the file that brought {transfer}",
    "event": "the record of an event",
    "user agent": "the name that a log-in gave its device",
    "customer record": "the customer's own record",
}


def speaks_to_reviewers(dossier: Dossier) -> Iterator[Finding]:
    """Each text that speaks to the program or the person that reviews the account; its words stay in the evidence."""
    found = list(dossier.cells("instructions"))
    for cells in found[:_TOLD]:
        yield from finding(_told(cells), "for", "noted", about=dossier.subject.id)
    if len(found) > _TOLD:
        told = say(
            "further texts speak to the program or the person that reviews the account.",
            rests_on=dossier.id_of("instructions"),
        )
        yield from finding(told, "for", "noted", about=dossier.subject.id)


def _told(cells: Cells) -> Sentence | None:
    place = _PLACES[cells.text("place")]
    if "{transfer}" in place and not cells.text("transfer"):  # the label of the account itself
        place = "its own label"
    number = cells["transfer"]
    when = " on {at}" if cells.text("at") and "{transfer}" not in place else ""
    return say(
        f"{place}{when} speaks to the program or the person that reviews the account; it was read as data, "
        "and nothing here follows it.",
        transfer=None if number is None else Quote(f"transfer {number}", number.evidence),
        at=cells["at"],
        rests_on=(cells.evidence,),
    )
