"""Errors for a person who can act: what, where, what was expected, what to do."""

from pathlib import Path


class CasewrightError(Exception):
    """The base of all our errors. `exit_code` is the process's, `code` the word that machines read."""

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, where: str | Path = "", line: int | None = None, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = f"{where}:{line}" if line is not None else str(where)
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}; {self.hint}" if self.hint else text


class DataError(CasewrightError):
    """A file or a ledger that cannot be used as it is."""

    code = "bad_data"


class KnowledgeError(CasewrightError):
    """A typology, rule, indicator or label table that is wrong."""

    code = "bad_knowledge"


class NotFound(CasewrightError):
    """A case, alert or subject that is not here."""

    code = "not_found"


class UsageError(CasewrightError):
    """Arguments that cannot be meant: an unknown tool, a negative number of hops."""

    code = "usage"
    exit_code = 2


class SettingsError(CasewrightError):
    """A workspace or setting that must be mended first."""

    code = "configuration"
    exit_code = 4


class PolicyError(CasewrightError):
    """What the workspace's policy does not allow."""

    code = "refused"
    exit_code = 7


def join_errors(errors: list[CasewrightError]) -> CasewrightError:
    """Tell everything that is wrong at once: one error of the first one's kind, a line each."""
    if len(errors) == 1:
        return errors[0]
    return type(errors[0])("\n".join(str(error) for error in errors))
