"""Which typologies fit subjects, sign by sign: one pass over all subjects, peers for the best match of each."""

from collections.abc import Iterable, Mapping, Sequence

from casewright.knowledge.evidence import Evidence
from casewright.knowledge.fit import Alternative, Beside, Fit, Fitted, Gap, Sign
from casewright.knowledge.indicator import Request
from casewright.knowledge.measures import basis_text
from casewright.knowledge.records import Subject, Subjects
from casewright.knowledge.typology import OURS, LookAlike, Typology
from casewright.tools import flags, matching
from casewright.tools.comparison import Comparison, compared
from casewright.tools.flags import Key, Reading
from casewright.tools.matching import Weighed
from casewright.tools.signs import signs
from casewright.tools.warehouse import Ledger

FEW = 100  # subjects at most whose best match is held against peers: each indicator is read of all their peers (ours)

_Peers = Mapping[Key, Beside]


def fitted(
    ledger: Ledger, subjects: Subjects, typologies: Iterable[Typology], most: int | None = None
) -> tuple[Fitted, ...]:
    """The typologies that match each subject in its window, at most MOST of them, in the order of the subjects.

    Of at most 100 subjects, the best match tells where the subject stands among its peers.
    """
    known = list(matching.in_force(typologies))
    evidence = signs(ledger, subjects, known)
    found = [weigh(known, evidence[subject], subject.id) for subject in subjects]
    peers = _peers(ledger, subjects, found) if len(subjects) <= FEW else {}
    return tuple(
        told(subject, matches, evidence[subject], known, peers.get(subject, {}), most)
        for subject, matches in zip(subjects, found, strict=True)
    )


def weigh(typologies: Iterable[Typology], evidence: Sequence[Evidence], subject: str) -> tuple[Weighed, ...]:
    """The approved typologies that match by this evidence, best first."""
    return matching.weighed(matching.in_force(typologies), flags.known(evidence, subject))


def told(
    subject: Subject,
    matches: Sequence[Weighed],
    evidence: Sequence[Evidence],
    typologies: Sequence[Typology],
    peers: _Peers | None = None,
    most: int | None = None,
) -> Fitted:
    """The matches as people and machines read them; PEERS are those of the best one."""
    scores = {one.typology.id: one.score for one in matches}
    fits = [_fit(one, scores, (peers or {}) if nr == 0 else {}) for nr, one in enumerate(matches[:most])]
    return Fitted(
        subject=subject.id,
        since=subject.since,
        until=subject.until,
        matches=tuple(fits),
        reason="" if matches else _reason(evidence, len(list(typologies))),
    )


def _reason(evidence: Sequence[Evidence], number: int) -> str:
    failed = sorted({answer.tool for answer in evidence if answer.status == "failed"})
    if failed:
        return f"no typology matches; {', '.join(failed)} failed"
    if not any(answer.status == "found" for answer in evidence):
        return "nothing is known of this subject here: no transfer, customer record, label or event in the window"
    return f"none of the {number} approved typologies matches: no red flag fired that would make one"


def _fit(one: Weighed, scores: Mapping[str, float], peers: _Peers) -> Fit:
    return Fit(
        id=one.typology.id,
        name=one.typology.name,
        score=one.score,
        fits=one.score >= matching.FITS,
        made_of=one.made_of,
        fired=tuple(_sign(reading, peers) for reading in one.of("fired")),
        silent=tuple(_sign(reading, peers) for reading in one.of("silent")),
        unmeasured=tuple(_gap(reading) for reading in one.of("unmeasured")),
        look_alikes=tuple(_alternative(other, scores, one.score) for other in one.typology.look_alikes),
    )


def _sign(reading: Reading, peers: _Peers) -> Sign:
    flag = reading.flag
    return Sign(
        see=flag.see,
        measure=flag.indicator or flag.reading,
        settings=flag.key[1],
        value=reading.value,
        unit=reading.unit,
        said=reading.seen,
        threshold=reading.threshold,
        limit=reading.limit,
        basis=basis_text(flag),
        seed=flag.basis == OURS,
        weight=flag.weight,
        defining=flag.defining,
        evidence=reading.evidence,
        peers=peers.get(flag.key),
    )


def _gap(reading: Reading) -> Gap:
    flag = reading.flag
    return Gap(see=flag.see, measure=flag.indicator or flag.reading, settings=flag.key[1], why=reading.reason)


def _alternative(other: LookAlike, scores: Mapping[str, float], score: float) -> Alternative:
    its = scores.get(other.typology, 0.0) if other.typology else None
    return Alternative(
        name=other.name,
        tells_apart=other.tells_apart,
        lawful=other.lawful,
        typology=other.typology or "",
        score=its,
        as_well=None if its is None else its >= score,
    )


def _peers(ledger: Ledger, subjects: Subjects, found: Sequence[Sequence[Weighed]]) -> dict[Subject, _Peers]:
    """The peers of each subject for what the best match measures, in one pass an indicator."""
    asked = [_asked(matches[0]) if matches else [] for matches in found]
    beside: dict[Subject, dict[Key, Beside]] = {}
    for one in compared(ledger, subjects, asked):
        if one.peers is not None:
            key = (one.request.indicator, one.request.settings)
            beside.setdefault(subjects[one.place], {})[key] = _beside(one)
    return dict(beside)


def _asked(best: Weighed) -> list[Request]:
    measured = [one.flag for one in best.readings if one.flag.indicator and one.outcome != "unmeasured"]
    return list({flag.key: flag.request for flag in measured}.values())


def _beside(one: Comparison) -> Beside:
    assert one.peers is not None
    return Beside(
        higher_than=one.peers.percentile / 100,
        peers=one.peers.size,
        group=one.peers.group,
        median=one.peers.quartiles[1],
    )
