"""Particulars that a form asks for and a memo need not repeat: names of payers, hashes, log-ins, what is still held.

Each is quoted from the evidence of the case and checked like every other sentence of the report.
"""

import re
from collections.abc import Callable, Iterator

from casewright.agent.filing.words import words
from casewright.agent.largest import INNER, MOST, known_movements
from casewright.agent.memo.dossier import Cells, Dossier, value_of
from casewright.agent.memo.quote import Quote, listed, merged, say
from casewright.knowledge.case import Case, Sentence

LARGEST = 3  # movements each way that are told where there are more (ours)


def dossier_of(case: Case) -> Dossier:
    """The case's first subject, ready to be quoted."""
    return Dossier(case.subjects[0], case.evidence, case.versions.timezone, case.versions.currency, case.alert)


def after_story(case: Case) -> Iterator[Sentence | None]:
    """What belongs behind the movements."""
    dossier = dossier_of(case)
    yield _names(dossier)
    yield from _hashes(dossier)
    yield _held(dossier)


def whereabouts(case: Case) -> Iterator[Sentence | None]:
    """From where the account was used."""
    dossier = dossier_of(case)
    for cells in list(dossier.cells("logins"))[:MOST]:
        one = cells.row.get("logins") == 1
        yield say(
            "the account was used from country {country}, IP address {ip} and device {device}, "
            + ("on {last}." if one else "the last time on {last}."),
            country=cells["country"],
            ip=cells["ip"],
            device=cells["device"],
            last=cells["last_at"],
        )


def _names(dossier: Dossier) -> Sentence | None:
    rows = [c for c in dossier.cells("payers") if c.text("given_name")]
    if not rows or len(rows) > MOST:
        return None
    items = [_joined(c["counterparty"], c["given_name"]) for c in rows]
    one = len(rows) == 1
    return say(
        f"as the bank{'' if one else 's'} gave {'it' if one else 'them'}, the name{'' if one else 's'} of the payer"
        f"{'' if one else 's'} {'is' if one else 'are'} {{names}}.",
        names=listed(items),
    )


def _joined(party: Quote | None, name: Quote | None) -> Quote | None:
    if party is None or name is None:
        return None
    return Quote(f'"{name}" ({party})', merged([party, name]))


def _hashes(dossier: Dossier) -> Iterator[Sentence | None]:
    for cells in of_note(dossier, lambda c: bool(c.text("hash"))):
        verb, far = ("received", "from") if cells.side() == "in" else ("sent", "to")
        yield say(
            f"the transaction hash of the {{amount}} {verb} {far} {{party}} on {{at}} is {{hash}}.",
            amount=cells.amount(),
            party=cells["counterparty"],
            at=cells["at"],
            hash=cells["hash"],
        )


def of_note(dossier: Dossier, wanted: Callable[[Cells], bool] = lambda cells: True) -> list[Cells]:
    """The completed movements that a text tells one by one: all where they are few, else the largest of all."""
    rows = [
        cells
        for cells in known_movements(dossier)
        if cells.text("status") == "completed" and cells.text("kind") not in INNER and wanted(cells)
    ]
    if len(rows) <= MOST:
        return sorted(rows, key=lambda cells: cells.text("at"))
    large: list[Cells] = []
    for side in ("in", "out"):
        own = [cells for cells in rows if cells.side() == side]
        large += sorted(own, key=lambda cells: -value_of(cells.row))[:LARGEST]
    return sorted(large, key=lambda cells: cells.text("at"))


def single(case: Case, text: str) -> Iterator[Sentence | None]:
    """The largest movements of a side of which TEXT tells none with its day."""
    dossier = dossier_of(case)
    rows = of_note(dossier)
    for side, verb, far in (("in", "received", "from"), ("out", "sent", "to")):
        own = [cells for cells in rows if cells.side() == side]
        if any(_stands(cells, text) for cells in own):
            continue
        for cells in own[:LARGEST]:
            yield say(
                f"on {{at}} it {verb} {{sum}} {far} {{who}}.",
                at=cells["at"],
                sum=cells.worth(dossier.currency),
                who=cells["counterparty"],
            )


def _stands(cells: Cells, text: str) -> bool:
    sums = [str(quote) for quote in (cells.amount(), cells.money()) if quote is not None]
    return any(str(cells.day("at")) in s and any(total in s for total in sums) for s in text.splitlines())


def networks(case: Case, text: str) -> Iterator[Sentence | None]:
    """Over which networks value came in or went out, where TEXT does not name them."""
    dossier = dossier_of(case)
    for side, what in (
        ("in", "the transfers that it received came in"),
        ("out", "the transfers that it sent went out"),
    ):
        rows = [c for c in dossier.cells("flows") if c.side() == side and c.text("status") == "completed"]
        named = {c.text("network"): c["network"] for c in rows if c.text("network") not in {"", "unknown", "internal"}}
        if any(not re.search(rf"(?i)\b{re.escape(name)}\b", text) for name in named):
            over = [
                Quote(words().networks.get(name, f"over {name}"), quote.evidence)
                for name, quote in named.items()
                if quote
            ]
            yield say(f"{what} {{networks}}.", networks=listed(over))


def _held(dossier: Dossier) -> Sentence | None:
    rows = [c for c in dossier.cells("balances") if c.row.get("closing")]
    if not rows or len(rows) > MOST:
        return None
    return say("at the end of the period the account held {held}.", held=listed(_closing(cells) for cells in rows))


def _closing(cells: Cells) -> Quote | None:
    return cells.amount("closing")
