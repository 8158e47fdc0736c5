use super::*;
use crate::features::trials::{normal, scores, trials};
use crate::features::{Extractor, Features};
use crate::random::{Draws, Purpose};

fn values(width: usize, real: &[f64], synthetic: &[f64]) -> [f64; 4] {
    let scores = scores(width, [real, synthetic], manifold);
    std::array::from_fn(|at| scores[at].score().value)
}

/// The definitions, row by row.
fn by_definition(width: usize, real: &[f64], synthetic: &[f64]) -> [f64; 4] {
    let [x, y] = [real, synthetic].map(|rows| rows.chunks(width).collect::<Vec<_>>());
    let d = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let radii = |rows: &[&[f64]], k: usize| -> Vec<f64> {
        let radius = |i: usize| {
            let mut sorted: Vec<f64> =
                (0..rows.len()).filter(|&j| j != i).map(|j| d(rows[i], rows[j])).collect();
            sorted.sort_by(f64::total_cmp);
            sorted[k - 1]
        };
        (0..rows.len()).map(radius).collect()
    };
    let balls = |at: &[f64], rows: &[&[f64]], radii: &[f64]| {
        rows.iter().zip(radii).filter(|(row, radius)| d(at, row) <= **radius).count()
    };
    let share = |hits: usize, rows: &[&[f64]]| hits as f64 / rows.len() as f64;
    let (x3, x5, y3) = (radii(&x, 3), radii(&x, 5), radii(&y, 3));
    let precision = share(y.iter().filter(|y| balls(y, &x, &x3) > 0).count(), &y);
    let recall = share(x.iter().filter(|x| balls(x, &y, &y3) > 0).count(), &x);
    let density = share(y.iter().map(|y| balls(y, &x, &x5)).sum(), &y) / 5.0;
    let coverage = share(x.iter().zip(&x5).filter(|(x, r)| y.iter().any(|y| d(x, y) <= **r)).count(), &x);
    [precision, recall, density, coverage]
}

#[test]
fn values_are_those_of_the_definitions() {
    for (seed, [n, m, width]) in [[7, 9, 2], [60, 41, 3], [130, 170, 9]].into_iter().enumerate() {
        let mut draws = Draws::new(seed as u64, Purpose::Neighbours);
        let real = normal(&mut draws, n, &vec![[0.0, 1.0]; width]);
        let synthetic = normal(&mut draws, m, &vec![[0.5, 1.2]; width]);
        let [found, exact] = [values(width, &real, &synthetic), by_definition(width, &real, &synthetic)];
        for (found, exact) in found.iter().zip(exact) {
            assert!((found - exact).abs() < 1e-14, "{found} {exact}");
        }
    }
}

#[test]
fn copies_duplicates_and_strangers() {
    let mut draws = Draws::new(5, Purpose::Neighbours);
    let real = normal(&mut draws, 50, &[[0.0, 1.0]; 3]);
    let [precision, recall, _, coverage] = values(3, &real, &real);
    assert_eq!([precision, recall, coverage], [1.0; 3]);
    let far: Vec<f64> = real.iter().map(|x| x + 100.0).collect();
    assert_eq!(values(3, &real, &far), [0.0; 4]);
    // Ten points, each six times: five neighbours lie where a point lies, so that its ball is the point.
    let points: Vec<f64> = (0..60).map(|i| f64::from(i % 10)).collect();
    let [precision, recall, density, coverage] = values(1, &points, &points);
    assert_eq!([precision, recall, coverage], [1.0; 3]);
    assert!((density - 6.0 / 5.0).abs() < 1e-14, "{density}");
    let beside: Vec<f64> = points.iter().map(|x| x + 1e-9).collect();
    assert_eq!(values(1, &points, &beside), [0.0; 4]);
    // Where no row differs from another, Wilson's interval is left.
    let interval = scores(3, [&real, &far], manifold)[0].score().interval.unwrap();
    assert!(interval[0] == 0.0 && interval[1] > 0.05, "{interval:?}");
}

#[test]
fn equal_distributions_have_the_density_and_coverage_that_are_known() {
    for (sizes, width) in [([100, 100], 2), ([120, 60], 2), ([60, 120], 8)] {
        let found = trials(300, |draws| {
            let [real, synthetic] = sizes.map(|rows| normal(draws, rows, &vec![[0.0, 1.0]; width]));
            scores(width, [&real, &synthetic], manifold)
        });
        let [precision, recall, density, coverage] = &found[..] else { panic!() };
        for trial in [precision, recall] {
            assert!(trial.covered(trial.mean()) >= trial.least_covered(), "{}", trial.covered(trial.mean()));
        }
        for (trial, exact) in [(density, 1.0), (coverage, coverage_of_equals(sizes))] {
            assert!(trial.off(exact).abs() < 4.0, "{}", trial.off(exact));
            assert!(trial.covered(exact) >= trial.least_covered(), "{}", trial.covered(exact));
        }
    }
}

#[test]
fn samples_must_be_large_enough() {
    let rows: Vec<f64> = (0..12).map(f64::from).collect();
    let [six, twelve] = [2, 1].map(|width| Features::new(&Extractor::Pixels, width, &rows).unwrap());
    let error = manifold(&Pair::new(six, six).unwrap()).unwrap_err().to_string();
    assert_eq!(error, "6 real and 6 synthetic rows; 7 of each are needed for neighbourhoods of five rows");
    assert!(manifold(&Pair::new(twelve, twelve).unwrap()).is_ok());
}
