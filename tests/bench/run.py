"""Run the benches and print what was measured: ours beside a plain reference of the same run, and whether it is enough.

Each `bench_*.py` here defines `bench(folder, transfers) -> list[Ratio]`. A bench that fails is told, and the rest run.
Exits 0 where every ratio is as wanted, 3 where one is not, 1 where a bench failed.
"""

import argparse
import importlib.util
import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from ratio import Ratio  # noqa: E402 - the benches import it by this name too


def benches(only: str = "") -> Iterator[tuple[str, Path]]:
    """The benches by name, in alphabetical order; those whose name holds ONLY."""
    for path in sorted(HERE.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if only in name:
            yield name, path


def measure(path: Path, folder: Path, transfers: int) -> list[Ratio]:
    """What one bench finds. Raises whatever it raises."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    bench: Callable[[Path, int], list[Ratio]] = module.bench
    return bench(folder, transfers)


def row(bench: str, ratio: Ratio) -> dict[str, Any]:
    """One line of the table."""
    return {
        "bench": bench,
        "name": ratio.name,
        "ours": ratio.ours,
        "reference": ratio.reference,
        "ratio": ratio.ratio,
        "wanted": ratio.wanted,
        "met": ratio.met,
    }


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The table as people read it."""
    width = max([len(found["name"]) for found in rows] + [4])
    yield f"{'name':<{width}}  {'ours':>10}  {'reference':>10}  {'ratio':>8}  {'wanted':>8}  met"
    for found in rows:
        figures = f"{_figure(found['ours']):>10}  {_figure(found['reference']):>10}  {found['ratio']:>7.1f}x"
        yield f"{found['name']:<{width}}  {figures}  {found['wanted']:>8}  {'yes' if found['met'] else 'NO'}"


def _figure(value: float) -> str:
    return f"{value:.4f}" if value < 1 else f"{value:,.2f}"


def main() -> int:
    """Run what was asked for; tells the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, default=Path("bench"), help="where generated ledgers are kept")
    parser.add_argument("--transfers", type=int, default=5_000_000, help="size of the generated exchange")
    parser.add_argument("--only", default="", help="only benches whose name holds this")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    options.dir.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    failed: list[str] = []
    for name, path in benches(options.only):
        start = time.perf_counter()
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            rows += [row(name, ratio) for ratio in measure(path, options.dir.resolve(), options.transfers)]
        except Exception:  # noqa: BLE001 - one broken bench must not hide what the others measure
            failed.append(name)
            traceback.print_exc()
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    print(f"{options.transfers:,} transfers, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("\n".join(lines(rows)))
    for name in failed:
        print(f"{name} FAILED")
    if options.json:
        told = {"transfers": options.transfers, "cores": os.cpu_count(), "rows": rows, "failed": failed}
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return 1 if failed else 0 if all(found["met"] for found in rows) else 3


if __name__ == "__main__":
    sys.exit(main())
