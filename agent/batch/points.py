"""What a network's case leaves open: its subjects' open points, each once, and who else is joined to them."""

import re
from collections.abc import Iterator, Sequence

from casewright.agent.batch.networks import Network
from casewright.agent.batch.telling import naming
from casewright.knowledge.case import Case, NotLookedAt

_ASKED = {"transfer": "counterparties", "device": "logins", "ip": "logins", "payer": "counterparties"}  # else co_users


def open_points(network: Network, cases: Sequence[Case], links: str) -> tuple[NotLookedAt, ...]:
    """The points, to do before a decision first; LINKS is the id of what joins the subjects."""
    inside = set(network.subjects)
    asked: dict[tuple[str, str, str], list[tuple[str, NotLookedAt]]] = {}
    for case in cases:
        name = case.subjects[0].id
        for point in case.not_looked_at:
            if not _done(point, case, inside):
                key = (point.what, point.kind, point.command.replace(name, "{}"))
                asked.setdefault(key, []).append((name, point))
    points = [*(_of_all(ones) for ones in asked.values()), *_apart(network, links)]
    return tuple(sorted(points, key=lambda point: point.kind == "unknowable"))


def _done(point: NotLookedAt, case: Case, inside: set[str]) -> bool:
    """Whether the network's case answers it: the others at an address are in it as well."""
    words = point.command.split()
    if words[1:2] == ["investigate"]:
        return words[-1] in inside
    tool = words[2] if words[1:2] == ["query"] else ""
    return tool in ("co_users", "logins") and _others(case, tool) <= inside


def _others(case: Case, tool: str) -> set[str]:
    """Whom else the evidence of a tool names; what it only counts stands for one whom nobody knows."""
    rows = [row for one in case.evidence if one.tool == tool for row in one.rows]
    if tool == "co_users":
        return {str(row["id"]) for row in rows}
    named = [(str(row["other_ids"] or "").split(", "), int(row["others"] or 0)) for row in rows if row["others"]]
    return {name for names, count in named for name in (names if len(names) == count else [""])}


def _of_all(ones: Sequence[tuple[str, NotLookedAt]]) -> NotLookedAt:
    """What several subjects leave open alike, as one point with one command for all of them."""
    name, point = ones[0]
    own = re.search(r"\bits\b", point.what)
    what = point.what if not own else naming(point.what, name) if len(ones) == 1 else _theirs(point.what)
    together = " ".join(dict.fromkeys(subject for subject, _ in ones))
    evidence = tuple(dict.fromkeys(e for _, one in ones for e in one.evidence))
    return point.model_copy(
        update={"what": what, "command": point.command.replace(name, together), "evidence": evidence}
    )


def _theirs(what: str) -> str:
    return re.sub(r"\bits\b", "their", what)


def _apart(network: Network, links: str) -> Iterator[NotLookedAt]:
    """That still others are joined to them, whom the cap on the size of a case keeps out."""
    joined: dict[str, dict[str, None]] = {}
    for edge in network.apart:
        tool = _ASKED.get(edge.kind, "co_users")
        joined.setdefault(tool, {}).update(dict.fromkeys(name for name in network.subjects if name in edge.subjects))
    for tool, names in joined.items():
        yield NotLookedAt(
            what="Look at the accounts with alerts that are joined to these as well, and have cases of their own",
            kind="todo",
            command=f"casewright query {tool} {' '.join(names)}",
            evidence=(links,),
        )
