"""Labels: the one best label of an address, and what its category means for a trace.

An address may bear several labels from several sources. The best is the same everywhere: the house's own wallets
first (nobody else knows them better), then sanctioned, then the other categories that carry risk, then those where a
trace ends, then the rest; among equals the more trusted confidence, then the newest, then by source and name.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

from casewright.knowledge.categories import categories
from casewright.knowledge.clock import iso
from casewright.tools.warehouse import Ledger

OWN = ("own", "custodial")  # the house's own wallets: traces end and networks do not join there
# Contracts that route value on within the same transaction, where it mixes with nothing: an aggregator sends it to a
# bridge, a bridge's inbox to its vault. What leaves in another transaction has no known link to what came in.
PASSING = ("bridge",)

# How much a source's word weighs, best first: the words of GraphSense's TagPacks, and plain ones. An unlisted word
# stands where "" stands.
_CONFIDENCE = (
    *("certain", "ownership", "override", "authority", "authority_data", "service_api", "service_data"),
    *("manual_transaction", "trusted_provider", "high", "forensic", "forensic_investigation", "inline", "medium", ""),
    *("list", "web_crawl", "heuristic", "low", "untrusted_transaction", "unknown"),
)


@cache
def ending() -> tuple[str, ...]:
    """The categories where a trace ends: what comes out has no known link to what went in."""
    return tuple(name for name, category in categories().items() if category.ends)


@cache
def risky() -> tuple[str, ...]:
    """The categories that are told first, sanctioned before all."""
    found = [name for name, category in categories().items() if category.risk]
    return tuple(sorted(found, key=lambda name: name != "sanctioned"))


def best_labels(ids_relation: str = "", among: tuple[str, ...] = ()) -> str:
    """SQL that gives one row for each labelled id: `with best_labels as ({best_labels("some_ids")}) select ...`.

    Columns: id, label (its name), category, label_source, label_at (epoch seconds when it became known),
    label_confidence, labels (how many the id bears). IDS_RELATION is a table, view or CTE with a column `id`: only
    these are looked at, which is what keeps it quick on many labels. AMONG keeps to labels of these categories.
    """
    return f"""
        select {_COLUMNS}, count(*) over (partition by id) as labels
        from labels {_where(ids_relation, among)}
        qualify row_number() over (partition by id order by {_ORDER}) = 1"""


class Label(NamedTuple):
    """A label as rows tell it; `label_at` in UTC."""

    label: str
    category: str
    label_source: str
    label_at: str
    label_confidence: str


class Labels:
    """The labels of ids, best first, each id looked up once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, list[Label]] = {}

    def look_up(self, ids: Collection[str]) -> None:
        """Have the labels of these ids here. One plain question: to plan the window of `best_labels` takes longer."""
        new: dict[str, list[Label]] = {name: [] for name in ids if name not in self._known}
        self._known |= new
        rows = self._ledger.rows(_LABELS, ids=list(new)) if new else []
        for name, *label in sorted(rows, key=lambda row: _place(*row[1:])):
            self._known[name].append(_label(*label))

    def of(self, name: str) -> Label | None:
        """The best label of an id that was looked up."""
        return next(iter(self._known.get(name, ())), None)

    def others(self, name: str) -> Sequence[Label]:
        """Its other labels, best first."""
        return self._known.get(name, ())[1:]

    def by_category(self, name: str) -> list[Label]:
        """The best label, and the best of each further category that carries risk or ends a trace.

        A sanctioned mixer is both: whoever asks for mixers must find it.
        """
        found: dict[str, Label] = {}
        for label in self._known.get(name, ()):
            if not found or label.category in risky() or label.category in ending():
                found.setdefault(label.category, label)
        return list(found.values())

    def ending(self, name: str) -> str:
        """The category for which a trace ends there, empty where it goes on.

        Any label will do, not the best alone: an exchange's wallet that somebody has reported stays an exchange's.
        One through which nothing passes goes before one of PASSING.
        """
        found = [label.category for label in self._known.get(name, ()) if label.category in ending()]
        return next((category for category in found if category not in PASSING), found[0] if found else "")


def risk_rank(category: str | None) -> int:
    """0 for sanctioned, 1, 2 ... for the other categories of risk, then those of none, then None: no label."""
    names = risky()
    return len(names) + 1 if category is None else names.index(category) if category in names else len(names)


def risk_order(category: str = "category") -> str:
    """SQL to order by, as `risk_rank`; what bears no label stands with the categories of no risk."""
    return _ranked(category, risky(), len(risky()))


def in_words(names: tuple[str, ...]) -> str:
    """The names as a SQL list: `('own', 'custodial')`."""
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


def _ranked(column: str, names: tuple[str, ...], otherwise: int) -> str:
    cases = " ".join(f"when '{name}' then {nr}" for nr, name in enumerate(names))
    return f"case {column} {cases} else {otherwise} end"


_LABELS = "select id, name, category, source, known_epoch, confidence from labels where id in (select unnest($ids))"


def _label(name: str, category: str, source: str, at: int, confidence: str) -> Label:
    return Label(name, category, source, iso(at), confidence)


def _place(name: str, category: str, source: str, at: int, confidence: str) -> tuple[int, int, int, str, str, str]:
    """The same order as `_ORDER`."""
    classes = (OWN, ("sanctioned",), risky(), ending())
    rank = next((nr for nr, names in enumerate(classes) if category in names), len(classes))
    word = confidence if confidence in _CONFIDENCE else ""
    return rank, _CONFIDENCE.index(word), -at, source, name, category


def _where(ids_relation: str, among: tuple[str, ...]) -> str:
    ids = [f"id in (select id from {ids_relation})"] if ids_relation else []
    names = [f"category in {in_words(among)}"] if among else []
    return f"where {' and '.join(ids + names)}" if ids + names else ""


_COLUMNS = (
    "id, name as label, category, source as label_source, known_epoch as label_at, confidence as label_confidence"
)
_CLASS = (
    f"case when category in {in_words(OWN)} then 0 when category = 'sanctioned' then 1 "
    f"when category in {in_words(risky())} then 2 when category in {in_words(ending())} then 3 else 4 end"
)
_TRUST = _ranked("confidence", _CONFIDENCE, _CONFIDENCE.index(""))
_ORDER = f"{_CLASS}, {_TRUST}, known_epoch desc, source, name, category"
BEST_LABELS = best_labels()
