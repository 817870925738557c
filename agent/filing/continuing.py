"""Continuing activity: beside what was reported before, only what is new, totals from the beginning, contradictions.

The text that was filed is read as anybody's text is: its figures are held against the evidence as it is now. What the
evidence tells otherwise is a contradiction; what lies before the case's own window cannot be told from here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from casewright.agent.filing.form import figures_of, formed
from casewright.agent.filing.particulars import dossier_of
from casewright.agent.filing.report import Report, beside, payload
from casewright.agent.filing.text import FilingText, Piece
from casewright.agent.filing.told import known_reports
from casewright.agent.grounding import check
from casewright.agent.grounding.narrative import split
from casewright.agent.memo.quote import Quote, merged, say
from casewright.knowledge import clock
from casewright.knowledge.case import Case, Sentence
from casewright.knowledge.errors import DataError, NotFound, UsageError
from casewright.tools.store import Store

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# What makes a sentence known again: an amount with its currency or asset, an id, an IP address, a hash or an address.
_MARK = re.compile(
    r"\b[a-z]{2,6} \d[\d,]*\.\d+|\b\d[\d,]*(?:\.\d+)? (?:usdt|usdc|dai|btc|eth|trx|bnb|sol|xmr|ltc)\b|"
    r"\b[a-z]+-\w*\d\w*|\b\d+\.\d+\.\d+\.\d+\b|\b0x[0-9a-f]{6,}|\b(?=\w*\d)[a-z0-9]{20,}\b"
)


@dataclass(frozen=True)
class Contradiction:
    """A sentence that was reported, the figure in it that the evidence tells otherwise, and what it tells."""

    sentence: str
    figure: str
    why: str
    now: str


@dataclass(frozen=True)
class Continuing:
    """What is new, in the form of the regime; what of the report before holds no longer, and what cannot be told."""

    report: Report  # with the text of what is new
    new: tuple[Sentence, ...]
    told_before: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]
    beyond: tuple[str, ...]

    @property
    def text(self) -> str:
        """What is new, in the form of the regime."""
        return self.report.form.text

    def payload(self) -> dict[str, Any]:
        """For machines: as of any report, and what is new in it."""
        return {
            **payload(self.report),
            "new": [{"text": s.text, "evidence": list(s.evidence)} for s in self.new],
            "told_before": list(self.told_before),
            "contradictions": [
                {"sentence": c.sentence, "figure": c.figure, "why": c.why, "now": c.now} for c in self.contradictions
            ],
            "not_checked": list(self.beyond),
        }

    def told(self) -> str:
        """For people."""
        lines = [self.text, "", beside(self.report)]
        number = len(self.told_before)
        what = "1 sentence tells" if number == 1 else f"{number} sentences tell"
        lines.append(f"{what} only what was reported before and {'is' if number == 1 else 'are'} left out")
        lines += [f"  {sentence}" for sentence in self.told_before]
        for found in self.contradictions:
            now = f" (now: {found.now})" if found.now else ""
            lines.append(f"contradiction: {found.figure}: {found.why}{now}\n  {found.sentence}")
        lines += [f"before the period of this case, not checked here: {sentence}" for sentence in self.beyond]
        return "\n".join(lines)


def prior_of(store: Store, report: Report, prior: str) -> str:
    """The text that was reported before: a file; CASE or CASE@VERSION of the store; `filed`, the last one kept.

    Raises NotFound, UsageError or DataError with what to do.
    """
    if prior == "filed":
        texts = [filed.text for filed in known_reports(report.decided, report.before) if filed.text]
        if not texts:
            hint = f"casewright filed {report.case.id} --on DATE --reference REF --earlier --text FILE"
            raise NotFound("no text of an earlier report is kept", hint=hint)
        return texts[-1]
    path = Path(prior)
    if path.is_file():
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DataError("this is no text in UTF-8", path, hint="give the narrative as it was filed") from error
    name, _, version = prior.partition("@")
    if version and not version.isdigit():
        raise UsageError(f"--prior is {prior!r}, expected a file, CASE, CASE@VERSION or filed")
    case = store.load_case(name, int(version) if version else None)
    own = {subject.id for subject in report.case.subjects}
    if not own & {subject.id for subject in case.subjects}:
        raise UsageError(
            f"{case.id} is about nobody of {report.case.id}", hint=f"casewright cases list --subject {min(own)}"
        )
    return " ".join(sentence.text for sentence in case.narrative.sentences)


def continuing(report: Report, prior: str) -> Continuing:
    """What a report of continuing activity tells, beside the text PRIOR."""
    before = [" ".join(prior.split()).casefold(), *(text.casefold() for text in _sentences(prior))]
    subjects = [subject.id.casefold() for subject in report.case.subjects]
    kept: list[Piece] = []
    old: list[str] = []
    for piece in report.made.pieces:
        text = piece.sentence.text
        if not piece.framed and piece.rank >= 3 and _again(text.casefold(), before, subjects):
            old.append(text)
        else:
            kept.append(piece)
    sums = _totals(report.case)
    if sums is not None and not check([sums], report.known).unsupported:
        kept = [*(p for p in kept if p.rank < 3), Piece(2, sums), *(p for p in kept if p.rank >= 3)]
    kept = [piece for number, piece in enumerate(kept) if not piece.framed or not _leads_nowhere(kept, number)]
    made: FilingText = replace(report.made, pieces=tuple(kept))
    contradictions, beyond = _held_against(report, prior)
    new = tuple(piece.sentence for piece in kept if not piece.framed)
    return Continuing(replace(report, made=made, form=formed(made)), new, tuple(old), contradictions, beyond)


def _again(text: str, before: list[str], subjects: list[str]) -> bool:
    """Whether a sentence was told before: word for word, or with all its figures in one sentence of the text before.

    In other words it is the same only where it tells an amount, or a party, hash or device by its id: a count or a day
    that stands there too may be one of something else. BEFORE is the whole text, then its sentences.
    """
    if text in before[0]:
        return True
    marks = set(_MARK.findall(text)) - set(subjects)
    told = figures_of(text) | marks
    return bool(marks) and any(told <= figures_of(one) | set(_MARK.findall(one)) for one in before[1:])


def _leads_nowhere(kept: list[Piece], number: int) -> bool:
    """Whether a frame announces sentences that are not there any more."""
    after = kept[number + 1] if number + 1 < len(kept) else None
    return 10 <= kept[number].rank < 60 and (after is None or after.rank != kept[number].rank + 1)


def _totals(case: Case) -> Sentence | None:
    """The totals from the account's first movement on, added up for a reader to follow."""
    dossier = dossier_of(case)
    parts = []
    for side, flow, verb in (("in", "inflow", "received"), ("out", "outflow", "sent")):
        before, now = dossier.money("account_profile", f"before_{flow}"), dossier.money("account_profile", flow)
        if before is None or now is None or not dossier.number("account_profile", f"before_transfers_{side}"):
            continue
        whole = _added(before, now)
        if whole:
            parts.append(Quote(f"{verb} {whole}", whole.evidence))
    if not parts:
        return None
    return say(
        "counted from its first movement, the account {sums}.", sums=Quote(" and ".join(map(str, parts)), merged(parts))
    )


def _added(before: Quote, now: Quote) -> Quote | None:
    unit, _, first = before.text.partition(" ")
    other, _, second = now.text.partition(" ")
    if unit != other:
        return None
    whole = Decimal(first.replace(",", "")) + Decimal(second.replace(",", ""))
    return Quote(f"{before} + {second} = {whole:,.2f}", merged([before, now]))


def _held_against(report: Report, prior: str) -> tuple[tuple[Contradiction, ...], tuple[str, ...]]:
    """The sentences of the text before, held against all evidence of the case."""
    everything = tuple(evidence.id for evidence in report.known.evidence)
    found: list[Contradiction] = []
    beyond: list[str] = []
    for text in _sentences(prior):
        if not re.search(r"\d", text):
            continue
        bad = check([Sentence(text=text, evidence=everything)], report.known).unsupported
        if bad and _outside(report.case, text):
            beyond.append(text)
            continue
        figures = [one for one in bad if re.search(r"\d", one.figure)]
        found += [Contradiction(text, one.figure, one.why, one.nearest) for one in figures]
    return tuple(found), tuple(beyond)


def _sentences(prior: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", prior):
        yield from (text for text, _ in split(" ".join(paragraph.split())))


def _outside(case: Case, text: str) -> bool:
    """Whether every day that the sentence names lies outside the case's window."""
    window, zone = case.subjects[0], case.versions.timezone
    first = clock.local_date(window.since, zone) if window.since is not None else date.min
    last = clock.local_date(window.until - 1, zone) if window.until is not None else date.max
    days = [date.fromisoformat(day) for day in _DAY.findall(text) if _is_day(day)]
    return bool(days) and not any(first <= day <= last for day in days)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
