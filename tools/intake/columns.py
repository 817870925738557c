"""From text to typed columns in one pass of SQL, with a reason for every row that cannot be used.

The layers of the statement: `r0, r1 ...` the file's columns as text, `t_NAME` a field's text (NULL where blank),
`v_NAME` its value (NULL where it is none), then the ledger's columns, then the reason. Each is worked out once.
"""

from collections.abc import Mapping, Sequence

from casewright.knowledge.records import CANONICAL_SQL
from casewright.tools.intake.kinds import Field, Kind
from casewright.tools.intake.reading import DAYS_SINCE, Raw, Reading
from casewright.tools.warehouse import literal

LONGEST_KEPT = 500  # characters of a rejected row's text
_LAST_EPOCH = 4_102_444_799  # 2099-12-31T23:59:59Z


def name(column: str) -> str:
    """The column's name as SQL: `"From Bank"`."""
    return '"' + column.replace('"', '""') + '"'


def staging_query(kind: Kind, reading: Reading, raw: Raw) -> str:
    """The query that yields the ledger's columns, `x_NAME` extras, `fault` and `fault_text`, in the file's order."""
    told = [f"{name(column)} as r{nr}" for nr, column in enumerate(raw.columns)]
    told += ["r_line, r_problem, r_text"] if raw.numbered else []
    texts = [f"{_text(reading, field)} as t_{field.name}" for field in kind.fields]
    values = [f"{_value(field, reading)} as v_{field.name}" for field in kind.fields]
    extras = [f"nullif(trim({sql}), '') as x_{extra}" for extra, sql in reading.extras.items()]
    skips = [f"({sql}) as s{nr}" for nr, (sql, _) in enumerate(reading.skips)]
    columns = dict(kind.columns)
    if "usd" in columns and "amount" in columns:
        columns["usd"] = f"coalesce(v_usd, {_priced(reading.currencies)})"
    made = [f"{sql} as {name(column)}" for column, sql in columns.items()]
    first = f"select {', '.join([*told, *texts, *extras, *skips])} from {raw.relation}"
    third = f"select *, {', '.join(made)} from (select *, {', '.join(values)} from ({first}))"
    kept = [name(column) for column in columns]
    if "id" in columns:
        kept[list(columns).index("id")] = f"{_id(columns, reading)} as id"
    kept += [f"x_{extra}" for extra in reading.extras] + (["r_line as line"] if raw.numbered else [])
    fourth = f"select *, {_reason(kind, reading, raw)} as fault from ({third})"
    kept_text = f"case when fault is not null then {_row_text(raw)} end as fault_text"
    return f"select {', '.join(kept)}, fault, {kept_text} from ({fourth})"


def _text(reading: Reading, field: Field) -> str:
    sql = reading.fields.get(field.name)
    if sql is None:
        return "null::varchar"
    text = f"nullif(trim({sql}), '')"
    cut = reading.cut.get(field.name)
    return f"left({text}, {cut})" if cut else text


def _value(field: Field, reading: Reading) -> str:
    text = f"t_{field.name}"
    if field.name not in reading.fields:
        return f"null::{_SQL_TYPES[field.type]}"
    if field.type == "time":
        return _epoch(text, reading.time_format_of(field.name))
    translated = reading.values.get(field.name)
    if translated:
        pairs = " ".join(f"when {literal(old.lower())} then {literal(new)}" for old, new in translated.items())
        text = f"case lower({text}) {pairs} else {text} end"
    return _CASTS[field.type].format(text)


_SQL_TYPES = {
    "id": "varchar", "text": "varchar", "word": "varchar", "symbol": "varchar", "time": "bigint", "date": "date",
    "money": "decimal(18,2)", "amount": "decimal(38,18)", "number": "double",
}  # fmt: skip
_CASTS = {
    "id": CANONICAL_SQL,
    "text": "{0}",
    "word": "lower({0})",
    "symbol": "upper({0})",
    "date": "try_cast({0} as date)",
    "money": "try_cast({0} as decimal(18,2))",
    "amount": "try_cast({0} as decimal(38,18))",
    "number": "try_cast({0} as double)",
}
_DIGITS = {
    "money": "at most 16 digits before the point are kept",
    "amount": "at most 20 digits before the point are kept",
}


def _epoch(text: str, time_format: str) -> str:
    """Whole seconds since 1970 UTC; a time without an offset is one of the session's zone."""
    if time_format == "epoch":
        return f"try_cast(floor(try_cast({text} as decimal(24,6))) as bigint)"
    if time_format == "epoch_ms":
        return f"try_cast(floor(try_cast({text} as decimal(24,6)) / 1000) as bigint)"
    if time_format.startswith(DAYS_SINCE):
        start = f"epoch(timestamptz {literal(time_format.removeprefix(DAYS_SINCE))})::bigint"
        return f"{start} + 86400::bigint * try_cast({text} as integer)"
    if time_format:
        return f"epoch_us(try_strptime({text}, {literal(time_format)})::timestamptz) // 1000000"
    # No ISO date is 9, 10 or 13 digits long: those are seconds and milliseconds since 1970.
    return (
        f"coalesce(try(epoch_us(try_cast({text} as timestamptz)) // 1000000),"
        f" case when regexp_full_match({text}, '[0-9]{{9,10}}') then {text}::bigint"
        f" when regexp_full_match({text}, '[0-9]{{13}}') then {text}::bigint // 1000 end)"
    )


def _told_format(time_format: str) -> str:
    if not time_format:
        return "a time such as 2024-07-16T12:04:47Z"
    if time_format.startswith(DAYS_SINCE):
        return f"a number of {time_format}"
    return {"epoch": "seconds since 1970", "epoch_ms": "milliseconds since 1970"}.get(
        time_format, f"a time of the form {time_format}"
    )


def _priced(currencies: Mapping[str, str]) -> str:
    """The value of the amount in US dollars, where the currency table knows it: rounded to cents once, exactly.

    The product of two decimals is exact up to 38 digits; where it has more, a floating-point product stands in.
    """
    sides = []
    for asset, amount in (("v_asset", "v_amount"), ("v_asset_in", "v_amount_in")):
        cases = [f"when 'USD' then try_cast({amount} as decimal(18,2))"]
        for symbol, rate in currencies.items():
            exact = f"try(cast({amount} * {_decimal(rate)} as decimal(18,2)))"
            nearly = f"try_cast({amount}::double * {rate}::double as decimal(18,2))"
            cases.append(f"when {literal(symbol)} then coalesce({exact}, {nearly})")
        sides.append(f"case {asset} {' '.join(cases)} end")
    return ", ".join(sides)


def _decimal(rate: str) -> str:
    scale = min(18, len(rate.partition(".")[2]))
    return f"cast({literal(rate)} as decimal({min(38, max(18, scale + 10))},{scale}))"


def _id(columns: Mapping[str, str], reading: Reading) -> str:
    """The source's own id, else md5 over the columns that make the row what it is, told apart by a separator."""
    key = [column for column in reading.key or columns if column != "id"]
    parts = ", ".join(f"coalesce({name(column)}::varchar, chr(30))" for column in key)
    return f"coalesce(v_id, md5(concat_ws(chr(31), {parts})))"


def _reason(kind: Kind, reading: Reading, raw: Raw) -> str:
    """The first thing that is wrong with a row, NULL where nothing is."""
    reasons = ["r_problem"] if raw.numbered else []
    reasons += [f"case when s{nr} then {literal(told)} end" for nr, (_, told) in enumerate(reading.skips)]
    for field in kind.fields:
        wrong = _complaints(field, reading)
        if wrong:
            reasons.append("case " + " ".join(f"when {when} then {told}" for when, told in wrong) + " end")
    reasons += [f"case when {check.when} then {check.reason} end" for check in kind.checks]
    if "usd" in kind.columns:
        rated = ", ".join(map(literal, ["USD", *reading.currencies]))
        large = f'"usd" is null and v_amount is not null and v_asset in ({rated})'
        reasons.append(f"case when {large} then 'its value in usd is too large: {_DIGITS['money']}' end")
    return f"coalesce({', '.join(reasons)}, null)"


def _complaints(field: Field, reading: Reading) -> Sequence[tuple[str, str]]:
    text, value, own = f"t_{field.name}", f"v_{field.name}", field.name
    if own not in reading.fields:
        unless = f" and not coalesce({field.unless}, false)" if field.unless else ""
        return [(f"true{unless}", literal(f"{own} is absent"))] if field.required and own != "id" else []
    wrong = []
    if field.required and field.unless:
        wrong.append((f"{text} is null and not coalesce({field.unless}, false)", literal(f"{own} is absent")))
    elif field.required:
        wrong.append((f"{text} is null", literal(f"{own} is absent")))
    long = f"strlen({text}) > {field.longest} and length({text}) > {field.longest}"
    told = f"{literal(own + ' has ')} || length({text}) || {literal(f' characters, at most {field.longest} are taken')}"
    wrong.append((long, told))
    shown = f"{literal(own)} || ' ' || {_quoted(text)} || "
    if field.type == "time":
        expected = _told_format(reading.time_format_of(own))
        none = f"{text} is not null and {value} is null"
        wrong.append((none, shown + literal(f" is no time; expected {expected}")))
        wrong.append((f"{value} not between 0 and {_LAST_EPOCH}", shown + literal(" lies outside 1970 to 2099")))
    elif field.type == "date":
        wrong.append((f"{text} is not null and {value} is null", shown + literal(" is no date such as 1987-05-09")))
    elif field.type in {"money", "amount"}:
        none = f"{text} is not null and {value} is null"
        digits = _DIGITS[field.type]
        wrong.append((f"{none} and isfinite(try_cast({text} as double))", shown + literal(f" is too large: {digits}")))
        wrong.append((none, shown + literal(" is no amount; expected a number such as 1234.50")))
        negative = f"{value} < 0 or ({value} = 0 and {text} like '-%' and try_cast({text} as double) < 0)"
        wrong.append((negative, shown + literal(" is negative")))
    elif field.type == "number":
        wrong.append(
            (f"{text} is not null and ({value} is null or not isfinite({value}))", shown + literal(" is no number"))
        )
    if field.words:
        among = ", ".join(map(literal, field.words))
        wrong.append((f"{value} not in ({among})", shown + literal(f" is unknown; expected {', '.join(field.words)}")))
    return wrong


def _quoted(text: str) -> str:
    flat = f"regexp_replace({text}, '\\s+', ' ', 'g')"
    return f"'''' || left({flat}, 60) || case when length({text}) > 60 then '...' else '' end || ''''"


def _row_text(raw: Raw) -> str:
    if raw.numbered:
        return f"left(r_text, {LONGEST_KEPT})"
    parts = ", ".join(f"coalesce(r{nr}, '')" for nr in range(len(raw.columns)))
    return f"left(array_to_string([{parts}], {literal(raw.delimiter)}), {LONGEST_KEPT})"
