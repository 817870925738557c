"""How the fixtures ended, for people: a line each, and below a failed one why."""

from collections.abc import Sequence

from casewright.tools.fixtures import Verdict


def text(verdicts: Sequence[Verdict], without: Sequence[str] = ()) -> str:
    """The lines, and how many passed; WITHOUT are typologies that have no fixtures."""
    lines = []
    for verdict in verdicts:
        word = "passed" if verdict.passed else "FAILED"
        way = "fits" if verdict.fits else "does not fit"
        lines.append(f"{word}  {verdict.typology} {verdict.number} ({way}): {verdict.name}")
        lines += [f"          {line}" for line in verdict.why]
    failed = sum(not verdict.passed for verdict in verdicts)
    if without:
        lines.append(f"without fixtures: {', '.join(without)}")
    lines.append(f"{len(verdicts) - failed} of {len(verdicts)} fixtures passed")
    return "\n".join(lines)
