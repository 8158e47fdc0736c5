//! Numbers to bytes.

use multiversion::multiversion;

const ROUND: f32 = 8_388_608.0;

/// The byte nearest to a number, halves up; 0 below, 255 above, and 0 for what is not a number.
#[inline(always)]
pub fn nearest_byte(number: f32) -> u8 {
    // What is not a number is not above 0 either.
    let inside = if number > 0.0 { number.min(255.0) } else { 0.0 };
    // Adding 2^23 rounds to the nearest integer, which the low bits then hold, and halves to the even one.
    let shifted = inside + ROUND;
    shifted.to_bits() as u8 + u8::from(inside - (shifted - ROUND) >= 0.5)
}

/// The same of each number.
#[multiversion(targets = "simd")]
pub fn nearest_bytes(numbers: &[f32], bytes: &mut [u8]) {
    for (byte, &number) in bytes.iter_mut().zip(numbers) {
        *byte = nearest_byte(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_rounding_does_to_the_last_bit() {
        // Every number that is a 256th part of a level, both its neighbours, and what is no level.
        let grid = (-5 * 256..=275 * 256).map(|i| i as f32 / 256.0);
        let mut numbers: Vec<f32> = grid.flat_map(|x| [x.next_down(), x, x.next_up()]).collect();
        numbers.extend([
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            1e30,
            -1e30,
            1e9,
            -1e9,
            -0.0,
            254.499_98,
            0.499_999_97,
        ]);
        let mut bytes = vec![7; numbers.len()];
        nearest_bytes(&numbers, &mut bytes);
        for (number, byte) in numbers.iter().zip(bytes) {
            assert_eq!(byte, number.round() as u8, "{number}");
        }
    }
}
