"""What people decide in review: each act kept with its entry in the log, refused where it breaks the house's policy.

Nothing is ever changed: a later act counts before an earlier one, and both stay to be read. All that an act is judged
by is read in the transaction that keeps it, so two people who decide at once are one after the other.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from pydantic import JsonValue

from casewright.knowledge import clock
from casewright.knowledge.case import Case
from casewright.knowledge.errors import NotFound, PolicyError, UsageError
from casewright.knowledge.four_eyes import named, reasoned, refuse_maker, refuse_unread
from casewright.tools.store import audit
from casewright.tools.store.cases import Store
from casewright.tools.store.standing import (
    FROM,
    OPEN,
    Disposition,
    Does,
    Kind,
    Particulars,
    Standing,
    decision_in,
    standings,
)
from casewright.tools.store.tables import review_acts

_VERBS: Mapping[Does, str] = {"escalated": "escalate", "closed": "close", "approved": "approve", "returned": "return",
                              "reopened": "reopen", "edited": "edit", "split": "split"}  # fmt: skip


def standing(store: Store, case: str) -> Standing:
    """Where a case stands. Raises NotFound with the nearest ids."""
    with store.reads() as connection:
        found = standings(connection, [case])
    if case not in found:
        store.load_case(case)  # raises, with the nearest ids
    return found[case]


def all_standings(store: Store) -> list[Standing]:
    """Where every case stands."""
    with store.reads() as connection:
        return list(standings(connection).values())


def act(
    store: Store,
    case: str,
    does: Does,
    who: str,
    what: Particulars,
    *,
    subject: str = "",
    version: int | None = None,
    seen: int | None = None,
) -> Standing:
    """Keep what WHO did about a case, or one SUBJECT of it, and tell where it stands now.

    VERSION makes sure that it is the one that was read, SEEN (an entry of the log) that nothing was done since. Raises
    NotFound, UsageError without a name or a reason, PolicyError for what is not open to it, or to its maker.
    """
    with store.writes() as connection:
        return act_in(connection, case, does, who, what, subject=subject, version=version, seen=seen)


def act_in(
    connection: sa.Connection,
    case: str,
    does: Does,
    who: str,
    what: Particulars,
    *,
    subject: str = "",
    version: int | None = None,
    seen: int | None = None,
) -> Standing:
    """The same in the caller's transaction."""
    who, what = named(who), what.model_copy(update={"reason": reasoned(what.reason)})
    before = standings(connection, [case]).get(case)
    if before is None:
        raise NotFound(f"there is no case {case!r}", hint="casewright cases list shows what is here")
    if subject and subject not in before.dispositions:
        raise NotFound(f"{case} has no subject {subject!r}", hint=f"there are {', '.join(before.dispositions)}")
    refuse_unread(version, before.version, case)
    what = _judged(before, does, who, what, subject, seen)
    keep(connection, "case", case, before.version, does, who, what, subject)
    return standings(connection, [case])[case]


def keep(
    connection: sa.Connection, kind: Kind, about: str, version: int, does: Does, who: str, what: Particulars,
    subject: str = "",
) -> None:  # fmt: skip
    """Store an act, and the entry that vouches for it, without judging it."""
    content = what.model_dump_json(exclude_defaults=True)
    row = {"kind": kind, "about": about, "version": version, "act": does, "subject": subject, "content": content}
    payload: dict[str, JsonValue] = {"version": version}
    audit.append(connection, who, f"{kind} {does}", about, payload, {review_acts: [row]})


def assigned(store: Store, kind: Kind) -> dict[str, str]:
    """Whom each thing of that kind was last assigned to."""
    query = sa.select(review_acts.c.about, review_acts.c.content).order_by(review_acts.c.audit)
    with store.reads() as connection:
        rows = connection.execute(query.where(review_acts.c.kind == kind, review_acts.c.act == "assigned"))
        return {row.about: Particulars.model_validate_json(row.content).to for row in rows}


def closes_alone(found: Standing, subject: str = "") -> bool:
    """Whether one person may close it: no draft or person spoke for a report, nobody returned or reopened it."""
    concerned = _concerned(found, subject).values()
    return found.recommendation != "escalate" and not any(one.contested for one in concerned)


def proposes(found: Standing, one: Disposition) -> str:
    """What waits for an approval there: report, no report, or nothing."""
    if one.state == "draft":
        return {"escalate": "report", "close": "no report"}.get(found.recommendation, "")
    return decision_in(one.state) or "" if one.state in FROM["approved"] else ""


def _judged(before: Standing, does: Does, who: str, what: Particulars, subject: str, seen: int | None) -> Particulars:
    """The act as it is kept. Raises PolicyError where it may not be."""
    if does not in FROM:
        return what
    concerned = _concerned(before, subject)
    fitting = {name: one for name, one in concerned.items() if one.state in FROM[does]}
    if not fitting:
        raise PolicyError(_refusal(before, does, next(iter(concerned.values()), Disposition())), hint=_way_out(before))
    if seen is not None and seen != before.seq:
        hint = f"casewright review show {before.case}"
        raise PolicyError(f"something was done in {before.case} meanwhile", hint=hint)
    if does == "closed":
        alone = closes_alone(before, subject)
        return what.model_copy(update={"alone": alone, "decision": "no report", "sampled": alone and what.sampled})
    if does != "approved":
        return what
    refuse_maker(before.makers, who, "approve", before.case)
    wanted = {proposes(before, one) for one in fitting.values()}
    if "" in wanted:
        raise PolicyError(
            f"nothing is proposed for {before.case}: its draft recommends {before.recommendation}",
            hint=f'casewright review escalate {before.case} --reason "...", or close',
        )
    if what.decision and what.decision not in wanted:
        raise PolicyError(f"what waits in {before.case} is {' and '.join(sorted(wanted))}, not {what.decision}")
    return what.model_copy(update={"decision": "report" if "report" in wanted else "no report"})


def _concerned(found: Standing, subject: str) -> dict[str, Disposition]:
    return {name: one for name, one in found.dispositions.items() if subject in ("", name)}


def _refusal(before: Standing, does: Does, one: Disposition) -> str:
    done = {"sampled": "closed", "closing": "proposed for closing"}.get(one.state, one.state)
    if one.state == "draft":
        return f"{before.case} is a draft that nobody decided on; there is nothing to {_VERBS[does]}"
    return f"{before.case} was {done} by {one.by} on {clock.iso(one.at)} and cannot be {does} now"


def _way_out(before: Standing) -> str:
    if before.state in OPEN:
        return f"casewright review show {before.case}"
    return f'casewright review reopen {before.case} --reason "..."'


def reassigned(store: Store, kind: Kind, about: str, version: int, who: str, what: Particulars) -> None:
    """Keep that a thing of any kind is somebody's to look at. Raises UsageError without a name or a reason."""
    what = what.model_copy(update={"reason": reasoned(what.reason), "to": named(what.to)})
    with store.writes() as connection:
        keep(connection, kind, about, version, "assigned", named(who), what)


def save_edited(
    store: Store, case: Case, after: int, does: Does, who: str, what: Particulars, subject: str = ""
) -> Standing:
    """Keep a text that a person changed as the next version, and the act, in one transaction.

    AFTER is the version that was changed: PolicyError where another one came meanwhile, or nothing changed.
    """
    who, what = named(who), what.model_copy(update={"reason": reasoned(what.reason)})
    after_act: list[Standing] = []

    def also(connection: sa.Connection, version: int) -> None:
        _judged(standings(connection, [case.id])[case.id], does, who, what, "", None)
        keep(connection, "case", case.id, version, does, who, what, subject)
        after_act.append(standings(connection, [case.id])[case.id])

    if store.save_case(case, who, after=after, also=also) == after:
        raise UsageError(f"nothing is changed: this is version {after} of {case.id}")
    return after_act[0]


def join(store: Store, case: str, who: str, what: Particulars) -> Standing:
    """Keep that an alert belongs to a case, which it reopens where that is decided.

    Raises NotFound, UsageError without a reason, PolicyError for an alert that has a case already.
    """
    who, what = named(who), what.model_copy(update={"reason": reasoned(what.reason)})
    with store.writes() as connection:
        everything = standings(connection)
        if case not in everything:
            raise NotFound(f"there is no case {case!r}", hint="casewright cases list shows what is here")
        for one in everything.values():
            if one.alert == what.alert or any((a.act, a.what.alert) == ("joined", what.alert) for a in one.acts):
                raise PolicyError(f"alert {what.alert} is in {one.case} already")
        keep(connection, "case", case, everything[case].version, "joined", who, what)
        if everything[case].state in FROM["reopened"]:
            act_in(connection, case, "reopened", who, what.model_copy(update={"arrived": (f"alert {what.alert}",)}))
        return standings(connection, [case])[case]


def bulk(
    store: Store, cases: Sequence[str], who: str, what: Particulars, drawn: frozenset[str]
) -> dict[str, Standing | PolicyError | NotFound]:
    """Close each of these cases alone, DRAWN ones for a second person's check; one that may not be is told with why."""
    found: dict[str, Standing | PolicyError | NotFound] = {}
    for case in dict.fromkeys(cases):
        with store.writes() as connection:
            before = standings(connection, [case]).get(case)
            if before is not None and before.state in FROM["closed"] and not closes_alone(before):
                found[case] = PolicyError(f"{case} cannot be closed with others: it needs a second person")
                continue
            try:
                one = what.model_copy(update={"sampled": case in drawn})
                found[case] = act_in(connection, case, "closed", who, one)
            except (PolicyError, NotFound) as error:
                found[case] = error
    return found
