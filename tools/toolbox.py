"""The tools, found by walking `tools/queries`: what each takes, and how it is called with arguments from outside.

A tool is a function `name(ledger, subjects, *, option=default, ...) -> Evidence` in `tools/queries/name.py`. It answers
for all its subjects at once. Its docstring is what a person reads in `--help` and a model reads as a prompt.
"""

import difflib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import pydantic
from pydantic import JsonValue, TypeAdapter

from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence, Table
from casewright.knowledge.records import Subjects
from casewright.tools import queries
from casewright.tools.warehouse import Ledger, asked_text


@dataclass(frozen=True)
class Tool:
    """A tool and its options, as its signature tells them."""

    name: str
    function: Callable[..., Evidence]
    options: Mapping[str, inspect.Parameter]

    @property
    def doc(self) -> str:
        """The docstring."""
        return inspect.getdoc(self.function) or ""

    @property
    def helps(self) -> Mapping[str, str]:
        """What the docstring says of each option: the lines `name: meaning`."""
        lines = (re.fullmatch(r"(\w+): (.+)", line.strip()) for line in self.doc.splitlines())
        return {line[1]: line[2] for line in lines if line and line[1] in self.options}

    @property
    def said(self) -> str:
        """The docstring without those lines: what the tool answers."""
        lines = (line for line in self.doc.splitlines() if line.strip().partition(":")[0] not in self.helps)
        return "\n".join(lines).strip()

    def validated(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, JsonValue]]:
        """The options to call it with, defaults included, and the same as they are stored. Raises UsageError."""
        for option in given:
            if option not in self.options:
                close = difflib.get_close_matches(option, self.options, 1)
                hint = f"did you mean {close[0]!r}?" if close else ""
                raise UsageError(f"{self.name} has no option {option!r}", hint=hint)
        values = {key: p.default for key, p in self.options.items()} | dict(given)
        for key, parameter in self.options.items():
            try:
                values[key] = TypeAdapter(parameter.annotation).validate_python(values[key])
            except pydantic.ValidationError as error:
                raise UsageError(f"{self.name}: {key} = {given.get(key)!r}: {error.errors()[0]['msg']}") from error
        return values, TypeAdapter(dict[str, Any]).dump_python(values, mode="json")


@cache
def tools() -> Mapping[str, Tool]:
    """Every tool by name, in alphabetical order."""
    return walked(queries)


def walked(package: ModuleType) -> Mapping[str, Tool]:
    """The tools of a package, in alphabetical order: a function a file, which bears the file's name."""
    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("_"):
            function = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), module.name)
            parameters = inspect.signature(function, eval_str=True).parameters.values()
            options = {p.name: p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
            found[module.name] = Tool(module.name, function, options)
    return dict(sorted(found.items()))


def tool(name: str) -> Tool:
    """The tool of that name. Raises UsageError with the nearest one."""
    try:
        return tools()[name]
    except KeyError:
        close = difflib.get_close_matches(name, tools(), 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(tools())}"
        raise UsageError(f"unknown tool {name!r}", hint=hint) from None


def call(ledger: Ledger, name: str, subjects: Subjects, **options: Any) -> Evidence:
    """Ask a tool, with its options validated; the answer carries the arguments to ask it again.

    Raises UsageError for an unknown tool or option, or a value out of range.
    """
    asked = tool(name)
    values, plain = asked.validated(options)
    answer = asked.function(ledger, subjects, **values)
    arguments: dict[str, JsonValue] = {"subjects": [s.model_dump(exclude_none=True) for s in subjects], **plain}
    return answer.model_copy(update={"arguments": arguments})


def replay(ledger: Ledger, evidence: Evidence) -> Evidence:
    """Ask again what this evidence answered, by its arguments; its query text is not run. Raises UsageError."""
    options = {key: value for key, value in evidence.arguments.items() if key != "subjects"}
    subjects = TypeAdapter(Subjects).validate_python(evidence.arguments.get("subjects", ()))
    return call(ledger, evidence.tool, subjects, **options).with_id(evidence.id)


def per_subject(evidence: Evidence, subjects: Subjects) -> dict[str, Evidence]:
    """Share out the answer of one pass over many subjects: each gets what it would have got alone.

    Only for tools whose rows carry `subject` and whose facts are `about` one of the subjects. What was searched and
    cut off is told for each subject where the tool knows it apart. Raises UsageError where an account is asked about
    in two windows: one pass cannot tell its rows apart.
    """
    if len({subject.id for subject in subjects}) < len(subjects):
        raise UsageError("an account stands twice in one pass", hint="ask about its windows in a pass each")
    rows: dict[tuple[str, str], list[Any]] = {}
    for table in evidence.tables:
        for row in table.rows:
            rows.setdefault((table.name, str(row.get("subject"))), []).append(row)
    facts: dict[str, list[Any]] = {}
    for fact in evidence.facts:
        facts.setdefault(fact.about, []).append(fact)
    if len(subjects) == 1:
        return {subjects[0].id: evidence}
    shared = {}
    whole, plain = asked_text(subjects), evidence.with_shares({})
    for subject in subjects:
        tables = tuple(
            Table.model_construct(name=t.name, columns=t.columns, rows=tuple(rows.get((t.name, subject.id), ())))
            for t in evidence.tables
        )
        own = tuple(facts.get(subject.id, ()))
        arguments = {**evidence.arguments, "subjects": [subject.model_dump(exclude_none=True)]}
        found = own or any(table.rows for table in tables)
        status = evidence.status if evidence.status == "failed" else "found" if found else "empty"
        update: dict[str, Any] = {"tables": tables, "facts": own, "arguments": arguments, "status": status}
        if evidence.query.startswith(whole):
            update["query"] = asked_text((subject,)) + evidence.query[len(whole) :]
        share = evidence.share(subject.id)
        shared[subject.id] = plain.model_copy(update=update | share._asdict() if share else update)
    return shared
