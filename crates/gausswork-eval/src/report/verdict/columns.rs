//! Columns that are off, levels that are lost or made up.

use super::super::{Report, SetReport};
use super::{Found, Gravity, NAMED, SURE, WORTH_SAYING, ceiling, short_of};
use crate::score::{Metric, Score};

pub(super) fn columns(report: &Report, set: &SetReport, found: &mut Found) {
    let mut shifted = Vec::new();
    for column in &set.columns {
        let name = &report.columns[column.column].name;
        let of_ceiling = ceiling(report).and_then(|set| set.columns.get(column.column));
        let real = column.scores.first().map_or(0, |score| score.real).max(1) as f64;
        // A level that a set of this size should have had: fewer than one in ten thousand such sets lack it by chance.
        let expected = |count: u64| count as f64 / real * set.rows as f64;
        let absent: Vec<String> = (column.absent.iter())
            .filter(|(_, count)| expected(*count) > 9.3)
            .take(NAMED)
            .map(|(level, count)| format!("\"{level}\" ({:.2} % of real rows)", 100.0 * *count as f64 / real))
            .collect();
        if !absent.is_empty() {
            found.push((Gravity::Bad, format!("Column \"{name}\" has lost {}.", absent.join(", "))));
        }
        if !column.unknown.is_empty() {
            let named: Vec<String> =
                column.unknown.iter().take(NAMED).map(|(level, _)| format!("\"{level}\"")).collect();
            let count = column.unknown_rows;
            let rows = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
            // Fresh real rows bring new levels about as often as there are levels that occur once (Good 1953, Biometrika 40,
            // with its variance).
            let (ratio, [once, twice]) = (set.rows as f64 / real, column.rare.map(|levels| levels as f64));
            let usual = (once + 1.0) * ratio;
            let spread = (usual + (once + 2.0 * twice) * ratio * ratio).sqrt();
            let gravity = if count as f64 > usual + SURE * spread { Gravity::Bad } else { Gravity::Note };
            found.push((
                gravity,
                format!("Column \"{name}\" has values that no real row has: {} in {rows}.", named.join(", ")),
            ));
        }
        for score in &column.scores {
            let known = of_ceiling.and_then(|c| c.scores.iter().find(|s| s.metric == score.metric));
            let error = score.standard_error.unwrap_or(0.0);
            match score.metric {
                Metric::KsComplement | Metric::TvComplement => {
                    let perfect = Score::exact(score.metric, 1.0, [0, 0]);
                    if let Some(worse) = short_of(score, known.unwrap_or(&perfect)) {
                        shifted.push((worse, column, score));
                    }
                }
                Metric::MissingDifference
                    if score.value.abs() > SURE * error && score.value.abs() > WORTH_SAYING =>
                {
                    let more = if score.value > 0.0 { "more" } else { "fewer" };
                    let points = 100.0 * score.value.abs();
                    found.push((
                        Gravity::Bad,
                        format!("Column \"{name}\" has {points:.1} percentage points {more} missing cells."),
                    ));
                }
                Metric::OutOfDomain if column.unknown.is_empty() && outside(score) => {
                    let text = format!(
                        "Column \"{name}\" has {:.1} % of its values outside the range of the real ones.",
                        100.0 * score.value
                    );
                    found.push((Gravity::Bad, text));
                }
                _ => {}
            }
        }
    }
    shifted.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, column, score) in shifted.iter().take(NAMED) {
        let name = &report.columns[column.column].name;
        let how = match column.location {
            Some([[mean, _], [other, _]]) if mean != other => {
                let way = if other > mean { "higher" } else { "lower" };
                format!(": its values lie {way}, mean {} against {}", short(other), short(mean))
            }
            _ => String::new(),
        };
        found.push((
            Gravity::Bad,
            format!("Column \"{name}\" is off ({} {:.3}){how}.", score.metric.title(), score.value),
        ));
    }
    if shifted.len() > NAMED {
        found.push((
            Gravity::Bad,
            match shifted.len() - NAMED {
                1 => "One further column is off.".to_owned(),
                more => format!("{more} further columns are off."),
            },
        ));
    }
}

/// Whether more values lie beyond the real extremes than fresh real rows have there: of n values the shares beyond the least
/// and the greatest are each about an exponential variable over n, and their sum exceeds 12/n once in 10,000 times.
fn outside(score: &Score) -> bool {
    let usual = 12.0 * score.synthetic as f64 / score.real.max(1) as f64;
    score.value > 0.001 && score.value * score.synthetic as f64 > usual + SURE * usual.sqrt()
}

/// A number in a sentence.
fn short(x: f64) -> String {
    if x != 0.0 && (x.abs() >= 1e6 || x.abs() < 1e-3) { format!("{x:.3e}") } else { format!("{x:.3}") }
}
