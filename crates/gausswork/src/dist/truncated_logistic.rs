//! The logistic distribution restricted to an interval, over cells of a grid or over points.

use burn::tensor::{Tensor, TensorData};

use super::{Distribution, log_one_minus_exp_neg, softplus, to_f64};
use crate::layout::Support;

/// A logistic density with location `mu` and scale `e^log_scale`, truncated to `[low, high]`.
///
/// With `F(t) = σ((t - mu)/s)`, the mass of a cell `[x - w/2, x + w/2]` is
/// `(F(x + w/2) - F(x - w/2)) / (F(high) - F(low))` (cf. Salimans et al. 2017, eq. 2, there untruncated), and
/// the density at a point is its limit. As `s` grows the distribution becomes uniform on the interval.
#[derive(Debug, Clone)]
pub struct TruncatedLogistic {
    /// Locations, `[batch, event]`.
    pub mu: Tensor<2>,
    /// Log-scales, `[batch, event]`.
    pub log_scale: Tensor<2>,
    /// Lower ends, `[batch, event]`.
    pub low: Tensor<2>,
    /// Upper ends, `[batch, event]`.
    pub high: Tensor<2>,
}

impl TruncatedLogistic {
    /// Log-mass of cells of width `cell` around `x` where `grid` is 1; log-density at `x` times `cell` (a
    /// Jacobian) where it is 0. All `[batch, event]`, `grid: [1, event]`; nats.
    ///
    /// *Stability*: a difference of logistic functions is never formed;
    /// `log(σ(a) - σ(b)) = log(1 - e^-(a-b)) - softplus(-a) - softplus(b)` for a > b.
    pub fn log_mass(&self, x: Tensor<2>, cell: Tensor<2>, grid: Tensor<2>) -> Tensor<2> {
        let precision = self.log_scale.clone().neg().exp();
        let standard = |t: Tensor<2>| (t - self.mu.clone()) * precision.clone();
        let half = cell.clone() * grid.clone() * 0.5;
        let (a, b) = (standard(x.clone() + half.clone()), standard(x - half));
        let width = cell * precision.clone();
        let body = log_one_minus_exp_neg(width.clone()) * grid.clone() + width.log() * (grid.neg() + 1.0);
        let (top, bottom) = (standard(self.high.clone()), standard(self.low.clone()));
        let whole = log_one_minus_exp_neg((self.high.clone() - self.low.clone()) * precision.clone());
        // Differences of neighbours first: far from `mu` the terms are large and nearly equal.
        body - whole + (softplus(top.neg()) - softplus(a.neg())) + (softplus(bottom) - softplus(b))
    }
}

impl Distribution for TruncatedLogistic {
    /// The density; `x` must lie in the interval.
    fn log_probs(&self, x: Tensor<2>) -> Tensor<2> {
        let [_, event] = x.dims();
        let device = x.device();
        let one = x.ones_like();
        self.log_mass(x, one, Tensor::zeros([1, event], &device))
    }

    fn sample(&self, u: Tensor<2>) -> Tensor<2> {
        self.map(&u, quantile)
    }

    fn mean(&self) -> Tensor<2> {
        self.map(&self.mu.zeros_like(), |mu, scale, low, high, _| mean(mu, scale, low, high))
    }
}

impl TruncatedLogistic {
    fn map(&self, u: &Tensor<2>, f: impl Fn(f64, f64, f64, f64, f64) -> f64) -> Tensor<2> {
        let (mu, log_scale) = (to_f64(&self.mu), to_f64(&self.log_scale));
        let (low, high, u_values) = (to_f64(&self.low), to_f64(&self.high), to_f64(u));
        let values: Vec<f32> = (0..mu.len())
            .map(|i| f(mu[i], log_scale[i].exp(), low[i], high[i], u_values[i]) as f32)
            .collect();
        Tensor::from_data(TensorData::new(values, u.dims()), &u.device())
    }
}

/// What [`TruncatedLogistic::log_mass`] computes, for one number in f64: `interval` is `[low, high]`, `value` is the value
/// and the width of its cell or its Jacobian.
pub fn log_mass(mu: f64, scale: f64, interval: [f64; 2], value: [f64; 2], support: Support) -> f64 {
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let log_one_minus_exp_neg = |x: f64| (-(-x).exp_m1()).ln();
    let ([low, high], [x, cell]) = (interval, value);
    let standard = |t: f64| (t - mu) / scale;
    let width = cell / scale;
    let (half, body) = match support {
        Support::Grid => (0.5 * cell, log_one_minus_exp_neg(width)),
        Support::Continuous => (0.0, width.ln()),
    };
    let whole = log_one_minus_exp_neg((high - low) / scale);
    let (top, bottom) = (softplus(-standard(high)), softplus(standard(low)));
    body - whole + (top - softplus(-standard(x + half))) + (bottom - softplus(standard(x - half)))
}

/// The value below which a share `u` of a truncated logistic lies, in f64.
///
/// *Stability*: the interval is reflected so that the part that matters lies in the lower tail, where
/// `σ` keeps relative precision; where even that underflows, the tail is exponential to machine precision.
pub fn quantile(mu: f64, scale: f64, low: f64, high: f64, u: f64) -> f64 {
    let (bottom, top) = ((low - mu) / scale, (high - mu) / scale);
    let standard = if bottom + top > 0.0 {
        -lower_quantile(-top, -bottom, 1.0 - u)
    } else {
        lower_quantile(bottom, top, u)
    };
    (mu + scale * standard).clamp(low, high)
}

/// The quantile on `[bottom, top]` of the standard logistic, `bottom + top ≤ 0`.
fn lower_quantile(bottom: f64, top: f64, u: f64) -> f64 {
    if top < -30.0 {
        // σ(x) = e^x to 1e-13: solve e^x = (1-u) e^bottom + u e^top.
        return top + (u + (1.0 - u) * (bottom - top).exp()).ln();
    }
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let p = (1.0 - u) * sigmoid(bottom) + u * sigmoid(top);
    (p / (1.0 - p)).ln()
}

/// The expectation, in f64.
///
/// `mu + s (A σ(A) - B σ(B) - softplus(A) + softplus(B)) / (σ(A) - σ(B))` for the interval `[B, A]` in units of `s`.
///
/// *Stability*: reflected into the lower tail as in [`quantile`]; short intervals use the expansion
/// `½(A + B) + Δ²/12 (1 - 2σ(½(A + B)))`, whose error is below `Δ⁴/700`.
fn mean(mu: f64, scale: f64, low: f64, high: f64) -> f64 {
    let (bottom, top) = ((low - mu) / scale, (high - mu) / scale);
    let standard = if bottom + top > 0.0 { -lower_mean(-top, -bottom) } else { lower_mean(bottom, top) };
    (mu + scale * standard).clamp(low, high)
}

fn lower_mean(bottom: f64, top: f64) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let length = top - bottom;
    if length < 0.02 {
        let middle = 0.5 * (top + bottom);
        return middle + length * length / 12.0 * (1.0 - 2.0 * sigmoid(middle));
    }
    if top < -30.0 {
        // An exponential density, increasing towards `top`.
        return top - 1.0 + length / length.exp_m1();
    }
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let numerator = top * sigmoid(top) - bottom * sigmoid(bottom) - softplus(top) + softplus(bottom);
    numerator / (sigmoid(top) - sigmoid(bottom))
}
