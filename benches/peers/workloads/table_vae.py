"""gausswork's default model of a table, as one would write it in PyTorch.

Reads what `gausswork-benches encode` wrote. The same network and objective (`docs/mathematics.md`): embedded spans, residual
encoder, decoder with a masked context of the spans before, a residual block per span, heads of like width together; free bits,
gradient clipping, Adam, weight average, a line of a log per step.
"""
import json
import tempfile

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .real_span import log_mass

RATE, WARM_UP, CLIP, FREE_BITS, BATCH = 3e-3, 100, 5.0, 0.2, 512


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        return x + self.outer(F.silu(self.inner(x)))


class PerSpan(nn.Module):
    """A linear layer of its own for each span: `[spans, batch, input]` to `[spans, batch, output]`."""

    def __init__(self, spans, width, output, gain=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(spans, width, output) * gain / width**0.5)
        self.bias = nn.Parameter(torch.zeros(spans, 1, output))

    def forward(self, x):
        return torch.baddbmm(self.bias, x, self.weight)


class Network(nn.Module):
    def __init__(self, layout):
        super().__init__()
        config = layout["config"]
        self.latent, width, self.hidden, embedding = (config[k] for k in ("latent", "width", "hidden", "embedding"))
        spans, units = layout["spans"], layout["units"]
        self.simplexes = [t for t, span in enumerate(spans) if "levels" in span]
        self.reals = [t for t, span in enumerate(spans) if "places" in span]
        levels = torch.tensor([0] + [spans[t]["levels"] for t in self.simplexes])
        self.register_buffer("offsets", levels.cumsum(0)[:-1])
        self.table = nn.Parameter(0.5 * torch.randn(int(levels.sum()), embedding))
        self.slopes = nn.Parameter(0.5 * torch.randn(2, len(self.reals), embedding))
        self.encoder = nn.Sequential(nn.Linear(len(spans) * embedding, width),
                                     *[Residual(width) for _ in range(config["blocks"])], nn.SiLU(),
                                     nn.Linear(width, 2 * self.latent))
        self.trunk = nn.Sequential(nn.Linear(self.latent, width), Residual(width), nn.SiLU(),
                                   nn.Linear(width, len(units) * self.hidden))
        # A unit hears of the spans before it only.
        embedded = torch.tensor(self.simplexes + self.reals).repeat_interleave(embedding)
        self.register_buffer("free", (embedded[:, None] < torch.tensor(units).repeat_interleave(self.hidden)).float())
        self.context = nn.Parameter(self.free * torch.randn_like(self.free) / (len(embedded) / 2) ** 0.5)
        self.inner, self.outer = (PerSpan(len(units), self.hidden, self.hidden, gain) for gain in (1.0, 0.5))
        self.groups = layout["groups"]
        assert all(group["given"] is None for group in self.groups), "a base measure that depends on another span"
        self.heads = nn.ModuleList(PerSpan(len(g["spans"]), self.hidden, g["levels"], 0.1) for g in self.groups)
        for head, group in zip(self.heads, self.groups):
            head.bias.data.copy_(torch.tensor(group["bias"]).view_as(head.bias))
        self.real_head = PerSpan(len(self.reals), self.hidden, 2, 0.1)
        self.register_buffer("grid", torch.tensor([float(spans[t]["grid"]) for t in self.reals]))
        self.skip = nn.Parameter(torch.zeros(len(self.reals), len(self.reals)))
        self.register_buffer("skip_free", torch.ones_like(self.skip).triu(1))

    def forward(self, codes, reals):
        """`codes: [batch, simplexes]`, `reals`: the targets of `Rows`; distortion and the rates `[batch, latent]`."""
        batch = len(codes)
        embedded = F.embedding(codes + self.offsets, self.table).flatten(1)
        if self.reals:
            real = reals["score"][..., None] * self.slopes[0] + reals["place"][..., None] * self.slopes[1]
            embedded = torch.cat([embedded, real.flatten(1)], 1)
        mu, log_var = self.encoder(embedded).chunk(2, 1)
        log_var = log_var.clamp(-12.0, 4.0)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        fan = torch.addmm(self.trunk(z), embedded, self.context)
        hidden = F.silu(fan).view(batch, -1, self.hidden).transpose(0, 1)
        hidden = F.silu(hidden + self.outer(F.silu(self.inner(hidden))))
        distortion, first = 0.0, 0
        for head, group in zip(self.heads, self.groups):
            count = len(group["simplexes"])
            logits = head(hidden[first:first + count]).flatten(0, 1)
            target = codes[:, group["simplexes"]].t().flatten()
            distortion = distortion + F.cross_entropy(logits, target, reduction="sum")
            first += count
        if self.reals:
            mean, log_scale = self.real_head(hidden[first:]).unbind(2)
            mean = mean.t() + reals["score"] @ self.skip
            distortion = distortion - log_mass(mean, log_scale.t().clamp(-9.0, 3.0), self.grid, reals)
        rates = 0.5 * (mu.square() + log_var.expm1() - log_var)
        return distortion, rates


class Rows:
    """The encoded table, gathered a batch at a time in an order that is new in each epoch."""

    def __init__(self, data, layout):
        simplexes = [t for t, span in enumerate(layout["spans"]) if "levels" in span]
        reals = [(t, span) for t, span in enumerate(layout["spans"]) if "places" in span]
        read = lambda name, kind, width: torch.from_numpy(np.fromfile(data / name, kind).reshape(-1, width).copy())
        self.codes = read("codes.u16", "<u2", len(simplexes)).long()
        score = read("scores.f32", "<f4", max(len(reals), 1)) if reals else torch.zeros(len(self.codes), 0)
        cell = read("cells.f32", "<f4", max(len(reals), 1)) if reals else torch.zeros(len(self.codes), 0)
        ends = [torch.tensor(s["places"])[self.codes[:, simplexes.index(t - 1)]] for t, s in reals]
        ends = torch.stack(ends, 1) if ends else torch.zeros(len(self.codes), 0, 2)
        active = (ends[..., 0] < ends[..., 1]).float()
        low = torch.where(active > 0, ends[..., 0], score - 0.5)
        high = torch.where(active > 0, ends[..., 1], score + 0.5)
        place = active * ((score - low) / (high - low) - 0.5)
        cell = torch.where(active > 0, cell, 0.5)
        # One matrix, so that a batch is one gather.
        self.reals = torch.stack([score, place, cell, low, high, active], 2)
        self.order = ()
        self.next = 0

    def batch(self):
        if self.next == len(self.order):
            self.order, self.next = torch.randperm(len(self.codes)).split(BATCH)[:-1], 0
        rows = self.order[self.next]
        self.next += 1
        names = ("score", "place", "cell", "low", "high", "active")
        return self.codes[rows], dict(zip(names, self.reals[rows].unbind(2)))


class TableVae:
    def __init__(self, how):
        layout = json.loads((how.data / "layout.json").read_text())
        self.network, self.rows = Network(layout), Rows(how.data, layout)
        assert sum(p.numel() for p in self.network.parameters()) == layout["parameters"], "not the same network"
        self.parameters = list(self.network.parameters())
        self.adam = how.adam(self.parameters, RATE, (0.9, 0.99))
        self.average = [p.detach().clone() for p in self.parameters]
        self.loss = how.loss(self.terms)
        self.log = tempfile.TemporaryFile("w")
        self.done = 0

    def terms(self, codes, reals, beta):
        distortion, rates = self.network(codes, reals)
        charged = rates.mean(0).clamp_min(FREE_BITS).sum()
        distortion = distortion / BATCH
        return distortion + beta * charged, distortion.detach(), rates.detach().sum() / BATCH

    def step(self):
        warm = min(1.0, (self.done + 1) / WARM_UP)
        self.adam.param_groups[0]["lr"] = RATE * warm
        loss, distortion, rate = self.loss(*self.rows.batch(), torch.tensor(warm))
        self.adam.zero_grad()
        loss.backward()
        self.network.context.grad.mul_(self.network.free)
        self.network.skip.grad.mul_(self.network.skip_free)
        norm = nn.utils.clip_grad_norm_(self.parameters, CLIP, foreach=True)
        self.adam.step()
        keep = min(0.999, (2 + self.done) / (11 + self.done))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.parameters, 1 - keep)
        self.done += 1
        line = {"step": self.done, "train_elbo": -distortion.item() - rate.item(), "train_distortion": distortion.item(),
                "train_rate": rate.item(), "gradient_norm": norm.item()}
        self.log.write(json.dumps(line) + "\n")
        return distortion + rate
