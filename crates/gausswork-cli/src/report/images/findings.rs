//! What stands out of what there is to be seen.

use gausswork::artifact::Card;
use gausswork::gan::{Judgement, Verdict};
use gausswork::run::{EncoderViews, ImageViews, Neighbours};
use gausswork_eval::report::Gravity;

use super::super::findings::Found;
use super::super::number::{percent, plain};

/// Samples that near to training images would be one in twenty if they were as far from them as unseen images are.
const NEAR: f64 = 0.05;
/// From this share on, samples are nearer than chance makes them: of 200, one in twenty is 0.05 ± 0.03.
const SUSPECT: f64 = 0.15;

/// What is to be said first.
pub(super) fn findings(card: &Card, views: &ImageViews) -> Vec<Found> {
    let mut found = Vec::new();
    found.extend(card.judgement.as_ref().map(of_game));
    found.extend(views.encoder.as_ref().map(of_latents));
    if let Some((_, gap)) = card.figures.iter().find(|(name, _)| name == "train_minus_held_out_elbo") {
        found.push(note(format!(
            "The bound is {} nats {} on training images than on held-out ones.",
            plain(gap.abs()),
            if *gap < 0.0 { "worse" } else { "better" }
        )));
    }
    found.extend(of_neighbours(&views.neighbours));
    found
}

fn good(text: String) -> Found {
    Found::new(Gravity::Good, "Good", text)
}

fn note(text: String) -> Found {
    Found::new(Gravity::Note, "Note", text)
}

fn bad(text: String) -> Found {
    Found::new(Gravity::Bad, "Bad", text)
}

/// How the game ended; its reasons stand beside its curves.
fn of_game(judgement: &Judgement) -> Found {
    let verdict = judgement.verdict.name().replace('-', " ");
    let reason = judgement.reasons.first().map_or("", |reason| reason.trim_end_matches('.'));
    let text = format!("Verdict on the game: {verdict}; {reason}.");
    match judgement.verdict {
        Verdict::Converged => good(text),
        Verdict::Undecided => note(text),
        Verdict::DiscriminatorWon
        | Verdict::DeadDiscriminator
        | Verdict::Oscillating
        | Verdict::Collapsed
        | Verdict::Diverged => bad(text),
    }
}

/// Whether latents say anything.
fn of_latents(seen: &EncoderViews) -> Found {
    let latent = seen.dimensions.len();
    let active = seen.dimensions.iter().filter(|dimension| dimension.is_active()).count();
    let rate: f64 = seen.dimensions.iter().map(|dimension| dimension.rate).sum();
    match active {
        0 => bad(format!(
            "Posterior collapse: none of {latent} latent dimensions says anything about images; lower images.objective.beta, or let it \
             rise over images.objective.warm-up steps."
        )),
        active => good(format!(
            "{active} of {latent} latent dimensions are active and carry {} nats per image.",
            plain(rate)
        )),
    }
}

/// Whether samples are nearer to training images than images are that the model has never seen; nothing where none were held out.
fn of_neighbours(neighbours: &Neighbours) -> Option<Found> {
    // Samples of an autoencoder are smooth, and so is what it makes of images.
    let (unseen, what) = match neighbours.of_rebuilt.is_empty() {
        true => (&neighbours.of_held_out, "held-out images"),
        false => (&neighbours.of_rebuilt, "held-out images rebuilt"),
    };
    if unseen.is_empty() {
        return None;
    }
    let near = quantile(unseen, NEAR);
    let nearer = neighbours.of_samples.iter().filter(|&&distance| distance < near).count();
    let share = nearer as f64 / neighbours.of_samples.len().max(1) as f64;
    let text = format!(
        "{} of samples lie nearer to a training image than the nearest {} of {what} do",
        percent(share),
        percent(NEAR)
    );
    Some(match share < SUSPECT {
        true => good(format!("{text}: no sign that training images are repeated.")),
        false => bad(format!("{text}: samples may repeat training images; look at the nearest ones below.")),
    })
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
