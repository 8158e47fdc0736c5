#!/usr/bin/env python3
"""Images by the decoder of a twin in PyTorch, with the weights that it starts with, in an array file as bytes.

    images_job.py perceptron|convolutional OUT.npy [-n 60000] [--threads 2] --report SECONDS.json
"""
import argparse
import json
import time
from pathlib import Path

import numpy
import torch

from workloads.image_vae import LATENT, Convolutional, Perceptron
from workloads.variant import Variant

BATCH = 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("network", choices=["perceptron", "convolutional"])
    parser.add_argument("out", type=Path)
    parser.add_argument("-n", type=int, default=60_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--report", type=Path, required=True)
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    decoder = {"perceptron": Perceptron, "convolutional": Convolutional}[o.network](Variant("eager")).decoder
    start = time.perf_counter()
    with torch.inference_mode():
        parts = [decoder(torch.randn(min(BATCH, o.n - at), LATENT)).sigmoid().mul_(255).round_().byte()
                 for at in range(0, o.n, BATCH)]
    numpy.save(o.out, torch.cat(parts).reshape(o.n, 28, 28).numpy())
    o.report.write_text(json.dumps({"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
