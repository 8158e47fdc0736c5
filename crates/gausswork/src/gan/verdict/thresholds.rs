//! From where on a figure of a game says something.

/// How far from ½ the means of `D(x)` and `D(G(z))` may be for "D = ½".
///
/// A mean within 0.1 of ½ is an advantage of at most 0.02 nats where `D` is the same everywhere (2 · 0.1²). It needn't be narrow:
/// the freshly trained discriminator decides.
pub const HALF_WITHIN: f64 = 0.1;

/// Mean `D(x)` above which, and one less mean `D(G(z))` below which, the discriminator is sure.
///
/// At 0.95 the cross-entropy is at most 0.05 nats where `D` is the same everywhere, 7 % of that of guessing.
pub const SURE: f64 = 0.95;

/// Ratio of the gradients, minimax over non-saturating, below which the former has vanished.
///
/// On a logit the ratio is `D / (1 − D)`, 0.053 at `D = 0.05`; norms over a batch weigh samples differently, hence twice that.
pub const VANISHED: f64 = 0.1;

/// Nats by which a fresh discriminator may beat guessing and still count as fooled.
///
/// Near ½, an advantage of `2 e²` nats is an accuracy of `½ + e`: 0.005 nats are 55 %.
pub const SMALL_ADVANTAGE: f64 = 0.005;

/// Nats by which a fresh discriminator beats guessing where one that says ½ is dead rather than a little behind: 66 % accuracy.
pub const LARGE_ADVANTAGE: f64 = 0.05;

/// Standard errors within which the fresh discriminator's loss agrees with log 2, one test in 740 of a converged game failing.
pub const STANDARD_ERRORS: f64 = 3.0;

/// The greatest standard error, nats, of a fresh discriminator's loss from which anything is concluded: three of them are below
/// [`LARGE_ADVANTAGE`].
pub const GREATEST_ERROR: f64 = 0.01;

/// Share of the modes below which the samples have collapsed: one lost of 8 or of 16 has, one of 25 may be chance.
pub const MODES_KEPT: f64 = 0.95;

/// Ratio of spreads below which the samples have collapsed: half of the data's.
pub const SPREAD_KEPT: f64 = 0.5;

/// Amplitude from which `J_D` swings, as a share of its value at equilibrium: 0.1 nats for a cross-entropy, five times the sampling
/// error of a batch of 200.
pub const LOSS_SWING: f64 = 0.15;

/// Amplitude from which a mean of the samples swings, in standard deviations of the data: over three times the sampling error of
/// a batch of 200.
pub const POSITION_SWING: f64 = 0.25;
