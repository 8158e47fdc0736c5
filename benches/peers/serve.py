#!/usr/bin/env python3
"""Trains one workload in PyTorch on request: each line of stdin is the seconds of a block, each line of stdout its result.

    serve.py WORKLOAD eager|fused|compile [--threads 2] [--data ENCODED]
"""
import argparse
import json
import sys
import time
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("workload"), parser.add_argument("variant")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path)
    o = parser.parse_args()
    import torch

    from workloads import make
    from workloads.variant import Variant

    torch.manual_seed(0)
    torch.set_num_threads(o.threads)
    workload = make(o.workload, Variant(o.variant, o.data))
    # Compiles what is to be compiled.
    workload.step()
    print(json.dumps({"ready": o.workload}), flush=True)
    for line in sys.stdin:
        start, seconds, steps = time.perf_counter(), float(line), 0
        while True:
            loss = workload.step()
            steps += 1
            elapsed = time.perf_counter() - start
            if elapsed >= seconds:
                break
        result = {"steps": steps, "seconds": elapsed, "steps_per_second": steps / elapsed, "loss": float(loss)}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
