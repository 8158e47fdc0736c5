//! The state of a game on rows that neither player trained on, against as many samples of the generator as it is used.

use burn::tensor::{Device, Tensor};

use super::discriminator::Mode;
use super::model::{Data, Gan};
use super::objective::{Meaning, Objective, jensen_shannon_bound, value_of_game};
use super::place::{moments, spread};
use crate::learner::{Collective, Figures};
use crate::nn::Phase;
use crate::noise::Noise;

/// Rows per item of work; fixed, so that sums do not depend on the number of threads.
const ROWS: usize = 250;
/// Most held-out rows, and as many generated ones.
const MOST: usize = 5000;
/// Bins of the histograms of D.
pub const BINS: usize = 20;
/// Layers whose spectral norms are logged.
const LAYERS: usize = 12;

/// Shares of held-out rows by D, in twentieths from 0.
#[rustfmt::skip]
pub const HISTOGRAM_REAL: [&str; BINS] = [
    "held_out_d_real_00", "held_out_d_real_01", "held_out_d_real_02", "held_out_d_real_03", "held_out_d_real_04",
    "held_out_d_real_05", "held_out_d_real_06", "held_out_d_real_07", "held_out_d_real_08", "held_out_d_real_09",
    "held_out_d_real_10", "held_out_d_real_11", "held_out_d_real_12", "held_out_d_real_13", "held_out_d_real_14",
    "held_out_d_real_15", "held_out_d_real_16", "held_out_d_real_17", "held_out_d_real_18", "held_out_d_real_19",
];

/// Shares of generated rows by D, likewise.
#[rustfmt::skip]
pub const HISTOGRAM_FAKE: [&str; BINS] = [
    "held_out_d_fake_00", "held_out_d_fake_01", "held_out_d_fake_02", "held_out_d_fake_03", "held_out_d_fake_04",
    "held_out_d_fake_05", "held_out_d_fake_06", "held_out_d_fake_07", "held_out_d_fake_08", "held_out_d_fake_09",
    "held_out_d_fake_10", "held_out_d_fake_11", "held_out_d_fake_12", "held_out_d_fake_13", "held_out_d_fake_14",
    "held_out_d_fake_15", "held_out_d_fake_16", "held_out_d_fake_17", "held_out_d_fake_18", "held_out_d_fake_19",
];

/// Spectral norms of the discriminator's first twelve weights, from the input on.
#[rustfmt::skip]
pub const SPECTRAL: [&str; LAYERS] = [
    "spectral_norm_00", "spectral_norm_01", "spectral_norm_02", "spectral_norm_03", "spectral_norm_04", "spectral_norm_05",
    "spectral_norm_06", "spectral_norm_07", "spectral_norm_08", "spectral_norm_09", "spectral_norm_10", "spectral_norm_11",
];

/// Figures of `gan` on `rows`, whole packs of them and at most 5,000, and as many samples, without conditions:
///
/// | name | what |
/// |---|---|
/// | `held_out_j_d` | `J_D` of the objective, with the halves |
/// | `held_out_value` | `V = E[log D(x)] + E[log(1 − D(G(z)))]`, of outputs that are logits |
/// | `held_out_jsd_bound` | `(V + log 4)/2`, a lower bound of the Jensen–Shannon divergence, nats, of the same |
/// | `held_out_d_real`, `held_out_d_fake` | means of `D`, or `held_out_logit_…` where the output stands for no probability |
/// | `held_out_d_real_00` … | histograms of `D`, shares, of outputs that stand for one |
/// | `spread` | `√Σ_j var(x_j)` of samples over that of data |
/// | `spectral_norm_00` … | of the weights of `D` as they act |
///
/// Where packs are judged, the divergence is that of packs. None for fewer rows than a pack.
pub fn held_out(gan: &Gan, data: Data<'_>, rows: &[u32], noise: &Noise, workers: &dyn Collective) -> Figures {
    let (objective, pac) = (gan.config.objective(), gan.config.discriminator.pac);
    let device = Device::flex();
    let rows = &rows[..rows.len().min(MOST) / pac * pac];
    if rows.is_empty() {
        return Figures::new();
    }
    let per_item = ROWS.div_ceil(pac) * pac;
    let results = workers.map(rows.len().div_ceil(per_item), &|item| {
        let rows = &rows[item * per_item..rows.len().min((item + 1) * per_item)];
        let opponent = gan.discriminator_params.constants(&device);
        let generator = gan.generator_params.constants(&device);
        // Addresses that no step of training has.
        let address = u64::MAX / 2 + item as u64;
        let real = gan.real(data, rows, &device);
        let asked = (rows.len(), &gan.labels(data, rows)[..]);
        let (fake, _) = gan.fake(&generator, asked, noise, address, Phase::Evaluate, &device);
        let of_moments = [moments(&real), moments(&fake)].concat();
        let logits = |x| -> Vec<f64> {
            let logits: Tensor<2> = gan.discriminator.logits(&opponent, x, Mode::Evaluate);
            logits.into_data().iter().collect()
        };
        let (real, fake) = (logits(real), logits(fake));
        let loss = real.iter().zip(&fake).map(|(&r, &f)| objective.discriminator_value(r, f)).sum();
        [vec![loss], summary(objective, &real), summary(objective, &fake), of_moments].concat()
    });
    let mut totals = vec![0.0; results.first().map_or(0, Vec::len)];
    for result in &results {
        totals.iter_mut().zip(result).for_each(|(t, r)| *t += r);
    }
    let (of_packs, of_moments) = totals.split_at_mut(1 + 2 * SUMMARY);
    let packs = (rows.len() / pac) as f64;
    of_packs.iter_mut().for_each(|total| *total /= packs);
    let (real, fake) = of_packs[1..].split_at(SUMMARY);
    let cross_entropy = 0.5 * (real[1] + fake[2]);
    let [name_real, name_fake] = match objective.probability(0.0) {
        Some(_) => ["held_out_d_real", "held_out_d_fake"],
        None => ["held_out_logit_real", "held_out_logit_fake"],
    };
    let mut figures = vec![("held_out_j_d", of_packs[0]), (name_real, real[0]), (name_fake, fake[0])];
    // Of what is not a logit, σ is no probability, and a cross-entropy of it bounds nothing that could be reached.
    if objective.meaning() == Meaning::Logit {
        let bound = jensen_shannon_bound(cross_entropy);
        figures.extend([("held_out_value", value_of_game(cross_entropy)), ("held_out_jsd_bound", bound)]);
    }
    if objective.probability(0.0).is_some() {
        figures.extend(HISTOGRAM_REAL.into_iter().zip(real[3..].iter().copied()));
        figures.extend(HISTOGRAM_FAKE.into_iter().zip(fake[3..].iter().copied()));
    }
    let (of_real, of_fake) = of_moments.split_at(of_moments.len() / 2);
    let of_data = spread(of_real, rows.len());
    // Data that are all the same have no spread to compare with.
    if of_data > 0.0 {
        figures.push(("spread", spread(of_fake, rows.len()) / of_data));
    }
    let norms = workers.map(gan.discriminator.layer_count().min(LAYERS), &|layer| {
        vec![gan.discriminator.spectral_norm(&gan.discriminator_params, layer)]
    });
    figures.extend(SPECTRAL.into_iter().zip(norms.into_iter().flatten()));
    figures
}

/// Numbers of a [`summary`].
const SUMMARY: usize = 3 + BINS;

/// Of logits: the sums of what they stand for, of −log σ(l) and of −log(1 − σ(l)), and a histogram of D.
fn summary(objective: Objective, logits: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; SUMMARY];
    // A pair whose other half is sure loses what this one does, twice halved.
    let alone = |r: f64, f: f64| 2.0 * Objective::NonSaturating.discriminator_value(r, f);
    for &l in logits {
        out[0] += shown(objective, l);
        out[1] += alone(l, f64::NEG_INFINITY);
        out[2] += alone(f64::INFINITY, l);
        if let Some(d) = objective.probability(l) {
            out[3 + ((d * BINS as f64) as usize).min(BINS - 1)] += 1.0;
        }
    }
    out
}

/// The probability that an output stands for, or the output itself.
pub(super) fn shown(objective: Objective, l: f64) -> f64 {
    objective.probability(l).unwrap_or(l)
}
