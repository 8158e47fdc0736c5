use super::Sorted;
use crate::influence::Influence;
use crate::score::{Metric, Score};

/// `∫ |F(x) − G(x)| dx` of two samples of numbers, in the column's unit; none where a sample is empty.
///
/// *Error*: a real row at `x` moves it by the integral of the sign of `F − G` over values from `x` on, less its mean.
#[must_use]
pub fn wasserstein([real, synthetic]: [&Sorted; 2]) -> Option<Score> {
    let (a, b) = (&real.values, &synthetic.values);
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (n, m) = (a.len() as f64, b.len() as f64);
    // Going up, `signed` is the integral of the sign of F − G so far; what lies from x on is the rest.
    let (mut i, mut j, mut area, mut signed) = (0, 0, 0.0, 0.0);
    let mut upto = [vec![0.0; a.len()], vec![0.0; b.len()]];
    let mut x = a[0].min(b[0]);
    while i < a.len() || j < b.len() {
        let next = match (a.get(i), b.get(j)) {
            (Some(&p), Some(&q)) => p.min(q),
            (Some(&p), None) => p,
            (None, Some(&q)) => q,
            (None, None) => break,
        };
        let d = i as f64 / n - j as f64 / m;
        area += d.abs() * (next - x);
        if d != 0.0 {
            signed += d.signum() * (next - x);
        }
        x = next;
        while a.get(i).is_some_and(|&value| value <= x) {
            upto[0][i] = signed;
            i += 1;
        }
        while b.get(j).is_some_and(|&value| value <= x) {
            upto[1][j] = signed;
            j += 1;
        }
    }
    let mut influence = Influence::zero(real.of, synthetic.of);
    for (sorted, upto, out, sign) in
        [(real, &upto[0], &mut influence.real, -1.0), (synthetic, &upto[1], &mut influence.synthetic, 1.0)]
    {
        let mean = upto.iter().sum::<f64>() / upto.len() as f64;
        let scale = sign * sorted.of as f64 / upto.len() as f64;
        for (&row, &u) in sorted.rows.iter().zip(upto) {
            out[row as usize] = scale * (u - mean);
        }
    }
    Some(Score::with_influence(Metric::Wasserstein, area, influence, [a.len(), b.len()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_its_length() {
        let a: Vec<f64> = (0..100).map(f64::from).collect();
        let b: Vec<f64> = a.iter().map(|x| x + 2.5).collect();
        let score = wasserstein([&Sorted::new(&a), &Sorted::new(&b)]).unwrap();
        assert!((score.value - 2.5).abs() < 1e-12, "{score:?}");
        // Under a shift the distance is the difference of the means, and so is its error.
        let expected = (2.0 * (100.0_f64 * 100.0 - 1.0) / 12.0 / 99.0).sqrt();
        let error = score.standard_error.unwrap();
        assert!((error - expected).abs() < 0.05 * expected, "{error} {expected}");
    }
}
