"""Four eyes, whatever is reviewed: who acts is named and says why, decides what was read, and never about their own."""

import unicodedata
from collections.abc import Iterable

from casewright.knowledge.errors import PolicyError, UsageError

_UNSEEN = {"Cf", "Cc"}


def named(who: str) -> str:
    """The person's name without marks that nobody sees. Raises UsageError where nobody is named."""
    name = _seen(who)
    if not name:
        raise UsageError("nobody is named", hint="--as NAME")
    return name


def reasoned(reason: str) -> str:
    """The reason. Raises UsageError where none is given."""
    if not reason.strip():
        raise UsageError("a decision needs a reason", hint='--reason "..."')
    return reason.strip()


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: capitals and what nobody sees make no second one."""
    return _seen(one).casefold() == _seen(other).casefold()


def refuse_maker(makers: Iterable[tuple[str, str]], who: str, act: str, what: str) -> None:
    """Raise PolicyError where WHO is among the makers: pairs of a name and what that person did to it."""
    for maker, did in makers:
        if same_person(maker, who):
            raise PolicyError(f"{maker} {did} {what} and cannot {act} it", hint="a second person decides (--as NAME)")


def refuse_unread(read: int | None, newest: int, what: str) -> None:
    """Raise PolicyError where another version than the newest was read."""
    if read is not None and read != newest:
        raise PolicyError(f"version {read} of {what} is not the newest", hint=f"read version {newest}")


def _seen(who: str) -> str:
    """What anybody sees of a name."""
    words = unicodedata.normalize("NFKC", who).split()
    return " ".join(filter(None, ("".join(c for c in w if unicodedata.category(c) not in _UNSEEN) for w in words)))
