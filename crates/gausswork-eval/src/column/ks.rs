use super::Sorted;
use crate::influence::Influence;
use crate::score::{Metric, Score};

/// `1 − sup_x |F(x) − G(x)|` of two samples of numbers, missing ones left out; none where a sample is empty.
///
/// *Error*: at the largest gap `x*`, a real row moves the statistic by `±(1{x ≤ x*} − F(x*))`, a synthetic one by the
/// opposite sign of its own.
#[must_use]
pub fn ks_complement([real, synthetic]: [&Sorted; 2]) -> Option<Score> {
    let (a, b) = (&real.values, &synthetic.values);
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (n, m) = (a.len() as f64, b.len() as f64);
    let (mut i, mut j, mut gap, mut at) = (0, 0, 0.0_f64, a[0]);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        while i < a.len() && a[i] <= x {
            i += 1;
        }
        while j < b.len() && b[j] <= x {
            j += 1;
        }
        let d = i as f64 / n - j as f64 / m;
        if d.abs() > gap.abs() {
            (gap, at) = (d, x);
        }
    }
    let mut influence = Influence::zero(real.of, synthetic.of);
    for (sorted, out, sign) in
        [(real, &mut influence.real, -gap.signum()), (synthetic, &mut influence.synthetic, gap.signum())]
    {
        let scale = sign * sorted.of as f64 / sorted.values.len() as f64;
        let below = sorted.values.partition_point(|&value| value <= at);
        let f = below as f64 / sorted.values.len() as f64;
        for (place, &row) in sorted.rows.iter().enumerate() {
            out[row as usize] = scale * (f64::from(u8::from(place < below)) - f);
        }
    }
    let sizes = [a.len(), b.len()];
    Some(Score::with_influence(Metric::KsComplement, 1.0 - gap.abs(), influence, sizes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_gaps() {
        let ks = |a: &[f64], b: &[f64]| ks_complement([&Sorted::new(a), &Sorted::new(b)]).unwrap().value;
        assert_eq!(ks(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), 1.0);
        assert_eq!(ks(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
        // Ties: F jumps to 1/2 at 0, G to 3/4.
        assert!((ks(&[0.0, 1.0, 0.0, 1.0], &[0.0, 0.0, 0.0, 1.0]) - 0.75).abs() < 1e-15);
        assert!(ks_complement([&Sorted::new(&[f64::NAN]), &Sorted::new(&[1.0])]).is_none());
    }
}
