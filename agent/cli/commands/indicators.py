"""Indicators: list, show, compute one for accounts: value, peak, what made it, peers and own past"""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casewright.agent.cli.asked import File, Ids, MoreIds, Since, Until, group
from casewright.agent.cli.contract import Answer, command, printable, progress, table, workspace_of

if TYPE_CHECKING:
    from casewright.knowledge.indicator import Indicator, Parameter

app = typer.Typer(no_args_is_help=True)


@command(app, "list")
def list_(context: typer.Context) -> Answer:
    """List the indicators with their units and what they mean."""
    from casewright.agent.indicator_page import as_told, means
    from casewright.tools.indicators import catalogue

    found = catalogue().values()
    rows = [{"name": one.name, "unit": one.unit, "means": means(one)} for one in found]
    return Answer({"indicators": [as_told(one) for one in found]}, f"{table(rows)}\n{len(rows)} indicators")


@command(app)
def show(context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="An indicator.")]) -> Answer:
    """Show what an indicator means, what can be set, and its query."""
    from casewright.agent.indicator_page import as_told, page
    from casewright.tools.indicators import indicator

    one = indicator(name)
    return Answer({**as_told(one), "query": one.query}, printable(page(one)))


def _computes(one: "Indicator") -> Callable[..., Answer]:
    """A command's function with the indicator's parameters as its options."""

    def compute(
        context: typer.Context,
        asked_ids: Ids = None,
        asked_more: MoreIds = None,
        asked_file: File = None,
        at: Annotated[str, typer.Option("--at", metavar="WHEN", help="As of this moment, itself included.")] = "",
        since: Since = "",
        until: Until = "",
        lowest: Annotated[bool, typer.Option("--lowest", help="Take the lowest value for the peak.")] = False,
        **settings: Any,
    ) -> Answer:
        from casewright.agent import computed_text
        from casewright.agent.ledgers import open_ledger
        from casewright.agent.subjects import as_of, chosen
        from casewright.tools.computed import computed

        given = {name: value for name, value in settings.items() if value is not None}
        with open_ledger(workspace_of(context)) as ledger, progress(one.name):
            bound = one.bind(given)
            asked = as_of(chosen([*(asked_ids or ()), *(asked_more or ())], asked_file, ledger.timezone, since, until),
                          at, ledger.timezone)  # fmt: skip
            kept = {name: bound[name] for name in given}
            found = computed(ledger, one.name, asked, kept, lowest=lowest)
            return Answer(computed_text.payload(one, found), printable(computed_text.text(one, kept, found, ledger)))

    signature = inspect.signature(compute, eval_str=True)
    plain = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    settable = [_option(parameter) for parameter in one.parameters]
    compute.__signature__ = signature.replace(parameters=[*plain, *settable])  # type: ignore[attr-defined]
    said = one.told({})
    compute.__doc__ = f"{said[:1].upper()}{said[1:]}."
    return compute


def _option(parameter: "Parameter") -> inspect.Parameter:
    """A parameter as an option: text, so that a wrong value is told with its range and unit."""
    expected = "|".join(parameter.words) or f"{parameter.low} .. {parameter.high} {parameter.unit}".rstrip()
    told = typer.Option(
        f"--{parameter.name.replace('_', '-')}",
        metavar="TEXT" if parameter.words else "N",
        help=f"{parameter.means} ({expected}) [default: {parameter.default}]",
    )
    kind = Annotated[str | None, told]
    return inspect.Parameter(parameter.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)


def _names() -> list[str]:
    from casewright.tools.indicators import catalogue

    return list(catalogue())


def _named(name: str) -> Callable[..., Answer]:
    from casewright.tools.indicators import indicator

    return _computes(indicator(name))


app.add_typer(
    typer.Typer(cls=group(_names, _named), no_args_is_help=True),
    name="compute",
    help="Compute an indicator for accounts: `compute NAME SUBJECT...`.",
)
