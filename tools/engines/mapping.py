"""Tables that a house has on its engine already, read under our names: what the settings say, as queries for views.

    [engine_tables.transfers]
    table = "dwh.payments"
    [engine_tables.transfers.columns]
    id = "tx_id"
    epoch = "toUnixTimestamp(ts)"

The words are the operator's own, in the engine's dialect. `legs` follow from the transfers.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from casewright.knowledge.errors import CasewrightError, DataError, SettingsError, join_errors
from casewright.tools.engines.remote import Engine
from casewright.tools.engines.tables import columns
from casewright.tools.engines.translate import ROW, carry

MAPPABLE = ("transfers", "customers", "labels", "alerts", "outcomes", "logins", "events", "scores")
_PLACE = "engine_tables.{}"
# What a column is where nothing is said of it. A record is known at once, a transfer is completed.
_OTHERWISE = {"import_id": "0", "line": "0", "status": "'completed'", "network": "''", "confidence": "''"}
_SIDES = "epoch, known_epoch, id as transfer, kind, status, network, usd, local, import_id"
_LEGS = f"""
select hash(account) as key, account, epoch, known_epoch, direction, counterparty, transfer, kind, status, network,
    asset, amount, usd, local, cast(hash(concat(direction, transfer, '@', cast(epoch as varchar))) >> 1 as bigint)
    as {ROW}, import_id
from (
    select src as account, dst as counterparty, 'out' as direction, asset, amount, {_SIDES} from main.transfers
    union all
    select dst as account, src as counterparty, 'in' as direction, coalesce(asset_in, asset) as asset,
        case when asset_in is null then amount else amount_in end as amount, {_SIDES} from main.transfers
) sides"""


class Mapped(NamedTuple):
    """A table of ours, the house's table, and its words for our columns."""

    name: str
    table: str
    words: Mapping[str, str]


def told(engine_tables: Mapping[str, Any]) -> str:
    """What the settings say, as one text to compare; empty where they say nothing."""
    return json.dumps(engine_tables, sort_keys=True) if engine_tables else ""


def views(engine_tables: Mapping[str, Any], engine: Engine, currency: str, settings: Path) -> dict[str, str]:
    """The query of each table that the engine has already, in its dialect; CURRENCY is the ledger's.

    Raises SettingsError with a line for each thing that is wrong, SETTINGS being the file that says it: an unknown
    table, column or key, a needed column left out, words that the engine refuses.
    """
    errors = [SettingsError(line, settings) for line in _wrong(engine_tables)]
    if not errors:
        found = [_mapped(name, section, currency) for name, section in sorted(engine_tables.items())]
        errors = [SettingsError(line, settings) for mapped in found for line in _refused(mapped, engine)]
    if errors:
        raise join_errors(list[CasewrightError](errors))
    queries = {mapped.name: _query(mapped, engine) for mapped in found}
    if "transfers" in queries:
        queries = {"transfers": queries["transfers"], "legs": carry(_LEGS, engine.dialect, {}).query, **queries}
    return queries


def _wrong(engine_tables: Mapping[str, Any]) -> Iterator[str]:
    for name, section in engine_tables.items():
        place = _PLACE.format(name)
        if name not in MAPPABLE:
            yield f"{place}: there is no such table of ours; {_nearest(name, MAPPABLE)}"
            continue
        if not isinstance(section, dict):
            yield f"{place} is {section!r}, expected a section with `table` and `columns`"
            continue
        yield from (f"{place}: unknown key {key!r}; {_nearest(key, _KEYS)}" for key in section if key not in _KEYS)
        if not isinstance(section.get("table"), str):
            yield f"{place}: `table` is missing, expected the name of the table there"
        words = section.get("columns")
        if not isinstance(words, dict):
            yield f"{place}: `columns` is missing, expected our columns with their words there"
            continue
        ours = {c.name: c for c in columns(name) if c.name not in ("import_id", "line")}
        for column, word in words.items():
            if column not in ours:
                yield f"{place}: we have no column {column!r}; {_nearest(column, ours)}"
            elif not isinstance(word, str) or not word.strip():
                yield f"{place}: {column} is {word!r}, expected a text in quotes"
        given = {*words, *_OTHERWISE, *(["known_epoch"] if "epoch" in words else [])}
        for column in ours.values():
            if column.needed and column.name not in given:
                yield f"{place}: the column {column.name!r} is needed"


_KEYS = ("table", "columns")


def _nearest(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, 1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(names)}"


def _mapped(name: str, section: Mapping[str, Any], currency: str) -> Mapped:
    words: dict[str, str] = {**_OTHERWISE, **section["columns"]}
    words.setdefault("known_epoch", words.get("epoch", ""))
    if currency == "USD" and "usd" in words:
        words.setdefault("local", words["usd"])
    return Mapped(name, section["table"], words)


def _query(mapped: Mapped, engine: Engine) -> str:
    kinds = {c.name: engine.as_ours(mapped.words.get(c.name, "null"), c.kind, needed=c.needed)
             for c in columns(mapped.name)}  # fmt: skip
    return f"select {', '.join(f'{words} as {name}' for name, words in kinds.items())} from {mapped.table}"


def _refused(mapped: Mapped, engine: Engine) -> Iterator[str]:
    """What the engine says of the table, and of each column's words."""
    place = _PLACE.format(mapped.name)
    try:
        engine.ask(f"select 1 as one from {mapped.table} limit 1")
    except DataError as error:
        yield f"{place}: table = {mapped.table!r}: {_brief(error)}"
        return
    for column in columns(mapped.name):
        words = mapped.words.get(column.name, "null")
        try:
            engine.ask(f"select {engine.as_ours(words, column.kind, needed=column.needed)} from {mapped.table} limit 1")
        except DataError as error:
            yield f"{place}: {column.name} = {words!r}: {_brief(error)}"


def _brief(error: DataError) -> str:
    """The engine's complaint without the query that it repeats."""
    return re.split(r"\s*(?:: While| In scope|;|: In scope)", error.message, maxsplit=1)[0][:240]
