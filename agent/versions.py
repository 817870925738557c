"""What a case is made with: program, writer, data, and the experts' files in force, each by its fingerprint."""

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from casewright.agent.settings import Workspace
from casewright.knowledge import clock
from casewright.knowledge.case import Case, Versions
from casewright.knowledge.errors import CasewrightError
from casewright.knowledge.rule import load_rules, shipped
from casewright.knowledge.typology import Typology
from casewright.tools import indicators
from casewright.tools.arrivals import last_import
from casewright.tools.warehouse import Ledger

WRITER = "embedded 1"
UNREADABLE = "unreadable"  # where a rule is broken: a case is drafted all the same


def made_with(ledger: Ledger, typologies: Mapping[str, Typology]) -> Versions:
    """What the embedded writer makes a case with on this ledger; of the site's rules nothing is told yet."""
    approved = (typologies[name] for name in sorted(typologies) if typologies[name].status == "approved")
    return Versions(
        casewright=version("casewright"),
        writer=WRITER,
        model="embedded",
        prompts="none",
        ledger=ledger.fingerprint(),
        imports=last_import(ledger),
        typologies=_fingerprint(typology.model_dump_json() for typology in approved),
        indicators=indicators.fingerprint(),
        made_at=clock.iso(ledger.now()),
        timezone=ledger.timezone,
        currency=ledger.currency,
    )


def with_rules(case: Case, rules: str) -> Case:
    """The case, made while the rules of that fingerprint were in force."""
    return case.model_copy(update={"versions": case.versions.model_copy(update={"rules": rules})})


def rules_of(workspace: Workspace) -> str:
    """The fingerprint of the live rules, those of the program and the site's own."""
    try:
        found = load_rules([shipped(), workspace.folder / "rules"], indicators.catalogue())
    except CasewrightError:
        return UNREADABLE
    return _fingerprint(found[name].model_dump_json() for name in sorted(found) if found[name].status == "live")


def _fingerprint(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
