"""How PyTorch is asked to train: what the variants share and where they differ."""
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass
class Variant:
    name: str
    # What `gausswork-benches encode` wrote; for the table VAE.
    data: Path | None = None

    def adam(self, parameters, rate, betas):
        return torch.optim.Adam(parameters, lr=rate, betas=betas, fused=self.name != "eager")

    def loss(self, function):
        """A loss as this variant runs it."""
        return torch.compile(function) if self.name == "compile" else function


def descend(optimiser, loss):
    """One update."""
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.detach()


class Batches:
    """Rows in memory, gathered a batch at a time in a fixed random order."""

    def __init__(self, rows, size):
        self.rows = rows
        self.order = torch.randperm(len(rows)).split(size)[: len(rows) // size]
        self.next = 0

    def __call__(self):
        self.next = (self.next + 1) % len(self.order)
        return self.rows[self.order[self.next]]
