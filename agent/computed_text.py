"""An indicator computed for some accounts: as machines get it, and for a person at a terminal."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from casewright.agent.memo.quote import in_words, one_of
from casewright.knowledge import clock
from casewright.knowledge.evidence import Fact, as_json
from casewright.knowledge.indicator import Indicator, Setting
from casewright.tools.comparison import Comparison, Past, Peers
from casewright.tools.computed import Computed
from casewright.tools.warehouse import Ledger

ROWS = 5  # of those that made a peak, on a terminal


def payload(one: Indicator, found: Sequence[Computed]) -> dict[str, Any]:
    """Of a single subject its answer; of several `results`, an answer each."""
    if len(found) == 1:
        return _answer(one, found[0])
    return {"name": one.name, "unit": one.unit, "results": [_answer(one, each) for each in found]}


def _answer(one: Indicator, each: Computed) -> dict[str, Any]:
    peak, made, beside = each.peak, each.made, each.comparison
    return {
        "name": one.name,
        "unit": one.unit,
        "subject": each.subject.id,
        "status": each.status,
        "reason": each.reason,
        "value": _number(each.value),
        "at": None if each.at is None else clock.iso(each.at),
        "peak": peak and made and {"value": _number(peak.value), "at": clock.iso(peak.at), "rows": made.rows,
                                   "rows_in_all": made.total},
        "peers": beside and (_peers(beside.peers) if beside.peers else {"size": 0, "reason": beside.reason}),
        "past": beside and beside.past and _past(beside.past),
    }  # fmt: skip


def _peers(peers: Peers) -> dict[str, Any]:
    return {
        "group": peers.group,
        "size": peers.size,
        "percentile": peers.percentile,
        "drawn_from": peers.drawn_from,
        "quartiles": [_number(value) for value in peers.quartiles],
        "too_small": peers.narrowest and {"group": peers.narrowest, "size": peers.narrowest_size},
    }


def _past(past: Past) -> dict[str, Any]:
    return {
        "periods": past.periods,
        "periods_with_value": past.valued,
        "median": _number(past.median),
        "highest": _number(past.highest),
    }


def _number(value: Decimal | None) -> Any:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else as_json("ratio", value)


def text(one: Indicator, settings: Mapping[str, Setting], found: Sequence[Computed], ledger: Ledger) -> str:
    """What it measures, then for each account its value, peak, what made that, peers and own past."""
    head = f"{one.name}: {one.in_full(settings, ledger.currency)}"
    return "\n\n".join([head, *("\n".join(_lines(one, each, ledger.timezone)) for each in found)])


def _lines(one: Indicator, each: Computed, zone: str) -> list[str]:
    if each.status != "found" or each.peak is None or each.made is None or each.at is None:
        return [f"{each.subject.id}: {each.status}", *([f"  {each.reason}"] if each.reason else [])]
    peak, rows = each.peak, each.made
    more = f" and {rows.total - ROWS:,} more" if rows.total > ROWS else ""
    shown = ", ".join(rows.rows[:ROWS]) + more
    now = "none" if each.value is None else in_unit(each.value, one)
    return [
        each.subject.id,
        f"  value  {now}, since {clock.time_text(clock.iso(each.at), zone)}",
        f"  peak   {in_unit(peak.value, one)}, first reached on {clock.time_text(clock.iso(peak.at), zone)}",
        f"  rows   {shown or 'none'}",
        *(_beside(one, each.comparison) if each.comparison else ()),
    ]


def _beside(one: Indicator, beside: Comparison) -> list[str]:
    lines = []
    if peers := beside.peers:
        drawn = f", drawn from {peers.drawn_from:,}" if peers.drawn_from else ""
        low, middle, high = (in_unit(value, one) for value in peers.quartiles)
        lines.append(f"  peers  higher than {peers.percentile}% of {peers.size:,} peers: {peers.group}{drawn}")
        lines.append(f"         their quartiles: {low}, {middle}, {high}")
        if peers.narrowest:
            lines.append(f"         a wider group, since of {peers.narrowest} there are {peers.narrowest_size:,}")
    else:
        lines.append(f"  peers  none: {beside.reason}")
    if past := beside.past:
        lines.append(f"  past   {_in_past(one, past)}")
    return lines


def _in_past(one: Indicator, past: Past) -> str:
    if not past.periods:
        return "no earlier period of the same length lies within its history"
    periods = f"{past.periods:,} earlier period{'' if past.periods == 1 else 's'} of the same length"
    if past.median is None or past.highest is None:
        return f"no value in {periods}"
    return (
        f"highest of {periods}: {in_unit(past.highest, one)}; "
        f"median of the {past.valued:,} with a value: {in_unit(past.median, one)}"
    )


def in_unit(value: Decimal, one: Indicator) -> str:
    """The value with its unit: `97.2%`, `USD 1,200.00`, `4 payers`, `2 hours`."""
    if one.kind == "count":
        return f"{value.normalize():,f} {one_of(one.unit) if value == 1 else one.unit}"
    whole = int(value) if one.kind == "duration" else value
    unit = one.unit if one.kind == "money" else ""
    return in_words(Fact(name=one.name, value=whole, kind=one.kind, unit=unit), "UTC")
