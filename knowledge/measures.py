"""A red flag's measure in words: what is measured, and from where it fires; a threshold of ours is told as a seed."""

from collections.abc import Mapping
from decimal import Decimal

from casewright.knowledge.indicator import Indicator, duration_text
from casewright.knowledge.typology import OURS, RedFlag


def measure_text(flag: RedFlag, indicators: Mapping[str, Indicator]) -> str:
    """How the flag is measured: `payers who first paid it within 30 days (kind fiat_in): at least 5 payers`."""
    if flag.needs:
        return f"not observable here, would need {flag.needs}"
    if flag.indicator:
        indicator = indicators[flag.indicator]
        unsaid = {key: value for key, value in flag.parameters.items() if f"{{{key}}}" not in indicator.means}
        with_ = f" ({', '.join(f'{key} {value}' for key, value in unsaid.items())})" if unsaid else ""
        return f"{indicator.told(flag.parameters)}{with_}: {limit_text(flag, indicator.unit)} ({basis_text(flag)})"
    return limit_text(flag) if flag.label else f"{limit_text(flag)} ({basis_text(flag)})"


def limit_text(flag: RedFlag, unit: str = "") -> str:
    """From where it fires: `at least 80%`, `at most 3 destinations`, `USD 100.00 or more directly from mixer`."""
    if flag.at_least is not None:
        return f"at least {value_text(flag.at_least, unit)}"
    if flag.at_most is not None:
        return f"at most {value_text(flag.at_most, unit)}"
    if flag.exposure:
        way = {"in": "from", "out": "to", "any": "from or to"}[flag.exposure.side]
        reach = {"direct": "directly ", "indirect": "indirectly ", "any": ""}[flag.exposure.reach]
        least, whom = value_text(flag.exposure.at_least_usd, "USD"), " or ".join(flag.exposure.categories)
        return f"{least} or more {reach}{way} {whom}"
    if flag.label:
        return f"the account itself bears a label of {flag.label}"
    if flag.event:
        return f"at least {flag.event.at_least} of {' or '.join(flag.event.kinds)} in the timeline"
    if flag.customer:
        told = flag.customer.model_dump(exclude_none=True, exclude_defaults=True)
        parts = (f"{key.replace('_', ' ')} {_listed(value)}" for key, value in told.items())
        return f"customer record with {', '.join(parts)}"
    return ""


def basis_text(flag: RedFlag) -> str:
    """Where the threshold comes from."""
    return "a tuning seed of ours, no regulation" if flag.basis == OURS else f"from {flag.basis}"


def value_text(value: Decimal, unit: str) -> str:
    """A value in its unit: `USD 1,200.00`, `95.5%`, `3.2 times`, `41 minutes`, `27 payers`."""
    if unit == "USD":
        return f"USD {value:,.2f}"
    if unit == "share":
        return f"{_short(value * 100)}%"
    if unit == "seconds":
        return duration_text(int(value))
    return f"{_short(value)} {unit}".rstrip()


def _short(value: Decimal) -> str:
    """Two digits after the point at most, none where they are noughts."""
    rounded = round(value, 2)
    return f"{int(rounded):,}" if rounded == int(rounded) else f"{rounded:,.2f}".rstrip("0")


def _listed(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)
