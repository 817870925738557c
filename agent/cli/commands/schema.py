"""Print the JSON Schema of a file that experts write, for their editors"""

import json
from enum import StrEnum
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command

app = typer.Typer()


class Kind(StrEnum):
    """What kind of file."""

    typology = "typology"
    regime = "regime"
    calendar = "calendar"


@command(app, "schema")
def schema(kind: Annotated[Kind, typer.Argument(help="What kind of file.", show_default=False)]) -> Answer:
    """Print the JSON Schema (draft 2020-12) of a kind of file, for editors: casewright schema typology > FILE.

    Its description tells how an editor takes it.
    """
    from casewright.agent.filing.calendar import Calendar
    from casewright.agent.filing.regime import Regime
    from casewright.knowledge import typology_schema
    from casewright.tools.indicators import catalogue

    if kind is Kind.typology:
        found = typology_schema.schema(catalogue())
    else:
        found = typology_schema.plain(Regime if kind is Kind.regime else Calendar, kind.value)
    return Answer({"kind": kind.value, "schema": found}, json.dumps(found, indent=2, ensure_ascii=False))
