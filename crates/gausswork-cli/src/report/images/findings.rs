//! What stands out of what there is to be seen.

use gausswork::artifact::Card;
use gausswork::run::ImageViews;

use super::super::number::{percent, plain};

/// A sentence with its gravity.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) class: &'static str,
    pub(super) symbol: &'static str,
    pub(super) gravity: &'static str,
    pub(super) text: String,
}

/// Samples that near to training images would be one in twenty if they were as far from them as unseen images are.
const NEAR: f64 = 0.05;
/// From this share on, samples are nearer than chance makes them: of 200, one in twenty is 0.05 ± 0.03.
const SUSPECT: f64 = 0.15;

/// What is to be said first.
pub(super) fn findings(card: &Card, views: &ImageViews) -> Vec<Found> {
    let good = |text: String| Found { class: "good", symbol: "✓", gravity: "Good", text };
    let note = |text: String| Found { class: "note", symbol: "i", gravity: "Note", text };
    let bad = |text: String| Found { class: "bad", symbol: "!", gravity: "Bad", text };
    let mut found = Vec::new();
    let latent = views.dimensions.len();
    let active = views.dimensions.iter().filter(|dimension| dimension.is_active()).count();
    let rate: f64 = views.dimensions.iter().map(|dimension| dimension.rate).sum();
    found.push(match active {
        0 => bad(format!(
            "Posterior collapse: none of {latent} latent dimensions says anything about images; lower images.objective.beta, or let it \
             rise over images.objective.warm-up steps."
        )),
        active => good(format!(
            "{active} of {latent} latent dimensions are active and carry {} nats per image.",
            plain(rate)
        )),
    });
    if let Some((_, gap)) = card.figures.iter().find(|(name, _)| name == "train_minus_held_out_elbo") {
        found.push(note(format!(
            "The bound is {} nats {} on training images than on held-out ones.",
            plain(gap.abs()),
            if *gap < 0.0 { "worse" } else { "better" }
        )));
    }
    let neighbours = &views.neighbours;
    if !neighbours.of_rebuilt.is_empty() {
        let near = quantile(&neighbours.of_rebuilt, NEAR);
        let nearer = neighbours.of_samples.iter().filter(|&&distance| distance < near).count();
        let share = nearer as f64 / neighbours.of_samples.len().max(1) as f64;
        let text = format!(
            "{} of samples lie nearer to a training image than the nearest {} of held-out images rebuilt do",
            percent(share),
            percent(NEAR)
        );
        found.push(match share < SUSPECT {
            true => good(format!("{text}: no sign that training images are repeated.")),
            false => {
                bad(format!("{text}: samples may repeat training images; look at the nearest ones below."))
            }
        });
    }
    found
}

/// The value that a share of numbers lies below; NaN of none.
pub(super) fn quantile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = (share * sorted.len() as f64) as usize;
    sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_numbers_of_the_list() {
        let numbers: Vec<f64> = (0..20).rev().map(f64::from).collect();
        assert_eq!([0.0, 0.05, 0.5, 1.0].map(|share| quantile(&numbers, share)), [0.0, 1.0, 10.0, 19.0]);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
