"""What an account did in its window and before: totals each way, extremes, trades, fees, attempts, own history."""

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

from casewright.knowledge.clock import iso, local_date
from casewright.knowledge.evidence import Evidence, Fact, Side, Table
from casewright.knowledge.records import Subjects
from casewright.tools.queries._question import Span, asking
from casewright.tools.queries._shape import (
    ECHO,
    IN_OUT,
    LEGS,
    NOTHING,
    Measure,
    columns,
    currencies,
    day_number,
    facts_of,
    money,
    money_measures,
    table,
)
from casewright.tools.warehouse import Ledger

_NOTHING: dict[str, Any] = {"transfers": 0, "counterparties": 0, "usd": NOTHING, "local": NOTHING}
# What is told apart from value moved: a sort, the stem of its facts, what is counted, what it means.
_APART = (
    ("trade", "traded", "trades", "exchanged in trades"),
    ("fee", "fees", "", "paid in fees"),
    ("self", "self", "self_transfers", "sent from the account to itself"),
)
_DONE = {"moved", *(sort for sort, *_ in _APART)}  # other sorts are states of what did not complete, and `echo`
# What was rolled up: by direction and sort, by sort, and the whole period.
Part = dict[str, Any]
Parts = dict[tuple[str, bool, str | None, str | None], Part]


def account_profile(ledger: Ledger, subjects: Subjects) -> Evidence:
    """Tell what each account received and sent in its window, and beside it what it had done before.

    Counts and sums are of completed transfers; trades, fees and transfers to itself are told apart, and so are
    attempts that did not complete, by status. Facts of the time before the window begin with `before_`; a window
    without a beginning has none.
    """
    with asking(ledger, subjects, "account_profile") as question:
        parts = _rolled_up(question.dicts(_query(ledger)), [word for word, _ in currencies(ledger)])
        known = list(dict.fromkeys(subject for subject, *_ in parts))
        begun = {s.id: s.since for s in subjects if s.since is not None}
        facts = [*_facts(ledger, parts, known, "")]
        facts += _facts(ledger, parts, [name for name in known if name in begun], "before_")
        facts += _history(ledger, parts, begun)
        spans = {name: _span(parts.get((name, True, None, None))) for name in known}
        tables = (_table(ledger, parts, "rows"), _table(ledger, parts, "before"))
        return question.answer(tables, facts, spans, found=known)


def _query(ledger: Ledger) -> str:
    """The measures of each period, direction and sort.

    Different ones are counted by way of lists, and rolled up in Python: distinct aggregates and grouping sets cost
    DuckDB three times as long in planning as this whole query takes.
    """
    words = [word for word, _ in currencies(ledger)]
    median = ", ".join(f"quantile_disc({w}, 0.5) as median_{w}, count({w}) as valued_{w}" for w in words)
    largest = ", ".join(["usd", "-epoch", "counterparty", *words[1:]])
    return f"""
with mine as (
    select s.nr, s.id as subject, l.epoch >= s.since as inside, l.direction, l.epoch, l.counterparty, l.usd, l.local,
        l.status = 'completed' as done, coalesce(l.amount, cast(l.usd as decimal(38, 18))) % 100 = 0 as round,
        case when {ECHO} then 'echo' when l.status <> 'completed' then l.status
            when l.kind in ('trade', 'fee') then l.kind when l.counterparty = l.account then 'self'
            else 'moved' end as sort
    from {LEGS} where l.epoch < s.until
)
select nr, subject, inside, direction, sort, count(*) as transfers,
    len(list_distinct(list(counterparty))) as counterparties, {money(ledger, "sum({})")}, {median},
    max(({largest})) filter (usd is not null) as largest, count(*) filter (round) as round,
    min(epoch) as first, max(epoch) as last,
    list_distinct(list({day_number(ledger, "epoch")}) filter (done)) as days
from mine group by nr, subject, inside, direction, sort"""


_ORDER = itemgetter("nr", "inside", "sort", "direction")  # sorting in DuckDB costs a fifth of the query


def _rolled_up(groups: Iterable[Part], words: list[str]) -> Parts:
    """The parts by subject, period, direction and sort; with those of both directions, and of the whole period."""
    parts: Parts = {}
    for group in sorted(groups, key=_ORDER):
        subject, inside, sort = group["subject"], bool(group["inside"]), group["sort"]
        parts[subject, inside, group["direction"], sort] = _told(group)
        whole = parts.setdefault((subject, inside, None, None), {"transfers": 0, "attempts": 0, "on": set()})
        whole["transfers"] += group["transfers"]
        whole["on"].update(group["days"] or ())
        _stretch(whole, "", group)
        if sort in _DONE:
            _stretch(whole, "done_", group)
            if sort == "moved":
                _stretch(whole, "moved_", group)
        elif sort != "echo":
            whole["attempts"] += group["transfers"]
            both = parts.setdefault((subject, inside, None, sort), {"transfers": 0})
            both["transfers"] += group["transfers"]
            for word in words:
                if group[word] is not None:
                    whole[f"attempts_{word}"] = whole.get(f"attempts_{word}", NOTHING) + group[word]
                    both[word] = both.get(word, NOTHING) + group[word]
    for (_, _, side, sort), whole in parts.items():
        if side is None and sort is None:
            whole["days"] = len(whole["on"])
            for end in ("first", "last"):
                whole[f"{end}_moved"] = iso(whole[f"moved_{end}"]) if f"moved_{end}" in whole else None
    return parts


def _stretch(whole: Part, name: str, group: Part) -> None:
    """Let the whole's first and last reach over the group's."""
    whole[f"{name}first"] = min(whole.get(f"{name}first", group["first"]), group["first"])
    whole[f"{name}last"] = max(whole.get(f"{name}last", group["last"]), group["last"])


def _told(part: Part) -> Part:
    """The part with what is read off it: its ends, the largest transfer, the mean, how many had no value."""
    if part["sort"] != "moved":
        return part
    part["first_at"], part["last_at"] = iso(part["first"]), iso(part["last"])
    if part["largest"]:
        part["largest_usd"], minus_epoch, part["largest_other"], *local = part["largest"]
        part["largest_local"] = local[0] if local else None
        part["largest_at"] = iso(-minus_epoch)
    for word in ("usd", "local"):
        valued = part.get(f"valued_{word}")
        part[f"mean_{word}"] = round(part[word] / valued, 2) if valued else None
    part["unvalued"] = (part["transfers"] - part["valued_usd"]) or None
    return part


def _facts(ledger: Ledger, parts: Parts, known: list[str], prefix: str) -> Iterator[Fact]:
    """The facts of one period."""
    inside = not prefix

    def of(side: str | None, sort: str | None, otherwise: Part | None) -> list[Part]:
        found = ((name, parts.get((name, inside, side, sort), otherwise)) for name in known)
        return [{**part, "subject": name} for name, part in found if part is not None]

    for side in IN_OUT:
        yield from facts_of(of(side, "moved", _NOTHING), _moved(ledger, prefix, side))
    yield from facts_of(of(None, None, {"days": 0, "attempts": 0}), _whole(ledger, prefix))
    for sort, name, unit, means in _APART:
        yield from facts_of(of("out", sort, _NOTHING), _apart(ledger, prefix, name, unit, means))
    for status in sorted(_undone_sorts(parts, inside)):
        yield from facts_of(of(None, status, None), _undone(ledger, prefix, status))


def _undone_sorts(parts: Parts, inside: bool) -> set[str]:
    return {sort for _, within, side, sort in parts if sort and side is None and within is inside}


def _when(prefix: str) -> str:
    return "before the window" if prefix else "in the window"


def _moved(ledger: Ledger, prefix: str, side: Side) -> list[Measure]:
    told = f"{'received' if side == 'in' else 'sent'} {_when(prefix)}"
    count = f"{prefix}transfers_{side}"
    most: dict[str, Any] = {"rank": "largest", "other": "largest_other"}
    whole, unknown = f"in whole hundreds of their asset, {told}", f"of unknown value, {told}"
    by_count = [
        Measure(count, "count", "transfers", told, row="transfers"),
        Measure(f"{prefix}counterparties_{side}", "count", "counterparties", told, row="counterparties"),
        Measure(f"{prefix}round_transfers_{side}", "count", "transfers", whole, row="round", of="transfers"),
        Measure(f"{prefix}unvalued_transfers_{side}", "count", "transfers", unknown, row="unvalued", of="transfers"),
        Measure(f"{prefix}first_{side}_at", "time", "", f"first {told}", row="first_at", rank="first"),
        Measure(f"{prefix}last_{side}_at", "time", "", f"last {told}", row="last_at", rank="last"),
        Measure(f"{prefix}largest_{side}_at", "time", "", f"when most was {told}", row="largest_at", **most),
    ]
    by_value = [
        *money_measures(ledger, f"{prefix}{side}flow", f"{told}, without trades and fees", row=""),
        *money_measures(ledger, f"{prefix}largest_{side}", f"most at once {told}", row="largest", **most),
        *money_measures(ledger, f"{prefix}median_{side}", f"half of those {told} were at most this", row="median"),
        *money_measures(ledger, f"{prefix}mean_{side}", f"average of those {told}", row="mean"),
    ]
    return [measure.at(side, "completed") for measure in by_count + by_value]


def _whole(ledger: Ledger, prefix: str) -> list[Measure]:
    when = _when(prefix)
    done = [
        Measure(f"{prefix}first_at", "time", "", f"first received or sent {when}", row="first_moved", rank="first"),
        Measure(f"{prefix}last_at", "time", "", f"last received or sent {when}", row="last_moved", rank="last"),
        Measure(f"{prefix}active_days", "count", "days", f"local days {when} on which anything completed", row="days"),
    ]
    undone = [
        Measure(f"{prefix}attempts", "count", "transfers", f"that did not complete {when}", row="attempts"),
        *money_measures(ledger, f"{prefix}attempts", f"that did not complete {when}", row="attempts"),
    ]
    return [m.at("", "completed") for m in done] + [m.at("", "not completed") for m in undone]


def _apart(ledger: Ledger, prefix: str, name: str, unit: str, means: str) -> list[Measure]:
    means = f"{means} {_when(prefix)}"
    sums = money_measures(ledger, f"{prefix}{name}", means, row="")
    noun = "trades" if unit == "trades" else "transfers"
    counts = [Measure(f"{prefix}{unit}", "count", noun, means, row="transfers")] if unit else []
    return [measure.at("out" if name == "fees" else "", "completed") for measure in counts + sums]


def _undone(ledger: Ledger, prefix: str, status: str) -> list[Measure]:
    means = f"{status.replace('_', ' ')} {_when(prefix)}"
    count = Measure(f"{prefix}{status}_transfers", "count", "transfers", means, row="transfers")
    return [m.at("", status) for m in [count, *money_measures(ledger, f"{prefix}{status}", means, row="")]]


def _history(ledger: Ledger, parts: Parts, begun: dict[str, int]) -> list[Fact]:
    """How long before its window an account was in use."""
    records = []
    for subject, since in begun.items():
        first = parts.get((subject, False, None, None), {}).get("done_first")
        if first is not None:
            days = local_date(since, ledger.timezone) - local_date(first, ledger.timezone)
            records.append({"subject": subject, "history_days": days.days})
    means = "local days from its first completed transfer to the window"
    return facts_of(records, [Measure("history_days", "count", "days", means)])


def _table(ledger: Ledger, parts: Parts, name: str) -> Table:
    """The totals each way, a line for each direction that was used."""
    used = "subject direction transfers counterparties usd largest_usd first_at last_at"
    head = columns(ledger, *used.split())
    moved = (part for (_, inside, side, sort), part in parts.items()
             if sort == "moved" and side and inside is (name == "rows"))  # fmt: skip
    return table(head, ([part.get(column.name) for column in head] for part in moved), name)


def _span(part: Part | None) -> Span:
    return Span(part["transfers"], part["first"], part["last"]) if part else Span(0)
