"""Autoencoders of images; `benches/src/steps/image_vae.rs` has the specification."""
import torch
from torch import nn
from torch.nn import functional as F

from .variant import Batches

LATENT, BATCH, CLIP = 40, 100, 5.0


class ImageVae:
    def __init__(self, how):
        self.parameters = [*self.encoder.parameters(), *self.decoder.parameters()]
        # Bytes, as the images of a set lie in memory.
        self.batches = Batches((256 * torch.rand(8192, *self.shape)).byte(), BATCH)
        self.adam = how.adam(self.parameters, 1e-3, (0.9, 0.99))
        self.average = [p.detach().clone() for p in self.parameters]
        self.loss = how.loss(self.bound)
        self.done = 0

    def bound(self, grey):
        x = torch.bernoulli(grey)
        mu, log_var = self.encoder(2 * x - 1).chunk(2, 1)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu)
        distortion = F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        rate = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum()
        return (distortion + rate) / BATCH

    def step(self):
        loss = self.loss(self.batches().float() / 255)
        self.adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, CLIP, foreach=True)
        self.adam.step()
        keep = min(0.999, (2 + self.done) / (11 + self.done))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.parameters, 1 - keep)
        self.done += 1
        return loss.detach()


class Perceptron(ImageVae):
    shape = (784,)

    def __init__(self, how):
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 2 * LATENT))
        self.decoder = nn.Sequential(nn.Linear(LATENT, 400), nn.ReLU(), nn.Linear(400, 784))
        super().__init__(how)


class Convolutional(ImageVae):
    shape = (1, 28, 28)

    def __init__(self, how):
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(), nn.Flatten(),
            nn.Linear(7 * 7 * 64, 2 * LATENT),
        )
        self.decoder = nn.Sequential(
            nn.Linear(LATENT, 7 * 7 * 64), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1),
        )
        # A little faster on processors, and the same numbers.
        self.encoder.to(memory_format=torch.channels_last)
        self.decoder.to(memory_format=torch.channels_last)
        super().__init__(how)
