"""Which deposits became which withdrawals and trades, lot by lot, by three methods side by side."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import Field

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Table
from casewright.knowledge.records import Subjects
from casewright.tools.attribution import METHODS, Event, Kind, Method, order
from casewright.tools.lots import FIRST, OPENING, TOGETHER
from casewright.tools.queries._attributed import Attributed, Move, money_of, units
from casewright.tools.queries._question import asking, counted, spans_of
from casewright.tools.queries._shape import (
    LEGS,
    Measure,
    column,
    columns,
    currencies,
    facts_of,
    money_measures,
)
from casewright.tools.warehouse import Ledger

_IN_WORDS: dict[Method, str] = {
    "fifo": "by FIFO (what came in first leaves first)",
    "lifo": "by LIFO (what came in last leaves first)",
    "pro_rata": "pro rata (everything held leaves in proportion)",
}


def attribution(
    ledger: Ledger,
    subjects: Subjects,
    *,
    method: Literal["all", "fifo", "lifo", "pro_rata"] = "all",
    limit: Annotated[int, Field(ge=1, le=10_000)] = 20,
    parts: Annotated[int, Field(ge=1, le=10_000)] = 5,
) -> Evidence:
    """Tell how much of which deposit became which withdrawal and trade of each account in its window, and how it came.

    Completed transfers in native amounts, from the account's first on; through trades and fees, whatever the network.
    In the same second credits come first, then trades, then withdrawals, then fees, each by the transfer's id. What
    left without having come in is told as the opening balance. Methods are conventions: they tell what could be said
    of value that mixes, and where they agree it is certain.

    method: fifo (first in first out), lifo (last in first out), pro_rata (in proportion), or all of them
    limit: withdrawals, trades and deposits listed for each account, those of the largest value are kept
    parts: deposits told one by one of each withdrawal or trade, the largest; the others are told together
    """
    methods = METHODS if method == "all" else (method,)
    words = [word for word, _ in currencies(ledger)]
    with asking(ledger, subjects, "attribution") as question:
        found = question.rows(_legs(words))
    tables: dict[str, list[Row]] = {name: [] for name in ("rows", "totals", "trades", "deposits")}
    facts: list[Fact] = []
    cut: dict[str, str] = {}
    spans = []
    for nr, rows in groupby(found, key=lambda row: row[0]):
        subject, legs = subjects[nr].id, list(rows)
        spans.append((subject, len(legs), legs[0][1], legs[-1][1]))
        moves, unknown = _moves(legs)
        account = Attributed(moves, methods, limit, parts, words)
        told = {"rows": account.rows, "trades": account.trade_rows, "deposits": account.deposit_rows}
        told["totals"] = _totals(account) if account.withdrawals else []
        for name, some in told.items():
            same = dict.fromkeys(("subject", *_PARTIES.get(name, ())), subject)
            tables[name] += [same | row for row in some]
        facts += _facts(ledger, subject, account, unknown)
        if left_out := "; ".join(_left_out(account, limit)):
            cut[subject] = left_out
    heads = _heads(ledger)
    ordered = [_table(name, heads[name], rows) for name, rows in tables.items()]
    return question.answer(ordered, facts, spans_of(spans), cut=cut, from_start=True)


def _legs(words: Sequence[str]) -> str:
    """The account's own legs up to the window's end; of a trade first what was given, then what was got.

    An amount that is not known counts as its value where the asset is USD itself.
    """
    return f"""
select s.nr, l.epoch, l.transfer, l.direction, l.kind, l.counterparty, l.counterparty = l.account as own, l.asset,
    coalesce(l.amount, if(l.asset = 'USD', cast(l.usd as decimal(38, 18)), null)) as amount,
    l.epoch >= s.since as inside, {", ".join(f"l.{word}" for word in words)}
from {LEGS} where l.epoch < s.until and l.status = 'completed' and (l.kind = 'trade' or l.counterparty <> l.account)
order by s.nr, l.epoch, l.transfer, l.direction desc"""


def _moves(legs: Sequence[tuple[Any, ...]]) -> tuple[list[Move], int]:
    """The account's moves in order, and how many have an amount that is not known.

    Such a credit, withdrawal or fee is left out; such a side of a trade counts as nothing.
    """
    moves: list[Move] = []
    unknown = 0
    given: tuple[str, int] = ("", 0)
    for _, at, transfer, direction, kind, other, own, asset, amount, inside, *money in legs:
        whole = units(amount)
        unknown += whole is None
        cents = tuple(None if value is None else int(value * 100) for value in money)
        if own and direction == "out":
            given = asset, whole or 0
        elif own:
            event = Event(at, "trade", transfer, *given, asset, whole or 0)
            moves.append(Move(event, other, cents, inside))
        elif whole is not None:
            what: Kind = "credit" if direction == "in" else "fee" if kind == "fee" else "debit"
            moves.append(Move(Event(at, what, transfer, asset, whole), other, cents, inside))
    moves.sort(key=lambda move: order(move.event))
    return moves, unknown


def _totals(account: Attributed) -> list[Row]:
    return [
        {
            "method": method,
            "explained_share": tally.share(TOGETHER, FIRST),
            "opening_share": tally.share(OPENING),
            "together_share": tally.share(TOGETHER),
            "median_dwell": tally.median_dwell(),
            "deposits": len(tally.sources),
        }
        for method, tally in account.tallies.items()
    ]


def _left_out(account: Attributed, limit: int) -> Iterator[str]:
    for what, moves in (
        ("withdrawals", account.withdrawals),
        ("trades", account.trades),
        ("deposits", account.credits),
    ):
        if len(moves) > limit:
            yield f"{limit:,} of {len(moves):,} {what} listed, those of the largest value"
    for method, book in account.books.items():
        together = sum(book.fate(source).together > 0 for source in range(FIRST, FIRST + len(account.deposits)))
        if together:
            told = f"more than {book.most_lots:,} lots of an asset: the smallest, of"
            yield f"{method}: {told} {counted(together, 'deposit', 'deposits')}, are not told apart"


def _facts(ledger: Ledger, subject: str, account: Attributed, unknown: int) -> list[Fact]:
    record: dict[str, Any] = {"subject": subject, "unknown": unknown or None}
    if account.withdrawals:
        record["withdrawals"] = len(account.withdrawals)
        record["unvalued"] = sum(move.cents[0] is None for move in account.withdrawals) or None
        for nr, word in enumerate(account.money):
            known = [cents for move in account.withdrawals if (cents := move.cents[nr]) is not None]
            record[f"withdrawn_{word}"] = money_of(sum(known)) if known else None
        for line in _totals(account):
            record |= {f"{line['method']}_{name}": value for name, value in line.items()}
            record[f"{line['method']}_together_share"] = line["together_share"] or None
    if worst := account.difference:
        for word, cents in zip(account.money, worst.cents, strict=True):
            record[f"largest_difference_{word}"] = None if cents is None else money_of(cents)
        record |= {
            "largest_difference_share": worst.share,
            "largest_difference_at": iso(worst.move.event.at),
            "largest_difference_transfer": worst.move.event.transfer,
            "largest_difference_between": " and ".join(worst.between),
        }
    return facts_of([record], _measures(ledger, account.methods))


def _measures(ledger: Ledger, methods: Sequence[Method]) -> list[Measure]:
    told = [
        Measure("withdrawals", "count", "withdrawals", "sent out of the account in the window", side="out"),
        Measure("unvalued_withdrawals", "count", "withdrawals", "of unknown value, without a part in the shares",
                row="unvalued", of="withdrawals", side="out"),
        Measure("unknown_amounts", "count", "legs", "of unknown amount, left out", row="unknown"),
        *money_measures(ledger, "withdrawn", "sent out of the account in the window", side="out"),
    ]  # fmt: skip
    for method in methods:
        by = _IN_WORDS[method]
        told += [
            Measure(f"{method}_explained_share", "share", "", f"of the value withdrawn came of deposits, {by}",
                    side="out"),
            Measure(f"{method}_opening_share", "share", "", f"of the value withdrawn was never seen to come, {by}",
                    side="out"),
            Measure(f"{method}_together_share", "share", "", f"of it came of deposits that are not told apart, {by}",
                    side="out"),
            Measure(f"{method}_deposits", "count", "deposits", f"told apart that fed the withdrawals, {by}", side="in"),
            Measure(f"{method}_median_dwell", "duration", "seconds", f"median by value until withdrawn, {by}"),
        ]  # fmt: skip
    which = "the withdrawal of which two methods lead most value back to different deposits"
    told += [
        *money_measures(ledger, "largest_difference", f"of {which}", side="out", rank="largest"),
        Measure("largest_difference_share", "share", "", f"that much of {which}", side="out", rank="largest"),
        Measure("largest_difference_at", "time", "", f"when: {which}", rank="largest"),
        Measure("largest_difference_transfer", "hash", "", which, rank="largest"),
        Measure("largest_difference_between", "word", "methods", f"the two methods of {which}", rank="largest"),
    ]
    return [measure.at(measure.side, "completed") for measure in told]


_PARTIES = {"rows": ("from",), "deposits": ("to",)}  # where the subject stands in a row beside `subject`


def _heads(ledger: Ledger) -> dict[str, tuple[Column, ...]]:
    method = column("method", "word", "method", "fifo, lifo or pro_rata")
    origin = (
        column("share", "share", means="of the whole withdrawal or trade"),
        column("origin", "word", "origin", "a deposit, other deposits, or the opening balance: never seen to come"),
        column("deposits", "count", "deposits", "that the row stands for"),
        column("deposit", "hash", means="our id of the deposit"),
        column("deposit_at", "time", means="when it came in"),
        column("deposit_from", "id", means="who sent it"),
        column("deposit_asset", "word", "asset", "the asset that came in"),
        column("deposit_amount", "native", means="how much of the deposit it is, in the deposit's asset"),
        "deposit_usd",
        column("dwell", "duration", "seconds", "from the deposit on"),
        column("conversions", "count", "trades", "on the way, the fewest where there are several ways"),
        column("via", "word", "route", "the assets on that way"),
    )
    when = ("subject", "at", "transfer")
    amount = column("amount", means="of the transfer's asset in this part")
    got = column("asset_in", "word", "asset", "what was got"), column("amount_in", "native", means="got for this part")
    fate = "of it, in its own asset"
    share = column("share", "share", means="of the deposit was withdrawn by the window's end")
    heads: dict[str, tuple[str | Column, ...]] = {
        "rows": (*when, "from", "counterparty", method, "asset", amount, "usd", *origin),
        "totals": (
            *("subject", method),
            column("explained_share", "share", means="of the value withdrawn came of deposits"),
            column("opening_share", "share", means="of the value withdrawn was never seen to come"),
            column("together_share", "share", means="of it came of deposits that are not told apart"),
            column("median_dwell", "duration", "seconds", "median by value from deposit to withdrawal"),
            column("deposits", "count", "deposits", "that fed the withdrawals"),
        ),
        "trades": (*when, method, "asset", amount, *got, "usd", *origin),
        "deposits": (
            *(*when, "counterparty", "to", method, "asset", column("amount", means="of the deposit"), "usd"),
            column("withdrawn", "native", means=f"withdrawn {fate}"),
            *(share, column("fees", "native", means=f"went into fees {fate}")),
            column("held", "native", means=f"still held at the window's end {fate}, in whatever it was traded for"),
            column("lost", "native", means=f"given in trades that got nothing for it {fate}"),
            column("together", "native", means=f"no longer told apart {fate}"),
        ),
    }
    return {name: columns(ledger, *wanted) for name, wanted in heads.items()}


def _table(name: str, head: tuple[Column, ...], rows: Sequence[Row]) -> Table:
    """The rows with every column, None where a row has none."""
    whole = tuple({field.name: row.get(field.name) for field in head} for row in rows)
    return Table.model_construct(name=name, columns=head, rows=whole)
