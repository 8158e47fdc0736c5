"""W4: a variational autoencoder of tables; `benches/src/steps/tvae.rs` has the specification."""
import torch
from torch.nn import functional as F

from .columns import REALS, WIDTH, rows, split
from .mlp_vae import perceptron
from .variant import Batches, descend

HIDDEN, LATENT, BATCH = 128, 128, 500


class Tvae:
    def __init__(self, how):
        self.encoder = perceptron(WIDTH, HIDDEN, HIDDEN, 2 * LATENT)
        self.decoder = perceptron(LATENT, HIDDEN, HIDDEN, WIDTH)
        self.log_sigma = torch.full((REALS,), -2.3, requires_grad=True)
        self.batches = Batches(rows(), BATCH)
        parameters = [*self.encoder.parameters(), *self.decoder.parameters(), self.log_sigma]
        self.adam = how.adam(parameters, 1e-3, (0.9, 0.999))
        self.loss = how.loss(self.bound)

    def bound(self, x):
        mu, log_var = self.encoder(x).chunk(2, 1)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        real, modes, levels = split(x)
        mean, mode_logits, level_logits = split(self.decoder(z))
        standard = (real - mean.tanh()) * (-self.log_sigma).exp()
        distortion = 0.5 * standard.square().sum() + self.log_sigma.sum() * len(x)
        distortion = distortion - (F.log_softmax(mode_logits, 2) * modes).sum()
        for level, logits in zip(levels, level_logits):
            distortion = distortion - (F.log_softmax(logits, 1) * level).sum()
        rate = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum()
        return (distortion + rate) / BATCH

    def step(self):
        return descend(self.adam, self.loss(self.batches()))
