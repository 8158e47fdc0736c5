//! Columns described for people and programs: kind, coding, missing share, reason.

use gausswork::data::table::numeric::{NumericCode, NumericCodec};
use gausswork::data::table::scale::Scale;
use gausswork::data::table::{ColumnCodec, ColumnSchema, Kind, TableCodec, TableSchema};
use serde_json::{Value, json};

use crate::output::grouped;

/// Sentences on the columns that are made anew instead of modelled.
pub(crate) fn regenerated(schema: &TableSchema) -> Vec<String> {
    let anew = |column: &&ColumnSchema| matches!(column.kind, Kind::Identifier | Kind::Constant | Kind::Text);
    let tell = |column: &ColumnSchema| {
        format!("column \"{}\" is made anew, not modelled ({}): {}", column.name, column.kind, column.reason)
    };
    schema.columns.iter().filter(anew).map(tell).collect()
}

/// How a column is coded, in a few words.
fn coding(codec: &ColumnCodec) -> String {
    match codec {
        ColumnCodec::Regenerated(_) => "made anew, not modelled".to_owned(),
        ColumnCodec::Category(category) => {
            let levels = counted(category.levels.len(), "level");
            if category.digits() > 1 { format!("{levels}, in two digits") } else { levels }
        }
        ColumnCodec::Numeric { codec, .. } => {
            let (atoms, bins) = pieces(codec);
            let parts = [(atoms, "atom"), (bins, "bin")].map(|(n, word)| (n > 0).then(|| counted(n, word)));
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            format!("{}, {}", parts.join(" + "), axis(&codec.scale))
        }
    }
}

/// How many atoms and bins a numeric column has.
fn pieces(codec: &NumericCodec) -> (usize, usize) {
    let atoms = codec.codes.iter().filter(|code| matches!(code, NumericCode::Atom { .. })).count();
    (atoms, codec.codes.len() - atoms)
}

fn axis(scale: &Scale) -> String {
    match *scale {
        Scale::Integer { step, .. } => format!("steps of {step}"),
        Scale::Decimal { decimals, step, .. } => {
            format!("steps of {:.*}", usize::from(decimals), step as f64 / 10f64.powi(i32::from(decimals)))
        }
        Scale::Continuous => "continuous".to_owned(),
    }
}

fn counted(n: usize, word: &str) -> String {
    format!("{} {word}{}", grouped(n as u128), if n == 1 { "" } else { "s" })
}

fn missing_share(column: &ColumnSchema, rows: u64) -> f64 {
    column.missing as f64 / rows.max(1) as f64
}

/// The columns as a table of text; `reasons` says why each has its kind.
pub(crate) fn text(codec: &TableCodec, reasons: bool) -> String {
    let rows = codec.schema.rows;
    let mut lines = vec![["column", "kind", "coding", "missing", "reason"].map(str::to_owned)];
    for (column, coded) in codec.schema.columns.iter().zip(&codec.columns) {
        let missing = match missing_share(column, rows) {
            0.0 => "-".to_owned(),
            share => format!("{:.1}%", 100.0 * share),
        };
        let reason = if reasons { column.reason.clone() } else { String::new() };
        lines.push([column.name.clone(), column.kind.to_string(), coding(coded), missing, reason]);
    }
    if !reasons {
        lines[0][4].clear();
    }
    aligned(&lines)
}

/// The columns as JSON.
pub(crate) fn json(codec: &TableCodec) -> Value {
    let rows = codec.schema.rows;
    let one = |(column, coded): (&ColumnSchema, &ColumnCodec)| {
        let mut value = json!({
            "name": column.name,
            "kind": column.kind.name(),
            "reason": column.reason,
            "coding": coding(coded),
            "missing": column.missing,
            "missing_share": missing_share(column, rows),
            "distinct": column.distinct,
        });
        match coded {
            ColumnCodec::Regenerated(_) => {}
            ColumnCodec::Category(category) => value["levels"] = category.levels.len().into(),
            ColumnCodec::Numeric { codec, .. } => {
                let (atoms, bins) = pieces(codec);
                value["atoms"] = atoms.into();
                value["bins"] = bins.into();
            }
        }
        value
    };
    codec.schema.columns.iter().zip(&codec.columns).map(one).collect()
}

/// Cells in columns of equal width, two spaces apart.
pub(crate) fn aligned<L: AsRef<[String]>>(lines: &[L]) -> String {
    let lines = || lines.iter().map(AsRef::as_ref);
    let columns = lines().map(<[String]>::len).max().unwrap_or(0);
    let width = |i: usize| lines().filter_map(|line| line.get(i)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|i| width(i).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines() {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let cells: Vec<String> = cells.collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_align() {
        let lines = [["a", "bb"], ["é", "c"], ["long", ""]].map(|line| line.map(str::to_owned));
        assert_eq!(aligned(&lines), "a     bb\né     c\nlong\n");
    }
}
