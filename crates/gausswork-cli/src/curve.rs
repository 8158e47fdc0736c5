//! The training curve that a run directory holds.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use gausswork::eval::report::CurvePoint;
use serde_json::Value;

/// The validations in `train.jsonl` of a run: pass, step, training ELBO and held-out ELBO. None where there is no
/// such file, or lines that are not ours.
pub(crate) fn validations(model: &Path) -> Vec<[Value; 4]> {
    let directory = if model.is_dir() { Some(model) } else { model.parent() };
    let path = directory.unwrap_or(Path::new("")).join("train.jsonl");
    let Ok(file) = std::fs::File::open(path) else { return Vec::new() };
    let mut train = Value::Null;
    let mut points = Vec::new();
    for line in BufReader::new(file).lines().map_while(Result::ok) {
        let Ok(mut line) = serde_json::from_str::<Value>(&line) else { continue };
        if !line["train_elbo"].is_null() {
            train = line["train_elbo"].take();
        }
        if line.get("held_out_elbo").is_some() {
            points.push([
                line["pass"].take(),
                line["step"].take(),
                train.clone(),
                line["held_out_elbo"].take(),
            ]);
        }
    }
    points
}

/// The validations of the fit as points of a curve; those of a refit, which holds nothing out, are left out.
pub(crate) fn points(model: &Path) -> Vec<CurvePoint> {
    let fitted = validations(model).into_iter().filter(|[pass, ..]| pass.as_str() != Some("refit"));
    fitted
        .map(|[_, step, train, held_out]| CurvePoint {
            step: step.as_u64().unwrap_or(0),
            train_elbo: train.as_f64(),
            held_out_elbo: held_out.as_f64(),
        })
        .collect()
}
