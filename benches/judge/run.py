#!/usr/bin/env python3
"""Fits, samples and judges gausswork on the benchmark tables, for several seeds.

    run.py TABLES OUT [--gausswork PROGRAM] [--tables adult,magic] [--seeds 0,1,2] [--fit "FLAGS"]

TABLES is what tables.py wrote. Each run appends one line to OUT/results.jsonl, and the medians over
all its lines are printed as Markdown at the end. `--seeds ''` only prints them. Seconds are wall-clock
and include starting the program, reading and writing.
"""
import argparse
import json
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

# What the judge is told about each table. Which numbers are categories follows TabSyn's data/Info.
JUDGE = {
    "adult": ["--target", "income", "--task", "class"],
    "default": ["--target", "default payment next month", "--task", "class", "--skip", "ID",
                "--categorical", "SEX,EDUCATION,MARRIAGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6"],
    "shoppers": ["--target", "Revenue", "--task", "class",
                 "--categorical", "OperatingSystems,Browser,Region,TrafficType"],
    "magic": ["--target", "class", "--task", "class"],
    "beijing": ["--target", "pm2.5", "--task", "reg", "--categorical", "year,month,day,hour"],
}
COLUMNS = {
    "shape_train": "shape", "trend_train": "trend", "c2st": "C2ST", "c2st_test": "C2ST (test)",
    "mle": "MLE", "mle_real": "MLE (real)", "dcr_share": "DCR share", "exact_copies": "copies",
    "fit_s": "fit, s", "sample_s": "sample, s",
}


def timed(command):
    """Runs a command and returns its wall-clock seconds; a failure ends the benchmark."""
    print("+", shlex.join(map(str, command)), file=sys.stderr)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def one(name, seed, options):
    """The record of one table and seed."""
    train, test = (options.data / f"{name}_{part}.csv" for part in ("train", "test"))
    run, synthetic = options.out / f"{name}-{seed}", options.out / f"{name}-{seed}.csv"
    shutil.rmtree(run, ignore_errors=True)
    with open(train, encoding="utf-8") as file:
        rows = sum(1 for _ in file) - 1
    flags, program = shlex.split(options.fit), options.gausswork
    fit = timed([program, "fit", train, "--out", run, "--seed", str(seed), *flags])
    sample = timed([program, "sample", run, "-n", str(rows), "-o", synthetic, "--seed", str(seed)])
    judge = [sys.executable, Path(__file__).with_name("judge.py"), train, test, synthetic]
    judged = subprocess.run(judge + JUDGE[name], check=True, stdout=subprocess.PIPE)
    version = subprocess.run([program, "--version"], check=True, stdout=subprocess.PIPE)
    about = dict(table=name, seed=seed, version=version.stdout.decode().strip(), flags=options.fit)
    return about | dict(fit_s=fit, sample_s=sample) | json.loads(judged.stdout)


def medians(records):
    """One Markdown row per table, version and flags: the medians over the seeds."""
    groups = {}
    for record in records:
        key = (record["table"], record["version"], record["flags"])
        groups.setdefault(key, {})[record["seed"]] = record  # a repeated run replaces the earlier one
    titles = ["table", "version", "flags", "seeds", *COLUMNS.values()]
    lines = [titles, ["---"] * 4 + ["--:"] * len(COLUMNS)]
    for key, seeds in groups.items():
        middle = [statistics.median(record[c] for record in seeds.values()) for c in COLUMNS]
        numbers = [f"{m:.1f}" if c.endswith("_s") else f"{m:.3f}" for c, m in zip(COLUMNS, middle)]
        lines.append([*key, str(len(seeds)), *numbers])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path, help="folder that tables.py wrote")
    parser.add_argument("out", type=Path, help="folder for runs, samples and results.jsonl")
    parser.add_argument("--gausswork", default="gausswork", help="the program (default: on the path)")
    parser.add_argument("--tables", default=",".join(JUDGE), help="which (default: all)")
    parser.add_argument("--seeds", default="0,1,2", help="default: 0,1,2")
    parser.add_argument("--fit", default="", help="further flags of `gausswork fit`, in one string")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    results = options.out / "results.jsonl"
    for name in options.tables.split(","):
        for seed in (int(seed) for seed in options.seeds.split(",") if seed):
            record = one(name, seed, options)
            with open(results, "a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
    print(medians(json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()))


if __name__ == "__main__":
    main()
