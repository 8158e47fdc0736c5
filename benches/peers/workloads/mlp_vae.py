"""W1: the variational autoencoder of images of digits; `benches/src/steps/mlp_vae.rs` has the specification."""
import torch
from torch import nn
from torch.nn import functional as F

from .variant import Batches, descend

DATA, HIDDEN, LATENT, BATCH = 784, 512, 32, 128


def perceptron(*sizes):
    layers = [nn.Linear(sizes[0], sizes[1])]
    for a, b in zip(sizes[1:], sizes[2:]):
        layers += [nn.ReLU(), nn.Linear(a, b)]
    return nn.Sequential(*layers)


class MlpVae:
    def __init__(self, how):
        self.encoder = perceptron(DATA, HIDDEN, HIDDEN, 2 * LATENT)
        self.decoder = perceptron(LATENT, HIDDEN, HIDDEN, DATA)
        self.batches = Batches((torch.rand(8192, DATA) < 0.3).float(), BATCH)
        self.adam = how.adam([*self.encoder.parameters(), *self.decoder.parameters()], 1e-3, (0.9, 0.999))
        self.loss = how.loss(self.bound)

    def bound(self, x):
        mu, log_var = self.encoder(x).chunk(2, 1)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        distortion = F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        rate = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum()
        return (distortion + rate) / BATCH

    def step(self):
        return descend(self.adam, self.loss(self.batches()))
