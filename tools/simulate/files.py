"""The exchange's files, in the columns of the `table` import format; the truth in a folder of its own."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from casewright.tools.simulate import occurrences
from casewright.tools.simulate.book import CHAINS, KIND, KINDS, NETWORKS, STATUSES, Columns, Texts
from casewright.tools.simulate.chain import Label
from casewright.tools.simulate.market import ASSETS, Ints
from casewright.tools.simulate.parties import hashes, mixed, words
from casewright.tools.simulate.people import COUNTRIES, OCCUPATIONS, PURPOSES, RISKS, TIERS, People
from casewright.tools.simulate.plan import DAY
from casewright.tools.simulate.sessions import AGENTS, Sessions
from casewright.tools.simulate.stage import LOGIN_COUNTRIES, Occurrence, Truth
from casewright.tools.simulate.verdicts import MODEL, Scores

_HASHED = ("completed", "pending", "held", "reversed")


def iso(epoch: Ints) -> pa.Array:
    """Seconds as `2025-01-31T12:04:47Z`; put together from days and times of day, which repeat."""
    days, second = np.divmod(np.asarray(epoch, dtype=np.int64), DAY)
    unique, back = np.unique(days, return_inverse=True)
    day_texts = pa.array(np.datetime_as_string(unique.astype("datetime64[D]")).tolist(), pa.string())
    clock = np.arange(DAY)
    parts = [np.char.zfill((clock // size % limit).astype(str), 2) for size, limit in ((3600, 24), (60, 60), (1, 60))]
    clock_texts = (
        pa.array(np.char.add("T", parts[0]).tolist()),
        pa.array(parts[1].tolist()),
        pa.array(parts[2].tolist()),
    )
    times = pc.binary_join_element_wise(pc.binary_join_element_wise(*clock_texts, ":"), "Z", "")
    return pc.binary_join_element_wise(day_texts.take(pa.array(back)), times.take(pa.array(second)), "")


def decimals(values: Ints, scale: int, *, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Whole numbers of 10^-SCALE as exact decimals."""
    values = np.ascontiguousarray(values, dtype=np.int64)
    wide = np.empty((len(values), 2), dtype=np.int64)
    wide[:, 0], wide[:, 1] = values, values >> 63
    array = pa.Array.from_buffers(pa.decimal128(18, scale), len(values), [None, pa.py_buffer(wide.tobytes())])
    return array if missing is None else pc.if_else(pa.array(missing), pa.scalar(None, array.type), array)


def coded(codes: Ints, names: Any) -> pa.Array:
    """The words behind codes; -1 is none."""
    codes = np.asarray(codes, dtype=np.int64)
    return pa.array(list(names), pa.string()).take(pa.array(codes, mask=codes < 0))


def transfers(columns: Columns, ids: pa.Array, holders: Ints, texts: Texts, statement: pa.Array, seed: int) -> pa.Table:
    """The transfers, in the order of time."""
    rows = np.arange(len(columns["epoch"]))
    return pa.table({
        "id": words(rows, seed, "T", 15),
        "at": iso(columns["epoch"]),
        "known_at": iso(columns["known"]),
        "src": ids.take(pa.array(columns["src"])),
        "dst": ids.take(pa.array(columns["dst"])),
        "kind": coded(columns["kind"], KINDS),
        "status": coded(columns["status"], STATUSES),
        "network": coded(columns["network"], NETWORKS),
        "asset": coded(columns["asset"], [asset.symbol for asset in ASSETS]),
        "amount": decimals(columns["amount"], 8),
        "usd": decimals(columns["usd"], 2),
        "asset_in": coded(columns["asset_in"], [asset.symbol for asset in ASSETS]),
        "amount_in": decimals(columns["amount_in"], 8, missing=columns["asset_in"] < 0),
        "hash": _hash_column(columns, rows, seed),
        "memo": _memos(columns, holders, texts, statement),
    })  # fmt: skip


def _hash_column(columns: Columns, rows: Ints, seed: int) -> pa.Array:
    """Transaction hashes: many withdrawals of Bitcoin, and of every third batch of Ethereum, share one."""
    chain, number = columns["network"], rows.copy()
    batch = columns["epoch"] // 1200 * CHAINS + chain
    leaves = columns["kind"] == KIND["withdrawal"]
    shared = leaves & (
        (chain == NETWORKS.index("bitcoin")) | ((chain == NETWORKS.index("ethereum")) & (mixed(batch, seed) % 3 == 0))
    )
    _, first, back = np.unique(batch[shared], return_index=True, return_inverse=True)
    number[shared] = rows[shared][first][back]
    hashed = np.isin(columns["status"], [STATUSES.index(name) for name in _HASHED]) & (chain < CHAINS)
    parts, order = [pa.nulls(int((~hashed).sum()), pa.string())], [rows[~hashed]]
    for code, name in enumerate(NETWORKS[:CHAINS]):
        of_chain = rows[hashed & (chain == code)]
        parts.append(hashes(number[of_chain], name, seed).cast(pa.string()))
        order.append(of_chain)
    back = np.empty(len(rows), dtype=np.int64)
    back[np.concatenate(order)] = rows
    return pa.chunked_array(parts).combine_chunks().take(pa.array(back))


def _memos(columns: Columns, holders: Ints, texts: Texts, statement: pa.Array) -> pa.Array:
    """Fiat rows: the other side's name as the bank gives it, then ` | ` and the reference if any; others: the text."""
    text = pa.array(texts.texts, pa.string()).take(pa.array(columns["memo"]))
    came, went = columns["kind"] == KIND["fiat_in"], columns["kind"] == KIND["fiat_out"]
    holder = np.where(came, holders[columns["src"]], np.where(went, holders[columns["dst"]], -1))
    name = statement.take(pa.array(holder, mask=holder < 0))
    with_text = pc.binary_join_element_wise(name, text, " | ")
    empty = pa.array(columns["memo"] == 0)
    fiat = pc.if_else(empty, name, with_text)
    other = pc.if_else(empty, pa.scalar(None, pa.string()), text)
    return pc.if_else(pa.array(holder >= 0), fiat, other)


def customers(people: People, ids: pa.Array, names: pa.Array, until: int) -> pa.Table:
    """KYC as it was declared, a row a version, by when it was known; incomes in US dollars of that day."""
    fields = {name: getattr(people, name) for name in ("occupation", "income", "turnover", "tier", "risk", "purpose")}
    versions = sorted((known, who, number) for number, (who, known, _) in enumerate(people.versions) if known < until)
    who = np.r_[np.arange(people.customers), np.array([who for _, who, _ in versions], dtype=np.int64)]
    known = np.r_[people.opened + people.verified, np.array([known for known, _, _ in versions], dtype=np.int64)]
    told = {name: values[who].copy() for name, values in fields.items()}
    latest: dict[int, dict[str, Any]] = {}
    for row, (_, customer, number) in enumerate(versions, start=people.customers):
        changed = {**latest.get(customer, {}), **people.versions[number][2]}
        latest[customer] = changed
        for name, value in changed.items():
            told[name][row] = value
    order = np.lexsort((who, known))
    who, known = who[order], known[order]
    told = {name: values[order] for name, values in told.items()}
    company = people.company[who]
    occupation = np.where(company, -1, told["occupation"])
    born = np.datetime_as_string(people.born[who].astype("datetime64[D]"))
    licence = people.licence[who]
    return pa.table({
        "id": ids.take(pa.array(who)),
        "known_at": iso(known),
        "opened_at": iso(people.opened[who]),
        "name": names.take(pa.array(who)),
        "kind": coded(company.astype(np.int64), ("person", "company")),
        "born": pa.array(born.tolist(), pa.string(), mask=company),
        "country": coded(people.country[who], COUNTRIES),
        "occupation": coded(occupation, OCCUPATIONS),
        "income_usd": decimals(np.rint(people.usd(told["income"], known) * 100), 2),
        "turnover_usd": decimals(np.rint(people.usd(told["turnover"], known) * 100), 2),
        "tier": coded(told["tier"], TIERS),
        "risk": coded(told["risk"], RISKS),
        "purpose": coded(told["purpose"], PURPOSES),
        "licence": pa.array(licence.tolist(), pa.string(), mask=licence == ""),
    })  # fmt: skip


def labels(found: list[Label], ids: pa.Array) -> pa.Table:
    """The labels, in the order in which they became known."""
    found = sorted(found, key=lambda label: (label.known, label.party))
    return pa.table({
        "id": ids.take(pa.array([label.party for label in found], pa.int64())),
        "name": pa.array([label.name for label in found], pa.string()),
        "category": pa.array([label.category for label in found], pa.string()),
        "source": pa.array([label.source for label in found], pa.string()),
        "confidence": pa.array([label.confidence for label in found], pa.string()),
        "network": coded(np.array([label.network for label in found]), NETWORKS),
        "known_at": iso(np.array([label.known for label in found])),
    })  # fmt: skip


def logins(found: Sessions, ids: pa.Array, seed: int) -> pa.Table:
    """The log-ins, in the order of time."""
    unique, back = np.unique(found.ip, return_inverse=True)
    # a number from a private block for each address: distinct, since they are dealt out in mixed order
    dealt = np.empty(len(unique), dtype=np.int64)
    dealt[np.argsort(mixed(unique, seed + 5))] = np.arange(len(unique))
    dealt = dealt * max(1, (2**24 - 2) // max(1, len(unique))) + 1
    number = dealt[back]
    octets = [pa.array(number >> shift & 255).cast(pa.string()) for shift in (16, 8, 0)]
    return pa.table({
        "subject": ids.take(pa.array(found.subject)),
        "at": iso(found.at),
        "known_at": iso(found.at),
        "device": words(found.device, seed, "D-", 12),
        "ip": pc.binary_join_element_wise("10", *octets, "."),
        "country": coded(found.country, LOGIN_COUNTRIES),
        "user_agent": coded(found.agent, AGENTS),
    })  # fmt: skip


def events(found: list[Occurrence], ids: pa.Array, until: int, seed: int) -> pa.Table:
    """The events, in the order in which they became known."""
    found = sorted((e for e in found if e.at < until), key=lambda e: (e.known, e.at, e.subject, e.text))
    return pa.table({
        "id": words(np.arange(len(found)), seed, "E", 11),
        "subject": ids.take(pa.array([e.subject for e in found], pa.int64())),
        "kind": pa.array([e.kind for e in found], pa.string()),
        "at": iso(np.array([e.at for e in found], dtype=np.int64)),
        "known_at": iso(np.array([e.known for e in found], dtype=np.int64)),
        "text": pa.array([e.text for e in found], pa.string()),
        "source": pa.array([occurrences.SOURCES[e.kind] for e in found], pa.string()),
    })  # fmt: skip


def scores(found: Scores, ids: pa.Array) -> pa.Table:
    """The scores of the exchange's own model, in the order of time."""
    return pa.table({
        "id": ids.take(pa.array(found.subject)),
        "score": pa.array(found.score),
        "model": pa.array([MODEL]).take(pa.array(np.zeros(len(found.subject), dtype=np.int64))),
        "at": iso(found.at),
        "reasons": found.reasons,
    })  # fmt: skip


def outcomes(found: list[tuple[int, str, int]], ids: pa.Array) -> pa.Table:
    """What reviewers decided, by customer."""
    found = sorted(found, key=lambda line: (line[2], line[0]))
    return pa.table({
        "id": ids.take(pa.array([who for who, _, _ in found], pa.int64())),
        "outcome": pa.array([word for _, word, _ in found], pa.string()),
        "at": iso(np.array([at for _, _, at in found], dtype=np.int64)),
    })  # fmt: skip


def truth(found: list[Truth], ids: pa.Array) -> pa.Table:
    """What is planted. `quiet`: kept so low that no alert is expected; `signal`: no marks a story without any trace."""
    found = sorted(found, key=lambda t: (t.pair.number, not t.planted, t.started, t.subject))
    told: dict[str, Callable[[Truth], Any]] = {
        "side": lambda t: "typology" if t.planted else "look_alike",
        "id": lambda t: t.pair.typology if t.planted else t.pair.look_alike,
        "scenario": lambda t: t.pair.name,
        "role": lambda t: t.role,
        "difficulty": lambda t: t.difficulty,
        "quiet": lambda t: "yes" if t.quiet else "no",
        "signal": lambda t: "yes" if t.signal else "no",
        "group": lambda t: t.group,
    }
    return pa.table({
        "subject": ids.take(pa.array([t.subject for t in found], pa.int64())),
        **{name: pa.array([read(t) for t in found], pa.string()) for name, read in told.items()},
        "started": iso(np.array([t.started for t in found], dtype=np.int64)),
        "ended": iso(np.array([t.ended for t in found], dtype=np.int64)),
    })  # fmt: skip


def write(table: pa.Table, path: Path) -> str:
    """Write a table as its file's ending says, and return the file's sha256; the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        plain = [c.cast(pa.string()) if pa.types.is_decimal(c.type) else c for c in table.columns]
        options = pyarrow.csv.WriteOptions(quoting_style="needed")
        pyarrow.csv.write_csv(pa.table(plain, names=table.column_names), path, options)
    else:
        pyarrow.parquet.write_table(table, path, compression="zstd", row_group_size=262_144)
    return hashlib.sha256(path.read_bytes()).hexdigest()
