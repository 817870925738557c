"""How much a model may be asked and may cost; what is spent is held against it before each call."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """Each field is a key of `[limits]`; 0 means no limit, except where seconds, retries or an answer's length is told.

    A turn is one question and all calls that answer it, a run one command or chat, a day one in the workspace's zone,
    over all processes. A model whose price is not known can only be held to tokens (`Meter` tells how).
    """

    turn_usd: float = 0.50
    run_usd: float = 5.00
    day_usd: float = 20.00
    turn_tokens: float = 300_000
    run_tokens: float = 3_000_000
    day_tokens: float = 20_000_000
    requests_per_minute: float = 60
    answer_tokens: float = 4_000  # the longest answer; a longer one is cut off, and told as such
    silence_seconds: float = 120  # no byte for so long, and the call has failed
    answer_seconds: float = 600  # the longest that one answer may take
    retries: float = 4  # after the first attempt, for what passes: too many requests, a server's failure, a lost line
    wait_seconds: float = 60  # the longest that a provider may make us wait before a retry


NAMES = tuple(field.name for field in fields(Limits))
SCOPES = ("turn", "run", "day")
NEEDED = ("answer_tokens", "silence_seconds", "answer_seconds")  # these cannot be 0
