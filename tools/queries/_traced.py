"""The rows, ends and facts of traces, and what their caps left out in words."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Evidence, Fact, Row, Side, Table
from casewright.tools.labels import Label
from casewright.tools.onward import Ints
from casewright.tools.queries._question import Question, Span, counted
from casewright.tools.queries._shape import column, columns
from casewright.tools.traced import Arrivals, Caps, Part, Stop, Walk, amount, arrivals, labelled, parts, total
from casewright.tools.warehouse import Ledger

UNRESOLVED = "unresolved"  # the category of an end that bears no label
_HUBS_TOLD = 3
LABEL = ("label", "category", "label_source", "label_at", "label_confidence")


class Report:
    """The answer in the making, walk by walk."""

    def __init__(self, ledger: Ledger, caps: Caps, direction: str, limit: int) -> None:
        self.ledger, self.caps, self.direction, self.limit = ledger, caps, direction, limit
        self.side: Side = "out" if direction == "forward" else "in"
        self.foreign = ledger.currency != "USD"
        self.other_labels: list[Row] = []
        self.labels: dict[int, list[Label]] = {}  # of the ends of the walk at hand, by account
        self.rows: list[Row] = []
        self.ends: list[Row] = []
        self.facts: list[Fact] = []
        self.spans: dict[str, Span] = {}
        self.cut: dict[str, str] = {}

    def add(self, walk: Walk) -> None:
        """Take up the traces of a walk."""
        found, arrived = list(parts(walk)), arrivals(walk, ~walk.passed)
        stops = self._stops(walk, arrived)
        starts = np.array([subject.id for subject in walk.subjects], object)
        again = np.isin(walk.onward.number(starts), walk.onward.far(walk.place))
        walk.labels.look_up(starts[again].tolist())  # what came back to a subject reached nobody new
        details = self._details(walk, np.concatenate([part.places[: self.limit] for part in found]))
        for part, ends in zip(found, stops, strict=True):
            name = part.subject.id
            span = (int(part.epochs.min()), int(part.epochs.max())) if part.transfers else ()
            self.spans[name] = Span(part.transfers, *span)
            cuts = [*told_caps(part, self.caps, self.side), *self._unlisted(part, len(ends))]
            if cuts:
                self.cut[name] = "; ".join(cuts)
            if part.transfers:
                self.rows += self._rows(part, details)
                self.ends += [self._end(part, at, arrived) for at in ends[: self.limit].tolist()]
                self._tell(part, ends, arrived)

    def _stops(self, walk: Walk, arrived: Arrivals) -> list[Ints]:
        """Where in the walk each subject's ends stand: the risky labels first, then others, each by what arrived."""
        at = np.flatnonzero(walk.stop != Stop.WENT_ON)
        self.labels, ranks = labelled(walk, at)
        number = walk.reached_number[at]
        order = np.lexsort((arrived.row[at], -arrived.cents[at], ranks, number))
        bounds = np.searchsorted(number, np.arange(1, len(walk.subjects)))
        return np.split(at[order], bounds)

    def _details(self, walk: Walk, places: Ints) -> dict[int, Row]:
        """What only the listed transfers need, by place."""
        rows = walk.onward.rows[places]
        found = self.ledger.rows(_DETAILS, rows=rows) if len(rows) else []
        by_row = {
            row: {"transfer": transfer, "asset": asset, "amount": amount} for row, transfer, asset, amount in found
        }
        return {place: by_row[row] for place, row in zip(places.tolist(), rows.tolist(), strict=True)}

    def _rows(self, part: Part, details: dict[int, Row]) -> list[Row]:
        onward, places, rows = part.walk.onward, part.places[: self.limit], []
        cells = (places, part.hops, part.epochs, onward.near(places), onward.far(places),
                 onward.cents[places], onward.local_cents[places])  # fmt: skip
        for place, hop, at, near, far, cents, local in zip(
            *(cell[: self.limit].tolist() for cell in cells), strict=True
        ):
            here, reached = onward.names[near], onward.names[far]
            source, target = (here, reached) if self.side == "out" else (reached, here)
            label = part.walk.labels.of(reached)
            row: Row = {"subject": part.subject.id, "hop": hop, "from": source, "to": target, "at": iso(at)}
            row["usd"] = amount(cents)
            if self.foreign:
                row["local"] = amount(local)
            row |= details[place]
            row |= {"id": reached, "label": label and label.label, "category": label and label.category}
            rows.append(row)
        return rows

    def _end(self, part: Part, at: int, arrived: Arrivals) -> Row:
        walk, account = part.walk, int(part.walk.reached[at])
        subject, name, labels = part.subject.id, walk.onward.names[account], self.labels.get(account)
        label = labels[0] if labels else None
        for other in walk.labels.others(name):
            self.other_labels.append({"subject": subject, "id": name, **other._asdict()})
        row: Row = {"subject": subject, "id": name, "label": label and label.label}
        row["category"] = label.category if label else UNRESOLVED
        row["reason"] = self._reason(part, Stop(int(walk.stop[at])), name)
        row |= {column: getattr(label, column, None) for column in LABEL[2:]}
        row |= {"hop": int(walk.reached_hop[at]), "transfers": int(arrived.transfers[at])}
        row["usd"] = amount(int(arrived.cents[at]))
        if self.foreign:
            row["local"] = amount(int(arrived.local_cents[at]))
        return row | {"at": iso(int(walk.reached_at[at])), "left_out": int(walk.left[at]) or None}

    def _reason(self, part: Part, stop: Stop, name: str) -> str:
        if stop == Stop.LABELLED:
            return f"labelled {part.walk.labels.ending(name)}; value cannot be followed through it"
        bound = part.subject.until if self.side == "out" else part.subject.since
        nothing = f"no {_WAY[self.side]} transfer in the {'data' if bound is None else 'window'}"
        return _CAPS.get(stop, nothing)

    def _unlisted(self, part: Part, ends: int) -> Iterator[str]:
        if part.transfers > self.limit:
            yield f"{self.limit:,} of {part.transfers:,} transfers listed, the nearest hops first"
        if ends > self.limit:
            yield f"{self.limit:,} of {ends:,} ends listed, labelled ones first"

    def _tell(self, part: Part, ends: Ints, arrived: Arrivals) -> None:
        """The facts of one subject."""
        by_category = self._by_category(part.walk, ends)
        about, unresolved = part.subject.id, len(by_category.get(UNRESOLVED, ()))
        followed = "transfers along which value can have moved"
        counts = (
            ("transfers_followed", part.transfers, "transfers", followed, None),
            (
                "reached",
                part.reached.stop - part.reached.start,
                "addresses",
                "addresses that it can have reached",
                None,
            ),
            ("hops", int(part.hops.max()), "hops", "the hop at which the last transfers were followed", None),
            ("ends", len(ends), "addresses", "addresses where the trace stopped", None),
            ("unresolved", unresolved, "addresses", "ends that bear no label", len(ends)),
            ("labelled_ends", len(ends) - unresolved, "addresses", "ends that bear a label", len(ends)),
        )
        self.facts += [fact(name, value, "count", about, unit=unit, means=means, of=of)
                       for name, value, unit, means, of in counts]  # fmt: skip
        first = part.places[part.hops == 1]
        means = "the transfers followed at the first hop, added up"
        cents, local = total(part.walk.onward.cents[first]), total(part.walk.onward.local_cents[first])
        self._money("first_hop", cents, local, means, about, "direct")
        for rank, at in (("first", part.epochs.min()), ("last", part.epochs.max())):
            means = f"the {rank} transfer followed"
            self.facts.append(fact(f"{rank}_at", iso(int(at)), "time", about, means=means, rank=rank))
        for category, some in by_category.items():
            self._tell_category(part, category, np.array(some, np.int64), len(ends), arrived)

    def _by_category(self, walk: Walk, ends: Ints) -> dict[str, list[int]]:
        """The ends of each category; one that bears labels of several categories stands with each."""
        found: dict[str, list[int]] = {}
        for at, account in zip(ends.tolist(), walk.reached[ends].tolist(), strict=True):
            labels = self.labels.get(account)
            for category in [label.category for label in labels] if labels else [UNRESOLVED]:
                found.setdefault(category, []).append(at)
        return found

    def _tell_category(self, part: Part, category: str, at: Ints, ends: int, arrived: Arrivals) -> None:
        way = "arrived at" if self.side == "out" else "left"
        kind = "ends without a label" if category == UNRESOLVED else f"ends labelled {category}"
        means = f"transfers that {way} {kind} along the trace, added up; an upper bound of what is the subject's"
        reach = "direct" if (part.walk.reached_hop[at] == 1).all() else "indirect"
        sums = total(arrived.cents[at]), total(arrived.local_cents[at])
        self._money(category, *sums, means, part.subject.id, reach)
        if category != UNRESOLVED:
            more = {"unit": "addresses", "means": kind, "of": ends}
            self.facts.append(fact(f"{category}_ends", len(at), "count", part.subject.id, **more))

    def _money(self, name: str, cents: int, local: int, means: str, about: str, reach: str) -> None:
        sums = [("usd", "USD", cents)] + ([("local", self.ledger.currency, local)] if self.foreign else [])
        for word, unit, value in sums:
            if (known := amount(value)) is not None:
                qualifiers = {"unit": unit, "means": means, "reach": reach, "side": self.side, "status": "completed"}
                self.facts.append(fact(f"{name}_{word}", known, "money", about, **qualifiers))

    def answer(self, question: Question) -> Evidence:
        """The evidence of all subjects."""
        way = f"{self.direction} within {counted(self.caps.hops, 'hop', 'hops')}"
        tables = [
            Table.model_construct(name="rows", columns=columns(self.ledger, *_ROWS), rows=tuple(self.rows)),
            Table.model_construct(name="ends", columns=columns(self.ledger, *_ENDS), rows=tuple(self.ends)),
            Table.model_construct(
                name="other_labels", columns=columns(self.ledger, *_OTHERS), rows=tuple(self.other_labels)
            ),
        ]
        nouns = (f"transfer followed {way}", f"transfers followed {way}")
        found = {str(row["subject"]) for row in self.rows}
        return question.answer(tables, self.facts, self.spans, nouns=nouns, found=found, cut=self.cut)


def told_caps(part: Part, caps: Caps, side: Side) -> Iterator[str]:
    """What the caps left out of one subject's trace, in words."""
    walk, nr, way = part.walk, part.nr, _WAY[side]
    stop = walk.stop[part.reached]
    if beyond := int((stop == Stop.HOPS).sum() + walk.late[nr]):
        yield f"hop limit {caps.hops}: {way} transfers of {counted(beyond, 'address', 'addresses')} not followed"
    hubs = part.reached.start + np.flatnonzero(stop == Stop.FAN_OUT)
    if len(hubs):
        largest = sorted((-int(walk.left[at]), walk.onward.names[walk.reached[at]]) for at in hubs)[:_HUBS_TOLD]
        told = ", ".join(f"{name} ({-left:,} {way} transfers)" for left, name in largest)
        more = f" and {len(hubs) - _HUBS_TOLD:,} more" if len(hubs) > _HUBS_TOLD else ""
        yield f"fan-out cap {caps.fan_out:,}: not followed through {told}{more}"
    if own := int(walk.unfollowed[nr]):
        yield f"fan-out cap {caps.fan_out:,}: of its own {own + caps.fan_out:,} transfers only the largest followed"
    if below := int(walk.below[nr]):
        yield f"min-usd {caps.min_usd:f}: {counted(below, 'transfer', 'transfers')} left out"
    if hop := int(walk.halted[nr]):
        yield f"size cap {caps.transfers:,} transfers: hop {hop} not taken, it would pass that"


_WAY: dict[Side, str] = {"out": "onward", "in": "earlier"}
_DETAILS = (
    "select l.rowid, l.transfer, l.asset, l.amount from legs l join (select unnest($rows) as row) p on l.rowid = p.row"
)
_CAPS = {
    Stop.BELOW_MIN_USD: "below min-usd",
    Stop.FAN_OUT: "fan-out cap",
    Stop.HOPS: "hop limit",
    Stop.SIZE: "size cap",
}
_ROWS = (
    "subject",
    column("hop", "count", "hops", "the fewest hops at which the trace reaches this transfer"),
    *("from", "to", "at", "usd", "transfer", "asset", "amount"),
    column("id", means="the address that the trace reached by it, which bears the label"),
    *("label", "category"),
)
_ENDS = (
    "subject",
    column("id", means="the address where the trace stopped"),
    *("label", "category"),
    column("reason", "word", "reason", "why it stopped there"),
    *("label_source", "label_at", "label_confidence"),
    column("hop", "count", "hops", "the fewest hops to it"),
    column("transfers", means="the transfers along the trace that reached it"),
    "usd",
    column("at", means="the first moment when value can have reached it (back: the last when it can have left)"),
    column("left_out", "count", "transfers", "its further transfers that were not followed"),
)
_OTHERS = ("subject", column("id", means="the address that bears this label too"), *LABEL)


def fact(name: str, value: Decimal | int | str, kind: str, about: str, **more: Any) -> Fact:
    """A fact whose value has the type of its kind already."""
    return Fact.model_construct(name=name, value=value, kind=kind, about=about, **more)
