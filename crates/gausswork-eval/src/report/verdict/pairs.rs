//! Dependences that are not kept.

use super::super::{ColumnScores, Report, SetReport};
use super::{Found, Gravity, NAMED, SURE, WORTH_SAYING, ceiling};

pub(super) fn pairs(report: &Report, set: &SetReport, found: &mut Found) {
    let Some(best) = ceiling(report) else { return };
    // Half the summed differences of shares have a standard error of at most ½ √(1/n + 1/m).
    let error = |a: usize, b: usize| 0.5 * (1.0 / a.max(1) as f64 + 1.0 / b.max(1) as f64).sqrt();
    let bound = error(report.training_rows, set.rows).hypot(error(report.training_rows, best.rows));
    let mut broken: Vec<_> = (set.pairs.iter().zip(&best.pairs))
        .filter_map(|(own, best)| {
            let worse = best.contingency? - own.contingency?;
            let [a, b] = own.columns.map(|column| {
                set.columns.get(column).and_then(ColumnScores::shape).map_or(0.0, |shape| shape.value)
            });
            // What the columns alone explain is theirs; where they were not compared, that may be all.
            let beyond_columns = worse - (1.0 - a) - (1.0 - b);
            (beyond_columns > SURE * bound && beyond_columns > 2.0 * WORTH_SAYING)
                .then_some((beyond_columns, own))
        })
        .collect();
    broken.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, pair) in broken.iter().take(NAMED) {
        let [a, b] = pair.columns.map(|column| report.columns[column].name.as_str());
        let of = |value: Option<f64>| value.map_or("none".to_owned(), |value| format!("{value:.2}"));
        let text = format!(
            "The dependence between \"{a}\" and \"{b}\" is not kept (contingency similarity {:.3}, association {} \
             against {}).",
            pair.contingency.unwrap_or(f64::NAN),
            of(pair.association[1]),
            of(pair.association[0])
        );
        found.push((Gravity::Bad, text));
    }
    if broken.len() > NAMED {
        found.push((
            Gravity::Bad,
            match broken.len() - NAMED {
                1 => "One further pair lost its dependence.".to_owned(),
                more => format!("{more} further pairs lost their dependence."),
            },
        ));
    }
}
