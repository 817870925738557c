"""Who is asked about and when: the base of all records, ids that compare, subjects with their windows."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

_EVM = re.compile(r"0[xX][0-9a-fA-F]{40}([0-9a-fA-F]{24})?")
_BECH32 = re.compile(r"(bc|tb|ltc)1[a-z0-9]{6,87}", re.IGNORECASE | re.ASCII)
_BLANKS = " \t\n\v\f\r\x85\xa0\u200b\ufeff"  # what spreadsheets and web pages leave around an id


class Record(BaseModel):
    """A frozen value that crosses a room; unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical_id(text: str) -> str:
    """An id as the ledger keeps it: EVM addresses and hashes and bech32 addresses in lower case, others untouched.

    Base58 addresses (Bitcoin legacy, TRON, Solana) mean something else in another case, so they stay as they are.
    `CANONICAL_SQL` says the same to the ledger.
    """
    text = text.strip(_BLANKS)
    return text.lower() if _EVM.fullmatch(text) or _BECH32.fullmatch(text) else text


# The same meaning as `canonical_id`, for set-based work; {0} is the column. Ids without blanks, which is nearly all of
# them, are not trimmed: that is 2 to 5 times faster.
_CASELESS = "'(0[xX][0-9a-fA-F]{{40}}([0-9a-fA-F]{{24}})?)|((?i:bc|tb|ltc)1[a-zA-Z0-9]{{6,87}})'"
_TRIMMED = f"trim({{0}}, {' || '.join(f'chr({ord(blank)})' for blank in _BLANKS)})"
CANONICAL_SQL = (
    f"case when regexp_full_match({{0}}, {_CASELESS}) then lower({{0}})"
    f" when regexp_full_match({{0}}, '[!-~]+') then {{0}}"
    f" when regexp_full_match({_TRIMMED}, {_CASELESS}) then lower({_TRIMMED}) else {_TRIMMED} end"
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
