//! Pairs of columns: heat maps of their association, and the worst.

use gausswork_eval::pair::PairScore;
use gausswork_eval::report::{Report, SetReport};

use super::heat::Heat;
use super::ink::Svg;
use super::number::{rounded, shown, thousandths};
use super::sets;
use super::table::{Cell, Head, Row, Table};

/// Columns of a heat map.
const COLUMNS: usize = 40;
/// Sets that have heat maps.
const MAPPED: usize = 3;
/// Pairs in the table.
const WORST: usize = 10;
/// The difference of the darkest cells.
const DIFFERENCE: f64 = 0.5;

/// The pairs of a report.
#[derive(Debug)]
pub(super) struct Pairs {
    /// Heat maps and what each shows.
    pub(super) maps: Vec<(String, Svg)>,
    /// The columns by the numbers in the maps.
    pub(super) names: Vec<(usize, String)>,
    /// Columns that the maps leave out.
    pub(super) left_out: usize,
    /// Sets that have no maps.
    pub(super) unmapped: usize,
    /// The worst pairs.
    pub(super) worst: Table,
    /// What they are worst by.
    pub(super) order: &'static str,
}

/// The pairs; none where there are fewer than two columns.
///
/// # Errors
/// A picture that cannot be drawn.
pub(super) fn pairs(report: &Report) -> anyhow::Result<Option<Pairs>> {
    let ranked: Vec<&SetReport> = report.ranking.iter().filter_map(|&place| report.sets.get(place)).collect();
    let ranked: Vec<&SetReport> = ranked.into_iter().filter(|set| !set.pairs.is_empty()).collect();
    let Some(first) = ranked.first() else { return Ok(None) };
    let ceiling = sets::ceiling(report).filter(|set| set.pairs.len() == first.pairs.len());
    let order = worst_first(&ranked, ceiling);
    let columns = mapped(report.columns.len(), first, &order);
    let heat = |value: &dyn Fn(&PairScore) -> Option<f64>, set: &SetReport, full| {
        let place = |column: usize| columns.binary_search(&column).ok();
        let cells = set.pairs.iter().filter_map(|pair| {
            let [a, b] = pair.columns.map(place);
            let (a, b) = a.zip(b)?;
            Some(([a.max(b), a.min(b)], value(pair)))
        });
        Heat { columns: columns.iter().map(|column| column + 1).collect(), cells: cells.collect(), full }
    };
    let count = columns.len();
    let mut maps = Vec::new();
    let mut map = |title: String, heat: &Heat| -> anyhow::Result<()> {
        let strongest = strongest(report, &columns, heat);
        let label = format!("Heat map of {count} columns: {title}. {strongest}");
        maps.push((title, Svg::new(heat, label)?));
        Ok(())
    };
    map("association in the real rows".to_owned(), &heat(&|pair| pair.association[0], first, 1.0))?;
    for set in ranked.iter().take(MAPPED) {
        let name = shown(&set.name);
        map(format!("association in {name}"), &heat(&|pair| pair.association[1], set, 1.0))?;
        let difference = |pair: &PairScore| Some(pair.association[1]? - pair.association[0]?);
        map(format!("difference, {name} less real"), &heat(&difference, set, DIFFERENCE))?;
    }
    Ok(Some(Pairs {
        maps,
        names: columns.iter().map(|&column| (column + 1, shown(&report.columns[column].name))).collect(),
        left_out: report.columns.len() - count,
        unmapped: ranked.len().saturating_sub(MAPPED),
        worst: table(report, &ranked, ceiling, &order),
        order: if ceiling.is_some() {
            "contingency similarity falls farthest short of that of the ceiling"
        } else {
            "contingency similarity is lowest"
        },
    }))
}

/// Places of pairs by how far the sets fall short of the ceiling, or of 1.
fn worst_first(ranked: &[&SetReport], ceiling: Option<&SetReport>) -> Vec<usize> {
    let Some(first) = ranked.first() else { return Vec::new() };
    let short = |place: usize| {
        // With a constant there is no dependence that could be lost: such a pair only repeats its other column.
        if first.pairs[place].association[0].is_none() {
            return f64::NEG_INFINITY;
        }
        let best = ceiling.and_then(|set| set.pairs[place].contingency).unwrap_or(1.0);
        let own = ranked.iter().filter_map(|set| set.pairs.get(place)?.contingency);
        own.map(|own| best - own).fold(f64::NEG_INFINITY, f64::max)
    };
    let mut order: Vec<(f64, usize)> = (0..first.pairs.len()).map(|place| (short(place), place)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    order.into_iter().map(|(_, place)| place).collect()
}

/// The columns of the maps, ascending: all, or those of the worst pairs.
fn mapped(count: usize, set: &SetReport, order: &[usize]) -> Vec<usize> {
    if count <= COLUMNS {
        return (0..count).collect();
    }
    let mut columns: Vec<usize> = Vec::new();
    for column in order.iter().flat_map(|&place| set.pairs[place].columns) {
        if !columns.contains(&column) && columns.len() < COLUMNS {
            columns.push(column);
        }
    }
    columns.sort_unstable();
    columns
}

/// The strongest value of a map, in a sentence.
fn strongest(report: &Report, columns: &[usize], heat: &Heat) -> String {
    let values =
        heat.cells.iter().filter_map(|&(places, value)| Some((places, value.filter(|v| v.is_finite())?)));
    let most = values.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    most.map_or("No value is defined.".to_owned(), |([a, b], value)| {
        let name = |place: usize| shown(&report.columns[columns[place]].name);
        format!("Strongest: {} between {} and {}.", rounded(value, 2), name(b), name(a))
    })
}

/// The worst pairs.
fn table(report: &Report, ranked: &[&SetReport], ceiling: Option<&SetReport>, order: &[usize]) -> Table {
    let value = |value: Option<f64>| {
        Cell::plain(value.filter(|value| value.is_finite()).map_or("not defined".to_owned(), thousandths))
    };
    let mut head = vec![Head::noted("real", "association")];
    for set in ranked {
        head.push(Head::noted(shown(&set.name), "association"));
        head.push(Head::noted(shown(&set.name), "contingency similarity"));
    }
    head.extend(ceiling.map(|set| Head::noted(shown(&set.name), "contingency similarity")));
    let rows = order.iter().take(WORST).map(|&place| {
        let first = &ranked[0].pairs[place];
        let mut cells = vec![value(first.association[0])];
        for set in ranked {
            let pair = set.pairs.get(place);
            cells.push(value(pair.and_then(|pair| pair.association[1])));
            cells.push(value(pair.and_then(|pair| pair.contingency)));
        }
        cells.extend(ceiling.map(|set| value(set.pairs[place].contingency)));
        let [a, b] = first.columns.map(|column| shown(&report.columns[column].name));
        Row::new(format!("{a} × {b}"), cells)
    });
    Table::new("The worst pairs", "pair of columns", head, rows.collect())
}
