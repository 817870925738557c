"""A sentence as it is read: tokens, figures, phrases that claim something, and the clauses that hold them together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from casewright.agent.grounding.composer import Composer
from casewright.agent.grounding.figures import Figure, Vocabulary
from casewright.agent.grounding.lexicon import lexicon
from casewright.agent.grounding.names import Names
from casewright.agent.grounding.tokens import Token, plain, tokens

AMOUNTS = {"amount", "count", "number", "percent", "times", "rate", "duration"}
PARTIES = {"id", "short", "name"}
_BREAKS = {",", "(", ")", ":", "-", "and", "but", "while", "whereas", "although", "though"}
_RELATIVE = {"which", "whom", "who", "whose"}
_WIDE = {"predicate", "denied", "plain"}  # a longer phrase of these takes the shorter ones within it


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A phrase that claims something: tokens `first` to `last` (exclusive) say `value` of this kind."""

    kind: str
    value: str
    text: str
    first: int
    last: int


@dataclass(eq=False)
class Group:
    """Figures and marks that tell one thing: a clause, or an item of a list with its own party and amount."""

    first: int
    last: int
    clause: int  # the part between semicolons
    figures: list[Figure] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    relative: bool = False  # `, to which it sent,`
    inside: Figure | None = None  # the party that a bracket with amounts stands behind
    before: "Group | None" = None  # the one it goes on from, in the same clause
    spans: list[tuple[int, int]] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> list[Figure]:
        """The figures of these kinds."""
        return [figure for figure in self.figures if figure.kind in kinds]

    def said(self, kind: str) -> list[Mark]:
        """The marks of a kind."""
        return [mark for mark in self.marks if mark.kind == kind]

    def holds(self, place: int) -> bool:
        """Whether the token belongs to it."""
        return any(first <= place < last for first, last in self.spans)


@dataclass(eq=False)
class Reading:
    """A sentence with all that was found in it."""

    text: str
    tokens: Sequence[Token]
    words: Sequence[str]
    figures: list[Figure]
    marks: list[Mark]
    groups: list[Group]

    def group_of(self, place: int) -> Group | None:
        """The group that holds a token."""
        return next((group for group in self.groups if group.holds(place)), None)

    def clause(self, number: int) -> list[Group]:
        """The groups between two semicolons."""
        return [group for group in self.groups if group.clause == number]

    def words_in(self, first: int, last: int) -> str:
        """The text of some tokens."""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end] if first < last else ""


def read(sentence: str, names: Names, vocabulary: Vocabulary) -> Reading:
    """Read a sentence; NAMES are those of the whole case, so that a label's digits are no figures."""
    text = plain(sentence)
    found = list(_with_names(text, tokens(text), names))
    composer = Composer(text, found, vocabulary)
    figures = composer.figures()
    taken = {place for figure in figures for place in range(figure.first, figure.last)}
    marks = list(_marks(composer.words, found, taken))
    reading = Reading(text, found, composer.words, figures, marks, [])
    reading.groups = _groups(reading)
    return reading


def _with_names(text: str, found: Sequence[Token], names: Names) -> Iterator[Token]:
    """The tokens, those of a known name as one."""
    spans = names.spans(text)
    place = 0
    for token in found:
        while place < len(spans) and spans[place][1] <= token.start:
            place += 1
        inside = place < len(spans) and token.end > spans[place][0] and token.start < spans[place][1]
        if not inside or token.kind in {"code", "quote"}:
            yield token
        elif token.start <= spans[place][0] or token.start == spans[place][0]:
            yield Token("name", text[slice(*spans[place])], *spans[place])


def _marks(words: Sequence[str], found: Sequence[Token], taken: set[int]) -> Iterator[Mark]:
    """The phrases of the lexicon outside figures; within a longer one of its kind a phrase does not count."""
    phrases = lexicon().phrases
    hits: list[Mark] = []
    for place, token in enumerate(found):
        if token.kind == "word" and place not in taken:
            hits.extend(_accusing(words[place], place))
        if token.kind not in {"word", "number"} or words[place] not in phrases.by_first:
            continue
        for length, cues in phrases.at(words, place):
            if token.kind == "word" and taken.intersection(range(place, place + length)):
                continue
            text = " ".join(words[place : place + length])
            hits.extend(Mark(cue.kind, cue.value, text, place, place + length) for cue in cues)
    reach: dict[str, Mark] = {}
    for hit in hits:  # in order of place, the longest first: what a longer one covers came before
        covering = [reach[kind] for kind in (hit.kind, *_WIDE) if kind in reach]
        if any(hit.last <= m.last and hit.last - hit.first < m.last - m.first for m in covering):
            continue
        if hit.kind not in reach or hit.last > reach[hit.kind].last:
            reach[hit.kind] = hit
        yield hit


def _accusing(word: str, place: int) -> Iterator[Mark]:
    """A word that accuses by how it begins, and the parts of a compound: `scamming`, `ransomware-related`."""
    parts = word.split("-") if "-" in word else [word]
    for part in parts:
        listed = [
            cue for _, cues in lexicon().phrases.at([part], 0) for cue in cues if cue.kind in {"accuse", "service"}
        ]
        if len(parts) > 1:
            yield from (Mark(cue.kind, cue.value, part, place, place + 1) for cue in listed if cue.kind == "accuse")
        if not listed and (of := lexicon().accused(part)):
            yield Mark("accuse", of, part, place, place + 1)


@dataclass
class _Piece:
    first: int
    last: int
    opener: str  # the token that parts it from what went before
    clause: int
    depth: int = 0
    figures: list[Figure] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def has(self, *kinds: str) -> bool:
        return any(figure.kind in kinds for figure in self.figures)

    @property
    def verb(self) -> bool:
        return any(mark.kind == "verb" for mark in self.marks)

    @property
    def party(self) -> bool:
        return self.has(*PARTIES)

    @property
    def amount(self) -> bool:
        return self.has(*AMOUNTS)

    @property
    def day(self) -> bool:
        return self.has("moment")


def _pieces(reading: Reading) -> list[_Piece]:
    """The sentence cut at every comma, bracket and conjunction outside its figures."""
    inside = {place for figure in reading.figures for place in range(figure.first, figure.last)}
    pieces = [_Piece(0, 0, "", 0)]
    clause = depth = 0
    for place, token in enumerate(reading.tokens):
        word = reading.words[place]
        hard = token.kind == "punct" and word in ";.!?" and place + 1 < len(reading.tokens)
        if place in inside or not (hard or word in _BREAKS):
            pieces[-1].last = place + 1
            continue
        clause += hard
        depth = 0 if hard else depth + 1 if word == "(" else max(0, depth - 1) if word == ")" else depth
        pieces.append(_Piece(place + 1, place + 1, word, clause, depth))
    _fill(pieces, reading)
    return [piece for piece in pieces if piece.first < piece.last]


def _fill(pieces: list[_Piece], reading: Reading) -> None:
    """Give each piece its figures and marks; all are in order of place."""
    for source, add in ((reading.figures, "figures"), (reading.marks, "marks")):
        place = 0
        for item in source:
            while place + 1 < len(pieces) and pieces[place + 1].first <= item.first:
                place += 1
            getattr(pieces[place], add).append(item)


def _groups(reading: Reading) -> list[Group]:
    """Pieces joined to groups: a new one begins with its own verb, or with an amount for another party or day."""
    groups: list[Group] = []
    current: Group | None = None
    outer: Group | None = None
    depth = 0
    for piece in _pieces(reading):
        if outer is not None and piece.depth < depth:
            current, outer = outer, None
        if current is None or piece.clause != current.clause:
            current = _start(groups, piece, None)
            outer = None
        elif piece.opener == "(" and piece.amount and (bearer := _bearer(reading, piece, current)):
            outer, depth = current, piece.depth
            current = _start(groups, piece, current)
            current.inside = bearer
            continue
        elif piece.opener == "(" and not piece.amount:
            piece.marks = [mark for mark in piece.marks if mark.kind != "verb"]  # an aside about what stands before it
        elif (
            reading.words[piece.first] in _RELATIVE or reading.words[min(piece.first + 1, piece.last - 1)] in _RELATIVE
        ):
            current = _start(groups, piece, current)
            current.relative = True
            continue
        elif _parts(current, piece):
            current = _start(groups, piece, current)
            continue
        _join(current, piece)
    return groups


def _start(groups: list[Group], piece: _Piece, before: Group | None) -> Group:
    if before is not None and before.relative:
        before = before.before
    group = Group(piece.first, piece.last, piece.clause, before=before)
    if before is not None or not groups:
        _join(group, piece)
    groups.append(group)
    return group


def _join(group: Group, piece: _Piece) -> None:
    if (piece.first, piece.last) in group.spans:
        return
    group.figures.extend(piece.figures)
    group.marks.extend(piece.marks)
    group.last = max(group.last, piece.last)
    group.spans.append((piece.first, piece.last))


def _bearer(reading: Reading, piece: _Piece, current: Group) -> Figure | None:
    """The party right before an opening bracket."""
    return next((f for f in current.figures if f.last == piece.first - 1 and f.kind in PARTIES), None)


def _parts(current: Group, piece: _Piece) -> bool:
    """Whether the piece tells another thing than the group so far."""
    kinds = {figure.kind for figure in current.figures}
    verb = any(mark.kind == "verb" for mark in current.marks)
    amount, party, day = bool(kinds & AMOUNTS), bool(kinds & PARTIES), "moment" in kinds
    if current.relative:
        return piece.verb or piece.amount
    if piece.verb and verb:
        return True
    if not (piece.amount and amount):
        return False
    ranked = any(mark.kind == "rank" and mark.first - piece.first <= 2 for mark in piece.marks)
    return (piece.party and party) or (piece.day and day) or ranked
