//! Closed forms against the textbook's, computed with 60 digits by `reference.py`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use gausswork_divergence::{Family, kl, special};

/// Pairs from equal to a trillionth to far apart, with parameters over ten orders of magnitude.
const REFERENCE: &str = include_str!("reference.csv");

#[test]
fn every_family_agrees_with_sixty_digits() {
    let mut worst = std::collections::BTreeMap::<&str, (f64, String)>::new();
    for line in REFERENCE.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let parse = |text: &str| text.split(' ').map(|x| x.parse().unwrap()).collect::<Vec<f64>>();
        let family = *Family::ALL.iter().find(|f| f.name() == fields[0]).unwrap();
        let (a, b) = (parse(fields[1]), parse(fields[2]));
        let expected: f64 = fields[3].parse().unwrap();
        let found = kl(&family.with(&a).unwrap(), &family.with(&b).unwrap()).unwrap().value;
        assert!(found >= 0.0, "{line}: {found}");
        // The parameters' own rounding: a relative change ε of a parameter changes the difference δ by ε/δ, and with
        // it the divergence, of order δ².
        let apart = a.iter().zip(&b).map(|(x, y)| (x - y).abs() / x.abs().max(1e-3)).fold(1e-300, f64::max);
        let allowed = 1e-13 + 40.0 * f64::EPSILON / apart.min(1.0);
        let error = (found - expected).abs() / expected / allowed;
        let entry = worst.entry(fields[0]).or_default();
        if error > entry.0 {
            *entry = (error, format!("{line}: {found:e}"));
        }
    }
    let bad: Vec<_> = worst.values().filter(|(error, _)| *error > 1.0).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(worst.len(), 19);
}

#[test]
fn special_functions_at_known_points() {
    let close = |found: f64, expected: f64| {
        assert!(
            (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs().max(1e-3),
            "{found} not {expected}"
        );
    };
    // ψ(1) = −γ, ψ(½) = −γ − 2 ln 2, ψ'(1) = π²/6 (DLMF 5.4.12, 5.4.13, 5.15.3).
    close(special::digamma(1.0), -special::EULER_GAMMA);
    close(special::digamma(0.5), -special::EULER_GAMMA - 2.0 * 2f64.ln());
    close(special::trigamma(1.0), std::f64::consts::PI.powi(2) / 6.0);
    // I₀(1), I₁(1)/I₀(1) (DLMF 10.25.2 summed with 60 digits).
    close(special::log_i0(1.0), 0.235_914_358_507_178_65);
    close(special::bessel_ratio(1.0), 0.446_389_965_896_534_46);
    close(special::log_i0(150.0), 146.576_579_950_351_86);
    close(special::erfcx(2.5), 0.210_806_364_061_143_6);
    // By its definition, at an argument far below the asymptotic range.
    let x: f64 = 0.3;
    close(special::stirling(x, 0), special::ln_gamma(x) - (x - 0.5) * x.ln() + x - 0.5 * special::LN_TWO_PI);
}
