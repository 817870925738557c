"""Whether a subject was written up or reported before."""

from casewright.agent.asking.around import Around
from casewright.knowledge.errors import UsageError
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.records import Subject, canonical_id
from casewright.tools.store import earlier_cases


def earlier_reports(around: Around, *, subject: str = "") -> Evidence:
    """Tell whether a subject was investigated or reported before: earlier cases with what they recommended, and
    reports that people filed.

    subject: an account or address; empty for the open case's
    """
    own = [one.id for one in around.case.subjects] if around.case else []
    wanted = [canonical_id(subject)] if subject else own
    if not wanted or around.store is None:
        raise UsageError("whom to look up is missing", hint="name an account, or open a case")
    leave_out = around.case.id if around.case else ""
    found = earlier_cases(around.store, tuple(Subject(id=name) for name in wanted), leave_out=leave_out)
    return found.model_copy(update={"tool": "earlier_reports", "arguments": {"subjects": list(wanted)}})
