"""Late evidence: what came into the ledger after the text that a case stands on; it reopens what was decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from casewright.agent.ledgers import open_ledger
from casewright.agent.review.people import login_of
from casewright.agent.settings import Workspace
from casewright.knowledge.errors import NotFound, PolicyError
from casewright.tools.arrivals import Arrival, Asked, arrived, imported_by, imports_of, last_import
from casewright.tools.store import Store, reviews
from casewright.tools.store.standing import OPEN, Particulars, Standing
from casewright.tools.warehouse import Ledger


@dataclass(frozen=True)
class Late:
    """A case, what came late about its subjects, and the newest import that was looked at."""

    standing: Standing
    arrivals: tuple[Arrival, ...]
    upto: int


def late(workspace: Workspace, store: Store, names: Sequence[str] = ()) -> list[Late]:
    """The cases about which something came late, all or of these; an alert with a case of its own is not late.

    A case is asked about what came after the data that its text was made from, or that an earlier reopening told.
    Raises NotFound where there is no ledger.
    """
    found = [one for one in reviews.all_standings(store) if not names or one.case in names]
    housed = {one.alert for one in reviews.all_standings(store)} | set(joined(store))
    with open_ledger(workspace) as ledger:
        upto = last_import(ledger)
        wanted = list(_asked(ledger, found))
        by_asked = [(one, asked) for one, asked in wanted if asked.after < upto]
        told: dict[tuple[str, int], list[Arrival]] = {}
        for after in sorted({asked.after for _, asked in by_asked}):
            group = [asked for _, asked in by_asked if asked.after == after]
            for arrival in arrived(ledger, group, most=50):
                told.setdefault((arrival.subject, after), []).append(arrival)
    cases: dict[str, Late] = {}
    for one, asked in by_asked:
        new = tuple(kept for a in told.get((asked.subject, asked.after), ()) if (kept := _without(a, housed)))
        if new:
            before = cases.get(one.case, Late(one, (), upto))
            cases[one.case] = replace(before, arrivals=(*before.arrivals, *new))
    return list(cases.values())


def arrived_on(workspace: Workspace, store: Store, case: str) -> list[Late]:
    """The same of one case; nothing where the workspace holds cases without their data."""
    try:
        return late(workspace, store, [case])
    except NotFound:
        return []


def joined(store: Store) -> dict[str, str]:
    """The case that each alert joined which has none of its own."""
    return {act.what.alert: one.case for one in reviews.all_standings(store) for act in one.acts if act.act == "joined"}


def reopen_late(workspace: Workspace, store: Store, who: str, reason: str) -> list[Late]:
    """Reopen every decided case about which something came late; tells them. Open ones need a new draft, and stay."""
    done = []
    for one in late(workspace, store):
        if one.standing.state in OPEN:
            continue
        what = Particulars(
            reason=reason, login=login_of(who), arrived=tuple(a.told() for a in one.arrivals), imports=one.upto
        )
        try:
            reviews.act(store, one.standing.case, "reopened", who, what)
        except PolicyError:  # another person reopened it meanwhile
            continue
        done.append(one)
    return done


def _asked(ledger: Ledger, found: Sequence[Standing]) -> Iterator[tuple[Standing, Asked]]:
    known = imports_of(ledger)
    for one in found:
        after = known.get(one.ledger)
        if after is None:  # made from a ledger that is gone: what was imported since it was saved
            after = imported_by(ledger, one.saved_at)
        after = max([after, *(act.what.imports for act in one.acts)])
        for subject in one.dispositions:
            yield one, Asked(subject=subject, after=after, until=one.at + 1 if one.alert else None)


def _without(arrival: Arrival, housed: set[str]) -> Arrival | None:
    """The arrival without alerts that have a case; None where nothing is left."""
    if arrival.kind != "alerts":
        return arrival
    names = tuple(name for name in arrival.names if name not in housed)
    return arrival.model_copy(update={"names": names, "count": len(names)}) if names else None
