"""A report as a person asks for it: the text in its form, the key term and codes, the clock, and what is missing."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from casewright.agent.filing.deciding import Missing, due_of, filed_before, missing, regime_of
from casewright.agent.filing.due import Due
from casewright.agent.filing.form import Formed, formed, shortened
from casewright.agent.filing.regime import Regime
from casewright.agent.filing.text import FilingText, filing_text
from casewright.agent.filing.told import told_evidence, with_told
from casewright.agent.settings import Workspace
from casewright.agent.typologies.known import library_of
from casewright.knowledge.case import Case
from casewright.knowledge.evidence import Evidence
from casewright.knowledge.typology import Typology
from casewright.tools.matching import FITS
from casewright.tools.store import Store
from casewright.tools.store.filing import Act, Decided, decided

_CHECKED = re.compile(r", (?:last checked \d{4}-\d\d-\d\d|not checked)$")


@dataclass(frozen=True)
class Report:
    """All of it. `known` is the case with what people decided as its last evidence; `codes` the form's fields."""

    case: Case
    known: Case
    regime: Regime
    decided: Decided
    told: Evidence
    made: FilingText
    form: Formed
    due: Due | None
    missing: tuple[Missing, ...]
    codes: tuple[str, ...]
    before: tuple[Act, ...] = ()


def report(
    workspace: Workspace, store: Store, case: Case, regime: str = "", *, characters: int | None = None
) -> Report:
    """The report of a case, for its suspicion's regime where none is named.

    Raises UsageError for an unknown regime or for a length that cannot be kept.
    """
    told = decided(store, case.id)
    return report_of(
        case,
        regime_of(workspace, regime, told),
        told,
        filed_before(store, case),
        library_of(workspace).typologies,
        holidays=workspace.folder / "holidays",
        characters=characters,
    )


def report_of(
    case: Case,
    rules: Regime,
    told_acts: Decided,
    before: tuple[Act, ...] = (),
    typologies: Mapping[str, Typology] | None = None,
    *,
    holidays: Path | None = None,
    characters: int | None = None,
) -> Report:
    """The same of what was read already."""
    told_acts = told_acts.in_zone(rules.zone)
    due = due_of(told_acts, rules, holidays, before)
    told = told_evidence(case, told_acts, due, before)
    fitting = [match.id for match in case.typologies if match.score >= FITS]
    made = filing_text(case, rules, told_acts, told, fitting)
    limit = min(filter(None, (characters, rules.text.characters)), default=None)
    if limit is not None:
        made = shortened(made, limit)
    return Report(
        case,
        with_told(case, told_acts, told),
        rules,
        told_acts,
        told,
        made,
        formed(made),
        due,
        tuple(missing(case, told_acts, rules, before, made.key_term)),
        tuple(_codes(rules, made, fitting, typologies or {})),
        before,
    )


def _codes(rules: Regime, made: FilingText, fitting: list[str], typologies: Mapping[str, Typology]) -> Iterator[str]:
    """The fields of the form: those of the key term, the codes that a person chose, those of the best typology."""
    if made.key_term is not None:
        yield from made.key_term.fields
    yield from (code for code in made.codes if made.key_term is None or code != made.key_term.term)
    best = typologies.get(fitting[0]) if fitting else None
    for writing in best.write if best else ():
        if rules.country and writing.regime == rules.country:
            checked = f", last checked {writing.checked}" if writing.checked else ", not checked"
            yield from (f"{writing.form}: {code}{checked}" for code in writing.codes)


def record(store: Store, found: Report, who: str) -> None:
    """Put into the log who drafted which text, by its hash."""
    told = {"regime": found.regime.id, "sha256": hashlib.sha256(found.form.text.encode()).hexdigest()}
    store.record(who, "report drafted", found.case.id, {**told})


def gaps(told: Decided) -> dict[str, int]:
    """Calendar days from the first notice to the suspicion, and from the suspicion to the filing, where told."""
    suspicion, filed = told.suspicion(), told.filed()
    found: dict[str, int] = {}
    if suspicion and suspicion[0].noticed:
        found["noticed to formed"] = _days(suspicion[0].noticed, suspicion[0].formed)
    if suspicion and filed:
        found["formed to filed"] = _days(suspicion[0].formed, filed.day)
    return found


def _days(first: date, last: date) -> int:
    return (last - first).days


def payload(found: Report) -> dict[str, Any]:
    """For machines."""
    return {
        "case": found.case.id,
        "regime": found.regime.id,
        "text": found.form.text,
        "blocks": list(found.form.blocks),
        "characters": len(found.form.text),
        "sentences": [
            {"text": piece.sentence.text, "evidence": list(piece.sentence.evidence), "part": piece.part}
            for piece in found.made.pieces
        ],
        "key_term": found.made.key_term.term if found.made.key_term else None,
        "fields": list(found.codes),
        "due": str(found.due.day) if found.due and found.due.day else None,
        "clock": found.due.told() if found.due else None,
        "structure": [{"part": part.part, "holds": part.holds} for part in found.regime.structure],
        "gaps": gaps(found.decided),
        "missing": [{"what": m.what, "command": m.command} for m in found.missing],
        "dropped": list(found.made.dropped),
        "left_out": [{"sentence": lost.sentence, "why": lost.why} for lost in found.made.lost],
        "unwritten": list(found.form.unwritten),
    }


def beside(found: Report) -> str:
    """What stands beside the text for the person who files: length, fields, clock, what is missing and left out."""
    text = found.regime.text
    room = f" of at most {text.characters:,}" if text.characters else " (no limit is known)"
    number = len(found.form.blocks)
    blocks = f", in {number} block{'' if number == 1 else 's'}" if text.block_characters else ""
    lines = [f"{found.regime.name}: {len(found.form.text):,} characters{room}{blocks}"]
    if found.regime.threshold:
        lines.append(f"  owed: {found.regime.threshold.words}")
    lines += _fields(found.codes)
    if found.due:
        lines.append(f"  {found.due.told()}")
    lines += [f"  {days} days from {what}" for what, days in gaps(found.decided).items()]
    if found.form.unwritten:
        lines.append(f"  not in ASCII, write them into the form's fields: {', '.join(found.form.unwritten)}")
    lines += [f"  missing: {m.what}\n    {m.command}" for m in found.missing]
    if found.made.lost:
        lines.append(f"  left out, {len(found.made.lost)} of the memo's sentences:")
        lines += [f"    {why}: {count}" for why, count in _counted(found.made).items()]
    return "\n".join(lines)


def _fields(codes: Iterable[str]) -> Iterator[str]:
    """The fields of the form, a row each; several of one field stand below it. With the day of their last check."""
    rows: dict[tuple[str, str], list[str]] = {}
    for code in codes:
        field, _, rest = code.partition(": ")
        what, _, checked = rest.rpartition(", ") if _CHECKED.search(rest) else (rest, "", "")
        rows.setdefault((field, checked), []).append(what)
    for (field, checked), found in rows.items():
        when = f" ({checked})" if checked else ""
        if len(found) == 1:
            yield f"  field {field}: {found[0]}{when}"
        else:
            yield f"  field {field}{when}:"
            yield from (f"    {what}" for what in found)


def dropped_told(found: Report) -> str:
    """What went to keep the length, in one line; empty where nothing did."""
    gone = found.made.dropped
    return f"left out to keep the length, {len(gone)}: {' / '.join(gone)}" if gone else ""


def _counted(made: FilingText) -> dict[str, int]:
    counts: dict[str, int] = {}
    for lost in made.lost:
        counts[lost.why] = counts.get(lost.why, 0) + 1
    return counts
