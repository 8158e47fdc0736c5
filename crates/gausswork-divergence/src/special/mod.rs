//! Functions that closed forms are made of, each accurate where its textbook form cancels.
//!
//! A divergence within an exponential family is the Bregman divergence of the log-normaliser,
//! `B_A(x, y) = A(x) − A(y) − A'(y)(x − y) ≥ 0` (Banerjee et al. 2005, JMLR 6, theorem 4). Here are those of
//! `−ln x`, `ln Γ`, `ln I₀` and of the continuous Bernoulli's normaliser, computed as sums of non-negative terms.

mod bessel;
mod error_function;
mod gamma;
mod log;
mod logistic;
mod remainder;

pub use bessel::{bessel_ratio, log_bessel_bregman, log_i0};
pub use error_function::{erf, erfcx, normal_cdf};
pub(crate) use gamma::gamma_shape_bregman_apart;
pub use gamma::{
    digamma, gamma_bregman, gamma_shape_bregman, ln_beta_half, ln_factorial_rest, ln_gamma, ln_gamma_ratio,
    stirling, trigamma,
};
pub use log::{
    coth_excess, exp_excess, itakura_saito, log_excess, logit, neg_exp_excess, relative_entropy,
    relative_entropy_of_ln, softplus,
};
pub use logistic::{log_uniform_normaliser, mean_in_unit, uniform_normaliser_bregman, variance_in_unit};

/// Euler's constant γ, `−ψ(1)` (DLMF 5.2.3).
pub const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// `ln 2π`.
pub const LN_TWO_PI: f64 = 1.837_877_066_409_345_5;
