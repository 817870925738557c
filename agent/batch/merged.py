"""One case of several subjects, made of the single investigations of a network's targets."""

from collections.abc import Iterable, Mapping, Sequence

from casewright.agent.batch.joining import joining, left_out
from casewright.agent.batch.networks import Network
from casewright.agent.batch.points import open_points
from casewright.agent.batch.telling import Joined, Told, narrative
from casewright.agent.memo.writer import todo, unknowable
from casewright.knowledge.case import Case, Section, Sentence, TypologyMatch
from casewright.knowledge.evidence import Evidence

_GRAVEST = ("escalate", "more information needed", "close")


def merged(network: Network, cases: Sequence[Case], links: Evidence) -> Case:
    """The case of a network: CASES are those of its targets, in their order; LINKS is what joins them.

    Of one target alone that is its own case as it stands. The evidence of the leading target stands first, LINKS last;
    what two investigations found alike is kept once. The recommendation is that of the gravest member.
    """
    leading = cases[0]
    if len(cases) == 1:
        return leading
    evidence, names = _evidence(cases, links)
    cited = [_cited(case, own) for case, own in zip(cases, names, strict=True)]
    points = open_points(network, cited, evidence[-1].id)
    whole = leading.model_copy(
        update={
            "subjects": tuple(subject for case in cases for subject in case.subjects),
            "evidence": evidence,
            "findings": tuple(dict.fromkeys(f for case in cited for f in case.findings)),
            "typologies": _best(cited),
            "not_looked_at": points,
            "recommendation": min((case.recommendation for case in cases), key=_GRAVEST.index),
        }
    )
    sections = (
        Section(title="Still to do before a decision", sentences=tuple(todo(points))),
        Section(title="What cannot be known here", sentences=tuple(unknowable(points))),
    )
    told = [_told(case, own) for case, own in zip(cases, names, strict=True)]
    last = evidence[-1]
    joined = Joined(joining(last, whole), left_out(last), _things(last), last.id)
    return whole.model_copy(update={"narrative": narrative(told, joined, sections, _end(whole))})


def _evidence(cases: Sequence[Case], links: Evidence) -> tuple[tuple[Evidence, ...], list[dict[str, str]]]:
    """All evidence numbered through, and for each case the new id of each of its old ones."""
    kept: dict[str, Evidence] = {}
    known: dict[str, list[Evidence]] = {}
    names: list[dict[str, str]] = []
    for case in cases:
        own = {}
        for one in case.evidence:
            alike = known.setdefault(one.tool, [])
            found = next((e for e in alike if e == one.with_id(e.id)), None)
            if found is None:
                found = one.with_id(f"E{len(kept) + 1}")
                kept[found.id] = found
                alike.append(found)
            own[one.id] = found.id
        names.append(own)
    return (*kept.values(), links.with_id(f"E{len(kept) + 1}")), names


def _cited(case: Case, names: Mapping[str, str]) -> Case:
    """The case with all that cites its evidence citing it under its new names."""

    def moved(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(names[name] for name in ids if name in names))

    sections = tuple(
        section.model_copy(
            update={"sentences": tuple(s.model_copy(update={"evidence": moved(s.evidence)}) for s in section.sentences)}
        )
        for section in case.narrative.sections
    )
    return case.model_copy(
        update={
            "findings": tuple(f.model_copy(update={"evidence": moved(f.evidence)}) for f in case.findings),
            "typologies": tuple(m.model_copy(update={"evidence": moved(m.evidence)}) for m in case.typologies),
            "not_looked_at": tuple(p.model_copy(update={"evidence": moved(p.evidence)}) for p in case.not_looked_at),
            "narrative": case.narrative.model_copy(update={"sections": sections}),
        }
    )


def _best(cases: Sequence[Case]) -> tuple[TypologyMatch, ...]:
    """Of each typology the best match, on the evidence of all who match it; the best first."""
    found: dict[str, TypologyMatch] = {}
    for match in (match for case in cases for match in case.typologies):
        best = found.get(match.id, match)
        evidence = tuple(dict.fromkeys((*best.evidence, *match.evidence)))
        found[match.id] = (match if match.score > best.score else best).model_copy(update={"evidence": evidence})
    return tuple(sorted(found.values(), key=lambda match: -match.score))


def _told(case: Case, names: Mapping[str, str]) -> Told:
    """The case as its memo is taken up; its evidence still stands under its own names."""

    def of(*tools: str) -> tuple[str, ...]:
        return tuple(names[one.id] for one in case.evidence if one.tool in tools)

    subject, memo = case.subjects[0].id, _cited(case, names).narrative
    return Told(subject, case.alert, memo, of("account_profile"), frozenset(of("co_users", "logins")))


def _things(links: Evidence) -> frozenset[str]:
    """What is shared, by the names under which texts tell it."""
    return frozenset(str(row[name]) for row in links.rows for name in ("counterparty", "device", "ip") if row[name])


def _end(case: Case) -> Sentence:
    """What is recommended for the whole, and that each is decided apart."""
    words = {
        "escalate": "Recommended for the case as a whole: escalate",
        "close": "Recommended for the case as a whole: close",
        "more information needed": "Recommended for the case as a whole: more information before a decision",
    }
    text = f"{words[case.recommendation]}; what becomes of each subject is decided apart."
    return Sentence(text=text, evidence=(case.evidence[-1].id,), opens=True)
