//! The greatest of several neighbours, and its gradient.

use multiversion::multiversion;

/// `y[i]` is the greatest of the `pieces` numbers from `x[i · pieces]` on, NaN where one of them is; `chosen`, of the shape of `x`, is 1 at
/// the first that is as great, and 0 elsewhere.
pub fn maxout(x: &[f32], pieces: usize, y: &mut [f32], chosen: &mut [f32]) {
    // Of a known number of pieces the compiler makes straight code.
    match pieces {
        2 => of::<2>(x, y, chosen),
        3 => of::<3>(x, y, chosen),
        4 => of::<4>(x, y, chosen),
        5 => of::<5>(x, y, chosen),
        _ => {
            let pieces = pieces.max(1);
            for ((x, y), chosen) in x.chunks_exact(pieces).zip(y).zip(chosen.chunks_exact_mut(pieces)) {
                *y = greatest(x, chosen);
            }
        }
    }
}

#[multiversion(targets = "simd")]
fn of<const N: usize>(x: &[f32], y: &mut [f32], chosen: &mut [f32]) {
    let (x, chosen) = (x.as_chunks::<N>().0, chosen.as_chunks_mut::<N>().0);
    for ((x, y), chosen) in x.iter().zip(y).zip(chosen) {
        *y = greatest(x, chosen);
    }
}

#[inline(always)]
fn greatest(x: &[f32], chosen: &mut [f32]) -> f32 {
    let (mut best, mut at) = (x.first().copied().unwrap_or(f32::NAN), 0);
    for (k, &x) in x.iter().enumerate().skip(1) {
        // What is not a number is let in, and stays.
        let take = x > best || x.is_nan();
        (best, at) = if take { (x, k) } else { (best, at) };
    }
    chosen.iter_mut().enumerate().for_each(|(k, chosen)| *chosen = if k == at { 1.0 } else { 0.0 });
    best
}

/// The gradient of [`maxout`] by `x`: `g[i]` at the piece that was chosen, 0 at the others.
#[multiversion(targets = "simd")]
pub fn maxout_gradient(g: &[f32], chosen: &[f32], pieces: usize, out: &mut [f32]) {
    let pieces = pieces.max(1);
    for ((out, &g), chosen) in out.chunks_exact_mut(pieces).zip(g).zip(chosen.chunks_exact(pieces)) {
        out.iter_mut().zip(chosen).for_each(|(out, chosen)| *out = chosen * g);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greatest_and_gradient_are_those_of_the_definition() {
        for pieces in [1, 2, 3, 4, 5, 9] {
            let x: Vec<f32> = (0..31 * pieces).map(|i| ((i * 7919) % 13) as f32 - 6.0).collect();
            let (mut y, mut chosen) = (vec![0.0; 31], vec![7.0; x.len()]);
            maxout(&x, pieces, &mut y, &mut chosen);
            let g: Vec<f32> = (0..31).map(|i| i as f32 - 15.0).collect();
            let mut out = vec![9.0; x.len()];
            maxout_gradient(&g, &chosen, pieces, &mut out);
            for i in 0..31 {
                let of = &x[i * pieces..(i + 1) * pieces];
                let first = (0..pieces).rev().max_by(|&a, &b| of[a].total_cmp(&of[b])).unwrap_or(0);
                assert_eq!(y[i], of[first]);
                for k in 0..pieces {
                    let is_first = if k == first { 1.0 } else { 0.0 };
                    assert_eq!((chosen[i * pieces + k], out[i * pieces + k]), (is_first, is_first * g[i]));
                }
            }
        }
        let (mut y, mut chosen) = ([0.0], [0.0; 3]);
        maxout(&[1.0, f32::NAN, 3.0], 3, &mut y, &mut chosen);
        assert!(y[0].is_nan());
        maxout(&[], 3, &mut [], &mut []);
    }
}
