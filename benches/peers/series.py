"""Writes the tables on which cost is measured as they grow: in rows, in columns, in levels of a category.

    series.py rows|columns|levels SIZE OUT
"""
import sys

import numpy as np
import pandas as pd


def mixed(rows, columns, seed=0):
    """Half rounded heavy-tailed numbers, a quarter counts, a quarter categories of ten levels, all of three hidden normals."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(rows, 3))
    table = {}
    for i in range(columns):
        hidden = z[:, i % 3]
        if i % 4 < 2:
            table[f"x{i}"] = np.round(np.exp(0.5 * hidden + 0.7 * rng.normal(size=rows)) * 10, 2)
        elif i % 4 == 2:
            table[f"k{i}"] = rng.poisson(np.exp(hidden * 0.5 + 2))
        else:
            table[f"c{i}"] = np.array(list("abcdefghij"))[np.clip((hidden * 2 + 5 + rng.normal(size=rows)).astype(int), 0, 9)]
    return pd.DataFrame(table)


def levels(count, rows=200_000, seed=0):
    """A category of about `count` levels, a number that follows it, and a category that is its parity."""
    rng = np.random.default_rng(seed)
    level = np.minimum(rng.exponential(count / 4, rows).astype(int), count - 1)
    value = np.round(level / count + rng.normal(size=rows), 2)
    names = np.array([f"{i:06d}-X" for i in range(count)])
    return pd.DataFrame({"code": names[level], "v": value, "s": np.where(level % 2 == 0, "even", "odd")})


MAKE = {"rows": lambda size: mixed(size, 10), "columns": lambda size: mixed(3_000, size), "levels": levels}

if __name__ == "__main__":
    MAKE[sys.argv[1]](int(sys.argv[2])).to_csv(sys.argv[3], index=False)
