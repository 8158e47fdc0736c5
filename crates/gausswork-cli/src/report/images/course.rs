//! How training went: figures over the steps, and the images of the same latents at its moments.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use gausswork::learner::ImagesFrame;
use gausswork::vae::image::ImageFrame;
use serde_json::Value;

use super::super::game::{Lines, Scale};
use super::super::ink::Svg;
use super::super::number::rounded;
use super::Inline;
use crate::output::grouped;

/// Frames that are shown, at most.
const FRAMES: usize = 12;
/// Figures over training, each of batches and of held-out images, and what they are.
const CURVES: [([&str; 2], &str); 3] = [
    (["train_elbo", "held_out_elbo"], "Evidence lower bound, nats per image"),
    (["train_distortion", "held_out_distortion"], "Distortion −E[log p(x|z)], nats per image"),
    (["train_rate", "held_out_rate"], "Rate KL(q(z|x) ‖ p(z)), nats per image"),
];

/// Figures and frames of a run; what cannot be read is left out.
#[derive(Debug, Default)]
pub(super) struct Course {
    series: BTreeMap<&'static str, Vec<(f64, f64)>>,
    frames: Vec<(u64, ImagesFrame)>,
}

impl Course {
    /// Reads the files of a run directory.
    pub(super) fn read(directory: &Path) -> Self {
        let mut course = Self::default();
        for line in lines(&directory.join("train.jsonl")) {
            let Some(step) = line["step"].as_f64().filter(|_| line["pass"] != "refit") else { continue };
            for name in CURVES.iter().flat_map(|(names, _)| *names) {
                if let Some(value) = line[name].as_f64().filter(|value| value.is_finite()) {
                    course.series.entry(name).or_default().push((step, value));
                }
            }
        }
        for line in lines(&directory.join("film.jsonl")) {
            let step = line["step"].as_u64();
            if let Some((step, frame)) = step.zip(serde_json::from_value(line).ok()) {
                course.frames.push((step, frame));
            }
        }
        course
    }

    /// The curves that have at least two points.
    ///
    /// # Errors
    /// A picture that cannot be drawn.
    pub(super) fn curves(&self) -> anyhow::Result<Vec<(Svg, String)>> {
        let mut curves = Vec::new();
        for (names, what) in CURVES {
            let series = names.map(|name| self.series.get(name).map_or(&[][..], Vec::as_slice));
            let Some(picture) = Lines::new(&series, Vec::new(), Scale::Numbers) else { continue };
            let ends = series[1].first().or(series[0].first()).zip(series[1].last().or(series[0].last()));
            let ends = ends.map_or(String::new(), |(from, to)| {
                format!(", from {} to {}", rounded(from.1, 4), rounded(to.1, 4))
            });
            let label = format!("{what}, over the steps of training{ends}.");
            let caption = format!("{what}, by step: solid, of training batches; dashed, of held-out images.");
            curves.push((Svg::new(&picture, label)?, caption));
        }
        Ok(curves)
    }

    /// The frames of images as the model's are, each with its step.
    ///
    /// # Errors
    /// A picture that cannot be drawn.
    pub(super) fn film(&self, model: &ImageFrame) -> anyhow::Result<Vec<(Inline, String)>> {
        let shape = model.shape;
        let shape = [shape.height, shape.width, shape.channels.count()];
        let fit = self.frames.iter().filter(|(_, frame)| frame.shape == shape);
        let mut film = Vec::new();
        for (step, frame) in fit.take(FRAMES) {
            let Some(values) = frame.values() else { continue };
            let columns = ((values.len() / model.shape.values()) as f64).sqrt().ceil() as usize;
            let told = format!("after step {}", grouped(*step));
            film.push((
                Inline::new(model, &values, columns, &format!("Images of the same latents {told}"))?,
                told,
            ));
        }
        Ok(film)
    }
}

/// The lines of a file that are JSON; none where it cannot be read.
fn lines(path: &Path) -> impl Iterator<Item = Value> {
    let file = File::open(path).ok().map(BufReader::new);
    let lines = file.into_iter().flat_map(|file| file.lines().map_while(Result::ok));
    lines.filter_map(|line| serde_json::from_str(&line).ok())
}
