//! Every pair of columns: the similarities, their means with errors, and the association matrices.

use rayon::prelude::*;
use serde::Serialize;

use super::bins::{Bins, Coded, code, without_extremes};
use super::contingency::{Contingency, Signs};
use super::correlation::Correlation;
use crate::frame::{Domain, Frame, Values};
use crate::influence::Influence;
use crate::score::{Metric, Score};

/// Above it a correlation of the real rows counts as one.
const CORRELATED: f64 = 0.5;
/// Above it an association of the real rows counts as one.
const ASSOCIATED: f64 = 0.3;
/// Rows whose influences are added up at once.
const CHUNK: usize = 4096;

/// What is known of a pair of columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairScore {
    /// The columns' places.
    pub columns: [usize; 2],
    /// Correlation similarity of numbers, contingency similarity on separate edges otherwise; none where it is not
    /// defined (a constant among numbers, no rows).
    pub trend: Option<f64>,
    /// Contingency similarity on shared edges.
    pub contingency: Option<f64>,
    /// Pearson's r of numbers, Cramér's V on shared edges otherwise: of the real and the synthetic rows.
    pub association: [Option<f64>; 2],
    /// Whether SDMetrics counts the pair as associated in the real rows.
    pub associated: bool,
}

/// All pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    /// In lexicographic order of the columns.
    pub pairs: Vec<PairScore>,
    /// The means over pairs: trend, trend of associated pairs, correlation, contingency; those that are defined.
    pub scores: Vec<Score>,
}

/// What a pair adds to the influences.
struct Terms {
    trend: Option<Trend>,
    /// `1 − |r − r'|/2` of numbers, with a constant synthetic column as uncorrelated.
    correlation: Option<f64>,
    contingency: Option<Signs>,
}

enum Trend {
    Correlation { sign: f64, of: [Option<Correlation>; 2] },
    Contingency(Signs),
}

/// Compares every pair of columns.
#[must_use]
pub fn pairs(domain: &Domain, real: &Frame, synthetic: &Frame) -> Pairs {
    compared(domain, real, synthetic, true)
}

/// The means of trends of all and of associated pairs, without what shared edges show.
#[must_use]
pub fn trends(domain: &Domain, real: &Frame, synthetic: &Frame) -> Vec<Score> {
    let mut scores = compared(domain, real, synthetic, false).scores;
    scores.retain(|score| matches!(score.metric, Metric::Trend | Metric::TrendStrict));
    scores
}

fn compared(domain: &Domain, real: &Frame, synthetic: &Frame, on_shared: bool) -> Pairs {
    let count = domain.columns.len();
    let coded = |bins: Bins| -> Vec<[Coded; 2]> {
        (0..count)
            .into_par_iter()
            .map(|i| code(&real.columns[i], &synthetic.columns[i], domain.columns[i].levels.len(), bins))
            .collect()
    };
    let separate = coded(Bins::SdMetrics);
    let shared = on_shared.then(|| coded(Bins::Shared));
    let shared = shared.as_deref();
    let places: Vec<[usize; 2]> = (0..count).flat_map(|i| (i + 1..count).map(move |j| [i, j])).collect();
    let found: Vec<(PairScore, Terms)> =
        places.into_par_iter().map(|places| one(places, real, synthetic, shared, &separate)).collect();
    let rest = jackknifed(&found, [real, synthetic], &separate);
    let scores = means(&found, [real, synthetic], shared, &separate, rest);
    Pairs { pairs: found.into_iter().map(|(score, _)| score).collect(), scores }
}

fn one(
    columns: [usize; 2],
    real: &Frame,
    synthetic: &Frame,
    shared: Option<&[[Coded; 2]]>,
    separate: &[[Coded; 2]],
) -> (PairScore, Terms) {
    let [i, j] = columns;
    let table = shared.map(|shared| Contingency::new(&shared[i], &shared[j]));
    let contingency = table.as_ref().and_then(Contingency::similarity);
    let signs = table.as_ref().filter(|_| contingency.is_some()).map(Contingency::signs);
    let correlate = |frame: &Frame| match (&frame.columns[i], &frame.columns[j]) {
        (Values::Numbers(x), Values::Numbers(y)) => Some(Correlation::new(x, y)),
        _ => None,
    };
    if let (Some(a), Some(b)) = (correlate(real), correlate(synthetic)) {
        let [r, s] = [a, b].map(|correlation| correlation.map(|c| c.r));
        let similarity = |r: f64, s: f64| 1.0 - (r - s).abs() / 2.0;
        let trend = r.zip(s).map(|(r, s)| similarity(r, s));
        // A synthetic column that is constant, or absent, has lost its correlation.
        let correlation = r.map(|r| similarity(r, s.unwrap_or(0.0)));
        let sign = r.map_or(0.0, |r| (r - s.unwrap_or(0.0)).signum());
        let terms = Terms {
            trend: correlation.map(|_| Trend::Correlation { sign, of: [a, b] }),
            correlation,
            contingency: signs,
        };
        let associated = r.is_some_and(|r| r.abs() > CORRELATED);
        return (PairScore { columns, trend, contingency, association: [r, s], associated }, terms);
    }
    let is_label = |column: usize| matches!(real.columns[column], Values::Codes(_));
    let association = [0, 1].map(|side| table.as_ref().and_then(|table| table.cramers_v(side)));
    // Labels have the same codes on both.
    let (trend, v, terms) = if table.is_some() && is_label(i) && is_label(j) {
        (contingency, association[0], signs.clone())
    } else {
        let table = Contingency::new(&separate[i], &separate[j]);
        let trend = table.similarity();
        (trend, table.cramers_v(0), trend.map(|_| table.signs()))
    };
    let associated = v.is_some_and(|v| v > ASSOCIATED);
    let terms = Terms { trend: terms.map(Trend::Contingency), correlation: None, contingency: signs };
    (PairScore { columns, trend, contingency, association, associated }, terms)
}

/// The variance of the means of trends, of all and of associated pairs, that comes from the bins: their edges hang on
/// each sample's extremes, which no influence function sees. Each extreme is left out in turn ([`without_extremes`]).
fn jackknifed(found: &[(PairScore, Terms)], frames: [&Frame; 2], separate: &[[Coded; 2]]) -> [f64; 2] {
    let binned = |(_, terms): &&(PairScore, Terms)| matches!(terms.trend, Some(Trend::Contingency(_)));
    let count = |strict: bool| {
        let counted =
            |(score, _): &&(PairScore, Terms)| score.trend.is_some() && (!strict || score.associated);
        found.iter().filter(counted).count().max(1) as f64
    };
    let counts = [count(false), count(true)];
    let changes: Vec<(f64, [f64; 2])> = (0..separate.len() * 2)
        .into_par_iter()
        .flat_map_iter(|place| {
            let (column, side) = (place / 2, place % 2);
            without_extremes(&frames[side].columns[column]).into_iter().flatten().map(
                move |(coded, weight)| {
                    let mut own = separate[column].clone();
                    own[side] = coded;
                    let mut change = [0.0; 2];
                    for (score, _) in
                        found.iter().filter(binned).filter(|(score, _)| score.columns.contains(&column))
                    {
                        let [i, j] = score.columns;
                        let (a, b) = if i == column { (&own, &separate[j]) } else { (&separate[i], &own) };
                        let now = Contingency::new(a, b).similarity();
                        let moved = now.zip(score.trend).map_or(0.0, |(now, before)| now - before);
                        change[0] += moved / counts[0];
                        change[1] += if score.associated { moved / counts[1] } else { 0.0 };
                    }
                    (weight, change)
                },
            )
        })
        .collect();
    changes
        .iter()
        .fold([0.0; 2], |sum, (weight, change)| [0, 1].map(|k| sum[k] + weight * change[k] * change[k]))
}

/// Which mean, and the share that a pair has in it.
struct Mean {
    metric: Metric,
    sum: f64,
    count: f64,
}

fn means(
    found: &[(PairScore, Terms)],
    frames: [&Frame; 2],
    shared: Option<&[[Coded; 2]]>,
    separate: &[[Coded; 2]],
    rest: [f64; 2],
) -> Vec<Score> {
    let value = |metric, (score, terms): &(PairScore, Terms)| match metric {
        Metric::Trend => score.trend,
        Metric::TrendStrict => score.trend.filter(|_| score.associated),
        Metric::Correlation => terms.correlation,
        _ => score.contingency,
    };
    let metrics = [Metric::Trend, Metric::TrendStrict, Metric::Correlation, Metric::Contingency];
    let means = metrics.map(|metric| {
        let values: Vec<f64> = found.iter().filter_map(|pair| value(metric, pair)).collect();
        Mean { metric, sum: values.iter().sum(), count: values.len() as f64 }
    });
    let influences = [0, 1].map(|side| {
        let rows = frames[side].rows;
        let mut out = vec![[0.0; 4]; rows];
        out.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, out)| {
            let first = chunk * CHUNK;
            for pair in found {
                add(pair, side, first, out, frames[side], shared, separate, &|k| {
                    value(metrics[k], pair).map_or(0.0, |_| 1.0 / means[k].count)
                });
            }
        });
        out
    });
    let column = |side: usize, k: usize| influences[side].iter().map(|row| row[k]).collect();
    let defined = means.iter().enumerate().filter(|(_, mean)| mean.count > 0.0);
    defined
        .map(|(k, mean)| {
            let rest = rest.get(k).copied().unwrap_or(0.0);
            let influence = Influence { real: column(0, k), synthetic: column(1, k), rest };
            Score::with_influence(mean.metric, mean.sum / mean.count, influence, frames.map(|f| f.rows))
        })
        .collect()
}

#[allow(clippy::too_many_arguments, reason = "one loop body, named")]
fn add(
    (score, terms): &(PairScore, Terms),
    side: usize,
    first: usize,
    out: &mut [[f64; 4]],
    frame: &Frame,
    shared: Option<&[[Coded; 2]]>,
    separate: &[[Coded; 2]],
    weight: &dyn Fn(usize) -> f64,
) {
    let [i, j] = score.columns;
    let weights = [0, 1, 2, 3].map(weight);
    let tabled = |signs: &Signs, coded: &[[Coded; 2]], out: &mut [[f64; 4]], which: &[usize]| {
        let (a, b) = (&coded[i][side].codes[first..], &coded[j][side].codes[first..]);
        let rows = out.len().min(a.len());
        // Three rows of four numbers instead of a product per row.
        let terms = signs.influences(side).map(|influence| {
            [0, 1, 2, 3].map(|k| if which.contains(&k) { weights[k] * influence } else { 0.0 })
        });
        signs.of_rows(&a[..rows], &b[..rows], |row, sign| {
            out[row].iter_mut().zip(terms[sign]).for_each(|(out, term)| *out += term);
        });
    };
    if let (Some(signs), Some(shared)) = (&terms.contingency, shared) {
        tabled(signs, shared, out, &[3]);
    }
    match &terms.trend {
        Some(Trend::Contingency(signs)) => tabled(signs, separate, out, &[0, 1]),
        Some(Trend::Correlation { sign, of }) => {
            let (Values::Numbers(x), Values::Numbers(y), Some(of)) =
                (&frame.columns[i], &frame.columns[j], of[side])
            else {
                return;
            };
            let scale = if side == 0 { -0.5 * sign } else { 0.5 * sign };
            for ((out, &x), &y) in out.iter_mut().zip(&x[first..]).zip(&y[first..]) {
                let influence = scale * of.influence(x, y);
                for k in 0..3 {
                    out[k] += weights[k] * influence;
                }
            }
        }
        None => {}
    }
}
