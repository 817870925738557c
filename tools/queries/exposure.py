"""What kinds of services and offences stand at the other end of an account's value: by label, direct and indirect."""

from decimal import Decimal
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Evidence, Fact, Reach, Row, Side, Table
from casewright.knowledge.records import Subjects
from casewright.tools.labels import OWN, Label, risk_rank
from casewright.tools.queries._question import Question, Span, counted
from casewright.tools.queries._shape import column, columns
from casewright.tools.queries._traced import LABEL, fact, told_caps
from casewright.tools.trace import each_once, statement, walks
from casewright.tools.traced import Arrivals, Caps, Part, Walk, amount, arrivals, labelled, parts, total
from casewright.tools.warehouse import Ledger, asked_text

_SIDES: tuple[Side, Side] = ("in", "out")
_REACHES: tuple[Reach, Reach] = ("direct", "indirect")


def exposure(
    ledger: Ledger,
    subjects: Subjects,
    *,
    hops: Annotated[int, Field(ge=1, le=20)] = 3,
    min_usd: Annotated[Decimal, Field(ge=0)] = Decimal(0),
    fan_out: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000,
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 500,
) -> Evidence:
    """List the labelled addresses that each account's value came from (in) or went to (out), the riskiest first.

    Direct is a transfer with the account itself; indirect is two or more hops away, in order of time, as `trace`
    follows them. The value is that of the transfers at the labelled address, added up: an upper bound of what is the
    account's own, since value mixes on the way. A label that became known after the window counts, its date is told.
    An address stands under each risky category that its labels name. The house's own and custodial addresses are left
    out and counted.

    hops: the most transfers in a row
    min_usd: smaller transfers are not followed, nor, where this is above 0, those of unknown value
    fan_out: an address with more transfers is not followed through; of the subject's own the largest are
    limit: rows listed for each account; the facts count all
    """
    each_once(subjects)
    caps = Caps(hops=hops, min_usd=min_usd, fan_out=fan_out)
    report = _Report(ledger, caps, limit)
    for side in _SIDES:
        for walk in walks(ledger, subjects, caps, backward=side == "in"):
            report.add(walk, side)
    statements = [statement(caps, backward=side == "in") for side in _SIDES]
    query = "\n".join([asked_text(subjects), *(f"{text};" for text in statements)]) + "\n"
    return report.answer(Question(ledger, subjects, "exposure", query))


class _Report:
    """The answer in the making: sources first, then destinations."""

    def __init__(self, ledger: Ledger, caps: Caps, limit: int) -> None:
        self.ledger, self.caps, self.limit = ledger, caps, limit
        self.foreign = ledger.currency != "USD"
        self.found: dict[str, list[tuple[tuple[Any, ...], Row]]] = {}
        self.others: dict[tuple[str, str], list[Row]] = {}
        self.facts: list[Fact] = []
        self.spans: dict[str, Span] = {}
        self.cut: dict[str, list[str]] = {}

    def add(self, walk: Walk, side: Side) -> None:
        """Take up the traces of a walk in one direction."""
        arrived = {"direct": arrivals(walk, walk.hop == 1), "indirect": arrivals(walk, walk.hop > 1)}
        every = np.arange(len(walk.reached))
        labels, _ = labelled(walk, every)
        bearers = np.flatnonzero(np.isin(walk.reached, list(labels)))
        for part in parts(walk):
            if not part.transfers:
                continue
            name, told = part.subject.id, list(told_caps(part, self.caps, side))
            low, high = np.searchsorted(bearers, (part.reached.start, part.reached.stop))
            found = {at: labels[int(walk.reached[at])] for at in bearers[low:high].tolist()}
            own = [at for at, some in found.items() if some[0].category in OWN]
            if own:
                told.append(f"{counted(len(own), 'address', 'addresses')} of the house's own left out")
            if told:
                self.cut.setdefault(name, []).append(
                    f"{'sources' if side == 'in' else 'destinations'}: {'; '.join(told)}"
                )
            for at in own:
                del found[at]
            self._count(part, side, len(found), len(own))
            for reach in _REACHES:
                self._list(part, side, reach, found, arrived[reach])
            for at, some in found.items():
                self._note_others(part, at, some)

    def _count(self, part: Part, side: Side, bearers: int, own: int) -> None:
        """How much of what was reached is labelled, and what was searched."""
        first, last = int(part.epochs.min()), int(part.epochs.max())
        before = self.spans.get(part.subject.id, Span(0, first, last))
        span = Span(before.records + part.transfers, min(before.first or first, first), max(before.last or last, last))
        self.spans[part.subject.id] = span
        reached, where = part.reached.stop - part.reached.start, "among the sources" if side == "in" else "reached"
        for name, value, of, means in (
            ("addresses_traced", reached, None, f"addresses {where} within the hop limit"),
            ("labelled_addresses", bearers, reached, f"addresses {where} that bear a label, the house's own left out"),
            ("own_addresses", own, reached, f"addresses {where} that are the house's own or custodial"),
        ):
            about = part.subject.id
            self.facts.append(fact(name, value, "count", about, unit="addresses", means=means, side=side, of=of))

    def _list(self, part: Part, side: Side, reach: Reach, found: dict[int, list[Label]], arrived: Arrivals) -> None:
        names, by_category = part.walk.onward.names, dict[str, list[int]]()
        for at, labels in found.items():
            if not arrived.transfers[at]:
                continue
            cents, name = int(arrived.cents[at]), names[part.walk.reached[at]]
            for label in labels:
                by_category.setdefault(label.category, []).append(at)
                row: Row = {"subject": part.subject.id, "direction": side, "id": name, **label._asdict()}
                row |= {"hop": int(arrived.hop[at]), "reach": reach, "transfers": int(arrived.transfers[at])}
                row["usd"] = amount(cents)
                if self.foreign:
                    row["local"] = amount(int(arrived.local_cents[at]))
                row |= {"at": iso(int(arrived.first[at])), "last_at": iso(int(arrived.last[at]))}
                place = (risk_rank(label.category), reach, side, -cents, name)
                self.found.setdefault(part.subject.id, []).append((place, row))
        for category, some in sorted(by_category.items(), key=lambda entry: (risk_rank(entry[0]), entry[0])):
            these = np.array(some, np.int64)
            sums = total(arrived.cents[these]), total(arrived.local_cents[these])
            self._sum(part.subject.id, side, reach, category, *sums)

    def _sum(self, about: str, side: Side, reach: Reach, category: str, cents: int, local: int) -> None:
        means = f"transfers {'from' if side == 'in' else 'to'} addresses labelled {category}, {reach}, added up"
        bound = "" if reach == "direct" else "; an upper bound of what is the account's own"
        for word, unit, value in (("usd", "USD", cents), ("local", self.ledger.currency, local))[: 1 + self.foreign]:
            if (known := amount(value)) is not None:
                more = {"unit": unit, "means": means + bound, "side": side, "reach": reach, "status": "completed"}
                self.facts.append(fact(f"exposure_{category}_{word}", known, "money", about, **more))

    def _note_others(self, part: Part, at: int, told: list[Label]) -> None:
        name = part.walk.onward.names[part.walk.reached[at]]
        others = [label for label in part.walk.labels.others(name) if label not in told]
        self.others[part.subject.id, name] = [
            {"subject": part.subject.id, "id": name, **label._asdict()} for label in others
        ]

    def answer(self, question: Question) -> Evidence:
        """The evidence of all subjects, in their order, the riskiest rows first."""
        rows: list[Row] = []
        for subject in question.subjects:
            some = sorted(self.found.get(subject.id, ()), key=lambda entry: entry[0])
            rows += [row for _, row in some[: self.limit]]
            if len(some) > self.limit:
                told = f"{self.limit:,} of {len(some):,} rows listed, the riskiest first"
                self.cut.setdefault(subject.id, []).append(told)
        shown = {(row["subject"], row["id"]) for row in rows}
        others = tuple(row for key, some in self.others.items() if key in shown for row in some)
        tables = [
            Table.model_construct(name="rows", columns=columns(self.ledger, *_ROWS), rows=tuple(rows)),
            Table.model_construct(name="other_labels", columns=columns(self.ledger, *_OTHERS), rows=others),
        ]
        way = f"within {counted(self.caps.hops, 'hop', 'hops')}, back and onward,"
        nouns = (f"transfer followed {way}", f"transfers followed {way}")
        cut = {name: "; ".join(told) for name, told in self.cut.items()}
        return question.answer(tables, self.facts, self.spans, nouns=nouns, found=set(self.found), cut=cut)


_ROWS = (
    "subject",
    column("direction", means="in: a source of the account's value; out: a destination of it"),
    column("id", means="the address that bears the label"),
    *LABEL,
    column("hop", "count", "hops", "the fewest hops between the account and it"),
    column("reach", "word", "reach", "direct: a transfer with the account itself; indirect: over others"),
    column("transfers", means="the transfers at this address along the trace"),
    "usd",
    column("at", means="the first of them"),
    "last_at",
)
_OTHERS = ("subject", column("id", means="the address that bears this label too"), *LABEL)
