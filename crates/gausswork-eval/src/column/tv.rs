use crate::frame::MISSING;
use crate::influence::Influence;
use crate::score::{Metric, Score};

/// `1 − ½ Σ |p − q|` of the level frequencies of two samples, missing cells left out; none where a sample is empty.
///
/// *Error*: with the signs `s` of `p − q` fixed, the statistic is a difference of two means of `s`.
#[must_use]
pub fn tv_complement(codes: [&[u32]; 2], counts: [&[u64]; 2]) -> Option<Score> {
    let present = counts.map(|counts| counts.iter().sum::<u64>());
    let [n, m] = present.map(|count| count as f64);
    if n == 0.0 || m == 0.0 {
        return None;
    }
    let difference: Vec<f64> =
        counts[0].iter().zip(counts[1]).map(|(&a, &b)| a as f64 / n - b as f64 / m).collect();
    let tv = 0.5 * difference.iter().map(|d| d.abs()).sum::<f64>();
    let influence = Influence {
        real: signs(codes[0], counts[0], &difference, -0.5),
        synthetic: signs(codes[1], counts[1], &difference, 0.5),
        rest: 0.0,
    };
    Some(Score::with_influence(
        Metric::TvComplement,
        1.0 - tv,
        influence,
        present.map(|count| count as usize),
    ))
}

/// `weight (s − mean s)` of each present row, scaled to all rows.
fn signs(codes: &[u32], counts: &[u64], difference: &[f64], weight: f64) -> Vec<f64> {
    let sign = |d: f64| if d == 0.0 { 0.0 } else { d.signum() };
    let present = counts.iter().sum::<u64>() as f64;
    let mean =
        counts.iter().zip(difference).map(|(&count, &d)| count as f64 * sign(d)).sum::<f64>() / present;
    let scale = weight * codes.len() as f64 / present;
    let of =
        |&code: &u32| if code == MISSING { 0.0 } else { scale * (sign(difference[code as usize]) - mean) };
    codes.iter().map(of).collect()
}
