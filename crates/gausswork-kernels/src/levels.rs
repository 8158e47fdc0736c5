//! Mixtures of logistic distributions over the levels of a number.

use multiversion::multiversion;

use crate::draws::ln;
use crate::exp::exp;
use crate::logistic::{softplus_and_slope, tanh};

/// The bounds of a log-scale; one beyond them counts as the bound, and has no slope.
pub const LOG_SCALE_BOUNDS: [f32; 2] = [-8.0, 3.0];

/// Blocks of parameters that a mixture of so many components has: logits of the weights unless it has one component alone, locations,
/// log-scales; as many of each as there are components.
pub const fn level_blocks(components: usize) -> usize {
    if components == 1 { 2 } else { 3 * components }
}

/// Numbers of an image that are computed together.
const PIECE: usize = 64;

/// What is known of a component at some numbers: `log π − nats`, and of the nats the slopes.
struct Component {
    joint: [f32; PIECE],
    log_weight: [f32; PIECE],
    by_mu: [f32; PIECE],
    by_log_scale: [f32; PIECE],
}

const NOTHING: Component = Component {
    joint: [0.0; PIECE],
    log_weight: [0.0; PIECE],
    by_mu: [0.0; PIECE],
    by_log_scale: [0.0; PIECE],
};

/// The negative log-likelihood of levels under mixtures of logistic distributions, and its derivative by their parameters:
///
/// ```text
/// loss = −log Σ_k π_k m_k,    m_k = σ(a_k) − σ(b_k),    a_k = (x + h − μ_k)/s_k,    b_k = (x − h − μ_k)/s_k
/// ```
///
/// with `h` half of `cell`, and the tails for levels within `h` of 0 and of 1 (Salimans et al. 2017, eq. 2). `output` has for each row of
/// `x`, `values` numbers in [0, 1], blocks of as many numbers: `components` of logits of π, unless there is one component alone, as many of
/// locations, as many of log-scales. `loss[row]` is in nats, `slopes` has the shape of `output`.
///
/// *Stability*: `log m = log(1 − e^−(a−b)) − softplus(−a) − softplus(b)`, where nothing cancels, and `1 − e^−d = 2t/(1 + t)` with
/// `t = tanh(d/2)`; the greatest component is taken out of the sum.
#[multiversion(targets = "simd")]
pub fn levels_loss(
    output: &[f32],
    x: &[f32],
    [components, values]: [usize; 2],
    cell: f32,
    loss: &mut [f32],
    slopes: &mut [f32],
) {
    let blocks = level_blocks(components);
    let mut known: Vec<Component> = (0..components).map(|_| NOTHING).collect();
    let rows = output.chunks_exact((blocks * values).max(1)).zip(x.chunks_exact(values.max(1)));
    for (((output, x), slopes), loss) in rows.zip(slopes.chunks_exact_mut((blocks * values).max(1))).zip(loss)
    {
        let mut total = 0.0f64;
        for (piece, x) in x.chunks(PIECE).enumerate() {
            let at = |block: usize| {
                let start = block * values + piece * PIECE;
                start..start + x.len()
            };
            let located = blocks - 2 * components;
            for (k, component) in known.iter_mut().enumerate() {
                let (mu, log_scale) = (&output[at(located + k)], &output[at(located + components + k)]);
                masses([mu, log_scale], x, cell, component);
            }
            if components == 1 {
                slopes[at(0)].copy_from_slice(&known[0].by_mu[..x.len()]);
                slopes[at(1)].copy_from_slice(&known[0].by_log_scale[..x.len()]);
                total -= known[0].joint[..x.len()].iter().map(|&joint| f64::from(joint)).sum::<f64>();
                continue;
            }
            for (k, component) in known.iter_mut().enumerate() {
                component.log_weight[..x.len()].copy_from_slice(&output[at(k)]);
            }
            let sums = mixed(&mut known);
            total += sums[..x.len()].iter().map(|&nats| f64::from(nats)).sum::<f64>();
            for (k, component) in known.iter().enumerate() {
                slopes[at(k)].copy_from_slice(&component.joint[..x.len()]);
                slopes[at(located + k)].copy_from_slice(&component.by_mu[..x.len()]);
                slopes[at(located + components + k)].copy_from_slice(&component.by_log_scale[..x.len()]);
            }
        }
        *loss = total as f32;
    }
}

/// The log-masses of levels under one component, and the slopes of their negatives.
#[inline(always)]
fn masses([mu, log_scale]: [&[f32]; 2], x: &[f32], cell: f32, component: &mut Component) {
    let [low, high] = LOG_SCALE_BOUNDS;
    let half = 0.5 * cell;
    let Component { joint, by_mu, by_log_scale, .. } = component;
    let slopes = by_mu.iter_mut().zip(by_log_scale);
    for ((((&mu, &log_scale), &x), joint), (by_mu, by_log_scale)) in
        mu.iter().zip(log_scale).zip(x).zip(joint).zip(slopes)
    {
        let bounded = log_scale.clamp(low, high);
        let precision = exp(-bounded);
        let (a, b, d) = ((x + half - mu) * precision, (x - half - mu) * precision, cell * precision);
        let before_last = if x <= 1.0 - half { 1.0 } else { 0.0 };
        let after_first = if x >= half { 1.0 } else { 0.0 };
        let ([above, slope_a], [below, slope_b]) = (softplus_and_slope(-a), softplus_and_slope(b));
        let (slope_a, slope_b) = (before_last * slope_a, after_first * slope_b);
        // 1 − e^−d, of which no digit is lost however small d is.
        let t = tanh(0.5 * d);
        let less = 2.0 * t / (1.0 + t);
        let inside = before_last * after_first;
        *joint = inside * ln(f64::from(less)) as f32 - before_last * above - after_first * below;
        *by_mu = precision * (slope_a - slope_b);
        let by_width = inside * d * exp(-d) / less;
        let free = if bounded == log_scale { 1.0 } else { 0.0 };
        *by_log_scale = free * (a * slope_a - b * slope_b + by_width);
    }
}

/// `−log Σ_k e^joint_k` at each number where `joint` has log-masses and `log_weight` logits; the components' slopes become those of the
/// mixture, `joint` the slope by the logit.
#[inline(always)]
fn mixed(known: &mut [Component]) -> [f32; PIECE] {
    let mut nats = log_sum(known, |component| &component.log_weight);
    for component in known.iter_mut() {
        for ((joint, log_weight), whole) in
            component.joint.iter_mut().zip(&mut component.log_weight).zip(&nats)
        {
            *log_weight -= whole;
            *joint += *log_weight;
        }
    }
    nats = log_sum(known, |component| &component.joint);
    for component in known.iter_mut() {
        let Component { joint, log_weight, by_mu, by_log_scale } = component;
        let slopes = by_mu.iter_mut().zip(by_log_scale);
        for (((joint, log_weight), nats), (by_mu, by_log_scale)) in
            joint.iter_mut().zip(log_weight).zip(&nats).zip(slopes)
        {
            let posterior = exp(*joint - nats);
            *by_mu *= posterior;
            *by_log_scale *= posterior;
            *joint = exp(*log_weight) - posterior;
        }
    }
    nats.iter_mut().for_each(|nats| *nats = -*nats);
    nats
}

/// `log Σ_k e^term_k` at each number.
#[inline(always)]
fn log_sum(known: &[Component], term: impl Fn(&Component) -> &[f32; PIECE]) -> [f32; PIECE] {
    let (mut greatest, mut sum) = ([f32::NEG_INFINITY; PIECE], [0.0; PIECE]);
    for component in known {
        for (greatest, &term) in greatest.iter_mut().zip(term(component)) {
            *greatest = if term > *greatest { term } else { *greatest };
        }
    }
    for component in known {
        for ((sum, greatest), term) in sum.iter_mut().zip(&greatest).zip(term(component)) {
            *sum += exp(term - greatest);
        }
    }
    for (sum, greatest) in sum.iter_mut().zip(&greatest) {
        *sum = greatest + ln(f64::from(*sum)) as f32;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The loss of one number in f64.
    fn exact(output: &[f64], x: f64, components: usize, cell: f64) -> f64 {
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        let blocks = output.len();
        let located = blocks - 2 * components;
        let weights: Vec<f64> = output[..located].iter().map(|logit| logit.exp()).collect();
        let whole = if located == 0 { 1.0 } else { weights.iter().sum() };
        let mass = |k: usize| {
            let precision = (-output[located + components + k].clamp(-8.0, 3.0)).exp();
            let (a, b) = (x + 0.5 * cell - output[located + k], x - 0.5 * cell - output[located + k]);
            let (a, b, d) = (a * precision, b * precision, cell * precision);
            if x < 0.5 * cell {
                (-softplus(-a)).exp()
            } else if x > 1.0 - 0.5 * cell {
                (-softplus(b)).exp()
            } else {
                -(-d).exp_m1() * (-softplus(-a) - softplus(b)).exp()
            }
        };
        let weight = |k: usize| weights.get(k).copied().unwrap_or(1.0) / whole;
        -(0..components).map(|k| weight(k) * mass(k)).sum::<f64>().ln()
    }

    #[test]
    fn loss_and_slopes_are_those_of_the_definition() {
        for (components, levels) in [(1, 2), (1, 256), (2, 17), (5, 256)] {
            let (values, rows, cell) = (PIECE + 7, 3, 1.0 / (levels - 1) as f64);
            let blocks = level_blocks(components);
            let scales = (blocks - components) * values;
            let output: Vec<f32> = (0..rows * blocks * values)
                .map(|i| {
                    let number = ((i * 7919 + 13) % 4001) as f32 / 4000.0;
                    if i % (blocks * values) >= scales { 6.0 * number - 5.0 } else { 2.0 * number - 0.5 }
                })
                .collect();
            let x: Vec<f32> =
                (0..rows * values).map(|i| ((i * 31) % levels) as f32 / (levels - 1) as f32).collect();
            let (mut loss, mut slopes) = (vec![0.0; rows], vec![0.0; output.len()]);
            levels_loss(&output, &x, [components, values], cell as f32, &mut loss, &mut slopes);
            for row in 0..rows {
                let mut total = 0.0;
                for i in 0..values {
                    let place = |block: usize| (row * blocks + block) * values + i;
                    let mut of_number: Vec<f64> =
                        (0..blocks).map(|block| f64::from(output[place(block)])).collect();
                    let x = f64::from(x[row * values + i]);
                    total += exact(&of_number, x, components, cell);
                    for block in 0..blocks {
                        let (h, middle) = (1e-6, of_number[block]);
                        let mut at = |moved: f64| {
                            of_number[block] = middle + moved;
                            let nats = exact(&of_number, x, components, cell);
                            of_number[block] = middle;
                            nats
                        };
                        let slope = (at(h) - at(-h)) / (2.0 * h);
                        // 1/s is at most e^5; x and μ have an error of 2^-24, seen through it.
                        let slack = 1e-4 * (1.0 + slope.abs());
                        let found = f64::from(slopes[place(block)]);
                        assert!(
                            (found - slope).abs() < slack,
                            "{components} {levels} {block}: {found} {slope}"
                        );
                    }
                }
                let slack = 1e-5 * (values as f64 + total.abs());
                assert!((f64::from(loss[row]) - total).abs() < slack, "{}: {total}", loss[row]);
            }
        }
        levels_loss(&[], &[], [1, 3], 0.5, &mut [], &mut []);
        levels_loss(&[], &[], [4, 0], 0.5, &mut [], &mut []);
    }

    #[test]
    fn beyond_its_bounds_a_log_scale_has_no_slope() {
        for log_scale in [-9.0, 4.0] {
            let (mut loss, mut slopes) = ([0.0], [1.0; 2]);
            levels_loss(&[0.4, log_scale], &[0.5], [1, 1], 1.0 / 255.0, &mut loss, &mut slopes);
            let mut bound = [0.0];
            let at = log_scale.clamp(-8.0, 3.0);
            levels_loss(&[0.4, at], &[0.5], [1, 1], 1.0 / 255.0, &mut bound, &mut [0.0; 2]);
            assert_eq!((slopes[1], loss), (0.0, bound));
        }
    }
}
