"""Whether a case's report may be approved: it and the letter to the customer, drafted and scored together."""

from pathlib import Path

from casewright.agent.filing import rfi
from casewright.agent.filing.checks.under import Under
from casewright.agent.filing.complete import Score, against, score
from casewright.agent.filing.particulars import dossier_of
from casewright.agent.filing.report import report
from casewright.agent.filing.secrecy import secret_words
from casewright.agent.settings import Workspace
from casewright.knowledge.case import Case
from casewright.knowledge.errors import PolicyError
from casewright.tools.store import Store


def under(
    workspace: Workspace,
    store: Store,
    case: Case,
    regime: str = "",
    attachments: tuple[Path, ...] = (),
    *,
    characters: int | None = None,
) -> Under:
    """The report of a case as the checks look at it, in at most so many characters."""
    own = workspace.folder / "regimes"
    letter, refused = _letter(case, own)
    return Under(
        report(workspace, store, case, regime, characters=characters),
        letter,
        attachments,
        refused=refused,
        secret=secret_words(own),
    )


def _letter(case: Case, own: Path) -> tuple[str, str]:
    """The letter to the customer, and why none can be drafted; neither for an outside address, which gets no letter."""
    if not dossier_of(case).is_customer:
        return "", ""
    try:
        return rfi.draft(case, own=own).text, ""
    except PolicyError as error:
        return "", error.message


def refuse_unready(workspace: Workspace, store: Store, case: Case, regime: str = "") -> Score:
    """The score of a report that may be approved. Raises PolicyError with what stops it or is missing."""
    found = score(under(workspace, store, case, regime))
    if reasons := against(found):
        rows = "; ".join(f"{name} {missing}" for name, missing in reasons)
        raise PolicyError(f"the report of {case.id} cannot be approved: {rows}", hint=f"casewright complete {case.id}")
    return found
