"""The embedded writer: composes the case memo from quotations; every section is drawn from the evidence."""

from collections.abc import Iterable, Sequence

from casewright.agent.memo.dossier import Dossier
from casewright.agent.memo.introduction import fitting, introduction, leading
from casewright.agent.memo.quote import Quote, say
from casewright.agent.memo.story import story
from casewright.agent.recommendation import Recommendation
from casewright.knowledge.case import Narrative, NotLookedAt, Section, Sentence


def compose(
    dossier: Dossier,
    points: Sequence[NotLookedAt],
    recommendation: Recommendation,
) -> Narrative:
    """The draft memo; sections with nothing to say are left out, but for those that must say so."""
    told = story(dossier)
    sections = (
        _section("Introduction", introduction(dossier)),
        _section("What happened", told),
        _section("Why it is unusual", _of_findings(dossier, "for")),
        _section("What speaks against", _against(dossier)),
        _section("What was checked", checked(dossier)),
        _section("Still to do before a decision", [_point(p) for p in points if p.kind == "todo"]),
        _section("What cannot be known here", [_point(p) for p in points if p.kind == "unknowable"]),
        _section("Conclusion", conclusion(dossier, recommendation)),
    )
    return Narrative(sections=tuple(s for s in sections if s.sentences))


_LAWFUL = {"yes": "a lawful look-alike", "no": "a look-alike", "another offence": "a look-alike, not lawful either"}


def _section(title: str, sentences: Iterable[Sentence | None]) -> Section:
    return Section(title=title, sentences=tuple(s for s in sentences if s is not None))


def _of_findings(dossier: Dossier, speaks: str) -> list[Sentence]:
    found = [f for f in dossier.findings if f.speaks == speaks]
    told = [Sentence(text=f.statement, evidence=f.evidence) for f in found if f != leading(dossier)]
    return told or [Sentence(text=f.statement, evidence=f.evidence) for f in found]


def _against(dossier: Dossier) -> list[Sentence | None]:
    told: list[Sentence | None] = [*_of_findings(dossier, "against")]
    told += [
        say(
            'to be ruled out, {lawful}: "{name}", told apart by "{tells_apart}".',
            name=cells["text"],
            tells_apart=cells["tells_apart"],
            lawful=Quote(_LAWFUL[cells.text("lawful")]),
        )
        for cells in dossier.cells("typology")
        if cells.text("part") == "look-alike"
    ]
    if not told:
        told.append(
            say(
                "Nothing in the evidence asked for speaks against; that is no proof that nothing does.",
                rests_on=dossier.id_of("account_profile"),
            )
        )
    return told


def checked(dossier: Dossier) -> list[Sentence | None]:
    """What was searched, with what came of it: an empty answer is told as one."""
    told: list[Sentence | None] = []
    for side, noun in (("in", "payer"), ("out", "recipient")):
        told.append(
            say(
                "Of {all}, {labelled} bore a label in this ledger.",
                all=dossier.count("counterparties", f"counterparties_{side}", noun),
                labelled=dossier.quote("counterparties", f"labelled_counterparties_{side}"),
            )
        )
    told.append(
        say(
            "Its transfers were followed onward to {reached}, of which {unresolved} end without a label.",
            reached=dossier.count("trace", "reached", "address", "addresses"),
            unresolved=dossier.quote("trace", "unresolved"),
        )
    )
    told.append(
        say(
            "the latest score of the model {model} was {score} on {at}.",
            model=dossier.quote("scores", "latest_score_model"),
            score=dossier.quote("scores", "latest_score"),
            at=dossier.quote("scores", "latest_score_at"),
        )
    )
    empty = {
        "exposure": "No exposure to a labelled address was found in the period, direct or indirect.",
        "co_users": "No other account sent to the addresses that it sent to in the period.",
        "alerts": "No alert on it was found.",
    }
    for tool, words in empty.items():
        evidence = dossier.of(tool)
        if evidence and evidence.status == "empty":
            told.append(Sentence(text=words, evidence=(evidence.id,)))
    return told


def _point(point: NotLookedAt) -> Sentence:
    text = f"{point.what}: `{point.command}`." if point.command else f"{point.what}."
    return Sentence(text=text, evidence=point.evidence)


def conclusion(dossier: Dossier, recommendation: Recommendation) -> list[Sentence | None]:
    """What it is consistent with, and what is recommended and why."""
    told: list[Sentence | None] = []
    closing = recommendation == "close"
    weighed = "it is {fits} in part; what speaks for it does not clearly outweigh what speaks against."
    told.append(
        say(
            weighed if closing else "The activity is {fits}; other explanations are weighed above.",
            fits=fitting(dossier),
        )
    )
    if dossier.is_customer and not closing:
        told.append(
            say(
                "Whether the holder knows is not established; a person has yet to set the role.",
                rests_on=dossier.id_of("customer"),
            )
        )
    grounds = tuple(dict.fromkeys(e for f in dossier.findings for e in f.evidence)) or dossier.id_of("account_profile")
    words = {
        "escalate": "Recommended: escalate; what speaks for suspicion outweighs what speaks against.",
        "close": "Recommended: close; what speaks for suspicion does not clearly outweigh what speaks against.",
        "more information needed": "Recommended: more information before a decision; the open points above matter.",
    }
    told.append(Sentence(text=words[recommendation], evidence=grounds))
    return told
