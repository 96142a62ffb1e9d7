"""`python -m bench [NAME]`: measure, print the table, and write it to var/bench.json as {name: number}."""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import inventory, submit

BENCHES = {"inventory": inventory.measure, "submit": submit.measure}
# Decided beforehand; a figure without a target is for the reader.
TARGETS = {
    "inventory_nodes_requests": "at most 450",
    "inventory_bulk_requests": "at most 20",
    "inventory_peak_mb": "below 300",
    "inventory_webhook_seconds": "at most 2",
    "submit_throughput_ratio": "at least 0.50",
    "submit_cpu_ratio": "at most 1.8",
    "submit_p99_ratio": "at most 2.0",
    "submit_failures": "0",
}
RESULTS = Path("var") / "bench.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("only", nargs="?", choices=sorted(BENCHES), help="one of them; default: all")
    chosen = parser.parse_args().only
    figures = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    measured: dict[str, float] = {}
    for name in [chosen] if chosen else sorted(BENCHES):
        print(f"measuring {name} ...", file=sys.stderr)
        measured |= BENCHES[name]()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures | measured, indent=2, sort_keys=True) + "\n")
    table = Table("figure", "measured", "target", title=f"also in {RESULTS}")
    for name, value in measured.items():
        table.add_row(name, f"{value:,.2f}", TARGETS.get(name, ""))
    Console().print(table)


if __name__ == "__main__":
    main()
