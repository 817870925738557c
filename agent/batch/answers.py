"""Answers of models kept with a run in the case store: a killed batch that goes on asks and pays for none again."""

import json
from dataclasses import dataclass

from casewright.agent.models.paid import Answer, Unsent
from casewright.tools.store import Store, queue


@dataclass(frozen=True)
class KeptAnswers:
    """The answers of one run; as they came, so with tokens in place of names. Safe between threads."""

    store: Store
    run: str
    later: bool = False

    def answer(self, request: str) -> Answer | None:
        """What was answered to that request in this run."""
        found = queue.answered(self.store, self.run, request)
        return None if found is None else Answer(**json.loads(found.reply))

    def keep(self, request: str, model: str, answer: Answer) -> None:
        """Keep what was answered."""
        told = queue.Answered(json.dumps(answer._asdict()), answer.tokens_in + answer.tokens_out, answer.usd or 0.0)
        queue.keep_answer(self.store, self.run, request, model, told)

    def note(self, unsent: Unsent) -> None:
        """Nothing: what is not kept is asked at once."""
