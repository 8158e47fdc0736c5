"""The likelihood of a number within the interval that its code chose: a truncated logistic, as in `dist/truncated_logistic.rs`."""
import torch
from torch.nn import functional as F


def log_one_minus_exp_neg(d):
    t = (0.5 * d).tanh()
    return (2 * t).log() - t.log1p()


def log_mass(mean, log_scale, grid, reals):
    """Summed over rows and columns, nats."""
    precision = (-log_scale).exp()
    half = 0.5 * reals["cell"] * grid
    a, b = (reals["score"] + half - mean) * precision, (reals["score"] - half - mean) * precision
    width = reals["cell"] * precision
    body = log_one_minus_exp_neg(width) * grid + width.log() * (1 - grid)
    top, bottom = (reals["high"] - mean) * precision, (reals["low"] - mean) * precision
    whole = log_one_minus_exp_neg((reals["high"] - reals["low"]) * precision)
    terms = body - whole + (F.softplus(-top) - F.softplus(-a)) + (F.softplus(bottom) - F.softplus(b))
    return (terms * reals["active"]).sum()
