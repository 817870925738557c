"""What made the peaks: the transfers, log-ins and events behind each value, for many peaks in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from casewright.knowledge.clock import iso
from casewright.knowledge.indicator import Request
from casewright.knowledge.records import Subject
from casewright.tools.indicators.files import indicator
from casewright.tools.indicators.hops import handed_over, tables
from casewright.tools.indicators.readings import Peak
from casewright.tools.indicators.relations import ASKED, expression, relations
from casewright.tools.warehouse import Ledger

MOST = 20  # rows that are named; the others are counted
_TIMED = {"logins": "'login'", "events": "kind"}  # what is named by its kind and time; all else are transfers
_OWN_MOMENT = ("reached", "sources", "chains")  # here the account's own transfer must lie in the window itself
_PEAKED = """
    select s.nr, s.id, s.since, s.until, cast(v.value as decimal(38, 6)) as value
    from asked s join (select unnest($nr::bigint[]) as nr, unnest($value::varchar[]) as value) v on v.nr = s.nr"""
_NAMED = "select l.rowid as leg, l.transfer from main.legs l join ({}) r on l.rowid = r.leg"
_ROWS = """
    select nr, {name} as name, {moment} as moment, {timed} as timed
    from {relation} join peaked on account = id and epoch < until and {moment} >= since
    where nr >= {first} and nr < {end}{condition}"""
# A transfer may stand in several rows of a relation over hops; log-ins and events are told apart by nothing but time.
_FIRST = f"""
select nr, name, moment, timed, total
from (select nr, name, moment, timed, row_number() over (partition by nr order by moment, name) as place,
             sum(case when timed then times else 1 end) over (partition by nr) as total
      from (select nr, name, moment, timed, count(*) as times from made group by nr, name, moment, timed) d) m
where place <= {MOST} order by nr, place"""


@dataclass(frozen=True)
class Made:
    """The rows that made a peak: ids of transfers, `login at TIME`, or of an event `KIND at TIME`.

    `rows` holds the first twenty by time, `total` counts all. `request` is the place among the requests, `at` the
    second when the peak was first reached.
    """

    subject: str
    request: int
    at: int
    rows: tuple[str, ...]
    total: int


def rows_of(ledger: Ledger, requests: Sequence[Request], peaks: Sequence[Peak]) -> tuple[Made, ...]:
    """What made each of these peaks of the requests, in the order of the peaks; one query for all of them."""
    if not peaks:
        return ()
    order = sorted(range(len(peaks)), key=lambda place: peaks[place].request)
    ordered = [peaks[place] for place in order]
    statement = _statement(ledger, requests, [peak.request for peak in ordered])
    given = {"nr": list(range(len(ordered))), "value": [format(peak.value, "f") for peak in ordered]}
    windows = tuple(_window(requests[peak.request], peak) for peak in ordered)
    with ledger.asked(windows), handed_over(ledger, statement, ASKED):
        found = ledger.rows(statement, **given)
    names: list[list[str]] = [[] for _ in peaks]
    totals = [0] * len(peaks)
    for nr, name, moment, timed, total in found:
        names[order[nr]].append(f"{name} at {iso(moment)}" if timed else name)
        totals[order[nr]] = int(total)
    told = zip(peaks, names, totals, strict=True)
    return tuple(Made(peak.subject, peak.request, peak.at, tuple(rows), total) for peak, rows, total in told)


def _window(request: Request, peak: Peak) -> Subject:
    """The trailing window that ends at the peak, open where the indicator looks at the whole history."""
    seconds = indicator(request.indicator).bind(request.parameters).get("seconds")
    return Subject(id=peak.subject, since=None if seconds is None else peak.at - int(seconds) + 1, until=peak.at + 1)


def _statement(ledger: Ledger, requests: Sequence[Request], numbers: Sequence[int]) -> str:
    """The query for the rows of all peaks; NUMBERS tells of which request each is, those of one request together."""
    parts = []
    for number in dict.fromkeys(numbers):
        request, first = requests[number], numbers.index(number)
        end = first + numbers.count(number)
        for rows in indicator(request.indicator).rows_sql(request.parameters, ledger.timezone):
            parts.append(_rows(rows, first, end))
    hops = [f"select leg from {table.name}" for table in tables("\n".join(parts))]
    steps = [*relations(ledger, parts, ASKED), expression("peaked", _PEAKED)]
    steps += [expression("named", _NAMED.format(" union ".join(hops)))] if hops else []
    steps.append(expression("made", "\n    union all".join(parts)))
    return "with " + ",\n".join(steps) + _FIRST


def _rows(rows: str, first: int, end: int) -> str:
    """The query for what `RELATION where CONDITION` holds for the peaks from number FIRST to END."""
    relation, _, condition = rows.partition(" where ")
    kind = relation.partition("_")[0]
    return _ROWS.format(
        name=_TIMED.get(relation, "transfer"),
        moment="moved" if kind in _OWN_MOMENT else "epoch",
        timed="true" if relation in _TIMED else "false",
        relation=f"{relation} join named on named.leg = {relation}.leg" if tables(relation) else relation,
        first=first,
        end=end,
        condition=f"\n      and ({condition})" if condition else "",
    )
