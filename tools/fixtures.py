"""Running fixtures: each typology held against the accounts that its experts made up for it.

All fixtures become one ledger, read in one pass. Where a fixture fits, the typology must match and score higher than
all others but those in `also`; where it does not, it must not be the best match.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from casewright.knowledge.records import Record
from casewright.knowledge.typology import Typology
from casewright.tools import flags, matching
from casewright.tools.fixture_ledger import Played, write
from casewright.tools.flags import Known, Reading
from casewright.tools.matching import Weighed
from casewright.tools.signs import signs
from casewright.tools.warehouse import Ledger

_OTHERS_TOLD = 3


class Verdict(Record):
    """How a fixture ended: whether it passed, its score (0 without a match), the best of all, and why it failed."""

    typology: str
    number: int
    name: str
    fits: bool
    passed: bool
    score: float
    best: str = ""
    best_score: float = 0
    why: tuple[str, ...] = ()


def run(typologies: Mapping[str, Typology], names: Iterable[str] = ()) -> tuple[Verdict, ...]:
    """The verdict on each fixture of these typologies, of all of them without NAMES, in the files' order.

    All approved typologies take part in the matching, and the one that is tested, whatever its status. Raises
    DataError where fixtures cannot be imported.
    """
    chosen = [typologies[name] for name in (names or typologies)]
    played = [Played(one.id, number, made) for one in chosen for number, made in enumerate(one.fixtures, 1)]
    if not played:
        return ()
    tested = {one.id: one.model_copy(update={"status": "approved"}) for one in chosen if one.fixtures}
    competing = {**typologies, **tested}
    with TemporaryDirectory(prefix="casewright-") as folder:
        path = write(played, Path(folder))
        with Ledger.open(path) as ledger:
            found = signs(ledger, tuple(one.subject for one in played), competing.values())
    return tuple(_verdict(one, competing, flags.known(found[one.subject], one.subject.id)) for one in played)


def _verdict(played: Played, typologies: Mapping[str, Typology], known: Known) -> Verdict:
    own = typologies[played.typology]
    others = [t for t in typologies.values() if t.status == "approved" or t.id == own.id]
    matches = matching.weighed(others, known)
    scores = {made.typology.id: made.score for made in matches}
    fixture, score = played.fixture, scores.get(own.id, 0.0)
    rivals = [made for made in matches if made.typology.id not in {own.id, *fixture.also} and made.score >= score]
    passed = bool(score and not rivals) if fixture.fits else not score or score < matches[0].score
    best = matches[0] if matches else None
    return Verdict(
        typology=own.id,
        number=played.number,
        name=fixture.name,
        fits=fixture.fits,
        passed=passed,
        score=score,
        best=best.typology.id if best else "",
        best_score=best.score if best else 0,
        why=() if passed else tuple(_why(own, flags.read(own, known), score, rivals, fits=fixture.fits)),
    )


def _why(
    own: Typology, read: Sequence[Reading], score: float, rivals: Sequence[Weighed], *, fits: bool
) -> Iterator[str]:
    if not fits:
        yield f"it must not match best, and does ({score})"
    elif not score:
        yield _unmatched(own, read)
    for made in rivals[:_OTHERS_TOLD] if fits else ():
        seen = "; ".join(f"{one.flag.see} ({one.told})" for one in made.of("fired"))
        yield f"{made.typology.id} fits as well or better ({made.score} against {score}): {seen}"
    for outcome in ("fired", "silent", "unmeasured"):
        for one in read:
            if one.outcome == outcome and (fits or outcome == "fired"):
                yield f"{outcome}: {'(defining) ' if one.flag.defining else ''}{one.flag.see} ({one.told})"


def _unmatched(own: Typology, read: Sequence[Reading]) -> str:
    if any(flag.defining for flag in own.red_flags):
        return "it does not match: no defining flag fired"
    if any(one.outcome == "fired" for one in read):
        return "it does not match: only ceilings (at_most) fired"
    return "it does not match: no flag fired"
