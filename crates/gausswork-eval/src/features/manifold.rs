//! Fidelity and diversity by the neighbourhoods of rows.

use super::distances::each;
use super::error::FeatureError;
use super::neighbours::{Ball, Balls, GROUPS, Nearest};
use super::score::FeatureScore;
use super::set::{Number, Pair};
use crate::score::{Metric, Score};

/// Neighbours that the balls of precision and recall reach to.
const MANIFOLD: usize = 3;
/// Those of density and coverage.
const DENSITY: usize = 5;
/// Rows of which any one may be left out.
const FEWEST: usize = DENSITY + 2;

/// Precision and recall, density and coverage of synthetic features against real ones.
///
/// With `Bₖ(x)` the ball around a row that reaches to its `k`-th nearest neighbour among the *other* rows of its sample, rim included:
///
/// `precision = share of y in some B₃(x)`, `recall = share of x in some B₃(y)` (Kynkäänniemi et al. 2019, eq. 1 and 2),
/// `density = mean over y of |{x : y ∈ B₅(x)}|/5`, `coverage = share of x with some y in B₅(x)` (Naeem et al. 2020, eq. 3 and 4).
///
/// Of equal distributions density is 1 and coverage is [`coverage_of_equals`], in expectation; precision and recall then depend on the
/// distribution. Neighbours are exact, by Euclidean distances that are compared as sums of squares. Errors: a
/// jackknife over 20 groups of either sample, with the radii that are left, less what is due to pairs of rows, which both contain.
///
/// # Errors
/// If a sample has fewer than seven rows.
pub fn manifold<T: Number>(pair: &Pair<'_, T>) -> Result<Vec<FeatureScore>, FeatureError> {
    let sizes = pair.at_least(FEWEST, "neighbourhoods of five rows")?;
    let [of_real, of_synthetic] = [&pair.real, &pair.synthetic].map(Nearest::in_own);
    let balls = |nearest: &[Nearest], k| nearest.iter().map(|near| Ball::new(near, k)).collect::<Vec<_>>();
    let [narrow, wide] = [MANIFOLD, DENSITY].map(|k| balls(&of_real, k));
    let around_synthetic = balls(&of_synthetic, MANIFOLD);

    let in_real: Vec<[Balls; 2]> = each(
        &pair.synthetic,
        &pair.real,
        |_| Default::default(),
        |[in_narrow, in_wide]: &mut [Balls; 2], row, d| {
            in_narrow.look(&narrow[row], row, d);
            in_wide.look(&wide[row], row, d);
        },
    );
    let in_synthetic: Vec<(Balls, Nearest)> = each(
        &pair.real,
        &pair.synthetic,
        |_| (Balls::default(), Nearest::none()),
        |(balls, nearest): &mut (Balls, Nearest), row, d| {
            balls.look(&around_synthetic[row], row, d);
            nearest.look(row, d);
        },
    );
    let (recalled, nearest): (Vec<Balls>, Vec<Nearest>) = in_synthetic.into_iter().unzip();
    let (precise, dense): (Vec<Balls>, Vec<Balls>) =
        in_real.into_iter().map(|[narrow, wide]| (narrow, wide)).unzip();

    let any = |balls: u32| f64::from(u8::from(balls > 0));
    let by_five = |balls: u32| f64::from(balls) / DENSITY as f64;
    let [n, m] = sizes;
    let (density, density_error) = crossed([n, m], |balls, rows| mean(&dense, by_five, balls, rows));
    let scores = [
        share(Metric::Precision, crossed([n, m], |balls, rows| mean(&precise, any, balls, rows)), m, sizes),
        share(Metric::Recall, crossed([m, n], |balls, rows| mean(&recalled, any, balls, rows)), n, sizes),
        Score::with_error(Metric::FeatureDensity, density, density_error, sizes),
        share(
            Metric::FeatureCoverage,
            crossed([n, m], |balls, rows| covered(&wide, &nearest, balls, rows)),
            n,
            sizes,
        ),
    ];
    Ok(scores.map(|score| FeatureScore::new(score, pair.extractor())).to_vec())
}

/// The expectation of coverage where `n` real and `m` synthetic rows are of one continuous distribution,
/// `1 − Π (n − i)/(n + m − i)`, `i = 1 … 5`: one of the five nearest of all rows is then a synthetic one.
///
/// For as many of both it is lemma 2 of Naeem et al. 2020.
#[must_use]
pub fn coverage_of_equals([n, m]: [usize; 2]) -> f64 {
    let missed = |i: usize| n.saturating_sub(i) as f64 / (n + m).saturating_sub(i).max(1) as f64;
    1.0 - (1..=DENSITY).map(missed).product::<f64>()
}

/// A group that is left out.
type Without = Option<usize>;

/// The mean over rows of what they make of the number of balls that they are in.
fn mean(rows: &[Balls], of: impl Fn(u32) -> f64, ball_group: Without, row_group: Without) -> f64 {
    let (mut sum, mut count) = (0.0, 0_u32);
    for (row, balls) in rows.iter().enumerate() {
        if row_group.is_none_or(|group| row % GROUPS != group) {
            sum += of(ball_group.map_or(balls.all, |group| balls.without[group]));
            count += 1;
        }
    }
    sum / f64::from(count.max(1))
}

/// The share of balls, each around a row, that the row nearest to it in the other sample is in.
fn covered(balls: &[Ball], nearest: &[Nearest], ball_group: Without, row_group: Without) -> f64 {
    let (mut hits, mut count) = (0_u32, 0_u32);
    for (row, (ball, near)) in balls.iter().zip(nearest).enumerate() {
        if ball_group.is_none_or(|group| row % GROUPS != group) {
            let radius = ball_group.map_or(ball.all, |group| ball.without[group]);
            hits += u32::from(near.kth(1, row_group) <= radius);
            count += 1;
        }
    }
    f64::from(hits) / f64::from(count.max(1))
}

/// A statistic of two samples and its standard error, from its values without each of the groups of either and of both.
///
/// A jackknife over the groups of one sample (Quenouille 1956, Tukey 1958) gives the variance that this sample brings, and what is due to
/// pairs of rows with it; so the sum over both samples has the latter twice. Leaving out a group of each tells it: with
/// `δ = θ₍gh₎ − θ₍g·₎ − θ₍·h₎ + θ₍··₎` it is `Σ δ² (G−1)/G (H−1)/H`.
fn crossed(sizes: [usize; 2], statistic: impl Fn(Without, Without) -> f64) -> (f64, f64) {
    let [rows, columns] = sizes.map(|size| size.min(GROUPS));
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let jackknife = |values: &[f64]| {
        let (mean, groups) = (average(values), values.len() as f64);
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() * (groups - 1.0) / groups
    };
    let of_first: Vec<f64> = (0..rows).map(|group| statistic(Some(group), None)).collect();
    let of_second: Vec<f64> = (0..columns).map(|group| statistic(None, Some(group))).collect();
    let alone = jackknife(&of_first) + jackknife(&of_second);

    let both: Vec<Vec<f64>> =
        (0..rows).map(|g| (0..columns).map(|h| statistic(Some(g), Some(h))).collect()).collect();
    let row_means: Vec<f64> = both.iter().map(|row| average(row)).collect();
    let column_means: Vec<f64> =
        (0..columns).map(|h| average(&both.iter().map(|row| row[h]).collect::<Vec<_>>())).collect();
    let middle = average(&row_means);
    let left = both.iter().zip(&row_means).flat_map(|(row, row_mean)| {
        row.iter().zip(&column_means).map(move |(value, column_mean)| value - row_mean - column_mean + middle)
    });
    let [g, h] = [rows, columns].map(|groups| groups as f64);
    let together = left.map(|delta| delta * delta).sum::<f64>() * (g - 1.0) / g * (h - 1.0) / h;
    // What is due to pairs is in either sample's variance, so it is no more than half of both.
    (statistic(None, None), (alone - together).max(0.5 * alone).sqrt())
}

/// A share of `trials` rows, its interval within 0 and 1 and, where no row differs from another, Wilson's.
fn share(metric: Metric, (value, error): (f64, f64), trials: usize, sizes: [usize; 2]) -> Score {
    if value <= 0.0 || value >= 1.0 {
        return Score::share(metric, value * trials as f64, trials, sizes);
    }
    let score = Score::with_error(metric, value, error, sizes);
    let interval = score.interval.map(|[low, high]| [low.max(0.0), high.min(1.0)]);
    Score { interval, ..score }
}

#[cfg(test)]
mod tests;
