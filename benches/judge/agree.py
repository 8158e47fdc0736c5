#!/usr/bin/env python3
"""Holds `gausswork evaluate` against peers' code on six tables and three synthetic sets each.

    agree.py TABLES OUT [--gausswork PROGRAM] [--tables adult,magic] [--steps 1000]

TABLES is what tables.py wrote, `diamonds` included. The sets are independently shuffled columns, a bootstrap of the
training rows, and a fitted model's rows. Column shapes and pair trends, with and without thresholds, are compared column
by column and pair by pair with SDMetrics, which must agree to 1e-6; two-sample AUC, usefulness and DCR share are compared
with judge.py in standard errors of their difference. Prints one line per figure that disagrees, and a summary.
"""
import argparse
import json
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from run import JUDGE

warnings.filterwarnings("ignore")
JUDGE = JUDGE | {"diamonds": ["--target", "price", "--task", "reg"]}


def option(name, flag):
    flags = JUDGE[name]
    return flags[flags.index(flag) + 1] if flag in flags else ""


def load(path, name):
    data = pd.read_csv(path, keep_default_na=False, na_values=[""])
    return data.drop(columns=[c for c in option(name, "--skip").split(",") if c], errors="ignore")


def kinds(data, name):
    """The numeric columns, and the columns that are categories, as the judge tells them apart."""
    forced = set(option(name, "--categorical").split(","))
    if option(name, "--task") == "class":
        forced.add(option(name, "--target"))
    is_number = lambda c: pd.api.types.is_numeric_dtype(data[c]) and not pd.api.types.is_bool_dtype(data[c])
    numeric = [c for c in data if c not in forced and is_number(c)]
    return numeric, [c for c in data if c not in numeric]


def synthetic(name, kind, options):
    """A synthetic set of a table, made once."""
    path = options.out / f"{name}-{kind}.csv"
    if path.exists():
        return path
    train = load(options.data / f"{name}_train.csv", name)
    rng = np.random.default_rng(0)
    if kind == "shuffled":
        data = pd.DataFrame({c: train[c].to_numpy()[rng.permutation(len(train))] for c in train})
    elif kind == "bootstrap":
        data = train.iloc[rng.integers(0, len(train), len(train))]
    else:
        run, source = options.out / f"{name}-run", options.out / f"{name}-source.csv"
        train.to_csv(source, index=False)
        fit = [options.gausswork, "fit", source, "--out", run, "--force", "--no-report", "--steps", options.steps]
        subprocess.run(list(map(str, fit)), check=True, stderr=subprocess.DEVNULL)
        sample = [options.gausswork, "sample", run, "-n", str(len(train)), "-o", path]
        subprocess.run(list(map(str, sample)), check=True, stderr=subprocess.DEVNULL)
        return path
    data.to_csv(path, index=False)
    return path


def sdmetrics(real, made, numeric):
    """Scores of columns, of pairs, and the averages with and without thresholds."""
    from sdmetrics.reports.single_table import QualityReport
    meta = {"columns": {c: {"sdtype": "numerical" if c in numeric else "categorical"} for c in real}}
    out = {}
    for kind in ("trend", "trend-associated"):
        report = QualityReport()
        if kind == "trend":
            report.real_correlation_threshold = report.real_association_threshold = 0
        report.generate(real, made, meta, verbose=False)
        scores = report.get_properties().set_index("Property")["Score"]
        out["shape"], out[kind] = scores["Column Shapes"], scores["Column Pair Trends"]
        if kind == "trend":
            columns = report.get_details("Column Shapes")
            out["columns"] = dict(zip(columns["Column"], columns["Score"]))
            pairs = report.get_details("Column Pair Trends")
            out["pairs"] = dict(zip(zip(pairs["Column 1"], pairs["Column 2"]), pairs["Score"]))
    return out


def evaluate(options, *arguments):
    command = [options.gausswork, "evaluate", *arguments, "--no-baselines", "--json"]
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return json.loads(done.stdout), time.perf_counter() - start


def worst_difference(ours, theirs, names):
    """The greatest difference of any score of columns, pairs and averages, and where it is."""
    scores = {s["metric"]: s["value"] for s in ours["scores"]}
    pairs = {tuple(names[i] for i in p["columns"]): p["trend"] for p in ours["pairs"]}
    shape = lambda c: next((s["value"] for s in c["scores"] if s["metric"] in ("ks-complement", "tv-complement")), None)
    columns = {names[c["column"]]: shape(c) for c in ours["columns"]}
    found = [(k, scores.get(k), theirs[k]) for k in ("shape", "trend", "trend-associated")]
    found += [(str(c), columns[c], v) for c, v in theirs["columns"].items()]
    found += [(" x ".join(p), pairs[p], v) for p, v in theirs["pairs"].items()]
    gap = lambda a, b: 0.0 if a is None and np.isnan(b) else abs((np.nan if a is None else a) - b)
    gaps = [(np.inf if np.isnan(gap(a, b)) else gap(a, b), where) for where, a, b in found]
    return max(gaps)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--gausswork", default="gausswork")
    parser.add_argument("--tables", default=",".join(JUDGE))
    parser.add_argument("--sets", default="shuffled,bootstrap,fitted")
    parser.add_argument("--steps", default="1000", help="of the fitted model")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    print("| table | set | SDMetrics, worst difference | C2ST AUC | judge | z | unseen AUC | judge | z | useful | judge | z "
          "| DCR share | judge | z | s | judge, s |")
    print("|" + "---|" * 17)
    for name in options.tables.split(","):
        train_path, test_path = (options.data / f"{name}_{part}.csv" for part in ("train", "test"))
        train, test = load(train_path, name), load(test_path, name)
        numeric, categories = kinds(train, name)
        types = ",".join(f"{c}=category" for c in categories)
        types += "".join(f",{c}=float" for c in numeric)
        for part, data in (("train", train), ("test", test)):
            data.to_csv(options.out / f"{name}-{part}.csv", index=False)
        train_path, test_path = (options.out / f"{name}-{part}.csv" for part in ("train", "test"))
        for kind in options.sets.split(","):
            path = synthetic(name, kind, options)
            target = option(name, "--target")
            common = [path, "--types", types, "--target", target]
            report, seconds = evaluate(options, train_path, *common, "--holdout", test_path)
            against_test, _ = evaluate(options, test_path, *common)
            made = load(path, name)
            for data in (train, test, made):
                for c in categories:
                    data[c] = data[c].astype(str)
            names = [c["name"] for c in report["columns"]]
            ours = report["sets"][0]
            worst = max(
                worst_difference(ours, sdmetrics(train, made, numeric), names),
                worst_difference(against_test["sets"][0], sdmetrics(test, made, numeric), names),
            )
            judge = [sys.executable, Path(__file__).with_name("judge.py"), train_path, test_path, path, *JUDGE[name]]
            start = time.perf_counter()
            judged = json.loads(subprocess.run(judge, check=True, stdout=subprocess.PIPE).stdout)
            judge_seconds = time.perf_counter() - start
            scores = {s["metric"]: s for s in ours["scores"]}
            cells = [name, kind, f"{worst[0]:.1e} ({worst[1]})"]
            useful = "usefulness-auc" if option(name, "--task") == "class" else "usefulness-rmse"
            for metric, theirs in (("two-sample-auc", "c2st_auc"), ("two-sample-unseen-auc", "c2st_test_auc"),
                                   (useful, "mle"), ("dcr-share", "dcr_share")):
                value, error = scores[metric]["value"], scores[metric]["standard_error"]
                # The judge's figure has as large an error as ours: it is of other rows and folds, or of other trees.
                z = (value - judged[theirs]) / max(error * 2**0.5, 1e-12)
                cells += [f"{value:.4f}", f"{judged[theirs]:.4f}", f"{z:+.1f}"]
            print("| " + " | ".join([*cells, f"{seconds:.1f}", f"{judge_seconds:.1f}"]) + " |", flush=True)


if __name__ == "__main__":
    main()
