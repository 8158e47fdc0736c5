"""W2: a generative adversarial network of images (Radford et al. 2016), 32×32×1.

Generator: z of 100, transposed convolutions of 4×4 to 256×4×4, 128×8×8, 64×16×16 and 1×32×32, batch normalisation and ReLU
between them, tanh at the end. Critic: convolutions of 4×4 with stride 2 to 64×16×16, 128×8×8 and 256×4×4, then one of 4×4 to
a logit; LeakyReLU .2, batch normalisation but after the first. Batch 64; log-loss from logits; Adam 2e-4 (.5, .999). A step is one
of the critic, on real images and on generated ones, each normalised by itself, and one of the generator, on the same
generated images. The data are 8,192 images of uniform noise on (−1, 1).
"""
import torch
from torch import nn
from torch.nn import functional as F

from .variant import Batches, descend

LATENT, BATCH = 100, 64


def up(a, b, stride, pad):
    layers = nn.ConvTranspose2d(a, b, 4, stride, pad, bias=False), nn.BatchNorm2d(b), nn.ReLU(True)
    return layers


def down(a, b):
    return nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2, True)


class Dcgan:
    def __init__(self, how):
        self.generator = nn.Sequential(
            *up(LATENT, 256, 1, 0), *up(256, 128, 2, 1), *up(128, 64, 2, 1),
            nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(),
        )
        self.critic = nn.Sequential(
            nn.Conv2d(1, 64, 4, 2, 1), nn.LeakyReLU(0.2, True), *down(64, 128), *down(128, 256),
            nn.Conv2d(256, 1, 4, 1, 0), nn.Flatten(0),
        )
        for module in [*self.generator, *self.critic]:
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.normal_(module.weight, 0.0, 0.02)
        # A little faster on processors, and the same numbers.
        self.generator.to(memory_format=torch.channels_last)
        self.critic.to(memory_format=torch.channels_last)
        self.batches = Batches(2 * torch.rand(8192, 1, 32, 32) - 1, BATCH)
        self.generator_adam = how.adam(self.generator.parameters(), 2e-4, (0.5, 0.999))
        self.critic_adam = how.adam(self.critic.parameters(), 2e-4, (0.5, 0.999))
        self.generate = how.loss(self.generator)
        self.critic_loss = how.loss(self.tell_apart)
        self.generator_loss = how.loss(self.deceive)

    def tell_apart(self, real, fake):
        return F.softplus(-self.critic(real)).mean() + F.softplus(self.critic(fake)).mean()

    def deceive(self, fake):
        return F.softplus(-self.critic(fake)).mean()

    def step(self):
        fake = self.generate(torch.randn(BATCH, LATENT, 1, 1))
        descend(self.critic_adam, self.critic_loss(self.batches(), fake.detach()))
        self.critic.requires_grad_(False)
        loss = descend(self.generator_adam, self.generator_loss(fake))
        self.critic.requires_grad_(True)
        return loss
