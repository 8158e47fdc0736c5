//! How far a sample is from the density that it should come from.
//!
//! *Modes* are counted as VEEGAN (Srivastava et al., arXiv 1705.07761, §4.1) and PacGAN (Lin et al., arXiv 1712.04086, §4.1)
//! count them, on 2,500 points: a point is of *high quality* within three standard deviations of the nearest mode, and a
//! mode is *captured* if it is the nearest of at least one such point. With h the shares of the modes among the points of
//! high quality and K modes, the *reverse KL divergence* is KL(h ‖ uniform) = Σ hₖ log(K hₖ), nats, from 0 to log K:
//! it says how uneven the modes are, and nothing of how far the points are off.
//!
//! The *Jensen–Shannon divergence* (Lin 1991) is that of the masses pᵢ of [`Cells`] and the shares qᵢ of the sample
//! in them, ½ Σ pᵢ log(2pᵢ/(pᵢ+qᵢ)) + ½ Σ qᵢ log(2qᵢ/(pᵢ+qᵢ)), nats, from 0 to log 2. *Bias*: what happens within a
//! cell is not seen, so with ever more points it comes to at most the true divergence (data processing); a finite sample adds
//! about (m − 1)/8n where m cells hold points enough (the mean of χ²/8n), and less where they do not. A fresh sample of the
//! truth of the same size has only the second: it is the floor that [`super::Against`] sets beside it.

use super::{Cells, Exact};

/// Points among which modes are counted.
pub const MODE_SAMPLES: usize = 2500;
/// Standard deviations from a mode within which a point is of high quality.
pub const NEAR: f64 = 3.0;

/// A sample held against a density.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Points in all.
    pub points: usize,
    /// Modes captured, by the first 2,500 points.
    pub modes: usize,
    /// Share of the first 2,500 points within three standard deviations of the nearest mode.
    pub high_quality: f64,
    /// KL(shares of modes ‖ uniform) of those, nats; none where no point is of high quality.
    pub reverse_kl: Option<f64>,
    /// Jensen–Shannon divergence over cells, nats; see [`measure`] for its bias.
    pub jsd: f64,
    /// Mean log-density of all points, nats per point; −∞ where one of them is where there is no density.
    pub mean_log_density: f64,
    /// Share of all points where there is no density.
    pub outside: f64,
}

/// Holds a sample against a density; the equations and the bias of the divergence stand at the head of this file's source.
///
/// Jensen–Shannon divergence of the histogram over [`Cells`] (≤ the true one but for a floor of about cells/8n nats), modes of
/// the first [`MODE_SAMPLES`] points (arXiv 1712.04086). All of an empty sample is 0.
#[must_use]
pub fn measure(exact: &Exact, points: &[[f64; 2]]) -> Measured {
    let first = &points[..points.len().min(MODE_SAMPLES)];
    let mut of_mode = vec![0u64; exact.mode_count()];
    for place in first.iter().filter_map(|point| exact.place(point)) {
        if place.distance <= NEAR {
            of_mode[place.mode] += 1;
        }
    }
    let good: u64 = of_mode.iter().sum();
    let share = |part: u64, of: usize| part as f64 / of.max(1) as f64;
    let log_probs = points.iter().map(|point| exact.log_prob(point));
    let (sum, outside) = log_probs.fold((0.0, 0), |(sum, outside), log_prob| {
        (sum + log_prob, outside + u64::from(log_prob == f64::NEG_INFINITY))
    });
    Measured {
        points: points.len(),
        modes: of_mode.iter().filter(|&&count| count > 0).count(),
        high_quality: share(good, first.len()),
        reverse_kl: (good > 0).then(|| uneven(&of_mode, good)),
        jsd: jensen_shannon(exact, points),
        mean_log_density: sum / points.len().max(1) as f64,
        outside: share(outside, points.len()),
    }
}

/// KL(h ‖ uniform) = Σ hₖ log(K hₖ), nats.
fn uneven(of_mode: &[u64], good: u64) -> f64 {
    let shares = of_mode.iter().filter(|&&count| count > 0).map(|&count| count as f64 / good as f64);
    // Rounding must not make a divergence negative.
    shares.map(|h| h * (h * of_mode.len() as f64).ln()).sum::<f64>().max(0.0)
}

/// The Jensen–Shannon divergence of the density and the sample over cells, nats.
fn jensen_shannon(exact: &Exact, points: &[[f64; 2]]) -> f64 {
    if points.is_empty() {
        return 0.0;
    }
    let cells = Cells::new(exact, points.len());
    let half = |a: f64, b: f64| if a > 0.0 { 0.5 * a * (2.0 * a / (a + b)).ln() } else { 0.0 };
    let counts = cells.counts(exact, points);
    let shares = counts.iter().map(|&count| count as f64 / points.len() as f64);
    cells.masses().iter().zip(shares).map(|(&p, q)| half(p, q) + half(q, p)).sum::<f64>().max(0.0)
}
