"""The indicators' peaks beside those of peers and of the account's own past."""

from collections.abc import Iterator
from decimal import Decimal

from casewright.knowledge.clock import iso
from casewright.knowledge.evidence import Column, Evidence, Fact, Row, Share, Table
from casewright.knowledge.indicator import Request
from casewright.knowledge.records import Subjects
from casewright.tools import peer_groups
from casewright.tools.comparison import Comparison, compared
from casewright.tools.indicators import catalogue, indicator
from casewright.tools.queries.indicators import COLUMNS as PEAK
from casewright.tools.queries.indicators import fact_of
from casewright.tools.warehouse import Ledger

COLUMNS = (
    *PEAK,
    Column(name="higher_than", kind="share", means="the share of these peers whose peak is lower, rounded down"),
    Column(name="peers", kind="count", unit="peers", means="peers with a value in the same window"),
    Column(name="group", kind="word", unit="peer group", means="who the peers are, as of the window's end"),
    Column(name="drawn_from", kind="count", unit="customers", means="the group of which 1,000 peers were drawn"),
    Column(name="too_small", kind="word", unit="peer group", means="the narrower group that was too small"),
    Column(name="too_small_size", kind="count", unit="customers", means="how many were in that"),
    Column(name="lower_quartile", kind="ratio", means="a quarter of the peers stays at or below this peak"),
    Column(name="median", kind="ratio", means="half of the peers stay at or below this peak"),
    Column(name="upper_quartile", kind="ratio", means="three quarters of the peers stay at or below this peak"),
    Column(name="periods", kind="count", unit="periods", means="earlier periods of the same length, at most twelve"),
    Column(name="periods_with_value", kind="count", unit="periods", means="those in which there was a value"),
    Column(name="past_median", kind="ratio", means="the median of the peaks of these periods"),
    Column(name="past_highest", kind="ratio", means="the highest of the peaks of these periods"),
    Column(name="reason", kind="word", unit="reason", means="why there are no peers"),
)
_CENT = Decimal("0.01")


def comparison(
    ledger: Ledger, subjects: Subjects, *, names: tuple[str, ...] = (), requests: tuple[Request, ...] = ()
) -> Evidence:
    """Compare each subject's indicators with its peers and with its own past.

    Peers are customers of the same KYC kind, country, age of account and activity in the same window; a group of fewer
    than 30 gives way to a wider one, which is told. The own past is the periods of the same length before the window.
    Without NAMES and REQUESTS all indicators are compared; those without a value are left out.

    names: indicators to compare with their default parameters
    requests: readings with other parameters, such as `new_payers(seconds=604800)`
    """
    wanted = [Request(indicator=name) for name in names] + list(requests)
    wanted = wanted or [Request(indicator=name) for name in catalogue()]
    wanted = list({request.model_dump_json(): request for request in wanted}.values())
    return answer(ledger, subjects, [wanted] * len(subjects))


def answer(ledger: Ledger, subjects: Subjects, requests: list[list[Request]]) -> Evidence:
    """The same with requests of its own for each subject."""
    found = compared(ledger, subjects, requests)
    rows = tuple(_row(one, subjects[one.place].id, ledger.currency) for one in found)
    number = len({request.model_dump_json() for own in requests for request in own})
    told = Evidence(
        tool="comparison",
        query=peer_groups.text(subjects),
        tables=(Table.model_construct(name="rows", columns=COLUMNS, rows=rows),),
        facts=tuple(fact for row in rows for fact in _facts(row)),
        status="found" if rows else "empty",
        searched=_searched(number, len(subjects)),
    )
    answered = {row["subject"] for row in rows}
    return told.with_shares(
        {
            subject.id: Share("found" if subject.id in answered else "empty", _searched(len(own), 1))
            for subject, own in zip(subjects, requests, strict=True)
        }
    )


def _searched(indicators: int, accounts: int) -> str:
    counted = f"{indicators:,} indicator{'s' if indicators != 1 else ''}"
    return f"{counted} of {accounts:,} account{'s' if accounts != 1 else ''}, of peers, and of the own past"


def _row(one: Comparison, subject: str, currency: str) -> Row:
    measure, peers, past = indicator(one.request.indicator), one.peers, one.past
    row: Row = {
        "subject": subject,
        "indicator": measure.name,
        "settings": one.request.settings,
        "reading": one.request.reading,
        "value": one.value.normalize() + 0,
        "unit": measure.unit,
        "at": iso(one.at),
        "means": measure.in_full(one.request.parameters, currency),
        **dict.fromkeys((column.name for column in COLUMNS[len(PEAK) :]), None),
        "reason": one.reason,
    }
    if peers is not None:
        low, middle, high = (quartile.normalize() + 0 for quartile in peers.quartiles)
        row |= {"higher_than": Decimal(peers.percentile) * _CENT, "peers": peers.size, "group": peers.group}
        row |= {"lower_quartile": low, "median": middle, "upper_quartile": high}
        row |= {"drawn_from": peers.drawn_from}
        if peers.narrowest:
            row |= {"too_small": peers.narrowest, "too_small_size": peers.narrowest_size}
    if past is not None:
        row |= {"periods": past.periods, "periods_with_value": past.valued}
        if past.median is not None and past.highest is not None:
            row |= {"past_median": past.median.normalize() + 0, "past_highest": past.highest.normalize() + 0}
    return row


# What a row tells in the indicator's own unit: the column, the fact's name and its words.
_IN_UNIT = (
    ("value", "{indicator}", "{means} ({reading} in the period)"),
    ("median", "peer_median", "median of the peers: {means} ({reading} in the period)"),
    ("past_median", "earlier_median", "median of the earlier periods: {means} ({reading} in each)"),
    ("past_highest", "earlier_highest", "highest of the earlier periods: {means} ({reading} in each)"),
)


def _facts(row: Row) -> Iterator[Fact]:
    """The row's values in their unit, which a column cannot have."""
    measure = indicator(str(row["indicator"]))
    for column, name, means in _IN_UNIT:
        if row[column] is not None:
            value, about = Decimal(str(row[column])), str(row["subject"])
            yield fact_of(measure, value, name=name.format(**row), means=means.format(**row), about=about)
