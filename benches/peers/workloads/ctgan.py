"""W3: a generative adversarial network of tables, without and with its gradient penalty; `benches/src/steps/ctgan.rs` and
`ctgan_penalty.rs` have the specification."""
import torch
from torch import nn
from torch.nn import functional as F

from .columns import WIDTH, rows, split
from .variant import Batches, descend

LATENT, HIDDEN, PAC, BATCH, TAU = 128, 256, 10, 500, 0.2


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear, self.norm = nn.Linear(width, HIDDEN), nn.BatchNorm1d(HIDDEN)

    def forward(self, x):
        return torch.cat([F.relu(self.norm(self.linear(x))), x], 1)


def activate(output):
    """tanh of the reals, Gumbel-softmax of the spans."""
    gumbel = -torch.empty_like(output).exponential_().log()
    real, _, _ = split(output)
    _, modes, levels = split((output + gumbel) / TAU)
    return torch.cat([real.tanh(), modes.softmax(2).flatten(1), *[level.softmax(1) for level in levels]], 1)


class Ctgan:
    def __init__(self, how):
        self.generator = nn.Sequential(
            Residual(LATENT), Residual(LATENT + HIDDEN), nn.Linear(LATENT + 2 * HIDDEN, WIDTH)
        )
        self.critic = nn.Sequential(
            nn.Linear(PAC * WIDTH, HIDDEN), nn.LeakyReLU(0.2), nn.Dropout(0.5),
            nn.Linear(HIDDEN, HIDDEN), nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Linear(HIDDEN, 1),
        )
        self.batches = Batches(rows(), BATCH)
        self.generator_adam = how.adam(self.generator.parameters(), 2e-4, (0.5, 0.9))
        self.critic_adam = how.adam(self.critic.parameters(), 2e-4, (0.5, 0.9))
        self.critic_loss = how.loss(self.tell_apart)
        self.generator_loss = how.loss(self.deceive)

    def generate(self):
        return activate(self.generator(torch.randn(BATCH, LATENT)))

    def judge(self, rows):
        return self.critic(rows.view(-1, PAC * WIDTH)).mean()

    def tell_apart(self, real):
        with torch.no_grad():
            fake = self.generate()
        return self.judge(fake) - self.judge(real)

    def deceive(self):
        return -self.judge(self.generate())

    def step(self):
        descend(self.critic_adam, self.critic_loss(self.batches()))
        # The critic learns nothing from the generator's step.
        self.critic.requires_grad_(False)
        loss = descend(self.generator_adam, self.generator_loss())
        self.critic.requires_grad_(True)
        return loss


class Penalised(Ctgan):
    def tell_apart(self, real):
        with torch.no_grad():
            fake = self.generate()
        # One number for each group of rows.
        mix = torch.rand(BATCH // PAC, 1, 1)
        between = fake.view(-1, PAC, WIDTH) + mix * (real - fake).view(-1, PAC, WIDTH)
        between = between.view(-1, PAC * WIDTH).requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        penalty = 10.0 * ((slope.norm(2, dim=1) - 1.0) ** 2).mean()
        return self.judge(fake) - self.judge(real) + penalty
