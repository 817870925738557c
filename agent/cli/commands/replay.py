"""Ask a case's questions again: on the data that it was made from, and on today's"""

from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, progress, table, workspace_of

app = typer.Typer()


@command(app)
def replay(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="A case's id in the case store, or its case.json.")],
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version; else the newest.")] = None,
) -> Answer:
    """Tell what differs today: rows and facts, findings, typologies, the recommendation, and what it was made with.

    On the data of then every answer must be the same; one that is not changed for another reason, such as another
    program. Questions are asked by their stored arguments, and nothing is stored. A difference is no error: exit 0.
    """
    from casewright.agent import replay_text
    from casewright.agent.replay import replay as ask_again

    with progress("Asking again") as bar:
        done = ask_again(workspace_of(context), case, version, bar)
    return Answer(replay_text.payload(done), printable(replay_text.text(done, table)))
