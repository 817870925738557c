"""Draft the text of a report from a case's checked sentences, in a regime's form; a person files it"""

from pathlib import Path
from typing import Annotated

import typer

from casewright.agent.cli.contract import Answer, command, printable, warn, workspace_of
from casewright.knowledge.errors import UsageError

app = typer.Typer()


@command(app)
def report(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    regime: Annotated[str, typer.Option(help="sg, fincen, uk, eu, generic; else the workspace's.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write the text, and it alone, to this file.")] = None,
    characters: Annotated[int | None, typer.Option(min=1, help="At most so many; no date or amount is lost.")] = None,
    prior: Annotated[
        str, typer.Option(metavar="TEXT", help="Only what is new since this: a file, CASE, CASE@VERSION, or filed.")
    ] = "",
    by: Annotated[str, typer.Option("--as", help="Who drafts it; else the user of this machine.")] = "",
    closing: Annotated[bool, typer.Option(help="The closing note of a false positive: five sentences.")] = False,
) -> Answer:
    """Draft the report's text: no citations, headings, scores or rules; every sentence checked against the evidence.

    What is missing is told with the command that sets it, and what of the memo was left out with the reason.
    """
    import getpass
    from dataclasses import replace

    from casewright.agent.filing import closing as closings
    from casewright.agent.filing import report as drafting
    from casewright.agent.filing.complete import payload as scoring
    from casewright.agent.filing.complete import score, stops_told
    from casewright.agent.filing.complete import told as told_score
    from casewright.agent.filing.continuing import continuing, prior_of
    from casewright.agent.filing.ready import under
    from casewright.tools.store import Store
    from casewright.tools.store.filing import decided

    if closing and (mixed := [name for name, given in (("--regime", regime), ("--characters", characters),
                                                       ("--prior", prior)) if given]):  # fmt: skip
        raise UsageError(
            f"--closing takes no {' and no '.join(mixed)}: a closing note has one form", hint="leave it out"
        )
    workspace = workspace_of(context)
    with Store.open(workspace.cases, create=False) as store:
        found_case = store.load_case(case)
        if closing:
            note = closings.closing_note(found_case, decided(store, case))
            closings.record(store, note, by or getpass.getuser())
            sentences = [{"text": s.text, "evidence": list(s.evidence)} for s in note.sentences]
            _write(out, note.text)
            return Answer({"case": case, "text": note.text, "sentences": sentences}, printable(note.text))
        found = drafting.report(workspace, store, found_case, regime, characters=characters)
        drafting.record(store, found, by or getpass.getuser())
        if prior:
            text = prior_of(store, found, prior)
            new = continuing(found, text)
            ready = under(workspace, store, found_case, regime, characters=characters)
            scored = score(replace(ready, report=new.report, before=text))
    if dropped := drafting.dropped_told(found):
        warn(dropped)
    if prior:
        _write(out, new.text)
        told = "\n".join([new.told(), told_score(scored), *stops_told(scored)])
        return Answer({**new.payload(), "score": scoring(scored)}, printable(told))
    _write(out, found.form.text)
    told = drafting.beside(found) if out else f"{found.form.text}\n\n{drafting.beside(found)}"
    return Answer(drafting.payload(found), printable(told))


def _write(out: Path | None, text: str) -> None:
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
