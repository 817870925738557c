"""Networks of alerts: all alerts of one subject, and the subjects whom something shared joins, up to a cap."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from casewright.agent.investigate import Target
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.tools import alerts, toolbox
from casewright.tools.queries.links import KINDS
from casewright.tools.warehouse import Ledger

MOST = 8  # subjects of one case (ours): of more than that no reader keeps hold


@dataclass(frozen=True)
class Edge:
    """What joins some subjects: a kind (transfer, device, payer, address, ip), the thing shared, and who shares it.

    Of transfers between two of them nothing is shared but the transfers: then the thing is empty.
    """

    kind: str
    shared: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """Targets that make one case, the leading one first: each is one subject with all of its alerts.

    `alerts` are the ids of all alerts, the leading target's first. `edges` is what joins them. `apart` is what would
    have joined still others, whom the cap keeps out; its subjects are those of both sides.
    """

    targets: tuple[Target, ...]
    alerts: tuple[str, ...]
    edges: tuple[Edge, ...] = ()
    apart: tuple[Edge, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """The ids of its subjects, the leading one first."""
        return tuple(target.subject.id for target in self.targets)

    @property
    def case_id(self) -> str:
        """The id of its case: that of the leading target's."""
        return self.targets[0].case_id


def networks(ledger: Ledger, targets: Sequence[Target], *, most: int = MOST) -> tuple[Network, ...]:
    """Group targets into networks of at most MOST subjects, the weightiest first; one alone is a network of one.

    The strongest things join first; what would make a network larger than MOST joins nobody further and is told. The
    same for the targets in any order. Raises UsageError for a MOST below one.
    """
    if most < 1:
        raise UsageError(f"a network of at most {most} subjects holds nobody", hint="name one or more")
    by_subject = _by_subject(ledger, targets)
    found = _edges(ledger, [ones[0] for ones in by_subject.values()]) if len(by_subject) > 1 else []
    group = _grouped(tuple(by_subject), found, most)
    members: dict[str, list[str]] = {}
    for name in by_subject:  # the weightiest first
        members.setdefault(group[name], []).append(name)
    inside: dict[str, list[Edge]] = {}
    across: dict[str, list[Edge]] = {}
    for edge in found:
        sides: dict[str, list[str]] = {}
        for name in edge.subjects:
            sides.setdefault(group[name], []).append(name)
        for side, names in sides.items():
            if len(names) > 1:
                inside.setdefault(side, []).append(replace(edge, subjects=tuple(names)))
            if len(sides) > 1:
                across.setdefault(side, []).append(edge)
    return tuple(
        _network(by_subject, names, inside.get(root, ()), across.get(root, ())) for root, names in members.items()
    )


def network_of(ledger: Ledger, targets: Sequence[Target]) -> Network:
    """The network that all of these targets were found to make before, whatever its size; what joins is not asked."""
    by_subject = _by_subject(ledger, targets)
    return _network(by_subject, tuple(by_subject))


def _network(
    by_subject: Mapping[str, Sequence[Target]], names: Sequence[str], edges: Sequence[Edge] = (),
    apart: Sequence[Edge] = (),
) -> Network:  # fmt: skip
    return Network(
        targets=tuple(by_subject[name][0] for name in names),
        alerts=tuple(one.alert.id for name in names for one in by_subject[name][1:] if one.alert),
        edges=tuple(edges),
        apart=tuple(apart),
    )


def links_of(ledger: Ledger, network: Network) -> Evidence:
    """The evidence of what joins the subjects of a network, to be merged into its case."""
    return toolbox.call(ledger, "links", tuple(target.subject for target in network.targets))


def _by_subject(ledger: Ledger, targets: Sequence[Target]) -> dict[str, list[Target]]:
    """Of each subject the target that stands for all of its own, then each of these, the weightiest first."""
    places = alerts.by_weight(ledger, [t.alert.id for t in targets if t.alert])
    last = len(places)

    def place(target: Target) -> tuple[int, str, int, int]:
        since, until = target.subject.since, target.subject.until
        at = places.get(target.alert.id, last) if target.alert else last
        return at, target.subject.id, since or 0, until or 0

    found: dict[str, list[Target]] = {}
    for target in sorted(dict.fromkeys(targets), key=place):
        found.setdefault(target.subject.id, []).append(target)
    return {name: [_of_all(ones), *ones] for name, ones in found.items()}


def _of_all(ones: Sequence[Target]) -> Target:
    """The leading target in a window that holds those of all; an open end stays open, and its case stays its own."""
    since = [one.subject.since for one in ones if one.subject.since is not None]
    until = [one.subject.until for one in ones if one.subject.until is not None]
    window = {
        "since": min(since) if len(since) == len(ones) else None,
        "until": max(until) if len(until) == len(ones) else None,
    }
    subject = ones[0].subject.model_copy(update=window)
    return ones[0] if subject == ones[0].subject else replace(ones[0], subject=subject, named=ones[0].case_id)


def _edges(ledger: Ledger, targets: Sequence[Target]) -> list[Edge]:
    """What joins them, the strongest first: by kind, then what the fewest share, then by name."""
    ids = sorted(targets, key=lambda target: target.subject.id)
    answer = toolbox.call(ledger, "links", tuple(target.subject for target in ids), limit=100_000)
    sharing: dict[tuple[str, str], dict[str, str]] = {}  # who shares a thing, each with the kind of link it is to it
    pairs: set[tuple[str, str]] = set()
    for row in answer.rows:
        subject, kind = str(row["subject"]), str(row["link"])
        thing = str(row["counterparty"] or row["device"] or row["ip"])
        if kind == "transfer":
            pairs.add((min(subject, thing), max(subject, thing)))
            continue
        nature = kind if kind in ("device", "ip") else "address"
        sharing.setdefault((nature, thing), {})[subject] = kind
    found = [Edge("transfer", "", pair) for pair in pairs]
    found += [Edge(_kind(kinds), thing, tuple(sorted(kinds))) for (_, thing), kinds in sharing.items()]
    return sorted(found, key=lambda e: (KINDS.index(e.kind), len(e.subjects), e.shared, e.subjects))


def _kind(kinds: Mapping[str, str]) -> str:
    """The kind of a thing by what it is to those who share it; a payer to one and a payee to another is an address."""
    return next(iter(kinds.values())) if len(set(kinds.values())) == 1 else "address"


def _grouped(names: Sequence[str], edges: Sequence[Edge], most: int) -> dict[str, str]:
    """Of each name the one that stands for its group; a pair that would make a group too large joins nobody."""
    above = {name: name for name in names}
    size = dict.fromkeys(names, 1)

    def top(name: str) -> str:
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for one, other in _pairs(edges):
        left, right = top(one), top(other)
        if left != right and size[left] + size[right] <= most:
            above[right] = left
            size[left] += size[right]
    return {name: top(name) for name in names}


def _pairs(edges: Sequence[Edge]) -> Iterator[tuple[str, str]]:
    for edge in edges:
        yield from combinations(edge.subjects, 2)
