//! The decoder is a product distribution over rows: what depends on what, and that its mass is one.

use gausswork::layout::{Features, Span, Support};
use gausswork::vae::{Columns, Vae};

use super::support::{ROUNDOFF, normals};
use super::tables::{Encoded, binned, by_row, described, discrete, every_row, mixed, two_digits};

/// The features with one column of every row taken from the next row.
fn with_column_moved(table: &Encoded, column: usize) -> Features {
    let mut moved = table.features.clone();
    let rows = moved.rows;
    let (simplexes, reals) = (table.layout.simplexes().count(), table.layout.reals().count());
    for (s, (_, simplex)) in table.layout.simplexes().enumerate() {
        if simplex.column == column {
            for row in 0..rows {
                moved.codes[row * simplexes + s] = table.features.codes[(row + 1) % rows * simplexes + s];
            }
        }
    }
    for (r, (_, real)) in table.layout.reals().enumerate() {
        if real.column == column {
            for row in 0..rows {
                let from = (row + 1) % rows * reals + r;
                moved.scores[row * reals + r] = table.features.scores[from];
                moved.cells[row * reals + r] = table.features.cells[from];
            }
        }
    }
    moved
}

/// For each column whose cells were moved, the columns whose log-likelihoods changed in any row.
fn dependents(table: &Encoded, vae: &Vae, column: usize) -> Vec<usize> {
    let z = normals(5, vae.config.latent);
    let before = described(vae, &table.features, &z);
    let after = described(vae, &with_column_moved(table, column), &z);
    let columns = vae.unit_columns();
    let units = columns.len();
    // Bit for bit: what does not depend on a cell meets it with a weight of exactly zero.
    let changed = |c: usize| {
        (0..before.len()).any(|i| columns[i % units] == c && before[i].to_bits() != after[i].to_bits())
    };
    (0..table.layout.columns).filter(|&c| changed(c)).collect()
}

#[test]
fn the_mixed_table_has_every_sort_of_span() {
    let table = mixed();
    let supports: Vec<Support> = table.layout.reals().map(|(_, real)| real.support).collect();
    assert_eq!(supports, [Support::Grid, Support::Continuous, Support::Grid]);
    assert!(matches!(table.layout.spans[0], Span::Simplex(_)));
    // All cells are the network's, but for the rare ends of the three numeric columns.
    assert!(table.features.fixed.len() <= 6);
}

#[test]
fn a_column_depends_on_those_before_it_and_no_others() {
    let table = mixed();
    for seed in 1..=3 {
        let vae = table.model(4, Columns::Autoregressive, seed);
        for column in 0..4 {
            assert_eq!(dependents(&table, &vae, column), (column..4).collect::<Vec<_>>(), "column {column}");
        }
    }
}

#[test]
fn independent_columns_depend_on_the_latent_alone() {
    let table = mixed();
    for seed in 1..=3 {
        let vae = table.model(4, Columns::Independent, seed);
        for column in 0..4 {
            assert_eq!(dependents(&table, &vae, column), [column]);
        }
    }
}

/// Panics unless the rows' probabilities given z sum to one.
fn assert_mass_is_one(table: &Encoded, rows: &Features, seed: u64, columns: Columns) {
    let vae = table.model(2, columns, seed);
    for draw in 0..4 {
        let z = normals(100 * seed + draw, 2);
        let log_probs = by_row(&vae, &described(&vae, rows, &z));
        let mass: f64 = log_probs.iter().map(|l| l.exp()).sum();
        // Each factor is normalised up to the rounding of some 16 terms, the greatest of the size of its
        // logarithm; a mean over rows of what those roundings do.
        let greatest: f64 = log_probs.iter().map(|l| -l * l.exp()).sum::<f64>() / mass;
        let bound = 16.0 * ROUNDOFF * (table.layout.spans.len() as f64 + greatest);
        assert!((mass - 1.0).abs() < bound, "{mass}, bound {bound:e}");
    }
}

#[test]
fn rows_of_discrete_columns_have_mass_one() {
    for table in [discrete(), two_digits()] {
        let rows = every_row(&table.layout);
        for seed in 1..=3 {
            assert_mass_is_one(&table, &rows, seed, Columns::Autoregressive);
            assert_mass_is_one(&table, &rows, seed, Columns::Independent);
        }
    }
}

/// Every row of the table of a flag and a binned integer.
pub(crate) fn every_binned_row(table: &Encoded) -> Features {
    let codec = table.numeric(1);
    let mut rows = Features::default();
    for flag in 0..2 {
        for position in codec.range.0 as i64..=codec.range.1 as i64 {
            let encoded = codec.encode(position as f64);
            // Values between an atom and the next bin belong to no code; the model gives them nothing. The ends of
            // the column have a share of their own beside what the model gives them.
            let end = position as f64 == codec.range.0 || position as f64 == codec.range.1;
            if encoded.fixed.is_none() || end {
                rows.rows += 1;
                rows.codes.extend([flag, encoded.code]);
                rows.scores.push(encoded.score);
                rows.cells.push(encoded.cell);
            }
        }
    }
    rows
}

#[test]
fn the_cells_of_a_binned_integer_have_mass_one() {
    let table = binned();
    let rows = every_binned_row(&table);
    let bins = table.numeric(1).codes.len() - 1;
    assert!(bins >= 3 && rows.rows > 2 * 300, "{bins} bins, {} rows", rows.rows);
    for seed in 1..=3 {
        // A cell's width is a stored difference of scores, rounded to 2^-24 of itself, while its ends are the
        // centre's score (|s| < 4, so off by 2^-23) plus and minus half of it: the cells of a bin meet up to 2^-22,
        // a share of 2^-22 / (a cell's width) of each.
        assert_mass_of_cells(&table, &rows, seed);
    }
}

fn assert_mass_of_cells(table: &Encoded, rows: &Features, seed: u64) {
    let vae = table.model(2, Columns::Autoregressive, seed);
    for draw in 0..4 {
        let log_probs = by_row(&vae, &described(&vae, rows, &normals(100 * seed + draw, 2)));
        let mass: f64 = log_probs.iter().map(|l| l.exp()).sum();
        let bound: f64 = log_probs
            .iter()
            .zip(&rows.cells)
            .map(|(l, &cell)| {
                let gap = if cell > 0.0 { 4.0 * ROUNDOFF / f64::from(cell) } else { 0.0 };
                l.exp() * (gap + 16.0 * ROUNDOFF * (3.0 - l))
            })
            .sum();
        assert!((mass - 1.0).abs() < bound, "{mass}, bound {bound:e}");
        assert!(bound < 1e-3, "{bound:e}");
    }
}
