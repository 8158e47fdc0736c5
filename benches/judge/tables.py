#!/usr/bin/env python3
"""Writes NAME_train.csv and NAME_test.csv of six benchmark tables, five of them in the published split.

    tables.py DATA SPLITS OUT

DATA holds the files that fetch.md names, SPLITS the lists of test rows. Cells are copied as
they are written, and the order of the rows is kept.
"""
import argparse
import csv
import gzip
import random
from pathlib import Path

# data rows and test rows that each table must have, so that a wrong download or list is noticed
EXPECTED = {
    "adult": (48842, 16281),
    "default": (30000, 3000),
    "shoppers": (12330, 1233),
    "magic": (19020, 1902),
    "beijing": (41757, 4176),
    "diamonds": (53940, 5394),
}


def read(path):
    """The header and the rows of a gzipped CSV file."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, rows


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def prepare(name, header, rows):
    """The table as the split counts it, and the row that row 0 of the split means."""
    if name == "beijing":
        keep = [i for i, column in enumerate(header) if column != "No"]
        rows = [[row[i] for i in keep] for row in rows if "NA" not in row]
        header = [header[i] for i in keep]
    # the published recipe took magic's first data row for a header; it goes to the training part
    return header, rows, 1 if name == "magic" else 0


def split(name, data, splits):
    """The header, the training rows and the test rows of one table."""
    if name == "adult":
        header, train = read(data / "adult_train.csv.gz")
        test_header, test = read(data / "adult_test.csv.gz")
        assert header == test_header, "the two files of adult have different columns"
        return header, train, test
    if name == "diamonds":
        # no split is published: one row in ten, by a seed
        header, rows = read(data / "diamonds.csv.gz")
        test_rows = set(random.Random(0).sample(range(len(rows)), len(rows) // 10))
        train = [row for i, row in enumerate(rows) if i not in test_rows]
        return header, train, [row for i, row in enumerate(rows) if i in test_rows]
    header, rows, first = prepare(name, *read(data / f"{name}.csv.gz"))
    lines = (splits / f"{name}_tabsyn_test_rows0.txt").read_text().split()
    test_rows = {int(line) + first for line in lines}
    assert len(test_rows) == len(lines) and max(test_rows) < len(rows), f"{name}: a wrong list of rows"
    train = [row for i, row in enumerate(rows) if i not in test_rows]
    return header, train, [row for i, row in enumerate(rows) if i in test_rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path, help="folder with the gzipped CSV files")
    parser.add_argument("splits", type=Path, help="folder with the lists of test rows")
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--tables", default=",".join(EXPECTED), help="which (default: all)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.tables.split(","):
        header, train, test = split(name, options.data, options.splits)
        found = (len(train) + len(test), len(test))
        if found != EXPECTED[name]:
            raise SystemExit(f"{name}: {found} rows and test rows, expected {EXPECTED[name]}")
        write(options.out / f"{name}_train.csv", header, train)
        write(options.out / f"{name}_test.csv", header, test)
        print(f"{name}: {len(train)} training rows, {len(test)} test rows, {len(header)} columns")


if __name__ == "__main__":
    main()
