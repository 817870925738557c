"""Ask one question of the ledger: profile, flows, counterparties, transfers, trace and more"""

import inspect
import types
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import typer

from casewright.agent.cli.asked import File, Ids, MoreIds, Since, Until, group
from casewright.agent.cli.contract import Answer, progress, workspace_of

if TYPE_CHECKING:
    from casewright.knowledge.evidence import Evidence
    from casewright.tools.toolbox import Tool


def _asks(tool: "Tool") -> Callable[..., Answer]:
    """A command's function with the tool's own options in its signature."""

    def ask(
        context: typer.Context,
        asked_ids: Ids = None,
        asked_more: MoreIds = None,
        asked_file: File = None,
        since: Since = "",
        until: Until = "",
        show_query: Annotated[bool, typer.Option("--show-query", help="Show the SQL to run by hand.")] = False,
        **options: Any,
    ) -> Answer:
        from casewright.agent.cli import evidence_text
        from casewright.agent.ledgers import open_ledger
        from casewright.agent.subjects import chosen
        from casewright.tools import toolbox

        given = {name: value for name, value in options.items() if value is not None and value != []}
        with open_ledger(workspace_of(context)) as ledger, progress(tool.name):
            asked = chosen([*(asked_ids or ()), *(asked_more or ())], asked_file, ledger.timezone, since, until)
            evidence = toolbox.call(ledger, tool.name, asked, **given)
            return Answer(payload(evidence), evidence_text.text(evidence, ledger.timezone, query=show_query))

    signature = inspect.signature(ask, eval_str=True)
    plain = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    ask.__signature__ = signature.replace(parameters=[*plain, *_options(tool)])  # type: ignore[attr-defined]
    ask.__doc__ = tool.said
    return ask


def _names() -> list[str]:
    from casewright.tools import toolbox

    return list(toolbox.tools())


def _named(name: str) -> Callable[..., Answer]:
    from casewright.tools import toolbox

    return _asks(toolbox.tool(name))


def payload(evidence: "Evidence") -> dict[str, Any]:
    """The evidence for machines: the rows of the main table, each further table under its own name."""
    whole = evidence.model_dump(mode="json")
    tables = {table["name"]: table["rows"] for table in whole["tables"]}
    told = ("tool", "status", "searched", "truncated", "reason", "query", "arguments", "facts")
    return {**{name: whole[name] for name in told}, "rows": [], **tables}


def _options(tool: "Tool") -> list[inspect.Parameter]:
    """The tool's options for the command line; one that no word can express is left to programs."""
    helps = tool.helps
    found = []
    for name, option in tool.options.items():
        kind = _plain(option.annotation)
        if kind is not None:
            given = "" if option.default in (None, (), "") else f" [default: {option.default}]"
            metavar = {int: "N", str: "TEXT", list[str]: "TEXT"}.get(kind)
            told = typer.Option(help=helps.get(name, "") + given, metavar=metavar)
            annotation = Annotated[kind | None, told]  # type: ignore[valid-type]
            found.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation))
    return found


def _plain(annotation: Any) -> Any:
    """What the command line reads for it: text unless it is a number, a switch, a choice, or several of text."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(inner[0])
    if origin in {Union, types.UnionType}:
        return next((_plain(kind) for kind in inner if kind is not type(None)), None)
    if origin is Literal or annotation in {int, bool}:
        return annotation
    if origin in {tuple, list, set, frozenset}:
        return list[str] if _plain(inner[0]) is str else None
    return str if annotation in {str, float, Decimal} else None


app = typer.Typer(cls=group(_names, _named), no_args_is_help=True)
