//! The columns of a set.

use rayon::prelude::*;

use super::{ColumnScores, Input};
use crate::column::{self, Sample};
use crate::frame::{Frame, Values};
use crate::influence::Influence;
use crate::score::{Metric, Score};

/// The columns' scores, and the mean of their shapes.
pub(super) type Columns = (Vec<ColumnScores>, Option<Score>);

/// The columns against the rows that they are compared with and, where there are any, against unseen ones.
pub(super) fn columns(
    input: &Input,
    real: &Frame,
    unseen: Option<&Frame>,
    synthetic: &Frame,
) -> (Columns, Option<Columns>) {
    let scored = (0..input.domain.columns.len()).into_par_iter().map(|place| {
        let levels = input.domain.columns[place].levels.len();
        let values = &synthetic.columns[place];
        let sample = Sample::new(&real.columns[place], values, levels);
        let seen = column(input, sample.as_ref(), real, synthetic, place);
        let unseen = unseen.map(|unseen| {
            let sample = sample.and_then(|sample| sample.against(&unseen.columns[place], levels));
            column(input, sample.as_ref(), unseen, synthetic, place)
        });
        (seen, unseen)
    });
    let (seen, beside): (Vec<_>, Vec<_>) = scored.unzip();
    let beside: Option<Vec<ColumnScores>> = beside.into_iter().collect();
    let of_unseen = unseen.zip(beside).map(|(unseen, scored)| with_shape(scored, unseen, synthetic));
    (with_shape(seen, real, synthetic), of_unseen)
}

fn with_shape(scored: Vec<ColumnScores>, real: &Frame, synthetic: &Frame) -> Columns {
    let shapes: Vec<&Score> = scored.iter().filter_map(ColumnScores::shape).collect();
    let count = shapes.len() as f64;
    let mut influence = Influence::zero(real.rows, synthetic.rows);
    for own in shapes.iter().filter_map(|score| score.influence.as_ref()) {
        influence.add(1.0 / count, own);
    }
    let value = shapes.iter().map(|score| score.value).sum::<f64>() / count;
    let sizes = [real.rows, synthetic.rows];
    let shape = (count > 0.0).then(|| Score::with_influence(Metric::Shape, value, influence, sizes));
    let mut scored = scored;
    // A column's own influences have served.
    scored.iter_mut().flat_map(|column| &mut column.scores).for_each(|score| score.influence = None);
    (scored, shape)
}

fn column(
    input: &Input,
    sample: Option<&Sample>,
    real: &Frame,
    synthetic: &Frame,
    place: usize,
) -> ColumnScores {
    let levels = &input.domain.columns[place].levels;
    let (a, b) = (&real.columns[place], &synthetic.columns[place]);
    let mut out = ColumnScores {
        column: place,
        scores: Vec::new(),
        absent: Vec::new(),
        unknown: Vec::new(),
        rare: [0; 2],
        unknown_rows: 0,
        location: None,
    };
    let Some(sample) = sample else { return out };
    if let Sample::Labels { counts } = sample {
        out.rare = [1, 2].map(|times| counts[0].iter().filter(|&&count| count == times).count());
        out.unknown_rows =
            counts[0].iter().zip(&counts[1]).filter(|(real, _)| **real == 0).map(|(_, &n)| n).sum();
    }
    let scores: [Option<Score>; 3] = match (sample, a, b) {
        (Sample::Numbers(sorted), ..) => {
            let both = [&sorted[0], &sorted[1]];
            let middle = |values: &[f64]| {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                Some([mean, *values.get(values.len() / 2)?])
            };
            out.location = middle(&both[0].values).zip(middle(&both[1].values)).map(|(a, b)| [a, b]);
            [column::ks_complement(both), column::wasserstein(both), column::range_coverage(both)]
        }
        (Sample::Labels { counts }, Values::Codes(a), Values::Codes(b)) => {
            let both = [counts[0].as_slice(), &counts[1]];
            out.absent = only(levels, both[0], both[1]);
            out.unknown = only(levels, both[1], both[0]);
            [column::tv_complement([a, b], both), column::category_coverage(both), None]
        }
        _ => [None, None, None],
    };
    out.scores.extend(scores.into_iter().flatten());
    out.scores.push(column::missing_difference(a, b, [real.rows, synthetic.rows]));
    out.scores.extend(column::out_of_domain(sample));
    out
}

/// Levels that occur in the first counts and not in the second, most frequent first; at most ten.
fn only(levels: &[String], there: &[u64], absent: &[u64]) -> Vec<(String, u64)> {
    let mut found: Vec<(String, u64)> = (levels.iter().zip(there.iter().zip(absent)))
        .filter(|(_, (there, absent))| **there > 0 && **absent == 0)
        .map(|(level, (there, _))| (level.clone(), *there))
        .collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.truncate(10);
    found
}
