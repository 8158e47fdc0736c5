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
}
