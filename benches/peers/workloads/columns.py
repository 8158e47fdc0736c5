"""The encoded columns of W3 and W4; `benches/src/steps/columns.rs` describes them."""
import torch

REALS, MODES = 6, 10
LEVELS = [2, 5, 6, 7, 9, 14, 16, 8, 17]
WIDTH = REALS + REALS * MODES + sum(LEVELS)


def rows(n=8192):
    """Encoded rows; a span's lower levels are likelier."""
    parts = [1.8 * (torch.rand(n, REALS) - 0.5)]
    for length in [MODES] * REALS + LEVELS:
        level = (torch.rand(n) ** 2 * length).long().clamp(max=length - 1)
        parts.append(torch.nn.functional.one_hot(level, length).float())
    return torch.cat(parts, 1)


def split(x):
    """A row's reals, its modes as `[rows, reals, modes]`, and the levels of each category."""
    real, modes, *levels = x.split([REALS, REALS * MODES, *LEVELS], 1)
    return real, modes.unflatten(1, (REALS, MODES)), levels
