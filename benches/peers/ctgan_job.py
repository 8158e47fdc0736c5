#!/usr/bin/env python3
"""Fits the TVAE or CTGAN of the package `ctgan` to a CSV with its defaults, and draws as many rows.

    ctgan_job.py tvae|ctgan TABLE OUT --epochs 300 [--threads 2]

Prints the seconds of each part; those of one epoch are what is left of the fit after the transformation of the table.
"""
import argparse
import json
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", choices=["tvae", "ctgan"]), parser.add_argument("table"), parser.add_argument("out")
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--report", required=True, help="where the seconds go")
    o = parser.parse_args()
    begun = time.perf_counter()
    import pandas as pd
    import torch
    from ctgan import CTGAN, TVAE
    from ctgan.data_transformer import DataTransformer

    torch.set_num_threads(o.threads)
    table = pd.read_csv(o.table)
    discrete = [c for c in table if table[c].dtype == object]
    # Seconds of the transformation alone, which does not repeat with the epochs.
    seconds = {"read": time.perf_counter() - begun, "transform": 0.0}
    for name in ("fit", "transform"):
        plain = getattr(DataTransformer, name)

        def timed(self, *args, plain=plain, **options):
            start = time.perf_counter()
            try:
                return plain(self, *args, **options)
            finally:
                seconds["transform"] += time.perf_counter() - start

        setattr(DataTransformer, name, timed)
    model = (TVAE if o.model == "tvae" else CTGAN)(epochs=o.epochs, enable_gpu=False)
    start = time.perf_counter()
    model.fit(table, discrete)
    seconds["fit"] = time.perf_counter() - start
    start = time.perf_counter()
    rows = model.sample(len(table))
    seconds["sample"] = time.perf_counter() - start
    rows.to_csv(o.out, index=False)
    seconds["epoch"] = (seconds["fit"] - seconds["transform"]) / o.epochs
    with open(o.report, "w") as file:
        json.dump(seconds, file)


if __name__ == "__main__":
    main()
