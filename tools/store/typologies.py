"""Typologies in all their versions, and what people decided about them: who, when, why; each with its entry in the log.

A version is the whole text of a file as somebody proposed it. Of each typology the last decision counts: a version that
was approved, or rolled back to, is in force until another one is, or until it is retired.
"""

import json
from collections.abc import Iterable
from typing import Literal, NamedTuple, cast

import sqlalchemy as sa
from pydantic import JsonValue

from casewright.knowledge import clock
from casewright.knowledge.errors import NotFound, PolicyError
from casewright.knowledge.four_eyes import named, reasoned, refuse_maker, refuse_unread
from casewright.knowledge.in_force import Kept
from casewright.knowledge.records import Record
from casewright.tools.store import audit
from casewright.tools.store.cases import Store
from casewright.tools.store.tables import audit as log
from casewright.tools.store.tables import typology_decisions, typology_versions

Decision = Literal["approved", "returned", "retired", "rolled back"]
State = Literal["proposed", "superseded", "in force", "replaced", "returned", "retired"]
_INTO_FORCE = ("approved", "rolled back")


class TypologyAct(Record):
    """Something done to a version of a typology: proposed or decided, by whom, when (epoch seconds), why."""

    typology: str
    version: int
    at: int
    who: str
    what: Literal["proposed", "approved", "returned", "retired", "rolled back"]
    reason: str
    sha256: str = ""  # of the text, where the act brought one


class TypologyVersion(Kept):
    """One version of a typology: its whole text, who proposed it, when and why, and what has become of it."""

    state: State
    at: int
    who: str
    why: str
    was_in_force: bool = False


class Shipped(NamedTuple):
    """The text that comes with the release, which is approved by it: kept as the first version once a site acts."""

    version: int
    text: str
    who: str


def versions(store: Store, typology: str = "") -> list[TypologyVersion]:
    """All versions, of one typology or of all, in order."""
    with store.reads() as connection:
        return _versions(connection, typology)


def acts(store: Store, typology: str = "") -> list[TypologyAct]:
    """What was done to typologies, or to one, in order."""
    with store.reads() as connection:
        return _acts(connection, typology)


def propose(
    store: Store, typology: str, text: str, who: str, why: str, shipped: Shipped | None = None
) -> TypologyVersion:
    """Keep TEXT as the typology's next version, open for a decision; an open proposal of the same text is that one."""
    with store.writes() as connection:
        _keep_shipped(connection, typology, shipped)
        known = _versions(connection, typology)
        if known and known[-1].state == "proposed" and known[-1].text == text:
            return known[-1]
        number = known[-1].version + 1 if known else 1
        _keep(connection, typology, number, text, named(who), "proposed", why)
        return _versions(connection, typology)[-1]


def decide(
    store: Store,
    typology: str,
    decision: Literal["approved", "returned"],
    who: str,
    reason: str,
    version: int | None = None,
) -> TypologyVersion:
    """Approve or return the open proposal; VERSION makes sure that it is the one that was read.

    Raises NotFound where nothing is open, PolicyError where it is decided already, or its maker would approve it.
    """
    with store.writes() as connection:
        known = _versions(connection, typology)
        found = _open(known, _acts(connection, typology), typology, version)
        if decision == "approved":
            _refuse_maker(found, who, "approve")
        _decided(connection, found, decision, who, reason)
        return _version(_versions(connection, typology), typology, found.version)


def retire(store: Store, typology: str, who: str, reason: str, shipped: Shipped | None = None) -> TypologyVersion:
    """Take the version in force out of force. Raises NotFound where none is, PolicyError for its maker."""
    with store.writes() as connection:
        _keep_shipped(connection, typology, shipped)
        found = next((v for v in _versions(connection, typology) if v.state == "in force"), None)
        if found is None:
            raise NotFound(f"no version of {typology} is in force", hint=f"casewright typology history {typology}")
        _refuse_maker(found, who, "retire")
        _decided(connection, found, "retired", who, reason)
        return _version(_versions(connection, typology), typology, found.version)


def roll_back(
    store: Store, typology: str, version: int, who: str, reason: str, shipped: Shipped | None = None
) -> TypologyVersion:
    """Bring the text of an earlier VERSION into force again, as a new version: two people agreed upon it once.

    Raises NotFound for an unknown version, PolicyError for one that never was in force, that is, or that WHO made.
    """
    with store.writes() as connection:
        _keep_shipped(connection, typology, shipped)
        known = _versions(connection, typology)
        found = _version(known, typology, version)
        if found.state == "in force":
            raise PolicyError(f"version {version} of {typology} is in force already")
        if not found.was_in_force:
            raise PolicyError(f"version {version} of {typology} never was in force", hint="propose it instead")
        _refuse_maker(found, who, "roll back to")
        number = known[-1].version + 1
        _keep(connection, typology, number, found.text, named(who), "proposed", f"version {version} again: {reason}")
        _decided(connection, found.model_copy(update={"version": number}), "rolled back", who, reason)
        return _versions(connection, typology)[-1]


def _open(
    known: Iterable[TypologyVersion], done: Iterable[TypologyAct], typology: str, version: int | None
) -> TypologyVersion:
    """The proposal that waits for a decision; one that was decided meanwhile is told with who did it."""
    waiting = next((v for v in known if v.state == "proposed"), None)
    if waiting is not None and version in (None, waiting.version):
        return waiting
    if version is not None:
        _version(known, typology, version)
        if waiting is not None:
            refuse_unread(version, waiting.version, typology)
    last = next((act for act in reversed(list(done)) if version in (None, act.version)), None)
    if last is None:
        raise NotFound(f"nothing of {typology} is proposed", hint=f"casewright typology propose {typology}")
    raise PolicyError(
        f"version {last.version} of {typology} was {last.what} by {last.who} on {clock.iso(last.at)}; nothing is open",
        hint=f"casewright typology history {typology}",
    )


def _version(known: Iterable[TypologyVersion], typology: str, version: int) -> TypologyVersion:
    numbered = {found.version: found for found in known}
    if version not in numbered:
        there = f"there are {', '.join(map(str, numbered))}" if numbered else "none is kept yet"
        raise NotFound(f"{typology} has no version {version}", hint=there)
    return numbered[version]


def _refuse_maker(found: TypologyVersion, who: str, act: str) -> None:
    """Who made a text decides nothing about it alone."""
    refuse_maker([(found.who, "proposed")], who, act, f"version {found.version} of {found.typology}")


def _decided(connection: sa.Connection, found: TypologyVersion, decision: Decision, who: str, reason: str) -> None:
    payload: dict[str, JsonValue] = {"version": found.version, "reason": reasoned(reason)}
    row = {"typology": found.typology, "version": found.version, "decision": decision}
    audit.append(connection, named(who), f"typology {decision}", found.typology, payload, {typology_decisions: [row]})


def _keep(connection: sa.Connection, typology: str, version: int, text: str, who: str, what: str, why: str) -> None:
    payload: dict[str, JsonValue] = {"version": version, "sha256": audit.digest(text), "reason": why.strip()}
    row = {"typology": typology, "version": version, "content": text}
    audit.append(connection, who, f"typology {what}", typology, payload, {typology_versions: [row]})


def _keep_shipped(connection: sa.Connection, typology: str, shipped: Shipped | None) -> None:
    if shipped is None or _versions(connection, typology):
        return
    _keep(connection, typology, shipped.version, shipped.text, shipped.who, "proposed", "shipped with the release")
    payload: dict[str, JsonValue] = {"version": shipped.version, "reason": "shipped with the release"}
    row = {"typology": typology, "version": shipped.version, "decision": "approved"}
    audit.append(connection, shipped.who, "typology approved", typology, payload, {typology_decisions: [row]})


def _acts(connection: sa.Connection, typology: str) -> list[TypologyAct]:
    found: list[sa.RowMapping] = []
    for table in (typology_versions, typology_decisions):
        query = sa.select(table.c.typology, table.c.version, log).join(log, table.c.audit == log.c.seq)
        query = query.where(table.c.typology == typology) if typology else query
        found += connection.execute(query).mappings().all()
    done = []
    for row in sorted(found, key=lambda row: int(row["seq"])):
        payload = json.loads(row["payload"])
        done.append(
            TypologyAct(
                typology=row["typology"],
                version=row["version"],
                at=row["at"],
                who=row["who"],
                what=row["what"].removeprefix("typology "),
                reason=payload.get("reason", ""),
                sha256=payload.get("sha256", ""),
            )
        )
    return done


def _versions(connection: sa.Connection, typology: str) -> list[TypologyVersion]:
    query = sa.select(typology_versions.c.typology, typology_versions.c.version, typology_versions.c.content)
    query = query.where(typology_versions.c.typology == typology) if typology else query
    query = query.order_by(typology_versions.c.typology, typology_versions.c.version)
    done: dict[tuple[str, int], list[TypologyAct]] = {}
    force: dict[str, int] = {}
    newest: dict[str, int] = {}
    for act in _acts(connection, typology):
        done.setdefault((act.typology, act.version), []).append(act)
        newest[act.typology] = max(act.version, newest.get(act.typology, 0))
        if act.what in _INTO_FORCE:
            force[act.typology] = act.version
        elif act.what == "retired":
            force.pop(act.typology, None)
    found = []
    for name, version, text in connection.execute(query):
        first, *later = done[name, version]
        state = _state(later, version == force.get(name), version == newest[name])
        was = any(act.what in _INTO_FORCE for act in later)
        found.append(
            TypologyVersion(
                typology=name, version=version, text=text, at=first.at, who=first.who, why=first.reason,
                state=state, was_in_force=was,
            )
        )  # fmt: skip
    return found


def _state(later: list[TypologyAct], in_force: bool, newest: bool) -> State:
    if in_force:
        return "in force"
    if not later:
        return "proposed" if newest else "superseded"
    last = later[-1].what
    return "replaced" if last in _INTO_FORCE else cast(State, last)
