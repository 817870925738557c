"""Matching as a person asks for it: subjects by what the ledger holds, cases by the evidence that they keep."""

from collections.abc import Sequence
from pathlib import Path

from casewright.agent.ledgers import open_ledger
from casewright.agent.settings import Workspace
from casewright.agent.subjects import chosen
from casewright.agent.verification import case_of
from casewright.knowledge.case import Case
from casewright.knowledge.errors import UsageError
from casewright.knowledge.fit import Fitted
from casewright.knowledge.library import Library
from casewright.tools import fits

_CASE = "CASE-"


def matched(
    workspace: Workspace,
    library: Library,
    names: Sequence[str],
    file: Path | None = None,
    *,
    since: str = "",
    until: str = "",
    most: int | None = None,
) -> list[Fitted]:
    """What matches each case and subject of NAMES and FILE, at most MOST typologies each, cases first.

    A name is a case where it begins with CASE- or ends in .json; a case has its own window. Raises UsageError, or
    NotFound for an unknown case; a subject of whom nothing is known has no matches, and the reason.
    """
    cases = [name for name in names if name.startswith(_CASE) or Path(name).suffix == ".json"]
    others = [name for name in names if name not in cases]
    if cases and not others and file is None and (since or until):
        raise UsageError("a case has its own window", hint="leave --since and --until out, or name the subject")
    found = [_of_case(case_of(name, workspace), library, most) for name in dict.fromkeys(cases)]
    if others or file is not None or not cases:
        with open_ledger(workspace) as ledger:
            subjects = chosen(others, file, ledger.timezone, since, until)
            found += fits.fitted(ledger, subjects, library.approved, most)
    return found


def _of_case(case: Case, library: Library, most: int | None) -> Fitted:
    subject = case.subjects[0]
    matches = fits.weigh(library.approved, case.evidence, subject.id)
    made = fits.told(subject, matches, case.evidence, library.approved, most=most)
    return made.model_copy(update={"case": case.id})
