use super::*;
use crate::features::trials::{normal, scores, trials};

fn distance(width: usize, real: &[f64], synthetic: &[f64]) -> f64 {
    scores(width, [real, synthetic], frechet)[0].score().value
}

/// Numbers between −½ and ½ by a linear congruence that is easily written in any language.
fn congruent(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / 2.0_f64.powi(53) - 0.5
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// Two samples, the second with features that are sums of those before.
fn case([n, m, width]: [usize; 3], seed: u64) -> [Vec<f64>; 2] {
    let mut real = congruent(seed, (n + m) * width);
    let mut synthetic = real.split_off(n * width);
    for row in synthetic.chunks_exact_mut(width) {
        let mut sum = 0.0;
        for x in row {
            sum += *x;
            *x = 0.5 * sum + 0.1;
        }
    }
    [real, synthetic]
}

#[test]
fn agrees_with_sixty_digits_where_rows_are_many_and_where_they_are_few() {
    // mpmath 1.3, 60 digits. By scipy 1.17, trace of sqrtm(Σ₁Σ₂), the third is 6.338628927: off in the eighth digit, as its
    // covariances have ranks 8 and 11 of 20.
    let stored = [
        ([40, 30, 5], 1, 0.263_445_849_605_122_6),
        ([60, 90, 16], 2, 1.845_868_023_684_043_4),
        ([9, 12, 20], 3, 6.338_628_994_469_402),
        ([200, 150, 24], 4, 4.835_385_815_104_476),
    ];
    for (sizes, seed, exact) in stored {
        let [real, synthetic] = case(sizes, seed);
        let found = distance(sizes[2], &real, &synthetic);
        assert!((found - exact).abs() < 1e-13 * exact.max(1.0), "{sizes:?}: {found:e} {exact:e}");
        let back = distance(sizes[2], &synthetic, &real);
        assert!((back - exact).abs() < 1e-13 * exact.max(1.0), "{sizes:?}, the other way: {back:e}");
    }
}

#[test]
fn two_features_have_a_closed_form() {
    // tr (Σ₁Σ₂)^½ = √(tr Σ₁Σ₂ + 2 √(det Σ₁ det Σ₂)) of 2 × 2 matrices.
    for seed in 0..20 {
        let rows = congruent(seed, 2 * 50);
        let (real, synthetic) = rows.split_at(2 * 20);
        let moments = |rows: &[f64]| {
            let n = rows.len() as f64 / 2.0;
            let mean = [0, 1].map(|j| rows.iter().skip(j).step_by(2).sum::<f64>() / n);
            let covariance = [[0, 0], [0, 1], [1, 1]].map(|[i, j]| {
                rows.chunks(2).map(|row| (row[i] - mean[i]) * (row[j] - mean[j])).sum::<f64>() / (n - 1.0)
            });
            (mean, covariance)
        };
        let ((a, [p, q, r]), (b, [s, t, u])) = (moments(real), moments(synthetic));
        let product = p * s + 2.0 * q * t + r * u;
        let root = (product + 2.0 * ((p * r - q * q) * (s * u - t * t)).sqrt()).sqrt();
        let exact = (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + p + r + s + u - 2.0 * root;
        assert!((distance(2, real, synthetic) - exact).abs() < 1e-14, "{exact}");
    }
}

#[test]
fn is_nothing_for_the_same_rows_and_does_not_turn_with_them() {
    for sizes in [[50, 70, 6], [10, 8, 30]] {
        let width = sizes[2];
        let [real, synthetic] = case(sizes, 9);
        assert!(distance(width, &real, &real) < 1e-13);
        let axis = congruent(11, width);
        let square: f64 = axis.iter().map(|x| x * x).sum();
        let mirrored = |rows: &[f64]| -> Vec<f64> {
            let row = |row: &[f64]| {
                let along = row.iter().zip(&axis).map(|(x, a)| x * a).sum::<f64>() * 2.0 / square;
                row.iter().zip(&axis).map(|(x, a)| x - along * a).collect::<Vec<_>>()
            };
            rows.chunks(width).flat_map(row).collect()
        };
        let [plain, turned] =
            [distance(width, &real, &synthetic), distance(width, &mirrored(&real), &mirrored(&synthetic))];
        assert!((plain - turned).abs() < 1e-13 * plain.max(1.0), "{plain} {turned}");
    }
}

#[test]
fn is_given_without_its_bias_only_where_halves_have_enough_rows() {
    let [real, synthetic] = case([13, 30, 6], 1);
    assert_eq!(scores(6, [&real, &synthetic], frechet).len(), 1);
    let [real, synthetic] = case([14, 30, 6], 1);
    assert_eq!(scores(6, [&real, &synthetic], frechet).len(), 2);
    let [one, many] = case([1, 30, 6], 1);
    let [one, many] =
        [&one, &many].map(|rows| Features::new(&crate::features::Extractor::Pixels, 6, rows).unwrap());
    let error = frechet(&Pair::new(one, many).unwrap()).unwrap_err().to_string();
    assert!(error.starts_with("1 real and 30 synthetic rows; 2 of each are needed"), "{error}");
}

#[test]
fn constant_features_are_only_their_means() {
    assert_eq!(distance(2, &[1.0, 2.0, 1.0, 2.0], &[4.0, 6.0, 4.0, 6.0, 4.0, 6.0]), 25.0);
}

#[test]
fn intervals_hold_what_they_should_where_distributions_differ() {
    let of_real: [[f64; 2]; 4] = [[0.0, 1.0], [1.0, 0.5], [0.0, 2.0], [0.0, 1.0]];
    let of_synthetic = [[0.3, 1.0], [1.0, 1.0], [0.0, 1.5], [0.0, 1.0]];
    let both = || of_real.iter().zip(&of_synthetic);
    let exact: f64 = both().map(|(a, b)| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sum();
    let found = trials(300, |draws| {
        let real = normal(draws, 300, &of_real);
        let synthetic = normal(draws, 200, &of_synthetic);
        scores(4, [&real, &synthetic], frechet)
    });
    let [plain, extrapolated] = &found[..] else { panic!() };
    assert!(plain.off(exact) > 4.0, "{}", plain.off(exact));
    assert!(extrapolated.off(exact).abs() < 4.0, "{}", extrapolated.off(exact));
    assert!(plain.covered(plain.mean()) >= plain.least_covered());
    assert!(extrapolated.covered(exact) >= extrapolated.least_covered());
    claims_no_more_than_double(&found);
}

#[test]
fn intervals_are_wide_but_no_more_than_said_where_distributions_are_equal() {
    let found = trials(300, |draws| {
        let [real, synthetic] = [240, 240].map(|rows| normal(draws, rows, &[[0.0, 1.0]; 6]));
        scores(6, [&real, &synthetic], frechet)
    });
    let [plain, extrapolated] = &found[..] else { panic!() };
    assert!(extrapolated.off(0.0).abs() < 4.0, "{}", extrapolated.off(0.0));
    assert!(extrapolated.covered(0.0) >= extrapolated.least_covered());
    assert!(plain.covered(plain.mean()) >= plain.least_covered());
    claims_no_more_than_double(&found);
}

/// Variances of the first order contain those of the second twice.
fn claims_no_more_than_double(found: &[crate::features::trials::Trials]) {
    for trial in found {
        let [ratio, error] = trial.claimed();
        assert!(ratio + 4.0 * error > 1.0 && ratio - 4.0 * error < 2.0, "{ratio} {error}");
    }
}
