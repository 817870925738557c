"""Answers out of facts: templates without a digit, filled with quotations, each sentence with what it rests on."""

import re
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from casewright.agent.memo import quote as memo
from casewright.agent.memo.quote import Quote
from casewright.agent.offline.data import table
from casewright.agent.offline.intent import Intent
from casewright.agent.offline.plan import Plan
from casewright.agent.offline.talk import Talk
from casewright.knowledge.evidence import Column, Evidence, Fact, Kind, Row, Table
from casewright.prompts import render

_QUOTABLE = re.compile(r"[\w .,;:'()+/%&-]{3,600}")  # plain text without marks of ours
_MOST = 3  # follow-up questions
_LISTED = 6
_MEASURED = ("value", "median", "past_highest")  # columns of a measure, whose unit stands beside it
_SUBJECTS = 5  # told one by one; the table holds all


def text(name: str, **variables: Any) -> str:
    """What is said where nothing is asked of the data: a file of `prompts/offline`."""
    return render(f"offline/{name}", **variables).strip()


def unclear(asked: Intent) -> str:
    """A question that is like none that is known, with the nearest that are."""
    examples = table("examples")
    near = [examples[one.plan]["ask"][0] for one in asked.near if one.plan in examples][:_MOST]
    return text("unclear", near=near)


def lacking(name: str, told: Talk) -> str:
    """What is said where a question does not name what it needs, or asks for what cannot be told."""
    return text(name, **({"currency": told.currency} if name == "which_currency" else {}))


def together(answers: Sequence[str]) -> str:
    """One answer to a question of several parts: what each brought, then a few of the questions that may follow."""
    lines = list(dict.fromkeys(line for one in answers for line in one.splitlines()))
    follow = [line for line in lines if line.startswith("next: ")]
    return "\n".join([*(line for line in lines if line not in follow), *follow[:_MOST]])


def answer(plan: Plan, asked: Intent, told: Talk) -> str:
    """The answer to the last question from what its calls brought."""
    lines: list[str] = []
    shown: list[str] = []
    further: list[str] = []
    for call in told.turns[-1].calls:
        told_of = _told_of(plan.name, call.tool)
        found = call.evidence
        if found is None or found.status == "failed":
            lines.append(text("failed", tool=call.tool, reason=_reason(found)))
            continue
        lines += _sentences(found, told_of, told)
        if told_of.get("show", True) and any(t.rows for t in found.tables):
            shown.append(f"show: {found.id}")
            lines += [text("cut", evidence=found.id)] if found.truncated else []
        further += told_of.get("next", [])
        lines += [f"not established: {line}" for line in _open(found, told_of)]
    if not lines:
        lines.append(text("nothing_held"))
    lines += [text("not_narrowed", what=what) for what in _ignored(asked, told)]
    follow = [f"next: {line}" for line in dict.fromkeys(further)][:_MOST]
    return "\n".join([*dict.fromkeys(lines), *shown, *follow])


def _ignored(asked: Intent, told: Talk) -> Iterator[str]:
    """What the question asked to be told alone and no tool was told: a filter that is dropped must not go unsaid."""
    given = [call.arguments for call in told.turns[-1].calls]
    for name in ("asset", "network", "status", *(("kind", "direction") if asked.said.bare else ())):
        if name in asked.said.options and not any(arguments.get(name) for arguments in given):
            yield f"that {name}"
    bounds = (("min", asked.said.least, "from that size on"), ("max", asked.said.most, "up to that size"))
    for end, bound, what in bounds:
        if bound and not any({f"{end}_usd", f"{end}_local"} & set(arguments) for arguments in given):
            yield f"amounts {what}"


def _told_of(plan: str, tool: str) -> Mapping[str, Any]:
    answers = table("answers")
    found: Mapping[str, Any] = answers.get(f"{plan}.{tool}") or answers.get(tool) or answers["any"]
    return found


def _open(found: Evidence, told_of: Mapping[str, Any]) -> list[str]:
    """What stays open: always, and where nothing was found."""
    holds = {name for held in found.tables for row in held.rows for name, cell in row.items() if cell}
    holds |= {fact.name for fact in found.facts}
    lines = [one if isinstance(one, str) else one["say"] for one in told_of.get("open", []) if _applies(one, holds)]
    return [*lines, *(told_of.get("open_empty", []) if found.status == "empty" else [])]


def _applies(line: Any, holds: Collection[str]) -> bool:
    """Whether a line is always said, or `if` the answer holds something, or `unless` it does."""
    if isinstance(line, str):
        return True
    return line["if"] in holds if "if" in line else line["unless"] not in holds


def _reason(found: Evidence | None) -> str:
    """Why a tool failed, without ids and figures: a line that cites nothing may hold none."""
    reason = re.sub(r"'[^']*'|\S*\d\S*", "it", found.reason if found else "")
    return " ".join(reason.split())


def _sentences(found: Evidence, told_of: Mapping[str, Any], told: Talk) -> Iterator[str]:
    """The sentences of one answer, for each subject that it tells of."""
    every = list(dict.fromkeys([*_asked(found), *(f.about for f in found.facts if f.about)])) or [""]
    asked = [name for name in _asked(found) if name in every] or every
    templates = told_of.get("empty" if found.status == "empty" else "found", told_of.get("found", []))
    for about in asked[:_SUBJECTS]:
        for template in templates:
            yield from _filled(template, found, about, told)


def _asked(found: Evidence) -> list[str]:
    """The ids that the evidence was asked about."""
    subjects = found.arguments.get("subjects")
    named = [one.get("id") if isinstance(one, dict) else one for one in subjects] if isinstance(subjects, list) else []
    return [str(name) for name in named if name]


def _filled(template: Any, found: Evidence, about: str, told: Talk) -> Iterator[str]:
    """The sentences of a template: a text, alternatives of which the first that can be filled counts, or rows."""
    if isinstance(template, list):
        for one in template:
            made = list(_filled(one, found, about, told))
            if made:
                yield from made
                return
    elif isinstance(template, str):
        made_one = _said(template, found, lambda name: _of_facts(name, found, about), told)
        if made_one:
            yield made_one
    else:
        yield from _of_rows(template, found, about, told)


def _of_rows(template: Mapping[str, Any], found: Evidence, about: str, told: Talk) -> Iterator[str]:
    """A sentence a row (`say`), or one sentence that lists `item` of each row as {items}."""
    held = found.table(str(template["rows"]))
    rows = [row for row in held.rows if _wanted(row, template.get("where", {}), about)]
    for name, least in template.get("over", {}).items():
        rows = [row for row in rows if row.get(name) is not None and Decimal(str(row[name])) >= Decimal(least)]
    if template.get("first"):  # of the best alone, where rows tell of several typologies
        rows = [row for row in rows if row.get("typology") == held.rows[0].get("typology")]
    sort = template.get("by")
    if sort:
        rows = sorted((row for row in rows if row.get(sort)), key=lambda row: Decimal(str(row[sort])), reverse=True)
    rows = rows[: int(template.get("top", 3))]
    if "item" not in template:
        for row in rows:
            made = _said(template["say"], found, lambda name, row=row: _of_row(name, row, held, found, about), told)
            if made:
                yield made
        return
    items = [
        _quoted(template["item"], lambda name, row=row: _of_row(name, row, held, found, about), found, told.timezone)
        for row in rows
    ]
    listed = memo.listed(dict.fromkeys(item for item in items if item))
    if listed:
        made_one = _said(
            template["say"], found, lambda name: listed if name == "items" else _of_facts(name, found, about), told
        )
        if made_one:
            yield made_one


def _wanted(row: Row, where: Mapping[str, Any], about: str) -> bool:
    if about and row.get("subject") not in (None, about):
        return False
    return all(
        (row.get(name) in value if isinstance(value, list) else bool(row.get(name)) if value == "*"
         else row.get(name) in (None, "") if value == "-" else row.get(name) == value)
        for name, value in where.items()
    )  # fmt: skip


def _said(template: str, found: Evidence, value: Any, told: Talk) -> str | None:
    """The template filled, with its citation; None where a value is missing."""
    if re.search(r"\d", re.sub(r"\{[^}]*\}", "", template)):
        raise ValueError(f"a template must hold no figure: {template!r}")
    quoted = _quoted(template, value, found, told.timezone)
    if quoted is None:
        return None
    first, _, rest = quoted.text.partition(" ")  # an id stays as it is written
    words = quoted.text if re.search(r"\d|-", first) else f"{first[:1].upper()}{first[1:]} {rest}".strip()
    basis = value("rests_on")
    own = re.findall(r"\bE\d+\b", str(basis.value)) if isinstance(basis, Fact) else []
    return words + "".join(f" [{name}]" for name in (own or [found.id]))


def _quoted(template: str, value: Any, found: Evidence, zone: str) -> Quote | None:
    words = []
    for literal, name, spec, _ in string.Formatter().parse(template):
        words.append(literal)
        if name is None:
            continue
        held = value(name)
        quoted = held if isinstance(held, Quote) else _in_words(held, found, spec or "", zone)
        if quoted is None or not quoted.text:
            return None
        words.append(quoted.text)
    return Quote("".join(words), (found.id,))


def _in_words(fact: Fact | None, found: Evidence, spec: str, zone: str) -> Quote | None:
    """A fact in a text's words; SPEC is its noun, or how it is told."""
    if fact is None:
        return None
    if spec == "day":
        return memo.day(fact, found.id, zone)
    if spec == "some":  # a count that is not nought
        return memo.quote(fact, found.id, zone) if fact.value else None
    if spec == "quoted":
        said = str(fact.value).strip(" ⟦⟧.")
        return Quote(f'"{said}"') if _QUOTABLE.fullmatch(said) else None
    if spec == "plain":
        return Quote(str(fact.value).strip(" ⟦⟧").replace("_", " "))
    if spec == "ids":  # a few of the ids that a text lists
        return memo.listed(Quote(name.strip(" ⟦⟧")) for name in str(fact.value).split(",")[:_LISTED])
    if spec == "prose":  # a measure's name
        return Quote(re.sub(r"_usd$", " in USD", str(fact.value)).replace("_", " "))
    return _counted(fact, spec, found, zone) if spec else memo.quote(fact, found.id, zone)


def _counted(fact: Fact, spec: str, found: Evidence, zone: str) -> Quote | None:
    """A count with its noun and, after `|`, its verb: of `of payer|bears/bear` is made `1 of 4 payers bears`."""
    nouns, _, verbs = spec.partition("|")
    one, _, many = nouns.removeprefix("some ").removeprefix("of ").partition("/")
    does, _, do = verbs.partition("/")
    verb = f" {does if fact.value == 1 else do}" if verbs else ""
    if nouns.startswith("of "):
        noun = one if fact.value == fact.of == 1 else many or f"{one}s"
        return Quote(f"{fact.value:,} of {fact.of:,} {noun}{verb}") if fact.of else None
    if fact.kind == "count" and nouns.startswith("some ") and not fact.value:
        return None
    counted = memo.counted(memo.quote(fact, found.id, zone), one, many)
    return counted and Quote(f"{counted}{verb}", counted.evidence)


def _of_facts(name: str, found: Evidence, about: str) -> Fact | Quote | None:
    if name == "about":
        return Quote(about) if about else None
    if name == "behind":  # of an answer about another answer: the tool that gave that one
        told = re.match(r"E\d+: (\w+)", found.searched)
        return Quote(told[1]) if told else None
    for one in _in_either_currency(name):
        if fact := found.fact(one, about) or (None if about else found.fact(one)):
            return fact
    return None


def _in_either_currency(name: str) -> Sequence[str]:
    """The workspace's own currency, else USD, where a name may mean either."""
    other = re.sub(r"(^|_)local$", r"\1usd", name)
    return (name,) if other == name else (name, other)


def _of_row(name: str, row: Row, held: Table, found: Evidence, about: str) -> Fact | Quote | None:
    columns: Mapping[str, Column] = {column.name: column for column in held.columns}
    for one in _in_either_currency(name):
        value = row.get(one)
        if value in (None, "") or one not in columns:
            continue
        column = columns[one]
        return _cell(column, row, value)
    return None if name == "rests_on" or name in columns else _of_facts(name, found, about)


def _cell(column: Column, row: Row, value: Any) -> Fact | Quote:
    """A cell as a fact; a bare number of a row that tells its unit beside it, in that unit."""
    unit = str(row.get("unit") or "")
    if column.name in _MEASURED and unit:
        kinds: Mapping[str, Kind] = {"share": "share", "times": "ratio", "USD": "money", "seconds": "duration"}
        number = Decimal(str(value))
        if unit in kinds:
            value = round(number) if unit == "seconds" else value
            return Fact(name=column.name, value=value, kind=kinds[unit], unit=unit if unit == "USD" else "")
        return Quote(f"{number.normalize():,f} {memo.one_of(unit) if number == 1 else unit}")
    asset = "asset_in" if column.name == "amount_in" else "asset"
    native = str(row.get(asset) or "") if column.kind == "native" else ""
    return Fact(name=column.name, value=value, kind=column.kind, unit=column.unit or native)
