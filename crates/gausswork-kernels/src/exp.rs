//! The exponential function and what is made of it.

use multiversion::multiversion;

/// `e^x`, for x ≤ 88; 0 below −87.
///
/// Range reduction to |r| ≤ ½ log 2 and a polynomial of degree 6 (the Taylor coefficients, truncation
/// below 1.2e-7 of the value): with the rounding of five products, within 4 units in the last place.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    // log 2 in two parts, the first exact in 12 bits.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let clamped = x.clamp(-87.0, 88.0);
    // Adding and subtracting 1.5 · 2^23 rounds to the nearest integer without a call.
    const ROUND: f32 = 12_582_912.0;
    let shifted = clamped * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = clamped - n * LN_2_HIGH - n * LN_2_LOW;
    let p = 1.0
        + r * (1.0
            + r * (0.5
                + r * (1.666_666_7e-1 + r * (4.166_666_6e-2 + r * (8.333_334e-3 + r * 1.388_889e-3)))));
    // The low bits of `shifted` hold n; moved into the exponent they multiply by 2^n.
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    if x < -87.0 { 0.0 } else { p * power }
}

/// `x σ(x)`, in place.
#[multiversion(targets = "simd")]
pub fn silu(values: &mut [f32]) {
    for x in values.iter_mut() {
        *x /= 1.0 + exp(-*x);
    }
}

/// `x σ(x)`.
#[multiversion(targets = "simd")]
pub fn silu_of(x: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(x).for_each(|(out, &x)| *out = x / (1.0 + exp(-x)));
}

/// `g · d/dx x σ(x) = g σ(x) (1 + x (1 − σ(x)))`.
#[multiversion(targets = "simd")]
pub fn silu_gradient(x: &[f32], g: &[f32], out: &mut [f32]) {
    for ((out, &x), &g) in out.iter_mut().zip(x).zip(g) {
        // 1 − σ(x) as a product keeps its relative precision.
        let t = exp(-x);
        let p = 1.0 / (1.0 + t);
        *out = g * p * (1.0 + x * (t * p));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_its_stated_error() {
        let mut worst = 0.0f64;
        let mut x = -86.9f32;
        while x < 87.9 {
            let exact = f64::from(x).exp();
            worst = worst.max((f64::from(exp(x)) - exact).abs() / exact);
            x += 0.000_737;
        }
        // Four units in the last place of f32.
        assert!(worst < 4.0 * f64::from(f32::EPSILON), "{worst:e}");
        assert_eq!(exp(-1.0e4), 0.0);
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn silu_and_its_gradient_are_those_of_the_definition() {
        let x: Vec<f32> = (-4001..4003).map(|i| i as f32 * 0.025).collect();
        let (mut y, mut d) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        silu_of(&x, &mut y);
        silu_gradient(&x, &vec![2.0; x.len()], &mut d);
        let mut again = x.clone();
        silu(&mut again);
        assert_eq!(again, y);
        for ((&x, y), d) in x.iter().zip(y).zip(d) {
            let x = f64::from(x);
            let p = 1.0 / (1.0 + (-x).exp());
            // Four units in the exponential, two in each of the few operations after it; the second factor of the gradient
            // cancels near its root at -1.28.
            let slack = 8.0 * f64::from(f32::EPSILON);
            // Beyond 88 the exponential stays at e^88.
            let floor = (1.0 + x.abs()) / 88.0_f64.exp();
            assert!((f64::from(y) - x * p).abs() <= slack * (x * p).abs() + floor, "{x}");
            let (one, rest) = (2.0 * p, 2.0 * p * x * (1.0 - p));
            assert!(
                (f64::from(d) - one - rest).abs() <= slack * (one.abs() + 2.0 * rest.abs()) + 2.0 * floor,
                "{x}"
            );
        }
    }
}
