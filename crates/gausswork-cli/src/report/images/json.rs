//! What the page of a fit of images says, for programs.

use std::path::Path;

use gausswork::artifact::Card;
use gausswork::run::{EncoderViews, ImageViews};
use serde_json::{Map, Value, json};

use super::findings;
use crate::inspect::{self, Curve};

/// The figures of the page, and those behind its pictures; pixels apart.
pub(crate) fn json(card: &Card, directory: &Path, views: &ImageViews) -> Value {
    let figures: Map<String, Value> =
        card.figures.iter().map(|(name, value)| (name.clone(), (*value).into())).collect();
    let findings = findings::findings(card, views);
    let findings = findings.iter().map(|found| json!({ "gravity": found.class, "text": found.text }));
    let near = views.neighbours.nearest.iter().map(|near| {
        let near = near.iter().map(|near| json!({ "image": near.image + 1, "distance": near.distance }));
        near.collect::<Vec<_>>()
    });
    json!({
        "version": card.version,
        "seed": card.seed,
        "fingerprint": card.fingerprint,
        "model": inspect::kind(&card.model),
        "images": { "train": card.rows[0], "held_out": card.rows[1], "shape": views.frame.shape.to_string() },
        "findings": findings.collect::<Vec<_>>(),
        "figures": figures,
        "judgement": card.judgement,
        "curve": Curve::of(card, directory).json(),
        "encoder": views.encoder.as_ref().map(of_encoder),
        "nearest_training_image": {
            "of_samples": views.neighbours.of_samples,
            "of_held_out": views.neighbours.of_held_out,
            "of_rebuilt": views.neighbours.of_rebuilt,
        },
        "nearest_to_first_samples": near.collect::<Vec<_>>(),
    })
}

fn of_encoder(seen: &EncoderViews) -> Value {
    let dimension = |d: &gausswork::vae::Dimension| json!({ "dimension": d.dimension + 1, "rate": d.rate, "active": d.is_active() });
    let rebuilt = seen.rebuilt.iter().map(|image| {
        json!({
            "log_likelihood": image.log_likelihood,
            "log_likelihood_of_drawn": image.log_likelihood_of_drawn,
        })
    });
    json!({
        "dimensions": seen.dimensions.iter().map(dimension).collect::<Vec<_>>(),
        "rebuilt": rebuilt.collect::<Vec<_>>(),
    })
}
