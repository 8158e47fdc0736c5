#!/usr/bin/env python3
"""Times `gausswork evaluate` beside judge.py on one synthetic set, interleaved, and prints both and their ratios.

    speed.py TRAIN TEST SYNTHETIC --target COLUMN [--task class|reg] [--gausswork PROGRAM] [--rounds 3]

Three commands take turns: judge.py; `evaluate` with the metrics that both have; `evaluate` with every metric and the baselines.
Seconds are wall-clock and include starting the program and reading the files.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path


def seconds(command):
    start = time.perf_counter()
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("train"), parser.add_argument("test"), parser.add_argument("synthetic")
    parser.add_argument("--target", required=True)
    parser.add_argument("--task", default="class")
    parser.add_argument("--gausswork", default="gausswork")
    parser.add_argument("--rounds", type=int, default=3)
    o = parser.parse_args()
    judge = [sys.executable, Path(__file__).with_name("judge.py"), o.train, o.test, o.synthetic, "--target", o.target,
             "--task", o.task]
    whole = [o.gausswork, "evaluate", o.train, o.synthetic, "--holdout", o.test, "--target", o.target, "--json"]
    # All that the judge has, training on the real rows included, and the other metrics of the same groups.
    shared = [*whole, "--no-baselines", "--metrics", "columns,pairs,two-sample,usefulness,privacy"]
    times = {"judge": [], "shared": [], "whole": []}
    for _ in range(o.rounds):
        times["judge"].append(seconds(judge))
        times["shared"].append(seconds(shared))
        times["whole"].append(seconds(whole))
    ratio = {k: [j / t for j, t in zip(times["judge"], times[k])] for k in ("shared", "whole")}
    print(json.dumps({"seconds": times, "median_ratio": {k: statistics.median(v) for k, v in ratio.items()}}, indent=1))


if __name__ == "__main__":
    main()
