"""Second derivatives of gradient penalties by PyTorch in float64, for `src/gan/penalty.rs`.

Remake: python3 penalty.py > penalty.json   (PyTorch and NumPy; nothing random, nothing read)

Networks, weights and rows are those of the test: weights 0.9 sin(1 + 1.7 k) over the flat vector of weights and biases,
each rounded to float32 first, so that both sides differentiate the same function.
"""

import json

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
FEATURES, WIDTH, ROWS, PIECES = 3, 4, 4, 2


def formula(shape, f, start=0):
    k = start + np.arange(np.prod(shape), dtype=np.float64)
    return torch.tensor(f(k).astype(np.float32).astype(np.float64)).reshape(shape)


class Network:
    def __init__(self, layers, activation, blocks, pac, spectral):
        self.layers, self.activation, self.pac, self.spectral = layers, activation, pac, spectral
        packed = FEATURES * pac
        if layers == "residual":
            sizes = [(packed, WIDTH)] + [(WIDTH, WIDTH)] * 2 * blocks + [(WIDTH, 1)]
        else:
            pieces = PIECES if layers == "maxout" else 1
            sizes = [(packed if i == 0 else WIDTH, WIDTH * pieces) for i in range(blocks)] + [(WIDTH, 1)]
        self.blocks, self.parameters, self.singular, k = blocks, [], [], 0
        for fan_in, fan_out in sizes:
            for shape in [(fan_in, fan_out), (fan_out,)]:
                w = formula(shape, lambda k: 0.9 * np.sin(1.0 + 1.7 * k), k)
                k += w.numel()
                self.parameters.append(w.requires_grad_())
            u, _, vh = torch.linalg.svd(self.parameters[-2].detach())
            self.singular.append((u[:, 0], vh[0]))

    def linear(self, i, x):
        w, b = self.parameters[2 * i], self.parameters[2 * i + 1]
        if self.spectral:
            u, v = self.singular[i]
            w = w / (u @ w @ v)
        return x @ w + b

    def a(self, x):
        f = torch.nn.functional
        return {"silu": f.silu, "relu": f.relu, "leaky-relu": lambda x: f.leaky_relu(x, 0.2), "tanh": torch.tanh}[
            self.activation
        ](x)

    def __call__(self, x):
        h = x.reshape(-1, FEATURES * self.pac)
        if self.layers == "residual":
            h = self.linear(0, h)
            for i in range(self.blocks):
                h = h + self.linear(2 * i + 2, self.a(self.linear(2 * i + 1, h)))
            return self.linear(2 * self.blocks + 1, self.a(h))
        for i in range(self.blocks):
            h = self.linear(i, h)
            h = self.a(h) if self.layers == "plain" else h.reshape(-1, WIDTH, PIECES).max(2).values
        return self.linear(self.blocks, h)


def case(layers, activation, pac, spectral, kind):
    blocks = 1 if layers == "residual" else 2
    network = Network(layers, activation, blocks, pac, spectral)
    real = formula((ROWS, FEATURES), lambda k: 1.2 * np.sin(0.3 + 2.1 * k))
    fake = formula((ROWS, FEATURES), lambda k: np.cos(0.9 + 1.3 * k))
    mix = formula((ROWS // pac, 1), lambda k: 0.5 + 0.45 * np.sin(1.0 + k)).repeat_interleave(pac, 0)
    x = {"r1": real, "r2": fake, "gradient": mix * real + (1 - mix) * fake}[kind].requires_grad_()
    (g,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
    norms = g.reshape(-1, FEATURES * pac).norm(dim=1)
    weight = 10.0 if kind == "gradient" else 3.0
    value = weight * ((norms - 1) ** 2).sum() if kind == "gradient" else weight / 2 * (norms**2).sum()
    gradient = torch.autograd.grad(value, network.parameters, allow_unused=True)
    flat = torch.cat([
        (torch.zeros_like(p) if g is None else g).flatten() for p, g in zip(network.parameters, gradient)
    ])
    return {
        "layers": {"maxout": {"pieces": PIECES}} if layers == "maxout" else layers,
        "activation": activation,
        "blocks": blocks,
        "pac": pac,
        "normalisation": "spectral" if spectral else "none",
        "kind": kind,
        "weight": weight,
        "value": value.item(),
        "norm": norms.mean().item(),
        "gradient": [float(f"{g:.9g}") for g in flat.tolist()],
    }


structures = [(layers, a) for layers in ["residual", "plain"] for a in ["silu", "relu", "leaky-relu", "tanh"]]
cases = [
    case(layers, activation, pac, spectral, kind)
    for layers, activation in structures + [("maxout", "silu")]
    for pac in [1, 2]
    for spectral in [False, True]
    for kind in ["r1", "r2", "gradient"]
]
print("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]")
