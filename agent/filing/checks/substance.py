"""Who, what, when, where, why, how, and whether it holds: checks C03 to C11."""

import re
from decimal import Decimal

from casewright.agent.filing.checks.under import Found, Under, all_of
from casewright.agent.filing.form import FIGURE, plain
from casewright.agent.filing.particulars import of_note
from casewright.agent.filing.text import AGAINST
from casewright.agent.grounding import check
from casewright.agent.largest import MOST
from casewright.agent.memo.dossier import FIAT, Cells
from casewright.knowledge.clock import date_text

_REASON_TODO = 'add "Suspicion rests on ..." to the memo, with its evidence: casewright review edit CASE --reason "..."'
_REDRAFT = "casewright investigate, then draft the report again"
_BASELINE = re.compile(
    r"higher than for|\bpeers?\b|median|declared yearly income|customer declared|before the period|had received|"
    r"new to (?:it|the account)|dormant|another name|own past|earlier period|first-time|never",
    re.IGNORECASE,
)


def c03(under: Under) -> Found:
    """Every subject by id; the customer's name and occupation as on record."""
    wanted = [(f"the id {subject}", under.says(subject)) for subject in under.subjects]
    for name in ("name", "occupation"):
        quoted = under.dossier.quote("customer", name)
        if quoted is not None:
            wanted.append((f"the {name} on record", under.says(plain(quoted.text)[0].strip())))
    return all_of(wanted, _REDRAFT)


def c04(under: Under) -> Found:
    """Every asset that moved is named, and the network of every transfer outside the house."""
    rows = [c for c in under.dossier.cells("flows") if c.text("status") == "completed" and c.text("kind") != "fee"]
    assets = dict.fromkeys(c.text("asset") for c in rows if c.text("asset"))
    networks = dict.fromkeys(c.text("network") for c in rows if c.text("network") not in {"", "unknown", "internal"})
    wanted = [(f"the asset {asset}", under.says(asset)) for asset in assets]
    wanted += [(f"the network {network}", under.says(network)) for network in networks]
    return all_of(wanted, "say in the memo over which network and in which asset it moved")


def c05(under: Under) -> Found:
    """The first and last day, a single movement with its day each way, and when it was first noticed."""
    profile, zone = under.dossier.of("account_profile"), under.dossier.zone
    wanted = []
    for name, words in (("first_at", "the first day"), ("last_at", "the last day")):
        fact = profile.fact(name, under.subjects[0]) if profile else None
        if fact is not None:
            day = date_text(str(fact.value), zone)
            wanted.append((f"{words}, {day}", under.says(day)))
    for side, words in (("in", "what came in"), ("out", "what went out")):
        if under.dossier.number("account_profile", f"transfers_{side}"):
            known = (*under.moved(), *of_note(under.dossier))
            told = any(_told(under, c) for c in known if c.side() == side and c.text("kind") != "trade")
            several = re.search(r"between \d{4}-\d\d-\d\d and \d{4}-\d\d-\d\d", under.text) is not None
            wanted.append((f"a single movement of {words} with its day", told or (not under.moved() and several)))
    suspicion = under.report.decided.suspicion()
    noticed = suspicion[0].noticed if suspicion else None
    wanted.append(("when it was first noticed", noticed is not None and under.says(str(noticed))))
    todo = (
        under.command('suspicion {case} --formed DATE --noticed DATE --reason "..."') if noticed is None else _REDRAFT
    )
    return all_of(wanted, todo)


def _told(under: Under, cells: Cells) -> bool:
    """Whether a sentence tells this movement's sum with its day."""
    sums = [str(q) for q in (cells.amount(), cells.money()) if q is not None]
    day = str(cells.day("at"))
    return any(day in text and any(total in text for total in sums) for text in under.told())


def c06(under: Under) -> Found:
    """Every country that the customer record and the log-ins tell."""
    country = under.dossier.quote("customer", "country")
    found = [country.text] if country else []
    found += [c.text("country") for c in under.dossier.cells("logins") if c.text("country")]
    if not found:
        return Found(None, "no country is on record", "write the place into the form's field by hand")
    return all_of([(f"the country {name}", under.says(name)) for name in dict.fromkeys(found)], _REDRAFT)


def c07(under: Under) -> Found:
    """What suspicion rests on, and a sentence that holds a figure against what was to be expected.

    A declared income beside the name compares nothing, and what speaks against suspicion is no reason for it.
    """
    reason = ("what suspicion rests on", under.reasoned())
    if not under.dossier.is_customer:
        if not reason[1]:
            return all_of([reason], _REASON_TODO)
        return Found(None, "an outside address has no past and no peers here", "say in words why it is unusual")
    compared = any(
        _BASELINE.search(piece.sentence.text) and re.search(r"\d", piece.sentence.text)
        for piece in under.report.made.pieces
        if piece.part == "body" and not piece.framed and piece.rank < AGAINST
    )
    compared = compared or any(_BASELINE.search(text) and re.search(r"\d", text) for text in under.told_before())
    todo = "compare with peers and with the own past: casewright query comparison SUBJECT"
    found = all_of([reason, ("what was expected, beside what was seen", compared)], todo)
    return found if reason[1] else found._replace(todo=_REASON_TODO)


def c08(under: Under) -> Found:
    """Where value came from and where it went, or that it is still held."""
    wanted = []
    for side, words in (("in", "a source of value"), ("out", "a destination of value")):
        if not under.dossier.number("account_profile", f"transfers_{side}"):
            continue
        parties = {c.text("counterparty") for c in under.dossier.cells("counterparties") if c.side() == side}
        wanted.append((words, any(under.says(party) for party in parties if party)))
    if not under.dossier.number("account_profile", "transfers_out"):
        wanted.append(("that it is still held", under.says("held")))
    return all_of(wanted, "follow the value: casewright query trace SUBJECT --direction forward")


def c09(under: Under) -> Found:
    """Every sentence checked again against the evidence; a frame holds no figure and names no party."""
    stated = [piece.sentence for piece in under.report.made.pieces if not piece.framed]
    report = check(stated, under.report.known)
    frames = [piece.sentence.text for piece in under.report.made.pieces if piece.framed]
    term = under.report.made.key_term
    loose = [t for t in frames if (not term or t != f"{term.term}.") and (set(FIGURE.findall(t)) or _names(under, t))]
    bad = [f"{u.figure}: {u.why}" for u in report.unsupported] + loose
    return Found(1.0) if not bad else Found(0.0, "; ".join(bad[:3]), "strike or mend the sentence, draft again")


def _names(under: Under, text: str) -> bool:
    return any(subject in text for subject in under.subjects)


def c10(under: Under) -> Found:
    """The totals equal the sums of the flows' rows; the authority's currency is told where the memo uses another."""
    wanted = []
    for side, name in (("in", "inflow"), ("out", "outflow")):
        total = under.dossier.fact("account_profile", f"{name}_usd")
        if total is None or not under.dossier.number("account_profile", f"transfers_{side}"):
            continue
        rows = [
            c
            for c in under.dossier.cells("flows")
            if c.side() == side and c.text("status") == "completed" and c.text("kind") not in {"trade", "fee"}
        ]
        added = sum((Decimal(str(c.row["usd"])) for c in rows if c.row["usd"] is not None), Decimal(0))
        off = abs(added - Decimal(str(total.value)))
        wanted.append((f"the {name} is USD {total.value:,}, its rows add up to USD {added:,}", off < Decimal("0.05")))
        money = under.dossier.money("account_profile", name)
        wanted.append((f"the total {money}", money is not None and under.says(money.text)))
        currency = under.report.regime.currency
        if currency:
            other = under.dossier.quote("account_profile", f"{name}_{currency.lower()}")
            wanted.append((f"the {name} in {currency}", other is not None and under.says(other.text)))
    return all_of(wanted, "casewright verify, then draft the report again")


def c11(under: Under) -> Found:
    """Of transfers on a chain, the largest where there are many: the far address in full, the hash; devices and IPs."""
    chain = of_note(under.dossier, lambda c: c.text("asset") not in FIAT)
    wanted = []
    for cells in chain:
        wanted.append((f"the address {cells.text('counterparty')}", under.says(cells.text("counterparty"))))
        if cells.text("hash"):
            wanted.append((f"the hash {cells.text('hash')}", under.says(cells.text("hash"))))
    for cells in list(under.dossier.cells("logins"))[:MOST]:
        for column, words in (("ip", "the IP address"), ("device", "the device")):
            if cells.text(column):
                wanted.append((f"{words} {cells.text(column)}", under.says(cells.text(column))))
    return all_of(wanted, "attach the rows as one CSV, and name the largest in the text")
