"""Who is asked about and when: the base of all records, ids that compare, subjects with their windows."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

_EVM = re.compile(r"0[xX][0-9a-fA-F]{40}([0-9a-fA-F]{24})?")
_BECH32 = re.compile(r"(bc|tb|ltc)1[a-z0-9]{6,87}", re.IGNORECASE)


class Record(BaseModel):
    """A frozen value that crosses a room; unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical_id(text: str) -> str:
    """An id as the ledger keeps it: EVM addresses and hashes and bech32 addresses in lower case, others untouched.

    Base58 addresses (Bitcoin legacy, TRON, Solana) mean something else in another case, so they stay as they are.
    `CANONICAL_SQL` says the same to the ledger.
    """
    text = text.strip()
    return text.lower() if _EVM.fullmatch(text) or _BECH32.fullmatch(text) else text


# The same meaning as `canonical_id`, for set-based work; {0} is the column.
CANONICAL_SQL = (
    "case when regexp_full_match(trim({0}), '(0[xX][0-9a-fA-F]{{40}}([0-9a-fA-F]{{24}})?)"
    "|((?i:bc|tb|ltc)1[a-zA-Z0-9]{{6,87}})') then lower(trim({0})) else trim({0}) end"
)

Id = Annotated[str, AfterValidator(canonical_id)]


class Subject(Record):
    """An account asked about, and the window: whole seconds since 1970 UTC, `until` exclusive; None is open."""

    id: Id
    since: int | None = None
    until: int | None = None


Subjects = tuple[Subject, ...]


def subjects(*ids: str, since: int | None = None, until: int | None = None) -> Subjects:
    """Several subjects in one window, each once, in the order given."""
    return tuple(Subject(id=name, since=since, until=until) for name in dict.fromkeys(map(canonical_id, ids)))
