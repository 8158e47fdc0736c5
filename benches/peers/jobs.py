#!/usr/bin/env python3
"""Whole jobs: their seconds and peak memory, as JSON lines on stdout.

    jobs.py peers TABLE [--epochs 10] [--only gausswork|tvae|ctgan]   fit and sample, beside the package ctgan
    jobs.py scale [--only rows|columns|levels] [--most N]             fit and sample as tables grow, on 1 and 2 threads
    jobs.py verbs TABLE                                               sample, score and start-up of the command
    jobs.py epoch TABLE [--epochs 10] [--rounds 3]                    an epoch of CTGAN by the package, and as many of our steps
    jobs.py images SET [--rounds 3]                                   as many images as a set has, beside PyTorch; peak memory

All take --gausswork PROGRAM and --threads N. Seconds are wall clock of the whole command, start included.
A peak below `least_peak_mib_seen`, that of this script, reads as that.
"""
import argparse
import importlib.metadata
import json
import resource
import statistics
import sys
import tempfile
from pathlib import Path

import machine
from process import run
from steps import Side

HERE = Path(__file__).parent


def show(**line):
    print(json.dumps(line), flush=True)


def fit(o, table, out, threads, *more):
    return run([o.gausswork, "fit", table, "-o", out, "--force", "--no-report", "--threads", threads, *more])


def sample(o, model, rows, out, threads):
    return run([o.gausswork, "sample", model, "-n", rows, "-o", out, "--threads", threads])


def rows_of(table):
    with open(table, "rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1


def peers(o, scratch):
    if o.only in (None, "gausswork"):
        show(job="gausswork", fit=fit(o, o.table, scratch / "run", o.threads),
             sample=sample(o, scratch / "run", rows_of(o.table), scratch / "ours.csv", o.threads))
    for model in [model for model in ("tvae", "ctgan") if o.only in (None, model)]:
        report = scratch / "seconds.json"
        command = [sys.executable, HERE / "ctgan_job.py", model, o.table, scratch / "theirs.csv", "--epochs", o.epochs,
                   "--threads", o.threads, "--report", report]
        whole = run(command)
        parts = json.loads(report.read_text())
        # A straight line: epochs cost the same each, and everything else happens once.
        at_300 = whole["seconds"] + (300 - o.epochs) * parts["epoch"]
        show(job=model, version=importlib.metadata.version("ctgan"), epochs=o.epochs, whole=whole, parts=parts,
             seconds_at_300_epochs=round(at_300, 1), extrapolated=o.epochs != 300)


SERIES = {
    "rows": [1_000, 10_000, 100_000, 1_000_000],
    "columns": [10, 30, 100, 300],
    "levels": [10, 100, 1_000, 10_000, 100_000],
}


def scale(o, scratch):
    table = scratch / "table.csv"
    points = [(name, size) for name, sizes in SERIES.items() if o.only in (None, name) for size in sizes if size <= o.most]
    for name, size in points:
        # In a process of its own: a child's peak memory counts its parent's at the start.
        run([sys.executable, HERE / "series.py", name, size, table])
        rows = rows_of(table)
        for threads in (1, 2):
            fitted = fit(o, table, scratch / "run", threads)
            drawn = sample(o, scratch / "run", min(rows, 100_000), scratch / "out.csv", threads)
            show(series=name, size=size, rows=rows, threads=threads, fit=fitted, sample=drawn)


def verbs(o, scratch):
    model = scratch / "run"
    fit(o, o.table, model, o.threads)
    rows = 1_000_000
    for kind in ("parquet", "csv"):
        times = [sample(o, model, rows, scratch / f"out.{kind}", o.threads) for _ in range(o.rounds)]
        seconds = statistics.median(t["seconds"] for t in times)
        show(verb="sample", to=kind, rows=rows, seconds=seconds, rows_per_second=round(rows / seconds),
             peak_mib=max(t["peak_mib"] for t in times))
    rows = rows_of(o.table)
    taken = run([o.gausswork, "score", model, o.table, "--samples", 100, "-o", scratch / "scores.csv",
                 "--threads", o.threads])
    show(verb="score", samples=100, rows=rows, **taken, rows_per_second=round(rows / taken["seconds"]))
    one = [o.gausswork, "sample", model, "-n", 1, "-o", scratch / "one.csv"]
    for name, command in (("--help", [o.gausswork, "--help"]), ("sample -n 1", one)):
        times = [run(command) for _ in range(20)]
        show(start_up=name, milliseconds=round(1e3 * statistics.median(t["seconds"] for t in times), 1),
             peak_mib=max(t["peak_mib"] for t in times))


def epoch(o, scratch):
    """The package's network, batch, pac and penalty on both sides, in turn; ours are steps of the workload `ctgan-penalty`."""
    steps = rows_of(o.table) // 500
    report, ratios = scratch / "seconds.json", []
    ours = Side([o.benches, "steps", "ctgan-penalty", "--serve", "--threads", o.threads])
    ours.train(2.0)
    for _ in range(o.rounds):
        block = ours.train(5.0)
        run([sys.executable, HERE / "ctgan_job.py", "ctgan", o.table, scratch / "theirs.csv", "--epochs", o.epochs,
             "--threads", o.threads, "--report", report])
        theirs, seconds = json.loads(report.read_text())["epoch"], steps / block["steps_per_second"]
        ratios.append(theirs / seconds)
        show(round=len(ratios), steps=steps, ours=round(seconds, 4), ctgan=round(theirs, 4), ratio=round(ratios[-1], 2),
             taken_by_others=block["others"])
    ours.end()
    show(epoch="ctgan", version=importlib.metadata.version("ctgan"), median_ratio=round(statistics.median(ratios), 2))


NETWORKS = {
    "perceptron": 'architecture = "perceptron"\nhidden = [400]\nnonlinearity = "relu"',
    "convolutional": 'architecture = "strided"\nwidth = 32\ndense = []\nnonlinearity = "relu"',
}


def images(o, scratch):
    """28×28 images from the decoders of `workloads/image_vae.py`, written as arrays of bytes; ours also as files."""
    count, report, config = 60_000, scratch / "seconds.json", scratch / "images.toml"
    for name, network in NETWORKS.items():
        config.write_text(f"[images]\nlatent = 40\n[images.network]\n{network}\n[training]\nsteps = 200\n")
        fitted = fit(o, o.table, scratch / "run", o.threads, "--config", config)
        show(network=name, verb="fit", steps=200, **fitted)
        ratios = []
        for _ in range(o.rounds):
            ours = sample(o, scratch / "run", count, scratch / "ours.npy", o.threads)
            run([sys.executable, HERE / "images_job.py", name, scratch / "theirs.npy", "-n", count, "--threads", o.threads,
                 "--report", report])
            # Theirs from the first product to the file, without the start of Python; ours is the whole command.
            theirs = json.loads(report.read_text())["seconds"]
            ratios.append(theirs / ours["seconds"])
            show(network=name, images=count, ours=ours, pytorch=round(theirs, 4), ratio=round(ratios[-1], 2))
        show(network=name, median_ratio=round(statistics.median(ratios), 2))
    show(network=name, to="a folder of PNG files", images=count, **sample(o, scratch / "run", count, scratch / "png", o.threads))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("job", choices=["peers", "scale", "verbs", "epoch", "images"])
    parser.add_argument("table", nargs="?", type=Path)
    parser.add_argument("--gausswork", default="target/release/gausswork")
    parser.add_argument("--benches", default="target/release/gausswork-benches", help="of the job epoch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=10, help="of the peers; 300 is their default, and takes long")
    parser.add_argument("--only", choices=["gausswork", "tvae", "ctgan", "rows", "columns", "levels"])
    parser.add_argument("--most", type=int, default=10**9, help="greatest size of a series")
    parser.add_argument("--rounds", type=int, default=3)
    o = parser.parse_args()
    if o.job != "scale" and o.table is None:
        parser.error(f"{o.job} needs a TABLE")
    floor = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    show(machine=machine.describe(), threads=o.threads, least_peak_mib_seen=floor)
    with tempfile.TemporaryDirectory() as scratch:
        {"peers": peers, "scale": scale, "verbs": verbs, "epoch": epoch, "images": images}[o.job](o, Path(scratch))


if __name__ == "__main__":
    main()
