//! The classifier two-sample test: the equilibrium test of an adversarial game, put to any generator.

use rayon::prelude::*;

use crate::auc::Auc;
use crate::boost::{Binned, Booster, Cuts, Settings, Target, sigmoid};
use crate::frame::{Domain, Frame};
use crate::influence::Influence;
use crate::random::{Draws, Purpose};
use crate::score::{Metric, Score, Z95};

/// Folds of the cross-validation.
const FOLDS: usize = 3;

/// Which real rows the synthetic ones are told from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// Those that the generator was fitted to.
    Training,
    /// Those that it never saw.
    Unseen,
}

/// What the test found.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoSample {
    /// The score, the AUC and, against training rows, the Jensen–Shannon bound.
    pub scores: Vec<Score>,
    /// Each column's share of the trees' gains, when rows can be told apart at all.
    pub gains: Vec<f64>,
}

/// One fold's share.
struct Fold {
    auc: Auc,
    /// Real rows (0) and synthetic rows (1) that were tested, in the order of `auc`'s components.
    rows: [Vec<u32>; 2],
    /// `log D` of the real and `log(1 − D)` of the synthetic ones, calibrated on the other half of the fold.
    log_likelihood: [Vec<f64>; 2],
    gains: Vec<f64>,
}

/// Trains boosted trees to tell `real` from `synthetic`, on at most `most` rows of each and as many of both.
///
/// The AUC is the mean over three folds, each tested on rows that its trees were not fitted to.
///
/// *Jensen–Shannon bound*: for any `D`, `V = E log D(x) + E log(1 − D(G(z))) ≤ −log 4 + 2 JSD` (Goodfellow et al.
/// 2014, eq. 6), so `(V + log 4)/2` on rows that `D` does not know is, up to the sampling error that is given, a
/// lower bound on the divergence. Boosted margins are too sure of themselves: `D = σ(a l + b)`, with `a, b` fitted to one
/// half of a fold and used on the other.
#[must_use]
pub fn two_sample(
    domain: &Domain,
    real: &Frame,
    synthetic: &Frame,
    reference: Reference,
    most: usize,
    seed: u64,
) -> Option<TwoSample> {
    let n = real.rows.min(synthetic.rows).min(most);
    if n < 2 * FOLDS {
        return None;
    }
    let mut draws = Draws::new(seed, Purpose::TwoSample);
    let chosen = [real, synthetic].map(|frame| {
        let mut order = draws.permutation(frame.rows);
        order.truncate(n);
        order
    });
    let frames = [real.take(&chosen[0]), synthetic.take(&chosen[1])];
    let columns: Vec<usize> = (0..domain.columns.len()).collect();
    let cuts = Cuts::new(domain, &[&frames[0], &frames[1]], &columns);
    let data = cuts.apply(&frames[0]).stacked(&cuts.apply(&frames[1]));
    let target = Target::Binary((0..2 * n).map(|row| row < n).collect());
    let folds: Vec<Fold> = (0..FOLDS).into_par_iter().map(|fold| test(&data, &target, n, fold)).collect();

    let sizes = [n, n];
    let mean = |of: &dyn Fn(&Fold) -> f64| folds.iter().map(of).sum::<f64>() / FOLDS as f64;
    let auc = mean(&|fold| fold.auc.value);
    let value = 1.0 - mean(&|fold| 2.0 * fold.auc.value.max(0.5) - 1.0);
    let components = |fold: &Fold| [fold.auc.positive.clone(), fold.auc.negative.clone()];
    let mut influence = scatter(&folds, &chosen, [real.rows, synthetic.rows], &components);
    // Where rows cannot be told apart, an AUC above ½ is a pattern that two folds share by chance, and both profit from it, once
    // fitted and once tested: with uncorrelated pairs of folds the mean over folds has twice the variance of independent ones.
    for phi in influence.real.iter_mut().chain(&mut influence.synthetic) {
        *phi *= std::f64::consts::SQRT_2;
    }
    let mut of_score = Influence::zero(real.rows, synthetic.rows);
    of_score.add(-2.0, &influence);
    let [score, area] = match reference {
        Reference::Training => [Metric::TwoSample, Metric::TwoSampleAuc],
        Reference::Unseen => [Metric::TwoSampleUnseen, Metric::TwoSampleUnseenAuc],
    };
    let mut score = Score::with_influence(score, value, of_score, sizes);
    score.interval = score.interval.map(|[low, high]| [low.max(0.0), high.min(1.0)]);
    let mut scores = vec![score, Score::with_influence(area, auc, influence, sizes)];
    if reference == Reference::Training {
        let log_likelihood = |fold: &Fold| fold.log_likelihood.clone();
        let average = |side: usize| mean(&|fold| average(&fold.log_likelihood[side]));
        let v = average(0) + average(1);
        let mut influence = scatter(&folds, &chosen, [real.rows, synthetic.rows], &log_likelihood);
        for phi in influence.real.iter_mut().chain(&mut influence.synthetic) {
            *phi *= 0.5;
        }
        // Two parameters fitted to half a fold cost a χ²(2)/2 of log-likelihood by its rows, and gain as much elsewhere.
        let calibration = FOLDS as f64 / n as f64;
        influence.rest = calibration * calibration / (2 * FOLDS) as f64;
        scores.push(Score::with_influence(Metric::JensenShannon, 0.5 * (v + 4.0_f64.ln()), influence, sizes));
    }
    let total: f64 = folds.iter().flat_map(|fold| &fold.gains).sum();
    let gain = |column: usize| {
        folds.iter().map(|fold| fold.gains[column]).sum::<f64>() / total.max(f64::MIN_POSITIVE)
    };
    Some(TwoSample { scores, gains: columns.into_iter().map(gain).collect() })
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Fits to the rows outside a fold and tests those in it. Rows were chosen in random order, so every third will do.
fn test(data: &Binned, target: &Target, n: usize, fold: usize) -> Fold {
    let of = |inside: bool| -> Vec<u32> {
        (0..2 * n as u32).filter(|&row| (row as usize % n % FOLDS == fold) == inside).collect()
    };
    let (training, held) = (of(false), of(true));
    let booster = Booster::fit(data, &training, target, &Settings::default());
    let margins = booster.margins(data, &held);
    let half = held.iter().take_while(|&&row| (row as usize) < n).count();
    let auc = Auc::new(&margins[..half], &margins[half..]);
    let halves: [Vec<usize>; 2] = [0, 1].map(|side| (0..held.len()).filter(|i| i % 2 == side).collect());
    let mut log_likelihood = vec![0.0; held.len()];
    for side in 0..2 {
        let known: Vec<(f64, bool)> = halves[side].iter().map(|&i| (margins[i], i < half)).collect();
        let [a, b] = calibrated(&known);
        for &i in &halves[1 - side] {
            let l = a * margins[i] + b;
            log_likelihood[i] = sigmoid(if i < half { l } else { -l }).max(f64::MIN_POSITIVE).ln();
        }
    }
    let rows = [held[..half].to_vec(), held[half..].iter().map(|row| row - n as u32).collect()];
    let log_likelihood = [log_likelihood[..half].to_vec(), log_likelihood[half..].to_vec()];
    Fold { auc, rows, log_likelihood, gains: booster.gains }
}

/// `a, b` of `σ(a l + b)` by Newton's method on the cross-entropy, with a unit normal prior about (0, 0): no more
/// certainty than the rows support (after Platt 1999).
fn calibrated(rows: &[(f64, bool)]) -> [f64; 2] {
    let [mut a, mut b] = [0.0; 2];
    for _ in 0..25 {
        let (mut g, mut h) = ([a, b], [1.0, 0.0, 1.0]);
        for &(l, real) in rows {
            let p = sigmoid(a * l + b);
            let (d, w) = (p - f64::from(u8::from(real)), p * (1.0 - p));
            g = [g[0] + d * l, g[1] + d];
            h = [h[0] + w * l * l, h[1] + w * l, h[2] + w];
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        let step = [(h[2] * g[0] - h[1] * g[1]) / determinant, (h[0] * g[1] - h[1] * g[0]) / determinant];
        [a, b] = [a - step[0], b - step[1]];
        if step[0].abs() + step[1].abs() < 1e-10 {
            break;
        }
    }
    [a, b]
}

/// Components of the folds' rows as influences on the mean over folds, in the places of their rows in the tables.
fn scatter(
    folds: &[Fold],
    chosen: &[Vec<u32>; 2],
    rows: [usize; 2],
    components: &dyn Fn(&Fold) -> [Vec<f64>; 2],
) -> Influence {
    let mut out = Influence::zero(rows[0], rows[1]);
    for fold in folds {
        let components = components(fold);
        for (side, out) in [&mut out.real, &mut out.synthetic].into_iter().enumerate() {
            let mean = average(&components[side]);
            let scale = rows[side] as f64 / (FOLDS * components[side].len().max(1)) as f64;
            for (&row, &component) in fold.rows[side].iter().zip(&components[side]) {
                out[chosen[side][row as usize] as usize] = scale * (component - mean);
            }
        }
    }
    out
}

impl TwoSample {
    /// Whether the AUC is above ½ beyond its error: rows can be told apart.
    #[must_use]
    pub fn tells_apart(&self) -> bool {
        let auc = &self.scores[1];
        auc.value - Z95 * auc.standard_error.unwrap_or(0.0) > 0.5
    }
}
