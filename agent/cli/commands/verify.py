"""Check a draft, or any text about a case, against the case's evidence, and the evidence against the ledger."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, progress, warn, workspace_of

if TYPE_CHECKING:
    from casewright.agent.grounding import Moved, Report

app = typer.Typer()


@command(app)
def verify(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="A case's id in the case store, or its case.json.")],
    text: Annotated[Path | None, typer.Option(help="The text to check; else the case's own narrative.")] = None,
) -> Answer:
    """Check that every figure, name and claim of a text is a fact of the evidence cited beside it; exit 3 if not.

    Then each tool is asked again with its stored arguments on the workspace's ledger, and what moved is told. The
    text is held against the case's evidence, never against the draft.
    """
    from casewright.agent.grounding import asked_again, check
    from casewright.agent.verification import case_of, draft_of, moved_in

    workspace = workspace_of(context)
    found = case_of(case, workspace)
    sections = draft_of(found, text)
    sentences = [sentence for section in sections for sentence in section.sentences]
    report = check(sentences, found, [section.title for section in sections])
    with progress("Asking the tools again"):
        moved = moved_in(found, workspace)
    if moved is None:
        warn(f"no ledger in {workspace.folder}: the evidence was not asked again")
    elsewhere = [f"{e.id} {e.tool}" for e in found.evidence if not asked_again(e)]
    payload = {
        **report.payload(),
        "moved": [{"evidence": m.evidence, "what": m.what, "was": m.was, "now": m.now} for m in moved or ()],
        "replayed": moved is not None,
        "not_asked_again": elsewhere,
    }
    return Answer(payload, printable(_told(report, moved, elsewhere)), 0 if report.clean and not moved else 3)


def _told(report: "Report", moved: "tuple[Moved, ...] | None", elsewhere: list[str]) -> str:
    lines = []
    sentence = None
    for found in report.unsupported:
        if found.sentence != sentence:
            sentence = found.sentence
            lines.append(sentence)
        nearest = f" (nearest: {found.nearest})" if found.nearest else ""
        lines.append(f"  {found.figure or 'it'}: {found.why}{nearest}")
    lines += [f"moved: {m.told()}" for m in moved or ()]
    counted = f"{report.sentences} sentences, {report.figures} figures: "
    verdict = "all supported" if report.clean else f"{len(report.unsupported)} unsupported"
    what = "no, there is no ledger here" if moved is None else f"{len(moved)} moved" if moved else "nothing moved"
    again = f"; evidence asked again: {what}"
    if elsewhere and moved is not None:
        again += f" (not of the ledger, so not asked: {', '.join(elsewhere)})"
    return "\n".join([*lines, counted + verdict + again])
