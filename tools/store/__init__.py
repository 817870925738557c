"""The case store: cases in all their versions, decisions, jobs, and the log of who did what. SQLite or PostgreSQL."""

from casewright.tools.store.audit import Entry, Wanted
from casewright.tools.store.cases import CaseRow, Store
from casewright.tools.store.earlier import Before, earlier_cases, earlier_cases_again, earlier_of_each
from casewright.tools.store.exported import check_lines
from casewright.tools.store.vouching import BrokenLink, Checked

__all__ = [
    "Before",
    "BrokenLink",
    "CaseRow",
    "Checked",
    "Entry",
    "Store",
    "Wanted",
    "check_lines",
    "earlier_cases",
    "earlier_cases_again",
    "earlier_of_each",
]
