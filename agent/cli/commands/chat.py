"""Chat with the data about a case, an alert or an account: streaming answers, sources, slash commands"""

import os
import shutil
import sys
from contextlib import closing
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, ModelOption, command, workspace_of
from casewright.knowledge.errors import UsageError

app = typer.Typer()
_SOME_FAILED = 5


@command(app)
def chat(
    context: typer.Context,
    thread: Annotated[str, typer.Argument(metavar="[ID]", help="With --resume: which conversation.")] = "",
    case: Annotated[str, typer.Option(metavar="ID", help="Talk about this case.")] = "",
    alert: Annotated[str, typer.Option(metavar="ID", help="Talk about this alert.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last conversation, or ID.")] = False,
    model: ModelOption = "",
    by: Annotated[str, typer.Option("--as", help="Who acts; else the user of this machine.")] = "",
) -> Answer:
    """Ask and be answered until you leave; from a pipe, each line is a question."""
    import getpass

    from casewright.agent.chat import talk
    from casewright.agent.chat.opening import begin
    from casewright.agent.chat.screen import Screen

    if (thread and not resume) or (case and alert) or (resume and (case or alert)):
        raise UsageError("that names no one conversation", hint="give --case ID, --alert ID or --resume [ID]")
    machines = bool(context.params.get("as_json"))
    typed = sys.stdin.isatty() and sys.stdout.isatty() and not machines
    smart = os.environ.get("TERM") != "dumb" and sys.stdout.isatty() and not machines
    out = sys.stderr if machines else sys.stdout
    colour = smart and not os.environ.get("NO_COLOR")
    screen = Screen(out, colour=colour, live=smart and typed, width=shutil.get_terminal_size)
    room = begin(
        workspace_of(context, model),
        screen,
        by or getpass.getuser(),
        case=case,
        alert=alert,
        thread=thread,
        resume=resume,
    )
    with closing(room):
        failed = talk.talk(room, talk.lines(room, sys.stdin, typed=typed))
        return Answer(talk.payload(room), exit_code=_SOME_FAILED if failed and not typed else 0)
