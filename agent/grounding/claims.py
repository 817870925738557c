"""Which way a clause says value went: its grammatical subject, its verb, and the parties behind from, to and by."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from casewright.agent.grounding.figures import Figure
from casewright.agent.grounding.lexicon import lexicon
from casewright.agent.grounding.reading import PARTIES, Group, Mark, Reading

OTHER = "(somebody else)"
UNKNOWN = "(not said)"
_BE = {"was", "were", "is", "are", "been", "being", "be"}
_RELATIVE = {"which", "whom", "who", "whose", "that"}
_PARTICIPLES = {"received": "in", "sent": "out", "paid": "out", "paid out": "out"}
_FAR_OUT = {"recipients", "recipient", "payees", "beneficiaries", "receivers", "destinations"}
_FAR_IN = {"payers", "senders", "depositors", "remitters"}
_BETWEEN_PREP_AND_PARTY = 5


@dataclass
class Claims:
    """What a group says of the way of its value. None: nothing said; else the ids that may be meant."""

    src: frozenset[str] | None = None
    dst: frozenset[str] | None = None
    subject: frozenset[str] = frozenset()  # of the clause, for what goes on from it
    verbs: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()  # every party named, in whatever role
    clash: str = ""  # what contradicts itself

    @property
    def told(self) -> bool:
        """Whether any way is said."""
        return self.src is not None or self.dst is not None


@dataclass
class _Party:
    """A party in the text: a figure, or a pronoun's mark; `role` is the preposition in front of it."""

    first: int
    last: int
    ids: frozenset[str]
    role: str = ""


@dataclass
class Flow:
    """Reads the ways of all groups of a sentence, in order, as each goes on from the one before."""

    reading: Reading
    subjects: frozenset[str]  # the case's: "it", "the account"
    claims: dict[int, Claims] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for group in self.reading.groups:
            self.claims[id(group)] = self._claims(group)

    def of(self, group: Group) -> Claims:
        """The claims of a group."""
        return self.claims[id(group)]

    def _claims(self, group: Group) -> Claims:
        parties = self._parties(group)
        before = self.claims.get(id(group.before)) if group.before is not None else None
        verbs = group.said("verb")
        made = Claims(named=frozenset(name for party in parties for name in party.ids))
        made.subject = self._lead(group, parties, verbs[0] if verbs else None, before)
        antecedent = self._antecedent(group) if group.relative else None
        for verb in verbs:
            self._verb(verb, group, parties, made, antecedent)
        if not verbs and before is not None and not group.relative and before.told:
            self._inherit(group, before, made)
        self._prepositions(group, parties, made, antecedent)
        self._adjectives(group, made)
        self._against_nouns(group, made)
        made.verbs = tuple(verb.value for verb in verbs) or (before.verbs if before and not verbs else ())
        return made

    def _parties(self, group: Group) -> list[_Party]:
        """The parties of a group in order, each with its preposition; in a list the first one's holds for all."""
        found = [_Party(f.first, f.last, f.ids or frozenset({UNKNOWN})) for f in group.figures if _is_party(f)]
        found = [
            p
            for n, p in enumerate(found)
            if not any(q.ids == p.ids or p.ids > q.ids for q in found[max(0, n - 1) : n] if p.first - q.last <= 3)
        ]
        found += [_Party(m.first, m.last, self.subjects) for m in group.said("subject")]
        found += [_Party(m.first, m.last, frozenset({OTHER})) for m in group.said("other")]
        found.sort(key=lambda party: (party.first, -party.last))
        last: _Party | None = None
        for party in found:
            party.role = self._preposition(group, party.first)
            if not party.role and last is not None and last.role in {"from", "to", "by"} and self._listed(last, party):
                party.role = last.role
            last = party
        return found

    def _listed(self, last: _Party, party: _Party) -> bool:
        between = self.reading.words[last.last : party.first]
        return 0 < len(between) <= 2 and set(between) <= {",", "and", "or"}

    def _preposition(self, group: Group, place: int) -> str:
        """The preposition before a party, past an article, a noun and the like."""
        for back in range(1, _BETWEEN_PREP_AND_PARTY + 1):
            at = place - back
            if at < 0 or (at < group.first and group.inside is None and not group.holds(at)):
                return ""
            mark = next((m for m in group.marks if m.kind == "prep" and m.first <= at < m.last), None)
            if mark is not None:
                return mark.value
            token = self.reading.tokens[at]
            if token.kind != "word" or self.reading.words[at] in _BE | _RELATIVE:
                return ""
            if any(m.first <= at < m.last for m in group.marks if m.kind in {"verb", "subject"}):
                return ""
            known = any(
                m.first <= at < m.last for m in group.marks if m.kind in {"noun", "accuse", "service", "predicate"}
            )
            if self.reading.words[at] not in lexicon().words("before_names") and not known:
                return ""
            if any(f.first <= at < f.last for f in group.figures):
                return ""
        return ""

    def _lead(
        self, group: Group, parties: Sequence[_Party], verb: Mark | None, before: Claims | None
    ) -> frozenset[str]:
        """The grammatical subject: the nearest party in front of the verb that is no preposition's object."""
        limit = verb.first if verb else group.last
        leading = [party for party in parties if party.last <= limit and not party.role]
        if leading and (verb is not None or leading[0].first <= group.first + 2):
            nearest = leading[-1]
            ids = set(nearest.ids)
            for other in reversed(leading[:-1]):  # "C-1 and C-2 sent"
                if self._listed(other, nearest):
                    ids |= other.ids
                    nearest = other
            return frozenset(ids)
        if group.inside is not None:
            return group.inside.ids or frozenset({UNKNOWN})
        if before is not None and before.subject:
            return before.subject
        return frozenset()

    def _antecedent(self, group: Group) -> frozenset[str] | None:
        """The party right before a relative clause."""
        if group.before is None:
            return None
        earlier = [f for f in group.before.figures if f.kind in PARTIES and f.last <= group.first]
        return earlier[-1].ids if earlier and group.first - earlier[-1].last <= 2 else None

    def _verb(
        self, verb: Mark, group: Group, parties: Sequence[_Party], made: Claims, antecedent: frozenset[str] | None
    ) -> None:
        subject = self._subject_of(verb, parties, made)
        if group.relative and antecedent and not subject - {UNKNOWN} and verb.first - group.first <= 2:
            subject = antecedent  # ", which received ..."
        behind = next((p for p in parties if 0 <= p.first - verb.last <= 1 and not p.role), None)
        passive = self._passive(verb)
        after = self.reading.words[verb.last] if verb.last < len(self.reading.words) else ""
        if (verb.text.endswith("ing") and after in lexicon().nouns) or (
            (passive or verb.value in {"leave", "arrive"}) and self._of_other_side(verb, group)
        ):
            return  # "the receiving address"; "29 credits were withdrawn"
        own = subject or self.subjects
        match verb.value:
            case "in" if not passive and after == "to":
                made.clash = made.clash or "the way (received to)"
            case "in":
                _say(made, "dst", self.subjects if passive and not subject else own)
            case "out" if passive:
                if not self._agent(parties):
                    _say(made, "src", self.subjects if not subject or OTHER in subject else own, weak=True)
            case "out":
                _say(made, "src", own)
                if behind is not None and behind.ids != own:
                    _say(made, "dst", behind.ids)
            case "arrive":
                target = behind.ids if behind else self.subjects
                _say(made, "dst", target, weak=behind is None)
            case "leave":
                _say(made, "src", behind.ids if behind else self.subjects, weak=behind is None)
            case "reach" if behind is not None:
                _say(made, "dst", behind.ids)
            case "come" if behind is not None:
                _say(made, "src", behind.ids)
            case "there" if group.before is not None:
                before = self.of(group.before)
                made.src, made.dst, made.subject = before.src, before.dst, before.subject

    def _subject_of(self, verb: Mark, parties: Sequence[_Party], made: Claims) -> frozenset[str]:
        """For a second verb in a group, the party nearest before it; else the group's subject."""
        near = [p for p in parties if p.last <= verb.first and not p.role and verb.first - p.last <= 3]
        return near[-1].ids if near else made.subject

    def _passive(self, verb: Mark) -> bool:
        words = self.reading.words
        return any(words[at] in _BE for at in range(max(0, verb.first - 4), verb.first)) and not verb.text.startswith(
            ("was ", "were ", "is ")
        )

    def _of_other_side(self, verb: Mark, group: Group) -> bool:
        """Whether what is sent is counted by a noun of the other side: it came in once and goes out now."""
        counted = [
            f
            for f in self.reading.figures
            if f.noun is not None and f.noun.side and group.first <= f.first < verb.first
        ]
        side = {"out": "in", "leave": "in", "in": "out", "arrive": "out"}.get(verb.value)
        return bool(counted) and counted[-1].noun is not None and counted[-1].noun.side == side

    def _agent(self, parties: Sequence[_Party]) -> bool:
        return any(party.role == "by" for party in parties)

    def _inherit(self, group: Group, before: Claims, made: Claims) -> None:
        """`sent USD 1.00 to A, USD 2.00 to B`: the verb's side goes on, the far party does not."""
        verb = before.verbs[-1] if before.verbs else ""
        if verb == "in":
            made.dst = before.dst
        elif verb == "out":
            made.src = before.src
        if group.inside is not None and verb in {"reach", "arrive", "out", "in", "leave", "come"}:
            self._bracket(group.inside, before, made)

    def _bracket(self, party: Figure, before: Claims, made: Claims) -> None:
        """`to A (22 withdrawals, 49,120.40 USDT)`: what the bracket tells went the same way."""
        role = self._preposition(group, party.first) if (group := self.reading.group_of(party.first)) else ""
        if role == "to" or (before.dst and party.ids & before.dst):
            made.dst = party.ids
        elif role == "from" or (before.src and party.ids & before.src):
            made.src = party.ids

    def _prepositions(
        self, group: Group, parties: Sequence[_Party], made: Claims, antecedent: frozenset[str] | None
    ) -> None:
        roles: dict[str, set[str]] = {}
        for party in parties:
            roles.setdefault(party.role, set()).update(party.ids)
        incoming = "in" in {mark.value for mark in group.said("verb")}
        if "from" in roles:
            _say(made, "src", frozenset(roles["from"]))
        if "to" in roles:
            _say(made, "dst", frozenset(roles["to"]))
        if "by" in roles and group.said("verb"):
            _say(made, "dst" if incoming else "src", frozenset(roles["by"]))
        if group.relative and antecedent:
            first = self.reading.words[group.first]
            if first == "to":
                _say(made, "dst", antecedent)
            elif first == "from":
                _say(made, "src", antecedent)

    def _against_nouns(self, group: Group, made: Claims) -> None:
        """Nothing comes from recipients, and nothing goes to payers."""
        for noun in group.said("noun"):
            before = self.reading.words[max(0, noun.first - 4) : noun.first]
            verb = next((v for v in group.said("verb") if v.first == noun.last and v.text in _PARTICIPLES), None)
            agent = verb is not None and "by" in self.reading.words[verb.last : verb.last + 1]
            if (
                verb is not None
                and not agent
                and "transfers" in lexicon().nouns[noun.value].units
                and lexicon().nouns[noun.value].side not in {"", _PARTICIPLES[verb.text]}
            ):
                made.clash = made.clash or f"{noun.value} {verb.text}"
            side = lexicon().nouns[noun.value].side
            if noun.value in _FAR_OUT and "from" in before and "to" not in before:
                made.clash = made.clash or f"what came from {noun.value}"
            elif (
                noun.value in _FAR_IN
                and "to" in before
                and "from" not in before
                and side == "in"
                and group.said("verb")
            ):
                made.clash = made.clash or f"what went to {noun.value}"

    def _adjectives(self, group: Group, made: Claims) -> None:
        """`incoming`, `outflow` say the side of the clause's subject, where no verb does."""
        own = made.subject if made.subject and made.subject != {UNKNOWN} else self.subjects
        for mark in (*group.said("adjective"), *group.said("side")):
            if not made.told:
                _say(made, "dst" if mark.value == "in" else "src", own)


def _is_party(figure: Figure) -> bool:
    return figure.kind in PARTIES and (figure.kind != "name" or bool(figure.ids))


def _say(made: Claims, end: str, ids: frozenset[str], *, weak: bool = False) -> None:
    """Note who stands at an end; two different parties at one end contradict each other, unless one is weakly said."""
    known: frozenset[str] | None = getattr(made, end)
    if known is None or known == ids or (known == {OTHER} and not weak):
        setattr(made, end, ids)
    elif weak or ids == {OTHER}:
        return
    elif UNKNOWN in ids or UNKNOWN in known:
        setattr(made, end, ids | known)
    elif known & ids:
        setattr(made, end, known & ids)
    else:
        made.clash = made.clash or ("who received it" if end == "dst" else "who sent it")
