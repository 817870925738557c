"""A typology as a page that an investigator reads."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from casewright.knowledge.indicator import Indicator
from casewright.knowledge.measures import measure_text
from casewright.knowledge.typology import LookAlike, RedFlag, Typology, Writing

_WIDTH = 110
LAWFUL = {"yes": "lawful", "no": "not lawful", "another offence": "another offence"}


def page(typology: Typology, indicators: Mapping[str, Indicator], techniques: Mapping[str, str] | None = None) -> str:
    """The typology in plain text: what it is, what is seen and measured, its look-alikes, what to ask and write."""
    head = f"{typology.name} ({typology.id})"
    state = f"{typology.status}, version {typology.version}, reviewed {typology.reviewed}; owner: {typology.owner}"
    state += f"; replaced by {typology.replaced_by}" if typology.replaced_by else ""
    lines = [head, "=" * len(head), state, f"stage: {', '.join(typology.stage)}"]
    lines += [f"predicate offences: {', '.join(typology.predicate)}", "", *_wrapped(typology.description)]
    for title, items in sections(typology, indicators, techniques):
        lines += _section(title, items)
    return "\n".join(lines)


def sections(
    typology: Typology, indicators: Mapping[str, Indicator], techniques: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Iterable[str]]]:
    """What stands below its description: titles, each with its items in words.

    TECHNIQUES tells AMLTRIX's own names by id, where they are known.
    """
    yield from (
        ("Also called", typology.aliases),
        ("How people say it", typology.said),
        ("Red flags", (_flag(flag, indicators) for flag in typology.red_flags)),
        ("What else it could be", map(_look_alike, typology.look_alikes)),
        ("What would rule it out", typology.rules_out),
        ("Questions to the data", typology.questions.data),
        ("Questions to the customer (without tipping off)", typology.questions.customer),
        ("What to write", map(_writing, typology.write)),
        ("Sources", (f"{s.id}: {s.title}, {s.issuer}, {s.year}, {s.url}" for s in typology.sources)),
        ("AMLTRIX", [(techniques or {}).get(name, name) for name in typology.amltrix]),
    )


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    found = list(items)
    if found:
        yield from ("", title, "-" * len(title))
        for item in found:
            yield from _wrapped(item, "  - ")


def _wrapped(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _flag(flag: RedFlag, indicators: Mapping[str, Indicator]) -> str:
    telling = (" Defining." if flag.defining else "") + ("", "", " Telling.", " Rare without it.")[flag.weight]
    how = measure_text(flag, indicators)
    return f"[{flag.on}] {flag.see}.{telling} {'Measured: ' if flag.reading else 'Not measured: '}{how}."


def _look_alike(other: LookAlike) -> str:
    known = f", see {other.typology}" if other.typology else ""
    return f"{other.name} ({LAWFUL[other.lawful]}{known}): {other.tells_apart}."


def _writing(writing: Writing) -> str:
    checked = f"held against the list on {writing.checked}" if writing.checked else "not held against the list yet"
    parts = [f"{writing.regime}, {writing.form} ({checked})"]
    parts += [f"key term {', '.join(writing.key_terms)}"] if writing.key_terms else []
    parts += [f"codes {'; '.join(writing.codes)}"] if writing.codes else []
    parts += [writing.note] if writing.note else []
    return ". ".join(parts) + "."
