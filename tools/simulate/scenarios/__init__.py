"""Pairs of a planted typology and its benign look-alike, one file a pair, found by walking this folder.

A file has a `PAIR`, `planted(stage, count)` and `look_alike(stage, count)`; with `again(stage, actor)` somebody who has
already acted in another story may act in this one too. Signatures are working judgement: tuning seeds without a source.
"""

from casewright.tools.simulate.stage import Pair

# Planted without any signal: whoever finds a rule for it has invented one.
UNMARKED = Pair(99, "no-signal", "drug-precursor-payments", "")
