"""What a clause says around its figures: days and periods, status, reach, rank, assets, categories, and where from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from casewright.agent.grounding.claims import Claims, Flow
from casewright.agent.grounding.figures import Figure, Moment
from casewright.agent.grounding.lexicon import lexicon
from casewright.agent.grounding.reading import Group, Mark, Reading
from casewright.knowledge import clock

_TO = {"to", "until", "till", "through", "and", "-"}
_END = {"until", "till", "by", "through", "to", "including"}
_POINTS_BACK = {"that", "this", "these", "those", "such"}  # "; that relation would explain ..."
_FIRST = re.compile(r"(^| )first( (seen|used|known|contact|recorded|observed))?( on| at)?$")
_LAST = re.compile(r"(^| )last( (seen|used|known|contact|recorded|observed))?( on| at)?$")
_START = {"since", "from", "after", "starting", "beginning"}


@dataclass
class When:
    """A date or time of the text: its day, its second where told, and its part in the clause.

    `role`: point (on that day), start, end (of a period), before, after.
    """

    figure: Figure
    role: str = "point"
    day: str = ""
    epoch: int | None = None
    before: str = ""  # the word in front of it
    wrong: str = ""  # why it cannot be read or contradicts itself

    @property
    def seconds(self) -> range:
        """The seconds that may be meant: one, or a minute's where no second is told."""
        if self.epoch is None or self.figure.moment is None:
            return range(0)
        return range(self.epoch, self.epoch + (1 if self.figure.moment.time.count(":") == 2 else 60))


@dataclass
class Context:
    """What a group says beside its figures."""

    group: Group
    claims: Claims
    whens: list[When] = field(default_factory=list)
    days: frozenset[str] = frozenset()  # on these days, its own or said earlier in the clause
    epochs: frozenset[int] = frozenset()
    period: tuple[str, str] | None = None
    words: frozenset[str] = frozenset()  # every word of the clause, in lower case
    marks: list[Mark] = field(default_factory=list)  # of the whole clause
    main: list[Mark] = field(default_factory=list)  # its own, and those of the clause outside relative parts
    near: frozenset[str] = frozenset()  # parties named in the clause
    own: frozenset[str] = frozenset()  # the words of the group itself
    text: str = ""  # the clause's words, each between blanks

    def values(self, kind: str) -> set[str]:
        """What the group's own marks of a kind say."""
        return {mark.value for mark in self.group.marks if mark.kind == kind}

    def says(self, phrases: frozenset[str]) -> bool:
        """Whether one of the words or phrases stands in the clause."""
        return not self.words.isdisjoint(phrases) or any(part in self.text for part in _of_several(phrases))

    def group_says(self, words: frozenset[str]) -> bool:
        """Whether one of the words stands in the group itself."""
        return not self.own.isdisjoint(words)

    def anywhere(self, kind: str) -> set[str]:
        """What the whole clause's marks of a kind say."""
        return {mark.value for mark in self.marks if mark.kind == kind}


@cache
def _of_several(phrases: frozenset[str]) -> tuple[str, ...]:
    """The phrases of more than one word, each between blanks."""
    return tuple(f" {phrase} " for phrase in phrases if " " in phrase)


def contexts(reading: Reading, flow: Flow, zone: str) -> dict[int, Context]:
    """The context of each group, by the group's identity; a day holds on until another is named."""
    made: dict[int, Context] = {}
    by_clause: dict[int, list[Group]] = {}
    for group in reading.groups:
        by_clause.setdefault(group.clause, []).append(group)
    last_day = ""
    near: frozenset[str] = frozenset()
    for groups in by_clause.values():
        marks = [mark for group in groups for mark in group.marks]
        words = frozenset(
            w.strip(".") for group in groups for first, last in group.spans for w in reading.words[first:last]
        )
        own = frozenset(name for group in groups for name in flow.of(group).named)
        near = own | near if _POINTS_BACK.intersection(reading.words[groups[0].first : groups[0].first + 2]) else own
        text = " ".join(
            ["", *(w for group in groups for first, last in group.spans for w in reading.words[first:last]), ""]
        )
        for group in groups:
            context = Context(group, flow.of(group), words=words, marks=marks, near=near, text=text)
            context.own = frozenset(w for first, last in group.spans for w in reading.words[first:last])
            outer = [] if group.relative else [m for g in groups if g is not group and not g.relative for m in g.marks]
            context.main = [*group.marks, *outer]
            context.whens = list(_whens(reading, group, zone, last_day))
            _place(context, made.get(id(group.before)) if group.before is not None else None)
            if group.said("same_day") and not context.whens and last_day:
                context.days = frozenset({last_day})
            last_day = next((when.day for when in reversed(context.whens) if when.day), last_day)
            made[id(group)] = context
    return made


def _place(context: Context, before: Context | None) -> None:
    """The days and the period that hold in the group: its own, else those of the one it goes on from."""
    points = [when for when in context.whens if when.role == "point"]
    context.days = frozenset(when.day for when in points if when.day)
    context.epochs = frozenset(second for when in points for second in when.seconds)
    starts = [when.day for when in context.whens if when.role == "start"]
    ends = [when.day for when in context.whens if when.role == "end"]
    if starts and ends:
        context.period = (starts[0], ends[-1])
    if before is not None and not context.whens:
        context.days, context.epochs, context.period = before.days, before.epochs, before.period


def _whens(reading: Reading, group: Group, zone: str, last_day: str) -> Iterator[When]:
    opened = False
    for figure in group.figures:
        if figure.kind != "moment" or figure.moment is None:
            continue
        when = read_moment(figure, zone, last_day)
        when.before = reading.words[figure.first - 1] if figure.first else ""
        before = reading.words[figure.first - 1] if figure.first else ""
        back = reading.words[max(0, figure.first - 3) : figure.first]
        if opened and before in _TO:
            when.role, opened = "end", False
        elif before == "between" or (before in _START and _goes_on(reading, figure)):
            when.role, opened = "start", True
        elif _FIRST.search(" ".join(back)):
            when.role = "start"
        elif _LAST.search(" ".join(back)):
            when.role = "end"
        elif (
            before in _START
            or "since" in back
            or (
                figure.last < len(reading.words)
                and reading.words[figure.last] in {"on", "onward", "onwards"}
                and before == "from"
            )
        ):
            when.role = "start" if before != "after" else "after"
        elif before == "before":
            when.role = "before"
        elif before in _END or (before == "to" and "up" in back):
            when.role = "end"
        elif _goes_on(reading, figure) and before not in {"on", "at"}:
            when.role, opened = "start", True
        yield when
        last_day = when.day or last_day


def _goes_on(reading: Reading, figure: Figure) -> bool:
    """Whether `to`, `until` or the like and another date stand behind."""
    at = figure.last
    return (
        at + 1 < len(reading.words)
        and reading.words[at] in {"to", "until", "till", "through", "-"}
        and reading.tokens[at + 1].kind in {"date", "slashed", "iso"}
    )


def read_moment(figure: Figure, zone: str, last_day: str) -> When:
    """A date or time of the text as the local day and the second it means; `wrong` where it cannot mean one."""
    moment = figure.moment
    assert moment is not None
    when = When(figure, day=moment.day)
    if not moment.time:
        if moment.day.startswith("?"):
            when.wrong = "is a date without a year"
        return when
    day = moment.day or last_day
    if not day:
        when.wrong = "is a time without a day"
        return when
    offset = _offset(moment.zone, zone, day)
    if offset is None:
        when.wrong = f"is in a zone that is neither UTC nor the case's ({zone})"
        return when
    try:
        when.epoch = clock.epoch(f"{day}T{_padded(moment.time)}", offset)
    except ValueError:
        when.wrong = "is no date and time"
        return when
    when.day = clock.date_text(when.epoch, zone)
    if moment.bracket_time or moment.bracket_day:
        _bracket(when, moment)
    return when


def _offset(named: str, zone: str, day: str) -> str | None:
    """The zone database's name for the zone that the text names; None where it is none that a case uses."""
    if named in {"utc", "gmt", "z"}:
        return "UTC"
    if named in {"", "local"}:
        return zone
    own = clock.zone_name(zone, f"{day}T12:00:00Z").lower() if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) else ""
    compact = own.replace(":", "")
    return zone if named in {own, compact} or named.replace(":", "") == compact else None


def _padded(time: str) -> str:
    return time.zfill(8) if time.count(":") == 2 else f"{time.zfill(5)}:00"


def _bracket(when: When, moment: Moment) -> None:
    """The bracket must tell the same second in UTC, with the UTC day where that is another."""
    assert when.epoch is not None
    told = clock.iso(when.epoch)
    if moment.bracket_zone not in {"utc", "gmt", "z"}:
        when.wrong = "has a bracket that is not in UTC"
    elif not told[11:19].startswith(moment.bracket_time.zfill(5)):
        when.wrong = f"has {moment.bracket_time} UTC in its bracket, which is {told[11:19]} UTC"
    elif moment.bracket_day and moment.bracket_day != told[:10]:
        when.wrong = f"has {moment.bracket_day} in its bracket, which is {told[:10]} in UTC"
    elif not moment.bracket_day and told[:10] != (moment.day or when.day):
        when.wrong = f"does not say that it is {told[:10]} in UTC"


def kinds_said(context: Context) -> frozenset[str]:
    """The kinds of transfer that the clause's words stand for."""
    table: dict[str, list[str]] = lexicon().raw["kinds"]
    return frozenset(kind for kind, words in table.items() if context.words.intersection(words))
