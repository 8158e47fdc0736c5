#!/usr/bin/env python3
"""Writes the two tables on which size is measured: a million mixed rows, and a category of 100,000 levels.

    scale.py OUT
"""
import sys
from pathlib import Path

import numpy as np
import pandas as pd


def million(rng, rows=1_000_000):
    """Eight rounded heavy-tailed columns, four counts, six categories, a timestamp and an identifier."""
    z = rng.normal(size=(rows, 3))
    table = {}
    for i in range(8):
        table[f"x{i}"] = np.round(np.exp(0.5 * z[:, i % 3] + 0.7 * rng.normal(size=rows)) * 10, 2)
    for i in range(4):
        table[f"k{i}"] = rng.poisson(np.exp(z[:, i % 3] * 0.5 + 2))
    for i in range(6):
        level = np.clip((z[:, i % 3] * 2 + 5 + rng.normal(size=rows)).astype(int), 0, 9)
        table[f"c{i}"] = np.array(list("abcdefghij"))[level]
    seconds = rng.integers(0, 3 * 365 * 86_400, rows)
    table["when"] = pd.to_datetime("2020-01-01") + pd.to_timedelta(seconds, unit="s")
    table["id"] = np.arange(rows) + 1
    return pd.DataFrame(table)


def many_levels(rng, rows=300_000, levels=100_000):
    """A category of many levels, a number that follows it and a category that is its parity."""
    level = np.minimum(rng.exponential(15_000, rows).astype(int), levels - 1)
    names = np.array([f"{i:05d}-X" for i in range(levels)])
    value = np.round(level / 1000 + rng.normal(size=rows), 2)
    return pd.DataFrame({"code": names[level], "v": value, "s": np.where(level % 2 == 0, "even", "odd")})


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    million(rng).to_csv(out / "big.csv", index=False)
    many_levels(rng).to_csv(out / "levels.csv", index=False)


main()
