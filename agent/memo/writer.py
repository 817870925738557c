"""The embedded writer: composes the case memo from quotations; every section is drawn from the evidence."""

import re
from collections.abc import Iterable, Sequence

from casewright.agent.memo.dossier import Dossier
from casewright.agent.memo.introduction import fitting, introduction, opening, raised
from casewright.agent.memo.quote import Quote, counted, listed, merged, quote, say
from casewright.agent.memo.story import story
from casewright.agent.recommendation import Recommendation
from casewright.knowledge.case import Finding, Narrative, NotLookedAt, Section, Sentence

EXPOSURES_TOLD = 5  # of the labelled addresses that findings name
Reasons = tuple[Sequence[str], Sequence[str]]  # what speaks for suspicion and against it, each in a few words


def compose(
    dossier: Dossier,
    points: Sequence[NotLookedAt],
    recommendation: Recommendation,
    reasons: Reasons = ((), ()),
) -> Narrative:
    """The draft memo; sections with nothing to say are left out, but for those that must say so."""
    told = story(dossier)
    sections = (
        _section("Introduction", introduction(dossier)),
        _section("What happened", told),
        _section("Why it is unusual", [*_of_findings(dossier, "for"), raised(dossier)]),
        _section("What speaks against", _against(dossier)),
        _section("What was checked", checked(dossier)),
        _section("Still to do before a decision", todo(points)),
        _section("What cannot be known here", unknowable(points)),
        _section("Conclusion", conclusion(dossier, recommendation, reasons)),
    )
    return Narrative(sections=tuple(s for s in sections if s.sentences))


_LAWFUL = {"yes": "a lawful look-alike", "no": "a look-alike", "another offence": "a look-alike, not lawful either"}


def _section(title: str, sentences: Iterable[Sentence | None]) -> Section:
    return Section(title=title, sentences=tuple(s for s in sentences if s is not None))


def _of_findings(dossier: Dossier, speaks: str) -> list[Sentence]:
    """The findings but for those that open the memo, and those that another sentence tells."""
    found = [f for f in dossier.findings if f.speaks == speaks and f not in opening(dossier)]
    found = _once([f for f in found if not _retold(f, dossier)])
    weak = [f for f in found if f.strength == "weak" and speaks == "against" and ";" not in f.statement]
    told = [Sentence(text=f.statement, evidence=f.evidence) for f in found if f not in weak]
    return [*told, *_together(weak)]


def _once(found: Sequence[Finding]) -> list[Finding]:
    """Without what an indicator measured where a sentence before told the same, of one kind of transfers or of all."""
    told: set[str] = set()
    kept = []
    for finding in found:
        whole = _KIND.sub("", finding.statement)
        value = _MEASURED.match(whole)
        alone = value is not None and whole.startswith("; ", value.end())  # the peak, beside nothing
        if whole not in told and not (value and alone and value.group() in told):
            kept.append(finding)
        told |= {whole, value.group()} if value else {whole}
    return kept


_KIND = re.compile(r" \(kind \w+\)")
_MEASURED = re.compile(r'.+\("[^"]+"\) came to .+?(?=, higher than |, against a highest |; this was )')


def _together(found: Sequence[Finding]) -> list[Sentence]:
    """What weighs little, two in a sentence, as the second needs no room of its own."""
    told = []
    for start in range(0, len(found), 2):
        pair = found[start : start + 2]
        parts = [pair[0].statement, *(_low(f.statement) for f in pair[1:])]
        text = "; ".join(part.removesuffix(".") for part in parts)
        told.append(Sentence(text=f"{text}.", evidence=tuple(dict.fromkeys(e for f in pair for e in f.evidence))))
    return told


def _low(statement: str) -> str:
    """A sentence as a clause: a small letter, but where it begins with an id or a currency."""
    word = statement.partition(" ")[0]
    return statement[:1].lower() + statement[1:] if word.isalpha() and not word.isupper() else statement


def _retold(finding: Finding, dossier: Dossier) -> bool:
    """Whether another sentence tells what an indicator measured: the alert's reason, or the totals."""
    means = finding.statement.partition('("')[2].partition('")')[0] if finding.typology else ""
    reason = dossier.alert.reason if dossier.alert else ""
    return bool(means) and (f"{means}: " in reason or means.startswith(_IN_TOTALS))


_IN_TOTALS = ("value that came in within", "value that left within 30 days")


def _against(dossier: Dossier) -> list[Sentence | None]:
    told: list[Sentence | None] = [*_of_findings(dossier, "against")]
    alike = [
        Quote(f'{_LAWFUL[c.text("lawful")]}, "{c["text"]}", told apart by "{c["tells_apart"]}"', (c.evidence,))
        for c in dossier.cells("typology")
        if c.text("part") == "look-alike" and c["text"] and c["tells_apart"]
    ]
    told.append(
        say("to be ruled out: {alike}.", alike=Quote("; ".join(map(str, alike)), merged(alike)) if alike else None)
    )
    if not any(told):
        told.append(
            say(
                "Nothing in the evidence asked for speaks against; that is no proof that nothing does.",
                rests_on=dossier.id_of("account_profile"),
            )
        )
    return told


def checked(dossier: Dossier) -> list[Sentence | None]:
    """What was searched, with what came of it, kept short: an empty answer is told as one."""
    sides = [
        Quote(f"{labelled} of {number}", merged([labelled, number]))
        for side, noun in (("in", "payer"), ("out", "recipient"))
        if (number := dossier.count("counterparties", f"counterparties_{side}", noun))
        and (labelled := dossier.quote("counterparties", f"labelled_counterparties_{side}"))
        and dossier.number("counterparties", f"counterparties_{side}")
    ]
    exposure = dossier.of("exposure")
    unexposed = exposure is not None and exposure.status == "empty"  # then no counterparty bears a label either
    empty = [(dossier.of(tool), words) for tool, words in _EMPTY.items()]
    return [
        None if unexposed else say("{sides} bore a label in this ledger.", sides=listed(sides)),
        *(
            Sentence(text=words, evidence=(e.id,))
            for e, words in empty
            if e and e.status == "empty" and _could_be(dossier, e.tool)
        ),
        *_labelled_in_all(dossier),
        _followed(dossier, "forward"),
        _followed(dossier, "backward"),
        say(
            "the latest score of the model {model} was {score} on {at}.",
            model=dossier.quote("scores", "latest_score_model"),
            score=dossier.quote("scores", "latest_score"),
            at=dossier.quote("scores", "latest_score_at"),
        ),
    ]


def _could_be(dossier: Dossier, tool: str) -> bool:
    """Whether there was anything to ask about: nobody shares the destinations of an account that sent nothing."""
    return tool != "co_users" or bool(dossier.number("account_profile", "transfers_out"))


_EMPTY = {
    "exposure": "No exposure to a labelled address was found in the period, direct or indirect.",
    "co_users": "No other account sent to the addresses that it sent to in the period.",
    "alerts": "No alert on it was found.",
}


def _labelled_in_all(dossier: Dossier) -> list[Sentence | None]:
    """Where more labelled addresses were traced than the findings name: how many there are."""
    told = []
    for side, words in (("in", "behind what it received"), ("out", "beyond what it sent")):
        if len([c for c in dossier.cells("exposure") if c.side() == side and c.text("id")]) <= EXPOSURES_TOLD:
            continue
        exposure = dossier.of("exposure")
        facts = [f for f in exposure.facts if f.side == side] if exposure else []
        traced, labelled = (
            quote(next((f for f in facts if f.name == name), None), exposure.id if exposure else "", dossier.zone)
            for name in ("addresses_traced", "labelled_addresses")
        )
        told.append(
            say(
                f"of {{traced}} traced {words}, {{labelled}} bore a label.",
                traced=counted(traced, "address", "addresses"),
                labelled=labelled,
            )
        )
    return told


def _followed(dossier: Dossier, direction: str) -> Sentence | None:
    """How far its transfers were followed, and how many of the ends bear no label; told where that is beyond a hop."""
    back = direction == "backward"
    asked = dossier.of("trace", direction)
    if asked and asked.status == "empty":
        if not dossier.number("account_profile", f"transfers_{'in' if back else 'out'}") and not back:
            return None  # nothing went out, as the totals tell
        words = "no earlier transfer was found behind what it received." if back else "no onward transfer was found."
        return Sentence(text=words[:1].upper() + words[1:], evidence=(asked.id,))
    hops, unresolved = (dossier.fact("trace", name, direction) for name in ("hops", "unresolved"))
    if not hops or not unresolved or int(hops.value) <= 1:  # over one hop these are the counterparties told above
        return None
    many = int(unresolved.value)
    end = "none ends" if many == 0 else "{unresolved} ends" if many == 1 else "{unresolved} end"
    return say(
        f"its transfers were followed {'back' if back else 'onward'} to {{reached}}, of which {end} without a label.",
        reached=dossier.count("trace", "reached", "address", "addresses", direction),
        unresolved=dossier.quote("trace", "unresolved", direction),
    )


def todo(points: Sequence[NotLookedAt]) -> list[Sentence]:
    """What is still to do; questions that stand in one place are asked together."""
    told = [p for p in points if p.kind == "todo"]
    asked = [p for p in told if p.what.startswith(_ASK)]
    rest = [_point(p) for p in told if p not in asked]
    if not asked:
        return rest
    questions = [Quote(p.what.removeprefix(_ASK), p.evidence) for p in asked]
    text = f"{_ASK}{listed(questions)}: `{asked[0].command}`."
    return [*rest, Sentence(text=text, evidence=merged(questions))]


_ASK = "Ask the customer "


def unknowable(points: Sequence[NotLookedAt]) -> list[Sentence]:
    """What cannot be known, in one sentence."""
    told = [p.what for p in points if p.kind == "unknowable"]
    evidence = tuple(dict.fromkeys(e for p in points if p.kind == "unknowable" for e in p.evidence))
    text = "; ".join([*told[:1], *(what[:1].lower() + what[1:] for what in told[1:])])
    return [Sentence(text=f"{text}.", evidence=evidence)] if told else []


def _point(point: NotLookedAt) -> Sentence:
    text = f"{point.what}: `{point.command}`." if point.command else f"{point.what}."
    return Sentence(text=text, evidence=point.evidence)


def conclusion(dossier: Dossier, recommendation: Recommendation, reasons: Reasons) -> list[Sentence | None]:
    """What it is consistent with, and what is recommended on which grounds."""
    role = dossier.is_customer and recommendation != "close"
    knows = "; whether the holder knows is not established" if role else ""
    in_part = " in part" if recommendation == "close" else ""
    told = [
        say(
            f"the activity is {{fits}}{in_part}{knows}.",
            fits=fitting(dossier),
            rests_on=dossier.id_of("customer") if role else (),
        )
    ]
    weighed = (f for f in dossier.findings if f.strength != "noted")
    cited = tuple(dict.fromkeys(e for f in weighed for e in f.evidence)) or dossier.id_of("account_profile")
    speaks = [_ground("for suspicion speak", reasons[0]), _ground("against it", reasons[1])]
    words = "; ".join([_RECOMMENDED[recommendation], *filter(None, speaks)])
    told.append(Sentence(text=f"{words}.", evidence=cited))
    return told


_RECOMMENDED = {
    "escalate": "Recommended: escalate",
    "close": "Recommended: close",
    "more information needed": "Recommended: more information before a decision",
}


def _ground(words: str, names: Sequence[str]) -> str:
    named = listed(Quote(name) for name in names)
    return f"{words} {named}" if named else ""
