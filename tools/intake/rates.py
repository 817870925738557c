"""The workspace's rates (`date,currency,usd_per_unit,source`): local value, and US dollars of other currencies.

The rate of a day is the latest one at or before it, at most seven days old. Days are those of the workspace's zone.
"""

import csv
from datetime import date
from pathlib import Path

from casewright.knowledge.errors import SettingsError
from casewright.tools.intake.mapping import rate_of
from casewright.tools.warehouse import Ledger, literal

HEADER = ("date", "currency", "usd_per_unit", "source")
LONGEST_GAP = 7  # days that a rate stands for, after its own


def load_rates(ledger: Ledger, path: Path | None) -> bool:
    """Make the temporary table `rate(currency, day, usd)`, a row for each day that has a rate; tells whether any is.

    Raises SettingsError for a file that is no table of rates.
    """
    ledger.rows("create or replace temp table given (day date, currency varchar, usd decimal(20, 10))")
    rows = _read(path) if path is not None and path.is_file() else []
    if rows:
        days, currencies, rates = map(list, zip(*rows, strict=True))
        ledger.rows(
            "insert into given select unnest($days)::date, unnest($currencies), unnest($rates)::decimal(20, 10)",
            days=days,
            currencies=currencies,
            rates=rates,
        )
    ledger.rows(
        f"""create or replace temp table rate as
        select currency, unnest(range(day, least(coalesce(next, date '9999-12-01'), day + {LONGEST_GAP + 1}),
            interval 1 day))::date as day, usd
        from (select *, lead(day) over (partition by currency order by day) as next from given)"""
    )
    return bool(rows)


def _read(path: Path) -> list[list[str]]:
    rows: dict[tuple[str, str], list[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = tuple(cell.strip().lower() for cell in next(reader, []))
            if header != HEADER:
                raise SettingsError(f"expected the header {','.join(HEADER)}, found {','.join(header)!r}", path, 1)
            for cells in reader:
                if cells:
                    day, currency, rate = _checked(cells, path, reader.line_num)
                    if rows.get((day, currency), [day, currency, rate])[2] != rate:
                        raise SettingsError(f"a second rate of {currency} for {day}", path, reader.line_num)
                    rows[day, currency] = [day, currency, rate]
    except (UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"this is no table of rates ({error})", path) from error
    return list(rows.values())


def _checked(cells: list[str], path: Path, line: int) -> tuple[str, str, str]:
    if len(cells) != len(HEADER):
        raise SettingsError(f"the row has {len(cells)} cells, expected {','.join(HEADER)}", path, line)
    day, currency, rate = (cell.strip() for cell in cells[:3])
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise SettingsError(f"{day!r} is no date such as 2025-03-04", path, line) from error
    found = rate_of(rate)
    if found is None:
        raise SettingsError(f"{rate!r} is no rate; expected US dollars for one unit, such as 0.74", path, line)
    return day, currency.upper(), found


def value_transfers(ledger: Ledger, path: Path | None) -> None:
    """Give the incoming transfers their local value, and usd where a day's rate of PATH tells it.

    Raises SettingsError, naming the first day, where a transfer's day has no rate of the local currency; nothing is
    done in a workspace of US dollars without rates.
    """
    rated = load_rates(ledger, path)
    if ledger.currency == "USD" and not rated:
        return
    ledger.connection.execute(f"create or replace temp table valued as {_value_query(ledger)}")
    ledger.rows("create or replace temp view incoming as select * from valued")
    ledger.rows("drop table staged")
    _require_rates(ledger, path)


def _value_query(ledger: Ledger) -> str:
    own = literal(ledger.currency)
    priced = ", ".join(
        f"coalesce(try(cast({amount} * {side}.usd as decimal(18,2))),"
        f" try_cast({amount}::double * {side}.usd::double as decimal(18,2)))"
        for side, amount in (("a", "s.amount"), ("b", "s.amount_in"))
    )
    usd = f"coalesce(s.usd, {priced})"
    local = (
        f"case when s.asset = {own} and s.amount is not null then try_cast(s.amount as decimal(18,2))"
        f" when h.usd is not null then try_cast(round({usd}::double / h.usd::double, 2) as decimal(18,2)) end"
    )
    if ledger.currency == "USD":
        local = usd
    return f"""select s.* exclude (day) replace ({usd} as usd, {local} as local)
        from (select *, {_day(ledger)} as day from incoming) s
        left join rate a on a.currency = s.asset and a.day = s.day
        left join rate b on b.currency = s.asset_in and b.day = s.day
        left join rate h on h.currency = {own} and h.day = s.day"""


def _day(ledger: Ledger) -> str:
    return f"(to_timestamp(epoch) at time zone {literal(ledger.timezone)})::date"


def _require_rates(ledger: Ledger, path: Path | None) -> None:
    if ledger.currency == "USD":
        return
    day = _day(ledger)
    query = f"select min({day})::varchar, max({day})::varchar, count(distinct {day}) from incoming where local is null"
    first, last, days = ledger.rows(f"{query} and fault is null and usd is not null")[0]
    if first is None:
        return
    until = f" (and {days - 1} more days up to {last})" if days > 1 else ""
    raise SettingsError(f"no rate of {ledger.currency} for {first}{until}, or the {LONGEST_GAP} days before it",
                        path or "", hint=f"add lines {','.join(HEADER)}; nothing was imported")  # fmt: skip
