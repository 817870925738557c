"""Ask a question in words: the answer from the data, each claim with its source"""

import shutil
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from casewright.agent.cli.contract import Answer, ModelOption, command, printable, progress, workspace_of
from casewright.knowledge.errors import PolicyError

if TYPE_CHECKING:
    from casewright.agent.asking.events import Answer as Answered

app = typer.Typer()


@command(app)
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In your own words; - reads it from stdin.")],
    case: Annotated[str, typer.Option(metavar="ID", help="The case that it is about.")] = "",
    alert: Annotated[
        str, typer.Option(metavar="ID", help="The alert that it is about; drafted if it has no case.")
    ] = "",
    model: ModelOption = "",
    by: Annotated[str, typer.Option("--as", help="Who asks; else the user of this machine.")] = "",
) -> Answer:
    """Ask a question in words.

    The answer is checked against what the data said: a sentence that its source does not hold is struck, and told.
    Exits 7 where the question asks for what this program does not do.
    """
    from casewright.agent.asking.session import Session
    from casewright.agent.chat import page
    from casewright.agent.chat.keys import CtrlC

    asked = sys.stdin.read() if question == "-" else question
    with Session.open(workspace_of(context, model), case=case, alert=alert, who=by) as session:
        with progress("asking the data"), CtrlC(session.stop, typed=False) as keys, keys.stops():
            found = page.answered(session.ask(asked))
        text = printable(page.text(found, session.evidence, session.around.ledger.timezone, _width()))
        return Answer(page.payload(found, session.evidence), text, _code(found))


def _width() -> int:
    return shutil.get_terminal_size((120, 40)).columns


def _code(found: "Answered") -> int:
    """0 for an answer, 7 for a refusal, 1 for a turn that was cut off."""
    return PolicyError.exit_code if found.refused else 1 if found.cut_off else 0
