"""Write, edit and compare typologies."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, warn, workspace_of

if TYPE_CHECKING:
    from casewright.agent.typologies.drafting import Question

app = typer.Typer()

Id = Annotated[str, typer.Argument(metavar="ID", help="A typology's id.")]


@command(app)
def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What a report would call it; else it is asked for.")] = "",
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Draft it from a text: .txt, .md, .html or .pdf.")
    ] = None,
    id_: Annotated[str, typer.Option("--id", help="The id; else made of the name.")] = "",
) -> Answer:
    """Write a new typology as a draft: from your answers to a few questions, or from an advisory."""
    from casewright.agent.typologies import advisory, drafting, from_advisory
    from casewright.agent.typologies.known import library_of
    from casewright.knowledge.typology import REVIEW

    workspace = workspace_of(context)
    if source:
        known = library_of(workspace).typologies.values()
        draft = from_advisory.drafted(advisory.read_advisory(source), known, name)
    else:
        draft = drafting.asked(_ask, name)
    path = drafting.write(workspace, draft, id_)
    for line in draft.remarks:
        warn(printable(line))
    marks = path.read_text(encoding="utf-8").count(REVIEW) - 1  # the head names the mark
    told = f"{path}\na draft with {marks} texts to review: casewright typology edit {path.stem}"
    return Answer({"id": path.stem, "path": str(path), "to_review": marks, "remarks": list(draft.remarks)}, told)


@command(app)
def edit(context: typer.Context, name: Id) -> Answer:
    """Open the site's file in $VISUAL or $EDITOR, a copy of what is in force at first, and check what is saved."""
    from casewright.agent.cli.editor import editor
    from casewright.agent.typologies import editing

    done = editing.edit(workspace_of(context), name, editor(f"casewright typology edit {name}"), _again)
    payload = {"path": str(done.path), "changed": done.changed, "problems": list(done.problems)}
    if done.problems:
        return Answer(payload, "\n".join(done.problems), 3)
    next_ = f"\ncasewright typology diff {name}, then casewright typology propose {name} --why TEXT"
    return Answer(payload, f"{done.path}{next_}" if done.changed else "nothing was changed")


@command(app)
def diff(
    context: typer.Context,
    name: Id,
    against: Annotated[str, typer.Option(help="approved, shipped, or a version's number.")] = "approved",
) -> Answer:
    """Tell field by field what the proposal says otherwise than what is approved."""
    from casewright.agent.typologies.differences import differences

    found = differences(workspace_of(context), name, against)
    return Answer(found.model_dump(mode="json"), printable(found.text()))


def _ask(question: "Question") -> str:
    """One question on stderr; what nobody answers counts as empty, so that answers can come out of a file."""
    default = f" [{question.default}]" if question.default else ""
    print(f"{question.words}{default} ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _again(problems: Sequence[str]) -> bool:
    for line in problems:
        warn(printable(line))
    print("Edit again? [Y/n] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    return bool(answer) and not answer.strip().lower().startswith("n")
