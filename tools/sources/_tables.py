"""The dated tables beside the sources: categories by name, currencies, networks. Read once each."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from casewright.knowledge.records import Record
from casewright.knowledge.yamlfile import read_yaml
from casewright.tools.intake.mapping import rate_of


class NamedCategories(Record):
    """Which names mean which category. Patterns: `*` for any text; case does not matter; the first that fits counts."""

    as_of: str
    about: str
    first: tuple[Mapping[str, tuple[str, ...]], ...]  # in order: one category and its patterns
    otherwise: str


class Currency(Record):
    """What a data set calls a currency, and what one unit cost in US dollars then."""

    names: tuple[str, ...]
    usd_per_unit: float | int
    basis: str


class Currencies(Record):
    """A dated table of currencies by their codes."""

    as_of: str
    about: str
    currencies: Mapping[str, Currency]


class Words(Record):
    """One vocabulary in another's words."""

    as_of: str
    about: str
    words: Mapping[str, str]


def category_by_name(table: str) -> Callable[[str], str]:
    """A function from a SQL expression of a name to SQL that yields the name's category."""
    found = _named(table)
    cases = [
        (pattern, category) for group in found.first for category, patterns in group.items() for pattern in patterns
    ]

    def category(sql: str) -> str:
        whens = " ".join(f"when {sql} ilike {_like(pattern)} escape '!' then '{name}'" for pattern, name in cases)
        return f"case {whens} else '{found.otherwise}' end"

    return category


def currency_codes(sql: str) -> str:
    """SQL that turns a currency's name in a data set into its code; a name that is not known stays as it is."""
    pairs = " ".join(
        f"when '{name.lower()}' then '{code}'" for code, currency in _currencies().items() for name in currency.names
    )
    return f"case lower(trim({sql})) {pairs} else {sql} end"


def currency_rates() -> dict[str, str]:
    """US dollars for one unit, by code."""
    return {code: rate_of(currency.usd_per_unit) or "" for code, currency in _currencies().items()}


def words(table: str) -> Mapping[str, str]:
    """A vocabulary's words in ours."""
    return _words(table).words


def network_of(symbol: str, address: str) -> str:
    """SQL for the network of an address listed under an asset's symbol; a token's network shows in the address."""
    pairs = " ".join(f"when '{name}' then '{network}'" for name, network in words("networks.yaml").items())
    return (
        f"case when {address} like '0x%' and upper({symbol}) in ('USDT', 'USDC', 'DAI') then 'ethereum'"
        f" when regexp_full_match({address}, 'T[1-9A-HJ-NP-Za-km-z]{{33}}') then 'tron'"
        f" else case upper({symbol}) {pairs} else coalesce(lower({symbol}), 'unknown') end end"
    )


def _like(pattern: str) -> str:
    escaped = pattern.replace("!", "!!").replace("%", "!%").replace("_", "!_").replace("*", "%").replace("'", "''")
    return f"'{escaped}'"


@cache
def _named(table: str) -> NamedCategories:
    return read_yaml(Path(__file__).with_name(table), NamedCategories)


@cache
def _currencies() -> Mapping[str, Currency]:
    return read_yaml(Path(__file__).with_name("currencies.yaml"), Currencies).currencies


@cache
def _words(table: str) -> Words:
    return read_yaml(Path(__file__).with_name(table), Words)
