"""What joins the subjects of a network, in the words of a memo: a sentence for each thing that they share."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from casewright.agent.memo.dossier import Cells, Dossier
from casewright.agent.memo.quote import Quote, listed, say
from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.evidence import Evidence
from casewright.tools.queries.links import KINDS

_TOLD = 6  # things that are told one by one; the evidence holds all
_USED = {"device": "device {thing}{more} was used by {who}.", "ip": "IP address {thing}{more} was used by {who}."}
_DEALT = {"out": "{thing}{more} received {each}.", "in": "{thing}{more} sent {each}."}
_NOUNS = {
    "transfer": ("transfers between them", "transfers between them"),
    "device": ("a device that they share", "devices that they share"),
    "payer": ("a payer that they share", "payers that they share"),
    "address": ("an address that they share", "addresses that they share"),
    "ip": ("an IP address that they share", "IP addresses that they share"),
}


def joining(links: Evidence, case: Case) -> list[Sentence]:
    """The sentences, the strongest kind first, what most of them share before what two share."""
    dossier = Dossier(case.subjects[0], (links,), case.versions.timezone, case.versions.currency)
    cells = [one for one in dossier.cells("links") if one.text("link") != "transfer" or one.side() == "out"]
    cells.sort(key=lambda c: (KINDS.index(c.text("link")), -int(c.row["others"] or 0), _key(c)))
    told = [said for _, group in groupby(cells, key=_key) if (said := _told(list(group)))]
    rest = [] if len(told) <= _TOLD else [_rest(links)]
    return [*_whole(cells, case), *told[:_TOLD], *rest]


def _whole(cells: Sequence[Cells], case: Case) -> Iterator[Sentence]:
    """Who is joined, and by what kinds of things."""
    things = {kind: {_key(one)[0] for one in cells if one.text("link") == kind} for kind in KINDS}
    kinds = [_NOUNS[kind][len(found) > 1] for kind, found in things.items() if found]
    joined = {one.text("subject") for one in cells} | {one.text("counterparty") for one in cells if _between(one)}
    names = [subject.id for subject in case.subjects if subject.id in joined]
    if kinds:
        ids = (cells[0].evidence,)
        told = say(
            "{names} are joined by {kinds}.",
            names=listed(Quote(name, ids) for name in names),
            kinds=listed(Quote(kind, ids) for kind in kinds),
        )
        yield from filter(None, [told])


def _key(cells: Cells) -> tuple[str, str, str]:
    """What one sentence tells of."""
    thing = next(filter(None, map(cells.text, ("counterparty", "device", "ip"))))
    return thing, "" if cells.text("link") in _USED else cells.side(), cells.text("subject") if _between(cells) else ""


def _between(cells: Cells) -> bool:
    return cells.text("link") == "transfer"


def _told(group: Sequence[Cells]) -> Sentence | None:
    first = group[0]
    if _between(first):
        return say(
            "{subject} sent {sum} in {count} to {thing}.",
            subject=first["subject"],
            sum=first.money(),
            count=first.count("transfers", "transfer"),
            thing=first["counterparty"],
        )
    if first.text("link") in _USED:
        thing = first[first.text("link")]
        who = listed(one["subject"] for one in group)
        return say(_USED[first.text("link")], thing=thing, who=who, more=_more(group))
    return say(_DEALT[first.side()], thing=first["counterparty"], each=listed(_shares(group)), more=_more(group))


def _more(group: Sequence[Cells]) -> Quote:
    """How many use it in all, where that is more than those told."""
    users = group[0].count("users", "user")
    told = users and int(group[0].row["users"] or 0) > len({one.text("subject") for one in group})
    return Quote(f", which has {users} in all,", users.evidence) if users and told else Quote("")


def _shares(group: Sequence[Cells]) -> Iterator[Quote | None]:
    """`SGD 1,200.00 in 2 transfers from C-1`, of each who shares an address."""
    for cells in group:
        value, count = cells.money(), cells.count("transfers", "transfer")
        way = "from" if cells.side() == "out" else "to"
        text = f"{value} in {count}" if value else str(count)
        yield Quote(f"{text} {way} {cells['subject']}", (cells.evidence,))


def _rest(links: Evidence) -> Sentence:
    return Sentence(text="More that they share is listed in the evidence cited here.", evidence=(links.id,))


def left_out(links: Evidence) -> list[Sentence]:
    """What they share as well but joins nobody, in one sentence."""
    known = {fact.name for fact in links.facts if fact.value}
    kinds = [words for name, words in _LEFT_OUT.items() if name in known]
    if not kinds:
        return []
    words = kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} and {kinds[-1]}"
    return [Sentence(text=f"What joins nobody was left out of what they share: {words}.", evidence=(links.id,))]


_LEFT_OUT = {
    "shared_services": "addresses of labelled services",
    "busy_addresses": "addresses with a crowd of users",
    "busy_devices": "devices with a crowd of users",
    "busy_ips": "IP addresses with a crowd of users",
}
