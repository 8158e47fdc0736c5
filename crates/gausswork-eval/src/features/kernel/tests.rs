use super::*;
use crate::features::Extractor;
use crate::features::trials::{normal, scores, trials};
use crate::random::{Draws, Purpose};

#[test]
fn value_and_variance_are_those_of_the_definition() {
    // More rows than a block has, and few.
    for [n, m, width] in [[5, 4, 3], [300, 270, 2]] {
        let mut draws = Draws::new(3, Purpose::Neighbours);
        let [x, y] = [n, m].map(|rows| normal(&mut draws, rows, &vec![[0.4, 1.0]; width]));
        let k = |a: &[f64], b: &[f64]| {
            (a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / width as f64 + 1.0).powi(3)
        };
        let table = |a: &[f64], b: &[f64]| -> Vec<Vec<f64>> {
            a.chunks(width).map(|a| b.chunks(width).map(|b| k(a, b)).collect()).collect()
        };
        let hollow = |mut table: Vec<Vec<f64>>| {
            (0..table.len()).for_each(|i| table[i][i] = 0.0);
            table
        };
        let (xx, yy, xy) = (hollow(table(&x, &x)), hollow(table(&y, &y)), table(&x, &y));
        let sum = |table: &[Vec<f64>]| table.iter().flatten().sum::<f64>();
        let [nf, mf] = [n, m].map(|rows| rows as f64);
        let exact = sum(&xx) / (nf * (nf - 1.0)) + sum(&yy) / (mf * (mf - 1.0)) - 2.0 * sum(&xy) / (nf * mf);
        let found = scores(width, [&x, &y], kernel).remove(0);
        assert!((found.score().value - exact).abs() < 1e-11, "{} {exact}", found.score().value);

        // Centred entry by entry.
        let square = |table: &[Vec<f64>]| {
            let n = table.len() as f64;
            let rows: Vec<f64> = table.iter().map(|row| row.iter().sum()).collect();
            let total: f64 = rows.iter().sum();
            let mut squares = 0.0;
            for (i, row) in table.iter().enumerate() {
                for (j, k) in row.iter().enumerate().filter(|&(j, _)| j != i) {
                    let own = k - (rows[i] + rows[j]) / (n - 2.0) + total / ((n - 1.0) * (n - 2.0));
                    squares += own * own;
                }
            }
            squares / (n * (n - 3.0))
        };
        let real = Features::new(&Extractor::Pixels, width, &x).unwrap();
        let sums = Sums::new(&real, &real).without_diagonal(&real);
        let exact = square(&xx);
        assert!(
            (sums.interaction_within() - exact).abs() < 1e-9 * exact,
            "{} {exact}",
            sums.interaction_within()
        );
    }
}

#[test]
fn is_unbiased_and_knows_its_error_where_distributions_differ() {
    // Of independent features with mean 0 and variances 1 and s: MMD² = 3 (1 − s)²/d, as odd moments of the product vanish.
    let found = trials(200, |draws| {
        let real = normal(draws, 500, &[[0.0, 1.0]; 6]);
        let synthetic = normal(draws, 400, &[[0.0, 1.3]; 6]);
        scores(6, [&real, &synthetic], kernel)
    });
    let exact = 3.0 * (1.0 - 1.3_f64.powi(2)).powi(2) / 6.0;
    assert!(found[0].off(exact).abs() < 4.0, "{}", found[0].off(exact));
    let [ratio, error] = found[0].claimed();
    assert!((ratio - 1.0).abs() < 4.0 * error, "{ratio} {error}");
    assert!(found[0].covered(exact) >= found[0].least_covered(), "{}", found[0].covered(exact));
}

#[test]
fn is_unbiased_where_means_differ() {
    // One feature: E(XY + 1)³ = 1 + 3 E X E Y + 3 E X² E Y² + E X³ E Y³.
    let [a, b] = [0.2, 0.6];
    let moments = |mean: f64| [mean, mean * mean + 0.25, mean.powi(3) + 0.75 * mean];
    let k = |a: f64, b: f64| {
        let ([a1, a2, a3], [b1, b2, b3]) = (moments(a), moments(b));
        1.0 + 3.0 * a1 * b1 + 3.0 * a2 * b2 + a3 * b3
    };
    let exact = k(a, a) + k(b, b) - 2.0 * k(a, b);
    let found = trials(400, |draws| {
        let [real, synthetic] = [a, b].map(|mean| normal(draws, 100, &[[mean, 0.5]]));
        scores(1, [&real, &synthetic], kernel)
    });
    assert!(found[0].off(exact).abs() < 4.0, "{}", found[0].off(exact));
    assert!(found[0].covered(exact) >= found[0].least_covered(), "{}", found[0].covered(exact));
}

#[test]
fn is_unbiased_and_knows_its_error_where_distributions_are_equal() {
    let found = trials(600, |draws| {
        let [real, synthetic] = [70, 90].map(|rows| normal(draws, rows, &[[0.3, 1.0]; 16]));
        scores(16, [&real, &synthetic], kernel)
    });
    assert!(found[0].off(0.0).abs() < 4.0, "{}", found[0].off(0.0));
    let [ratio, error] = found[0].claimed();
    assert!((ratio - 1.0).abs() < 4.0 * error, "{ratio} {error}");
    assert!(found[0].covered(0.0) >= found[0].least_covered(), "{}", found[0].covered(0.0));
}
