"""What a person decides in review, on a case or a typology: checked against the house's policy, then kept."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from casewright.agent.filing.ready import refuse_unready
from casewright.agent.grounding import check
from casewright.agent.review.late import arrived_on
from casewright.agent.review.people import TYPOLOGY, login_of
from casewright.agent.settings import Workspace
from casewright.agent.typologies import decisions
from casewright.knowledge.case import Case
from casewright.knowledge.errors import CasewrightError, DataError, NotFound, PolicyError, UsageError
from casewright.knowledge.four_eyes import reasoned, refuse_maker
from casewright.tools.store import Store, reviews
from casewright.tools.store import typologies as kept_typologies
from casewright.tools.store.standing import FROM, Kind, Particulars, Standing

_DICE = random.SystemRandom()  # nobody can tell beforehand what is drawn


@dataclass(frozen=True)
class Done:
    """What came of a decision: on what, its state now, and in one line what that means."""

    kind: Kind
    id: str
    state: str
    told: str
    standing: Standing | None = None
    remark: str = ""


def kind_of(store: Store, name: str, kind: str = "") -> Kind:
    """Whether a case or a typology bears the name. Raises NotFound with the nearest cases, UsageError."""
    if kind not in ("", *get_args(Kind)):
        raise UsageError(f"unknown kind {kind!r}", hint=f"there are {', '.join(get_args(Kind))}")
    if kind == "typology" or (not kind and kept_typologies.versions(store, name)):
        return "typology"
    reviews.standing(store, name)
    return "case"


def acting(workspace: Workspace, store: Store, name: str, does: str, by: str, kind: str = "") -> str:
    """Who decides on it. Raises PolicyError for a person who may not; a typology is for other people than a case."""
    typology = kind_of(store, name, kind) == "typology"
    return workspace.house.acting(by, TYPOLOGY if typology else does)


def names_in(names: Sequence[str], file: Path | None) -> list[str]:
    """The ids given, and those of a file, one a line. Raises UsageError where there are none, DataError, NotFound."""
    found = [*names]
    if file is not None:
        if not file.is_file():
            raise NotFound("there is no such file, expected one with an id a line", file)
        try:
            found += [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        except UnicodeDecodeError as error:
            raise DataError("this is no text in UTF-8", file, hint="expected an id a line") from error
    if not found:
        raise UsageError("no case is named", hint="casewright review bulk-close CASE... or --ids FILE")
    return found


def escalate(store: Store, case: str, who: str, reason: str, *, subject: str = "", version: int | None = None) -> Done:
    """Ask for a report: a second person decides."""
    made_with = store.load_case(case).versions
    what = Particulars(reason=reason, login=login_of(who), decision="report", made_with=made_with)
    return _done(reviews.act(store, case, "escalated", who, what, subject=subject, version=version))


def close(
    workspace: Workspace, store: Store, case: str, who: str, reason: str, *, subject: str = "",
    version: int | None = None,
) -> Done:  # fmt: skip
    """Decide that there is nothing to report: alone, with a share drawn for a check, or for a second person to decide.

    Alone where neither the draft nor anybody spoke for a report.
    """
    share = share_of(workspace, who)
    what = Particulars(reason=reason, login=login_of(who), share=share, sampled=_DICE.random() < share,
                       made_with=store.load_case(case).versions)  # fmt: skip
    found = reviews.act(store, case, "closed", who, what, subject=subject, version=version)
    return _done(found, _came_late(workspace, store, case))


def share_of(workspace: Workspace, who: str) -> float:
    """Of what that person closes alone, the share that is drawn for a second person's check."""
    known = workspace.house.known(who)
    return workspace.settings.review.share(known[1] if known else None, datetime.now(UTC).date())


def bulk_close(
    workspace: Workspace, store: Store, cases: Sequence[str], who: str, reason: str
) -> dict[str, Standing | CasewrightError]:
    """Close cases with one reason, at least one of them drawn for a check where any share is; each is told on its own.

    One that needs a second person, is decided or unknown stays as it is, with the error that says so.
    """
    share = share_of(workspace, who)
    names = list(dict.fromkeys(cases))
    known = {found.case: found for found in reviews.all_standings(store)}
    closable = [name for name in names if name in known and _closable(known[name])]
    drawn = _DICE.sample(closable, min(len(closable), -int(-share * len(closable) // 1)))
    what = Particulars(
        reason=reason, login=login_of(who), share=share, bulk=f"{who} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    )
    return {**reviews.bulk(store, names, who, what, frozenset(drawn))}


def _closable(found: Standing) -> bool:
    return found.state in FROM["closed"] and reviews.closes_alone(found)


def decide(
    workspace: Workspace,
    store: Store,
    name: str,
    does: Literal["approved", "returned"],
    who: str,
    reason: str,
    *,
    kind: str = "",
    subject: str = "",
    version: int | None = None,
    regime: str = "",
) -> Done:
    """Approve what another person proposed, or return it.

    Raises PolicyError for its maker, for another version than the newest, for what is not proposed, and for a report
    that a check stops; UsageError without a reason; NotFound.
    """
    reason = reasoned(reason)
    if kind_of(store, name, kind) == "typology":
        made = decisions.decide(workspace, name, does, who, reason, version)
        return Done("typology", name, made.version.state, made.told, remark=made.remark)
    before = reviews.standing(store, name)
    case = store.load_case(name, before.version)
    what = Particulars(reason=reason, login=login_of(who), made_with=case.versions)
    if does == "approved":
        refuse_maker(before.makers, who, "approve", name)
        what = what.model_copy(update=_ready(workspace, store, case, before, subject, regime))
    seen = before.seq if does == "approved" else None
    found = reviews.act(store, name, does, who, what, subject=subject, version=version, seen=seen)
    return _done(found, _came_late(workspace, store, name) if does == "approved" else "")


def _ready(
    workspace: Workspace, store: Store, case: Case, before: Standing, subject: str, regime: str
) -> dict[str, object]:
    """What an approval keeps beside its reason. Raises PolicyError for a text or a report that may not be approved."""
    unsupported = check(case.narrative.sentences, case).unsupported
    if unsupported:
        first = unsupported[0]
        raise PolicyError(
            f"the evidence of {case.id} does not hold {len(unsupported)} of its claims: {first.figure} {first.why}",
            hint=f"casewright verify {case.id}, then casewright review edit {case.id}",
        )
    concerned = [one for name, one in before.dispositions.items() if subject in ("", name)]
    if "report" not in {reviews.proposes(before, one) for one in concerned}:
        return {}
    score = refuse_unready(workspace, store, case, regime)
    return {"unmeasured": score.unmeasured, "regime": regime or workspace.settings.regime}


def reopen(store: Store, case: str, who: str, reason: str, *, subject: str = "", arrived: Sequence[str] = ()) -> Done:
    """Take a decision back into review; it stays in the log. ARRIVED says what came late."""
    what = Particulars(reason=reason, login=login_of(who), arrived=tuple(arrived))
    return _done(reviews.act(store, case, "reopened", who, what, subject=subject))


def assign(workspace: Workspace, store: Store, name: str, to: str, who: str, reason: str, kind: str = "") -> Done:
    """Say whose it is to look at. Raises PolicyError for a person who does no such work here, NotFound."""
    found = kind_of(store, name, kind)
    to = workspace.house.acting(to, TYPOLOGY if found == "typology" else "edit")
    what = Particulars(reason=reason, login=login_of(who), to=to)
    if found == "case":
        standing = reviews.standing(store, name)
        reviews.reassigned(store, found, name, standing.version, who, what)
        return Done(found, name, standing.state, f"{name} is {to}'s to look at", standing)
    versions = kept_typologies.versions(store, name)
    if not versions:
        raise NotFound(f"nothing of {name} is proposed", hint=f"casewright typology propose {name}")
    reviews.reassigned(store, found, name, versions[-1].version, who, what)
    return Done(found, name, versions[-1].state, f"{name} is {to}'s to look at")


_TOLD: dict[str, Callable[[Standing], str]] = {
    "draft": lambda s: "is a draft again",
    "escalated": lambda s: f"is escalated by {s.last.by}: a second person approves the report or returns it",
    "closing": lambda s: f"is proposed for closing by {s.last.by}: a second person approves that or returns it",
    "sampled": lambda s: f"is closed by {s.last.by}, and drawn for a second person's check",
    "closed": lambda s: f"is closed by {s.last.by}: no report",
    "approved": lambda s: f"is approved by {s.last.by}: file the report, then casewright filed {s.case}",
    "returned": lambda s: f"is returned by {s.last.by}: edit it or draft it again, then escalate or close it",
    "reopened": lambda s: f"is reopened by {s.last.by}: draft it again, then escalate or close it",
}


def _done(found: Standing, remark: str = "") -> Done:
    return Done("case", found.case, found.state, f"{found.case} {_TOLD[found.state](found)}", found, remark)


def _came_late(workspace: Workspace, store: Store, case: str) -> str:
    """What the text decided on could not know, for the person who decided on it."""
    arrivals = [arrival.told() for one in arrived_on(workspace, store, case) for arrival in one.arrivals]
    return f"came in after the text of {case} was made: {'; '.join(arrivals)}" if arrivals else ""
