//! What the two players minimise.
//!
//! `l` is the discriminator's output for a row (or a pack of rows), `r = l(x)` for data, `f = l(G(z))` for samples, and
//! `D = σ(l)`. Everywhere in this crate a loss is `J`, *with the halves* of a balanced two-class problem:
//!
//! ```text
//! J_D = −½ E[log D(x)] − ½ E[log(1 − D(G(z)))] = ½ E[softplus(−r)] + ½ E[softplus(f)]
//! ```
//!
//! so that its equilibrium is log 2 nats; the value function of the 2014 paper has none, `V = −2 J_D`, and −log 4 at
//! equilibrium. Losses are computed from `l`, never from the logarithm of a probability.

use std::f64::consts::LN_2;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::fused::{Activation, activate, bernoulli_loss};

/// The losses of the two players.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// The zero-sum game, `J_G = −J_D` (Goodfellow et al. 2014, eq. 1; with the halves, Goodfellow 2016, §3.2.2). Its
    /// gradient vanishes where the discriminator is sure of a sample.
    Minimax,
    /// `J_G = −½ E[log D(G(z))]` (Goodfellow et al. 2014, §3; Goodfellow 2016, §3.2.3).
    #[default]
    NonSaturating,
    /// `J_D = ½ E[(r − 1)²] + ½ E[f²]`, `J_G = ½ E[(f − 1)²]` (Mao et al. 2017, eq. 9; the halves are the paper's). The output
    /// `l` itself estimates the probability of being real.
    LeastSquares,
    /// `J_D = ½ E[max(0, 1 − r)] + ½ E[max(0, 1 + f)]`, `J_G = ½ (E[r] − E[f])` (Lim & Ye 2017; Miyato et al. 2018, eqs. 16 and
    /// 17). The papers' `J_G` lacks the constant `E[r]`, without which its value means nothing.
    Hinge,
    /// `J_D = ½ (E[f] − E[r])`, `J_G = −J_D` (Arjovsky et al. 2017, eqs. 2 and 3). Needs a discriminator whose slope is
    /// bounded: a gradient penalty or spectral normalisation.
    Wasserstein,
    /// `J_D = E[softplus(f − r)]`, `J_G = E[softplus(r − f)]` for pairs of a row and a sample (Jolicoeur-Martineau 2019, RSGAN
    /// in §4): the cross-entropy of saying which of the two is real. One expectation, so there is nothing to halve.
    Relativistic,
}

/// What an output `l` of the discriminator is, by the objective that it is trained for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The logit of `D = σ(l)`. The best discriminator has `D = p_data/(p_data + p_g)`, so that `l` estimates `log p_data/p_g`.
    Logit,
    /// A number of its own scale: near 1 for data and 0 for samples (least squares), on either side of ±1 (hinge), of any origin
    /// (Wasserstein).
    Critic,
    /// Nothing by itself: only differences of two outputs are trained, as logits of which of two rows is real.
    Difference,
}

/// Which of two conventions a number uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// `J`, as everywhere in this crate: the average over the two classes.
    Halved,
    /// Twice that, the sum over the two classes, as most papers write it. The relativistic loss has one term and is the same.
    Whole,
}

/// The losses of both players where `p_g = p_data` and the discriminator is optimal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equilibrium {
    /// `J_D`, nats for those objectives that are cross-entropies.
    pub discriminator: f64,
    /// `J_G`.
    pub generator: f64,
}

impl Objective {
    /// One of each.
    pub const ALL: [Self; 6] = [
        Self::Minimax,
        Self::NonSaturating,
        Self::LeastSquares,
        Self::Hinge,
        Self::Wasserstein,
        Self::Relativistic,
    ];

    /// Its name in a configuration file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minimax => "minimax",
            Self::NonSaturating => "non-saturating",
            Self::LeastSquares => "least-squares",
            Self::Hinge => "hinge",
            Self::Wasserstein => "wasserstein",
            Self::Relativistic => "relativistic",
        }
    }

    /// Where it was published.
    pub fn reference(self) -> &'static str {
        match self {
            Self::Minimax => {
                "Goodfellow et al. 2014, Generative Adversarial Nets, eq. 1; with halves Goodfellow 2016, arXiv 1701.00160, §3.2.2"
            }
            Self::NonSaturating => {
                "Goodfellow et al. 2014, Generative Adversarial Nets, §3; with halves Goodfellow 2016, arXiv 1701.00160, §3.2.3"
            }
            Self::LeastSquares => "Mao et al. 2017, Least Squares Generative Adversarial Networks, eq. 9",
            Self::Hinge => {
                "Lim & Ye 2017, Geometric GAN, arXiv 1705.02894; Miyato et al. 2018, Spectral Normalization, eqs. 16-17"
            }
            Self::Wasserstein => "Arjovsky, Chintala & Bottou 2017, Wasserstein GAN, eqs. 2-3",
            Self::Relativistic => {
                "Jolicoeur-Martineau 2019, The relativistic discriminator, arXiv 1807.00734, §4 (RSGAN)"
            }
        }
    }

    /// `J_D` of each row, whose mean over rows is `J_D`; `real` and `fake` are `l(x)` and `l(G(z))`, both `[batch, 1]`.
    ///
    /// *Stability*: softplus is one fused pass, `max(l, 0) + log1p(e^−|l|)`, with the gradient σ(l), which is ½ at `l = 0` too,
    /// where the derivatives of the two terms of that sum do not exist.
    pub fn discriminator_loss(self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Minimax | Self::NonSaturating => (softplus(real.neg()) + softplus(fake)).mul_scalar(0.5),
            Self::LeastSquares => (real.sub_scalar(1.0).square() + fake.square()).mul_scalar(0.5),
            Self::Hinge => {
                let margin = |l: Tensor<2>| activate(l.add_scalar(1.0), Activation::Relu);
                (margin(real.neg()) + margin(fake)).mul_scalar(0.5)
            }
            Self::Wasserstein => (fake - real).mul_scalar(0.5),
            Self::Relativistic => softplus(fake - real),
        }
    }

    /// `J_G` of each row, whose mean over rows is `J_G`; shapes as in [`Objective::discriminator_loss`].
    ///
    /// The row's `real` is a constant whatever it is attached to: for most objectives it only places the value, so that the
    /// zero-sum games sum to zero.
    pub fn generator_loss(self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<2> {
        let real = real.inner();
        match self {
            Self::Minimax => (softplus(real.neg()) + softplus(fake)).mul_scalar(-0.5),
            Self::NonSaturating => softplus(fake.neg()).mul_scalar(0.5),
            Self::LeastSquares => fake.sub_scalar(1.0).square().mul_scalar(0.5),
            Self::Hinge | Self::Wasserstein => (fake - real).mul_scalar(-0.5),
            Self::Relativistic => softplus((fake - real).neg()),
        }
    }

    /// [`Objective::discriminator_loss`] of one row, in f64.
    pub fn discriminator_value(self, real: f64, fake: f64) -> f64 {
        match self {
            Self::Minimax | Self::NonSaturating => 0.5 * (softplus_f64(-real) + softplus_f64(fake)),
            Self::LeastSquares => 0.5 * ((real - 1.0).powi(2) + fake.powi(2)),
            Self::Hinge => 0.5 * ((1.0 - real).max(0.0) + (1.0 + fake).max(0.0)),
            Self::Wasserstein => 0.5 * (fake - real),
            Self::Relativistic => softplus_f64(fake - real),
        }
    }

    /// [`Objective::generator_loss`] of one row, in f64.
    pub fn generator_value(self, real: f64, fake: f64) -> f64 {
        match self {
            Self::Minimax => -self.discriminator_value(real, fake),
            Self::NonSaturating => 0.5 * softplus_f64(-fake),
            Self::LeastSquares => 0.5 * (fake - 1.0).powi(2),
            Self::Hinge | Self::Wasserstein => 0.5 * (real - fake),
            Self::Relativistic => softplus_f64(real - fake),
        }
    }

    /// `∂J_D/∂r` and `∂J_D/∂f` of one row at `r = l` and at `f = l`; for the relativistic loss the other of the pair is at 0.
    ///
    /// At the kinks of the hinge it is the slope of the flat side, as in training.
    pub fn discriminator_slopes(self, l: f64) -> [f64; 2] {
        match self {
            Self::Minimax | Self::NonSaturating => [-0.5 * sigmoid(-l), 0.5 * sigmoid(l)],
            Self::LeastSquares => [l - 1.0, l],
            Self::Hinge => [if l < 1.0 { -0.5 } else { 0.0 }, if l > -1.0 { 0.5 } else { 0.0 }],
            Self::Wasserstein => [-0.5, 0.5],
            Self::Relativistic => [-sigmoid(-l), sigmoid(l)],
        }
    }

    /// `∂J_G/∂f` of one row at `f = l`; for the relativistic loss the pair's `r` is 0, so `l` is their difference.
    ///
    /// For the same `l`, the slopes of the non-saturating and of the minimax game are as `(1 − D) : D = e^−l` in size.
    pub fn generator_slope(self, l: f64) -> f64 {
        match self {
            Self::Minimax => -0.5 * sigmoid(l),
            Self::NonSaturating => -0.5 * sigmoid(-l),
            Self::LeastSquares => l - 1.0,
            Self::Hinge | Self::Wasserstein => -0.5,
            Self::Relativistic => -sigmoid(-l),
        }
    }

    /// The losses at equilibrium.
    ///
    /// With halves: (log 2, −log 2) for minimax, (log 2, ½ log 2) for non-saturating, (¼, ⅛) for least squares, (1, 0) for the
    /// hinge, (0, 0) for Wasserstein, (log 2, log 2) for the relativistic pair.
    pub fn equilibrium(self, convention: Convention) -> Equilibrium {
        let (discriminator, generator) = match self {
            Self::Minimax => (LN_2, -LN_2),
            Self::NonSaturating => (LN_2, 0.5 * LN_2),
            Self::LeastSquares => (0.25, 0.125),
            Self::Hinge => (1.0, 0.0),
            Self::Wasserstein => (0.0, 0.0),
            Self::Relativistic => (LN_2, LN_2),
        };
        let factor = match convention {
            Convention::Whole if self != Self::Relativistic => 2.0,
            _ => 1.0,
        };
        Equilibrium { discriminator: factor * discriminator, generator: factor * generator }
    }

    /// What the output `l` is.
    pub fn meaning(self) -> Meaning {
        match self {
            Self::Minimax | Self::NonSaturating => Meaning::Logit,
            Self::LeastSquares | Self::Hinge | Self::Wasserstein => Meaning::Critic,
            Self::Relativistic => Meaning::Difference,
        }
    }

    /// The probability of being real that the output `l` stands for: `σ(l)` for cross-entropies, `l` within [0, 1] for least
    /// squares; none for outputs that mean something only beside others.
    pub fn probability(self, l: f64) -> Option<f64> {
        match self {
            Self::Minimax | Self::NonSaturating => Some(sigmoid(l)),
            Self::LeastSquares => Some(l.clamp(0.0, 1.0)),
            Self::Hinge | Self::Wasserstein | Self::Relativistic => None,
        }
    }
}

/// The value function of the 2014 paper, `V = E[log D(x)] + E[log(1 − D(G(z)))] = −2 J_D`, from the cross-entropy `J_D`.
pub fn value_of_game(j_d: f64) -> f64 {
    -2.0 * j_d
}

/// A lower bound of the Jensen–Shannon divergence in nats, `(V + log 4) / 2 = log 2 − J_D`, held within [0, log 2] (Goodfellow
/// et al. 2014, theorem 1).
///
/// `J_D` is the expected cross-entropy of any discriminator; the bound is reached by the best. On rows that the
/// discriminator was trained on it is no bound.
pub fn jensen_shannon_bound(j_d: f64) -> f64 {
    (0.5 * (value_of_game(j_d) + 2.0 * LN_2)).clamp(0.0, LN_2)
}

/// `log(1 + e^l)`, `[batch, 1]` to the same: the loss of a Bernoulli variable of logit `l` at 0, one fused pass.
fn softplus(l: Tensor<2>) -> Tensor<2> {
    let (shape, device) = (l.dims(), l.device());
    bernoulli_loss(l, Tensor::zeros(shape, &device)).reshape([shape[0], 1])
}

/// `σ(l)`; of relative precision on both sides.
fn sigmoid(l: f64) -> f64 {
    1.0 / (1.0 + (-l).exp())
}

/// `log(1 + e^l)`.
fn softplus_f64(l: f64) -> f64 {
    l.max(0.0) + (-l.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests;
