"""The tools as a model is offered them, and how a call of one becomes evidence: validated, in scope, never raising."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pydantic
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import ConfigDict, Field, create_model

from casewright.agent.asking import tools as conversation
from casewright.agent.asking.around import Around
from casewright.agent.asking.scope import Scope
from casewright.agent.subjects import moment
from casewright.knowledge.errors import CasewrightError, UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, canonical_id
from casewright.tools import toolbox
from casewright.tools.pack import failed
from casewright.tools.toolbox import Tool

MOST_SUBJECTS = 50  # in one question of a conversation; more are a matter for `casewright query --subjects`
_IDS = {"subject", "alert"}  # options of the conversation's tools that say about whom
_ASKED = {
    "subjects": (list[str], Field([], description="Accounts or addresses; empty for those of the open case.")),
    "since": (str, Field("", description="First local day or moment; empty for the open case's window, else for all.")),
    "until": (str, Field("", description="First local day or moment after it.")),
}


@cache
def offered() -> Mapping[str, BaseTool]:
    """Every tool by name: those that ask the ledger, and those of the conversation."""
    of_ledger = {name: _structured(tool, _ASKED) for name, tool in toolbox.tools().items()}
    return of_ledger | {name: _structured(tool, {}) for name, tool in conversation_tools().items()}


@cache
def conversation_tools() -> Mapping[str, Tool]:
    """The tools of the conversation by name."""
    return toolbox.walked(conversation)


def _structured(tool: Tool, fields: Mapping[str, Any]) -> BaseTool:
    options: dict[str, Any] = {
        name: (option.annotation, Field(option.default, description=tool.helps.get(name, "")))
        for name, option in tool.options.items()
    }
    schema = create_model(tool.name, __config__=ConfigDict(extra="forbid"), **(options | dict(fields)))

    def call(**arguments: Any) -> str:
        raise NotImplementedError("a conversation calls its tools through `Toolset.call`")

    return StructuredTool.from_function(call, name=tool.name, description=tool.said, args_schema=schema)


@dataclass
class Toolset:
    """The tools in the hands of one conversation. What a call does wrong becomes failed evidence with its reason."""

    around: Around
    scope: Scope
    asked: list[str] = field(default_factory=list)  # ids that were asked about, until somebody takes them

    def call(self, name: str, arguments: Mapping[str, Any]) -> Evidence:
        """The answer to one call, without an id; `arguments` as they were given where nothing was asked."""
        try:
            return self._called(name, arguments)
        except (CasewrightError, pydantic.ValidationError) as error:
            return _not_asked(name, arguments, _told(error))
        except Exception as error:  # noqa: BLE001  a question that fails must not end the conversation
            return failed(name, error).model_copy(update={"arguments": _plain(arguments)})

    def _called(self, name: str, arguments: Mapping[str, Any]) -> Evidence:
        if name in conversation_tools():
            tool = conversation_tools()[name]
            values, plain = tool.validated(arguments)
            for named in (canonical_id(str(value)) for word, value in values.items() if word in _IDS and value):
                self.scope.allow(named)
                self.asked.append(named)
            found: Evidence = tool.function(self.around, **values)
            return found.model_copy(update={"arguments": found.arguments or plain})
        if name not in toolbox.tools():
            every = [*toolbox.tools(), *conversation_tools()]
            close = difflib.get_close_matches(name, every, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(every))}"
            raise UsageError(f"there is no tool {name!r}", hint=hint)
        options = {key: value for key, value in arguments.items() if key not in _ASKED}
        subjects = self._subjects(arguments)
        self.asked += [subject.id for subject in subjects]
        return toolbox.call(self.around.ledger, name, subjects, **options)

    def _subjects(self, arguments: Mapping[str, Any]) -> tuple[Subject, ...]:
        given = arguments.get("subjects") or []
        if isinstance(given, str):
            given = [given]
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise UsageError(f"subjects is {given!r}, expected a list of ids")
        case = self.around.case
        own = {subject.id: subject for subject in case.subjects} if case else {}
        names = list(dict.fromkeys(canonical_id(one) for one in given if one.strip())) or list(own)
        if not names:
            raise UsageError("whom to ask about is missing", hint="name an account or address, or open a case")
        if len(names) > MOST_SUBJECTS:
            raise UsageError(f"{len(names)} subjects, at most {MOST_SUBJECTS} are asked about at once")
        for name in names:
            self.scope.allow(name)
        ends = [self._moment(arguments, word) for word in ("since", "until")]
        if ends == [None, None]:  # a party of the case is asked about in the case's window, as its subject is
            whole = next(iter(own.values()), None)
            ends = [whole.since, whole.until] if whole else ends
        since, until = ends
        if since is not None and until is not None and until <= since:
            raise UsageError("the window ends before it begins", hint="since, until (exclusive)")
        return tuple(Subject(id=name, since=since, until=until) for name in names)

    def _moment(self, arguments: Mapping[str, Any], word: str) -> int | None:
        given = arguments.get(word) or ""
        try:
            return moment(str(given), self.around.ledger.timezone)
        except ValueError as error:
            raise UsageError(f"{word} is {given!r}, {error}") from error


def _not_asked(name: str, arguments: Mapping[str, Any], why: str) -> Evidence:
    return Evidence(tool=name, arguments=_plain(arguments), query="", status="failed", reason=why)


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = pydantic.TypeAdapter(dict[str, Any]).dump_python(dict(arguments), mode="json", fallback=str)
    return plain


def _told(error: Exception) -> str:
    if isinstance(error, pydantic.ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return " ".join(str(error).split())
