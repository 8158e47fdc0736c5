//! Which columns can be a condition, and how often they are.

use super::*;
use crate::layout::{Order, Place, Real, Simplex, Support};

fn simplex(column: usize, levels: usize, given: Option<usize>) -> Span {
    let base = vec![0.0; levels * given.map_or(1, |_| 3)];
    Span::Simplex(Simplex { column, levels, order: Order::Nominal, base, given })
}

/// A number with intervals, a name, a name of two digits, nothing of column 3, and a number of few values at the end.
fn layout() -> Layout {
    let places = vec![Place::Point(0.0), Place::Interval(-1.0, 1.0)];
    let real = Span::Real(Real { column: 0, places, support: Support::Continuous });
    let spans = vec![
        simplex(0, 2, None),
        real,
        simplex(1, 4, None),
        simplex(2, 3, None),
        simplex(2, 5, Some(3)),
        simplex(4, 2, None),
    ];
    Layout { spans, ends: Vec::new(), columns: 5 }
}

fn numbers(tensor: Tensor<2>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

#[test]
fn any_column_of_choices_alone_can_be_a_condition() {
    let discrete = DiscreteColumns::new(&layout());
    assert_eq!((discrete.len(), discrete.levels()), (3, 4 + 3 + 5 + 2));
    let value = |column, codes: &[u16]| Coded { column, codes: codes.to_vec() };
    let cell = |row, span, code| Given { row, span, code, score: 0.0 };
    assert_eq!(discrete.cells(7, &value(1, &[3])), Some(vec![cell(7, 2, 3)]));
    assert_eq!(discrete.cells(7, &value(2, &[2, 4])), Some(vec![cell(7, 3, 2), cell(7, 4, 4)]));
    assert_eq!(discrete.cells(7, &value(4, &[1])), Some(vec![cell(7, 5, 1)]));
    // A column with intervals, one that is not modelled, one that is not there; codes that do not fit.
    for wrong in
        [value(0, &[0]), value(3, &[0]), value(9, &[0]), value(1, &[4]), value(2, &[1]), value(1, &[1, 1])]
    {
        assert_eq!(discrete.cells(0, &wrong), None, "{wrong:?}");
    }
    let told = [cell(0, 3, 2), cell(0, 4, 4), cell(2, 5, 1)];
    let mut one_hot = vec![0.0; 3 * 14];
    (one_hot[4 + 2], one_hot[4 + 3 + 4], one_hot[2 * 14 + 12 + 1]) = (1.0, 1.0, 1.0);
    assert_eq!(numbers(discrete.one_hot(&told, 3, &Device::flex())), one_hot);
    let marks = [[0., 0., 0., 1., 0.], [0.; 5], [0., 0., 0., 0., 1.]];
    assert_eq!(numbers(discrete.marks(&told, [3, 2], &Device::flex())), marks.as_flattened());
    assert!(DiscreteColumns::new(&Layout { spans: layout().spans[..2].to_vec(), ..layout() }).is_empty());
}

/// Conditions come with the probability asked for, columns uniformly, values as often as in the data; a row's is its own.
#[test]
fn conditions_have_the_law_that_is_promised() {
    let discrete = DiscreteColumns::new(&layout());
    // Column 1 has its four values in 940, 40, 15 and 5 of 1000 rows.
    let code = |row: usize| [(940, 0), (980, 1), (995, 2), (1000, 3)].into_iter().find(|(end, _)| row < *end);
    let codes = (0..1000).flat_map(|row| {
        let first = code(row).map_or(0, |(_, code)| code);
        [(row % 2) as u16, first, (row % 3) as u16, (row % 5) as u16, (row % 2) as u16]
    });
    let features = Features { rows: 1000, codes: codes.collect(), ..Features::default() };
    let (share, turns, batch) = (0.3, 2000, 50);
    for seed in [1, 2, 3] {
        let noise = Noise::new(seed);
        let (mut by_column, mut by_value, mut rows_told) = ([0.0_f64; 3], [0.0_f64; 4], 0.0_f64);
        for turn in 0..turns {
            let rows: Vec<u32> = (0..batch).map(|i| ((turn * batch + i) * 7 % 1000) as u32).collect();
            let told = discrete.drawn(share, &features, &rows, &noise, [turn, 0]);
            for cell in &told {
                let row = rows[cell.row] as usize;
                let simplex = [0, 0, 1, 2, 3, 4][cell.span];
                assert_eq!(cell.code, features.codes[row * 5 + simplex]);
                match cell.span {
                    2 => {
                        by_column[0] += 1.0;
                        by_value[usize::from(cell.code)] += 1.0;
                    }
                    3 => by_column[1] += 1.0,
                    5 => by_column[2] += 1.0,
                    _ => assert_eq!(told.iter().filter(|other| other.row == cell.row).count(), 2),
                }
            }
            // However the batch is cut.
            let cut = [0, 20, 21].windows(2).flat_map(|part| {
                let cells =
                    discrete.drawn(share, &features, &rows[part[0]..part[1]], &noise, [turn, part[0] as u64]);
                cells.into_iter().map(move |cell| Given { row: cell.row + part[0], ..cell })
            });
            assert!(cut.eq(told.iter().copied().filter(|cell| cell.row < 21)));
        }
        by_column.iter().for_each(|count| rows_told += count);
        let n = (turns * batch) as f64;
        // Nine comparisons on three seeds at five standard errors of a binomial share: one run in 60,000 fails.
        let near = |what: &str, count: f64, of: f64, p: f64| {
            let error = (p * (1.0 - p) / of).sqrt();
            assert!((count / of - p).abs() < 5.0 * error, "seed {seed}, {what}: {} and {p}", count / of);
        };
        near("rows", rows_told, n, share);
        by_column.iter().for_each(|&count| near("column", count, rows_told, 1.0 / 3.0));
        let frequencies = [0.94, 0.04, 0.015, 0.005];
        by_value.iter().zip(frequencies).for_each(|(&count, p)| near("value", count, by_column[0], p));
    }
    assert!(discrete.drawn(0.0, &features, &[0; 100], &Noise::new(1), [0, 0]).is_empty());
    assert!(DiscreteColumns::default().drawn(0.9, &features, &[0; 100], &Noise::new(1), [0, 0]).is_empty());
}
