//! Numbers that must never change: a seed names the same draws in every version.
//!
//! The expected values come from a separate implementation in Python, from the same papers.

// Nine digits name an f32 exactly.
#![allow(clippy::excessive_precision)]

use gausswork::noise::{Noise, Stream};

#[test]
fn blocks() {
    assert_eq!(Noise::new(0).block(Stream::Init, 0, 0), [0x9102_23a1, 0x2994_6dd3, 0x621a_deee, 0xde65_3caf]);
    assert_eq!(
        Noise::new(u64::MAX).block(Stream::Score, (1 << 40) + 5, 0),
        [0x0839_ed81, 0x70cf_6f34, 0xba02_a254, 0x8a66_f800]
    );
    assert_eq!(Noise::new(7).word(Stream::Split, 0, 9), 0xcc78_a749_d9e8_6706);
}

#[test]
fn uniforms() {
    let mut u = [0.0; 7];
    Noise::new(7).fill_uniform(Stream::Test, 3, &mut u);
    // Exact: multiples of 2^-24.
    let words = [0x2eef_9526u32, 0x32a3_4f02, 0x9837_1d24, 0x5b8d_1cd4];
    for (u, word) in u.iter().zip(words) {
        assert_eq!(f64::from(*u), (f64::from(word >> 9) + 0.5) / 8_388_608.0);
    }
    let next = [0.948_294_937_610_626_2, 0.154_641_926_288_604_74, 0.940_182_626_247_406];
    for (u, expected) in u[4..].iter().zip(next) {
        assert_eq!(f64::from(*u), expected);
    }
}

#[test]
fn normals() {
    let mut z = [0.0; 6];
    Noise::new(7).fill_normal(Stream::Test, 3, &mut z);
    let expected =
        [0.593_306_661_f32, 1.743_782_64, -0.638_161_898, 0.795_306_563, 0.183_761_716, 0.269_093_007];
    assert_eq!(z, expected);

    let mut z = [0.0; 6];
    Noise::new(u64::MAX).fill_normal(Stream::Score, (1 << 40) + 5, &mut z);
    let expected =
        [-2.442_029_48_f32, 0.955_080_688, -0.773_312_509, -0.201_838_21, -1.617_867_59, 0.701_730_192];
    assert_eq!(z, expected);
}

#[test]
fn permutations() {
    assert_eq!(Noise::new(7).permutation(Stream::Shuffle, 2, 12), [8, 0, 7, 10, 5, 2, 9, 4, 6, 1, 3, 11]);
}
