"""investigate(alert or subject) -> Case: ask, weigh, match, word; every step leaves its trace in the case."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from casewright.agent.expertise import expertise
from casewright.agent.findings import findings, grounds
from casewright.agent.largest import largest
from casewright.agent.memo.dossier import Dossier
from casewright.agent.memo.writer import compose
from casewright.agent.open_points import open_points
from casewright.agent.recommendation import recommend
from casewright.agent.versions import made_with
from casewright.knowledge import clock
from casewright.knowledge.case import Alert, Case, TypologyMatch, Versions
from casewright.knowledge.errors import NotFound, UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.indicator import Request
from casewright.knowledge.records import Subject, canonical_id
from casewright.knowledge.typology import Typology
from casewright.tools import matching, pack
from casewright.tools.store import Before, Store, earlier_of_each
from casewright.tools.warehouse import Ledger

LOOK_BACK_DAYS = 90  # where an alert names none of its own (ours)
FURTHER = (
    pack.Asking("exposure", {"hops": matching.HOPS}),
    pack.Asking("trace", {"direction": "forward"}),
    pack.Asking("trace", {"direction": "backward"}),
)
_SHARES = (0.5, 0.65, 0.85)  # of the time: after the base evidence, all evidence, what is compared; measured, roughly


@dataclass(frozen=True)
class Target:
    """Whom to investigate, and the alert if one led there; NAMED is its case where that is not of its own window."""

    subject: Subject
    alert: Alert | None = None
    named: str = ""

    @property
    def case_id(self) -> str:
        """The same target has the same case: a second run makes its next version."""
        if self.named:
            return self.named
        window = f"{self.subject.since}:{self.subject.until}"
        own = window == (f"{self.alert.since}:{self.alert.at + 1}" if self.alert else "None:None")
        tail = "" if own else f"-{hashlib.sha256(window.encode()).hexdigest()[:6]}"
        return f"CASE-{_safe(self.alert.id if self.alert else self.subject.id)}{tail}"


def _safe(name: str) -> str:
    """The name where it is fit for a file's, else its fit part and a digest of all of it."""
    fit = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:64]
    return fit if fit == name else f"{fit}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def resolve(ledger: Ledger, name: str, since: int | None = None, until: int | None = None) -> Target:
    """The alert of that id with its look-back as the window, else the subject with its whole history.

    SINCE and UNTIL (epoch seconds, until exclusive) replace the window's ends. Raises NotFound for a name that neither
    an alert nor a transfer, customer or label of this ledger bears.
    """
    found = ledger.dicts("select * from alerts where id = $id", id=name)
    if found:
        row = found[0]
        start = row["since_epoch"] if row["since_epoch"] is not None else row["epoch"] - LOOK_BACK_DAYS * 86400
        alert = Alert(
            id=row["id"],
            subject=row["subject"],
            at=row["epoch"],
            title=row["title"] or "",
            rule=row["rule"] or "",
            since=start,
            source=row["source"] or "",
            reason=row["reason"] or "",
        )
        begin, end = start if since is None else since, alert.at + 1 if until is None else until
        if end <= begin:
            raise UsageError(
                f"the window ends ({clock.iso(end)}) before it begins ({clock.iso(begin)})",
                hint="give both --since and --until, or neither",
            )
        return Target(Subject(id=alert.subject, since=begin, until=end), alert)
    subject = canonical_id(name)
    known = any(
        ledger.rows(query, id=subject)
        for query in (
            "select 1 from legs where key = hash($id) and account = $id limit 1",
            "select 1 from customers where id = $id limit 1",
            "select 1 from labels where id = $id limit 1",
        )
    )
    if not known:
        raise NotFound(
            f"no alert, account or address {name!r} in this ledger",
            ledger.path,
            hint="casewright alerts list, or casewright data describe",
        )
    return Target(Subject(id=subject, since=since, until=until))


def investigate(
    ledger: Ledger,
    targets: Sequence[Target],
    typologies: Mapping[str, Typology],
    store: Store | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Case]:
    """The case of each target, in their order: every question is one pass over all of them, however many they are.

    Nothing is decided and nothing is stored; a tool that fails becomes failed evidence and an open point. What is held
    in memory grows with the targets: of many, some hundred at a time.
    """
    subjects = tuple(dict.fromkeys(target.subject for target in targets))
    base = pack.gather(ledger, subjects, pack.base(matching.requests(typologies.values())))
    progress(_SHARES[0])
    alerts = pack.gather(ledger, tuple(map(_up_to_alert, targets)), [pack.Asking("alerts")])
    further = pack.gather(ledger, subjects, FURTHER)
    spoken = pack.gather(ledger, subjects, [pack.Asking("instructions")])
    progress(_SHARES[1])
    earlier = _earlier(store, targets)
    asked = [
        _matched((*base[one.subject], *alerts[_up_to_alert(one)], *further[one.subject], *before), typologies)
        for one, before in zip(targets, earlier, strict=True)
    ]
    wanted = {target.subject: _worth_comparing(found.best) for target, found in zip(targets, asked, strict=True)}
    beside = pack.beside(ledger, wanted)
    progress(_SHARES[2])
    cases, versions = [], made_with(ledger, typologies)
    for number, (target, found) in enumerate(zip(targets, asked, strict=True), 1):
        more = (beside[target.subject], *spoken[target.subject], *largest(ledger, target.subject, found.evidence))
        cases.append(_case(target, found, more, versions))
        progress(_SHARES[2] + (1 - _SHARES[2]) * number / len(targets))
    return cases


def _earlier(store: Store | None, targets: Sequence[Target]) -> list[tuple[Evidence, ...]]:
    """What the house wrote about each subject before; nothing where no store is asked."""
    if store is None:
        return [() for _ in targets]
    asked = [Before(one.subject, one.alert.at if one.alert else None, one.case_id) for one in targets]
    return [(evidence,) for evidence in earlier_of_each(store, asked)]


class _Matched(NamedTuple):
    """What was asked so far, the typologies that it matches, and the one that fits best where one fits."""

    evidence: tuple[Evidence, ...]
    matches: tuple[TypologyMatch, ...]
    best: Typology | None


def _matched(evidence: Sequence[Evidence], typologies: Mapping[str, Typology]) -> _Matched:
    numbered = tuple(e.with_id(f"E{number}") for number, e in enumerate(evidence, 1))
    matches = matching.match(typologies.values(), numbered)
    return _Matched(
        numbered, matches, typologies[matches[0].id] if matches and matches[0].score >= matching.FITS else None
    )


def _worth_comparing(best: Typology | None) -> tuple[Request, ...]:
    """What is compared with peers and own past: the flow each way, and what the best-fitting typology measures."""
    flows = (Request(indicator="inflow_usd"), Request(indicator="outflow_usd"))
    wanted = (*flows, *(matching.requests([best]) if best else ()))
    return tuple({(request.indicator, request.settings): request for request in wanted}.values())


def _up_to_alert(target: Target) -> Subject:
    """The subject's whole history, the alert that led here included."""
    return target.subject.model_copy(update={"since": None, "until": target.alert.at + 1 if target.alert else None})


def _case(target: Target, found: _Matched, more: Sequence[Evidence], versions: Versions) -> Case:
    _, matches, best = found
    last = (more[0], *((expertise(best),) if best else ()), *more[1:])
    numbered = (*found.evidence, *(e.with_id(f"E{n}") for n, e in enumerate(last, len(found.evidence) + 1)))
    dossier = Dossier(target.subject, numbered, versions.timezone, versions.currency, target.alert, matches, best)
    dossier = replace(dossier, findings=findings(dossier))
    points = open_points(dossier)
    recommendation = recommend(dossier)
    return Case(
        id=target.case_id,
        alert=target.alert,
        subjects=(target.subject,),
        evidence=dossier.evidence,
        findings=dossier.findings,
        typologies=dossier.matches,
        narrative=compose(dossier, points, recommendation, (grounds(dossier, "for"), grounds(dossier, "against"))),
        not_looked_at=points,
        recommendation=recommendation,
        versions=versions,
    )
