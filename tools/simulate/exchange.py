"""The whole demo exchange: stage, stories, crowd, then the files. The same plan gives the same bytes."""

import importlib
import json
import pkgutil
import random
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from string import Template
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from casewright.knowledge.errors import UsageError
from casewright.tools.simulate import files, scenarios
from casewright.tools.simulate.book import STATUS, Book, Columns
from casewright.tools.simulate.chain import Chain
from casewright.tools.simulate.habits import Habits
from casewright.tools.simulate.honest import Crowd
from casewright.tools.simulate.incidents import failures, incidents, mistakes, plumbing
from casewright.tools.simulate.limits import LIMITS
from casewright.tools.simulate.market import Ints, Market
from casewright.tools.simulate.parties import Parties
from casewright.tools.simulate.people import People
from casewright.tools.simulate.plan import CURRENCY, TRANSFERS_PER_ACTIVE, ZONE, Plan
from casewright.tools.simulate.quirks import quirks
from casewright.tools.simulate.sessions import sessions
from casewright.tools.simulate.stage import Stage, Truth
from casewright.tools.simulate.verdicts import outcomes, scores

_FAILED_SHARE = 0.008  # rows that `failures` adds to those there
_AGAIN = 0.10  # of planted actors have a second story, of another typology


@dataclass(frozen=True)
class Simulated:
    """What was made: the manifest as it stands in the folder."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def truth(self) -> Path:
        """What is planted."""
        return self.folder / "truth" / "truth.csv"

    @property
    def next_commands(self) -> list[str]:
        """The commands that make a workspace of the folder's files."""
        place = shlex.quote(str(self.folder))
        work = f"casewright -w {shlex.quote(str(self.folder.parent / 'workspace'))}"
        made = work.split(" -w ")[1]
        lines = [
            f"casewright init {made} --timezone {ZONE} --currency {CURRENCY}",
            f"cp {place}/rates.csv {made}/rates.csv",
        ]
        lines += [
            f"{work} import {Path(name).stem} {place}/{name} --format table"
            for name in self.manifest["files"]
            if Path(name).stem in IMPORTED
        ]
        return lines


# What the importing command takes, by the file's stem.
IMPORTED = ("transfers", "customers", "labels", "logins", "events", "scores", "outcomes")


def stories() -> int:
    """How many typologies are planted, the one without a signal among them."""
    return len(modules()) + 1


def modules() -> list[ModuleType]:
    """The scenario files, found by walking the folder, by the number of their pair."""
    names = sorted(m.name for m in pkgutil.iter_modules(scenarios.__path__))
    found = [importlib.import_module(f"{scenarios.__name__}.{name}") for name in names]
    return sorted(found, key=lambda module: module.PAIR.number)


def simulate(
    folder: Path, plan: Plan, *, as_csv: bool = False, progress: Callable[[float], None] | None = None
) -> Simulated:
    """Make the exchange of this plan in FOLDER, and tell what was made. Raises UsageError where it cannot fit."""
    tell = progress or (lambda _: None)
    folder.mkdir(parents=True, exist_ok=True)
    stage = _set_up(plan)
    tell(0.1)
    _play(stage)
    tell(0.35)
    crowd = _crowd(stage)
    tell(0.55)
    columns = _columns(stage)
    _silent(stage, columns)
    mistakes(plan, stage, columns)
    incidents(plan, stage)
    written = _write(folder, stage, crowd, columns, ".csv" if as_csv else ".parquet", tell)
    manifest = _manifest(stage, columns, written)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_readme(manifest), encoding="utf-8")
    tell(1.0)
    return Simulated(folder, manifest)


def _set_up(plan: Plan) -> Stage:
    market = Market(plan)
    parties = Parties(plan.seed, plan.customers)
    book = Book(market)
    people = People(plan, market, outsiders=4000 + plan.customers // 20 + plan.subjects * 500)
    chain = Chain(plan, parties, book)
    order = np.random.default_rng([plan.seed, 100]).permutation(plan.customers)
    active = _active(plan)
    return Stage(plan, market, people, parties, book, chain, order[:active], order[active:].tolist())


def _active(plan: Plan) -> int:
    """How many customers do anything in an ordinary way: most accounts of an exchange lie idle."""
    by_size = max(0.15 * plan.customers, min(0.5 * plan.customers, 5000))
    by_volume = 0 if plan.transfers is None else plan.transfers / 100
    return int(min(max(by_size, by_volume), 0.6 * plan.customers))


def _play(stage: Stage) -> None:
    """Every pair, second stories for a tenth of the planted, then the oddities of the crowd."""
    playing = modules()
    for module in playing:
        for side in ("planted", "look_alike"):
            stage.play(module.PAIR, side)
            getattr(module, side)(stage, stage.plan.subjects)
    stage.play(playing[0].PAIR, "again")
    again = [module for module in playing if hasattr(module, "again")]
    rng = random.Random(f"{stage.plan.seed}/again")
    told = {line.subject for line in stage.truth if line.planted}
    first = {line.subject: line for line in stage.truth if line.planted and line.role != "victim"}
    free = [a for a in stage.cast_so_far if a.customer in first and not stage.people.company[a.customer]]
    rng.shuffle(free)
    wanted = round(len(told) * _AGAIN)
    for actor in free:
        done = first[actor.customer]
        fits = [m for m in again if done.pair != m.PAIR]
        start = max(actor.clock, done.ended) + rng.randint(10, 35) * 86_400
        if wanted and start + 25 * 86_400 < stage.plan.until:
            module = rng.choice(fits)
            stage.play(module.PAIR, f"again/{actor.customer}")
            actor.start, actor.clock, actor.rng, actor.group = start, start, stage.rng, ""
            module.again(stage, actor)
            stage.tell(actor, done.role)
            wanted -= 1
    quirks(stage)
    stage.stock_up()


def _crowd(stage: Stage) -> Crowd:
    """The honest rows, as many as the plan leaves room for."""
    plan = stage.plan
    plumbing(plan, stage.book, stage.chain)
    crowd = Crowd(plan, stage.market, stage.book, stage.chain, stage,
                  Habits.drawn(plan, stage.people, stage.parties, stage))  # fmt: skip
    if plan.transfers is None:
        room = len(stage.crowd) * TRANSFERS_PER_ACTIVE
    else:
        room = int(plan.transfers * (1 - _FAILED_SHARE)) - len(stage.book)
    if room < len(stage.crowd) * 2:
        hint = "fewer --subjects, or more --transfers"
        raise UsageError(f"the stories alone make {len(stage.book):,} of {plan.transfers:,} transfers", hint=hint)
    crowd.live(room)
    return crowd


def _columns(stage: Stage) -> Columns:
    """All rows of the period in the order of time, with those that did not go through."""
    failures(stage.plan, stage.book)
    columns = stage.book.columns()
    inside = columns["epoch"] < stage.plan.until
    return {name: column[inside] for name, column in columns.items()}


def _silent(stage: Stage, columns: Columns) -> None:
    """The typology without a signal: ordinary customers in an ordinary month, told as planted."""
    pair, plan = scenarios.UNMARKED, stage.plan
    rng = np.random.default_rng([plan.seed, 114])
    recent = (columns["epoch"] >= plan.since) & (columns["status"] == STATUS["completed"])
    busy = np.bincount(columns["dst"][recent & (columns["dst"] < plan.customers)], minlength=plan.customers)
    able = stage.crowd[(busy[stage.crowd] >= 5) & ~stage.people.company[stage.crowd]]
    for number, who in enumerate(rng.choice(able, min(plan.subjects, len(able)), replace=False)):
        rows = np.flatnonzero(recent & (columns["dst"] == who))
        since = int(columns["epoch"][rows[0]])
        until = min(since + 30 * 86_400, plan.until - 1)
        difficulty = ("easy", "medium", "hard")[number % 3]
        stage.truth.append(Truth(int(who), pair, True, "controller", difficulty, False, "", since, until, signal=False))


def _write(folder: Path, stage: Stage, crowd: Crowd, columns: Columns, ending: str,
           tell: Callable[[float], None]) -> dict[str, tuple[int, str]]:  # fmt: skip
    """Write every file; returns rows and sha256 by file name."""
    plan, people = stage.plan, stage.people
    found, scored = sessions(plan, stage, crowd.sessions), scores(plan, people, columns)
    tell(0.65)
    ids, names, holders = stage.parties.ids(), people.names(), stage.parties.holders()
    decided = outcomes(plan, stage.truth, stage.crowd, scored)
    written = {}

    def keep(name: str, table: pa.Table) -> None:
        written[name] = (table.num_rows, files.write(table, folder / name))

    statement = people.as_banks_write(names)
    keep(f"transfers{ending}", files.transfers(columns, ids, holders, stage.book.texts, statement, plan.seed))
    tell(0.85)
    keep(f"customers{ending}", files.customers(people, ids, names, plan.until))
    keep(f"labels{ending}", files.labels(stage.chain.labels, ids))
    keep(f"logins{ending}", files.logins(found, ids, plan.seed))
    tell(0.95)
    keep(f"events{ending}", files.events(stage.events, ids, plan.until, plan.seed))
    keep(f"scores{ending}", files.scores(scored, ids))
    keep(f"outcomes{ending}", files.outcomes(decided, ids))
    keep("rates.csv", _listed(stage.market.rates(), "date currency usd_per_unit source"))
    keep("prices.csv", _listed(stage.market.prices(), "date asset usd_low usd_high usd_close source"))
    keep("truth/truth.csv", files.truth(stage.truth, ids))
    return written


def _listed(rows: list[Any], names: str) -> pa.Table:
    return pa.table({name: [row[nr] for row in rows] for nr, name in enumerate(names.split())})


def _manifest(stage: Stage, columns: Columns, written: dict[str, tuple[int, str]]) -> dict[str, Any]:
    plan = stage.plan
    sides = [columns[side][columns[side] < plan.customers] for side in ("src", "dst")]
    acting: Ints = np.unique(np.concatenate(sides))
    planted = {line.subject for line in stage.truth if line.planted}
    typologies: dict[str, dict[str, int]] = {}
    for line in stage.truth:
        name = line.pair.typology if line.planted else line.pair.look_alike
        side = typologies.setdefault("typologies" if line.planted else "look_alikes", {})
        side[name] = side.get(name, 0) + 1
    return {
        "made_by": f"casewright simulate {metadata.version('casewright')}",
        "seed": plan.seed,
        "since": plan.start.isoformat(),
        "until": plan.end.isoformat(),
        "timezone": ZONE,
        "currency": CURRENCY,
        "versions": {name: metadata.version(name) for name in ("casewright", "numpy", "pyarrow")},
        "customers": plan.customers,
        "active_customers": len(acting),
        "transfers": len(columns["epoch"]),
        "transfers_before_period": int((columns["epoch"] < plan.since).sum()),
        "planted_customers": len(planted),
        "planted_share": round(len(planted) / plan.customers, 5),
        "planted_share_of_active": round(len(planted) / len(acting), 5),
        "quiet": sum(line.quiet for line in stage.truth),
        "without_signal": scenarios.UNMARKED.typology,
        "limits_sgd": LIMITS,
        **typologies,
        "files": {name: {"rows": rows, "sha256": digest} for name, (rows, digest) in written.items()},
    }


def _readme(manifest: dict[str, Any]) -> str:
    template = (resources.files("casewright.tools.simulate") / "readme.md").read_text(encoding="utf-8")
    words: dict[str, str] = yaml.safe_load(
        (resources.files("casewright.tools.simulate") / "contents.yaml").read_text(encoding="utf-8")
    )
    lines = [f"| `{n}` | {words[Path(n).stem]} | {f['rows']:,} |" for n, f in manifest["files"].items()]
    return Template(template).substitute(
        version=manifest["versions"]["casewright"], seed=manifest["seed"], zone=manifest["timezone"],
        currency=manifest["currency"], files="\n".join(lines), customers=f"{manifest['customers']:,}",
        active=f"{manifest['active_customers']:,}", planted=f"{manifest['planted_customers']:,}",
        share=f"{manifest['planted_share']:.2%}", active_share=f"{manifest['planted_share_of_active']:.2%}",
        tiers=", ".join(LIMITS), limits=" / ".join(f"{limit:,}" for limit in LIMITS.values()),
    )  # fmt: skip
