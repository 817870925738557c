"""Grounding: no sentence of a draft states what its cited evidence does not hold."""

from casewright.agent.grounding.check import check
from casewright.agent.grounding.narrative import parse
from casewright.agent.grounding.replay import asked_again, moved_in_answer, replay_moved
from casewright.agent.grounding.report import Moved, Report, Unsupported

__all__ = ["Moved", "Report", "Unsupported", "asked_again", "check", "moved_in_answer", "parse", "replay_moved"]
