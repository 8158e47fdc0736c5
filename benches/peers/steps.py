#!/usr/bin/env python3
"""Times gausswork's training steps beside PyTorch's, interleaved, and prints the ratios of neighbours.

    steps.py [WORKLOAD ...] --ours target/release/gausswork-benches --table adult_train.csv

Each side is a process of its own that lives through all rounds and works only when it is asked to: ours, then each variant of
PyTorch, then ours again. A ratio is ours over PyTorch's in the same round. A round in which other programs took more than
--quiet of the machine is done again. JSON on stdout, a Markdown table on stderr.
"""
import argparse
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
from workloads import VARIANTS, WORKLOADS

HERE = Path(__file__).parent


class Side:
    """A process that trains on request."""

    def __init__(self, command):
        # Libraries of numpy may be held back by these.
        env = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=env)
        self.line()

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"ended: {' '.join(self.process.args)}")
        return json.loads(line)

    def train(self, seconds):
        """A block's result, and the share of the machine that others took meanwhile."""
        busy, own, start = machine.busy_ticks(), machine.ticks_of(self.process.pid), time.perf_counter()
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        result = self.line()
        others = machine.busy_ticks() - busy - (machine.ticks_of(self.process.pid) - own)
        share = others / machine.TICKS_PER_SECOND / (time.perf_counter() - start) / os.cpu_count()
        return {**result, "others": round(max(0.0, share), 3)}

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


def interleaved(sides, o, loaded):
    """Rounds of one block per side, the undisturbed ones."""
    rounds, tries = [], 0
    for side in sides.values():
        side.train(o.warm_up)
    while len(rounds) < o.rounds and tries < o.rounds + o.retries:
        tries += 1
        blocks = {name: side.train(o.seconds) for name, side in sides.items()}
        disturbed = max(block["others"] for block in blocks.values()) > o.quiet
        if not (disturbed and not loaded):
            rounds.append(blocks)
    return rounds, tries - len(rounds)


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "greatest": max(values)}


def sitting(commands, o):
    """Rounds of processes that are started for them; how many were disturbed; the sides that could not be started."""
    sides, failed = {}, []
    for side, command in commands.items():
        try:
            sides[side] = Side(command)
        except RuntimeError:
            failed.append(side)
    busy = [sys.executable, "-c", "while True: pass"]
    burners = [subprocess.Popen(busy) for _ in range(os.cpu_count())] if o.load else []
    try:
        rounds, disturbed = interleaved(sides, o, o.load)
    finally:
        for process in burners:
            process.kill()
    for side in sides.values():
        side.end()
    return rounds, disturbed, failed


def compare(name, o, encoded):
    table = ["--table", o.table] if o.table else []
    commands = {"ours": [o.ours, "steps", name, "--serve", "--threads", o.threads, *table]}
    for variant in o.variants:
        commands[variant] = [sys.executable, HERE / "serve.py", name, variant, "--threads", o.threads, "--data", encoded]
    rounds, disturbed = [], 0
    for _ in range(o.sittings):
        more, bad, failed = sitting(commands, o)
        rounds, disturbed = rounds + more, disturbed + bad
    if not rounds:
        return {"workload": name, "disturbed": disturbed, "failed": failed}
    sides = rounds[-1]
    rate = lambda side: [blocks[side]["steps_per_second"] for blocks in rounds]
    ratio = lambda side: [a / b for a, b in zip(rate("ours"), rate(side))]
    return {
        "workload": name, "rounds": len(rounds), "disturbed": disturbed, "failed": failed, "load": o.load,
        "steps_per_second": {side: spread(rate(side)) for side in sides},
        "ratio": {side: spread(ratio(side)) for side in sides if "ours" in sides and side != "ours"},
        "loss": {side: rounds[-1][side]["loss"] for side in sides},
    }


def table(results, variants):
    """Steps per second, and the ratio of ours to each variant with its spread."""
    yield "| workload | gausswork | " + " | ".join(f"PyTorch {v} | ratio" for v in variants) + " |"
    yield "|---" * (2 + 2 * len(variants)) + "|"
    for r in results:
        if "ratio" not in r:
            continue
        rate = lambda side: f"{r['steps_per_second'][side]['median']:.3g}" if side in r["steps_per_second"] else "–"
        cells = [r["workload"], rate("ours")]
        for v in variants:
            s = r["ratio"].get(v)
            cells += [rate(v), f"{s['median']:.2f} ({s['least']:.2f}–{s['greatest']:.2f})" if s else "–"]
        yield "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    parser.add_argument("--ours", default="target/release/gausswork-benches")
    parser.add_argument("--table", help="CSV of the table VAE")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sittings", type=int, default=3, help="how often all processes are started anew")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of a sitting")
    parser.add_argument("--retries", type=int, default=40, help="rounds that may be done again")
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--warm-up", type=float, default=1.5)
    parser.add_argument("--quiet", type=float, default=0.03)
    parser.add_argument("--variants", default=",".join(VARIANTS), type=lambda text: text.split(","))
    parser.add_argument("--load", action="store_true", help="another program keeps every core busy meanwhile")
    o = parser.parse_args()
    versions = {p: importlib.metadata.version(p) for p in ("torch", "numpy")}
    results = []
    with tempfile.TemporaryDirectory() as encoded:
        if "table-vae" in o.workloads:
            subprocess.run([o.ours, "encode", o.table, encoded], check=True)
        for name in o.workloads:
            results.append(compare(name, o, encoded))
            print(json.dumps(results[-1]), flush=True)
    print(json.dumps({"machine": machine.describe(), "versions": versions, "threads": o.threads}))
    print("\n".join(table(results, o.variants)), file=sys.stderr)


if __name__ == "__main__":
    main()
