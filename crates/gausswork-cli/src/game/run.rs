//! The game of a run directory: its figures over training, and its film.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use gausswork::artifact::{Card, ModelKind};
use gausswork::gan::{BINS, HISTOGRAM_FAKE, HISTOGRAM_REAL, Judgement, Objective};
use gausswork::learner::PlaneFrame;
use serde_json::{Map, Value};

/// What the names of the discriminator's spectral norms begin with; a number follows, from the input on.
const SPECTRAL: &str = "spectral_norm_";
/// Figures over the steps that are kept, besides spectral norms.
const NAMES: [&str; 9] = [
    "j_d",
    "j_g",
    "d_real",
    "d_fake",
    "logit_real",
    "logit_fake",
    "minimax_norm",
    "non_saturating_norm",
    "held_out_jsd_bound",
];
/// Most cells along a side of a frame's surface; ours have far fewer.
const MOST_ACROSS: usize = 1000;

/// A figure at steps, in their order.
pub(crate) type Series = Vec<(f64, f64)>;

/// What a run tells of its game.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Game {
    /// What the players wanted.
    pub(crate) objective: Objective,
    /// How the game ended, where that was judged.
    pub(crate) judgement: Option<Judgement>,
    /// Figures over training, by their names in `train.jsonl`; those that are not finite are left out.
    series: BTreeMap<String, Series>,
    /// Shares of held-out rows and of samples by D, at validations.
    pub(crate) histograms: Vec<Histogram>,
    /// The film, where the game was one in the plane.
    pub(crate) film: Vec<Shot>,
}

/// Shares by D, in twentieths from 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    /// The step.
    pub(crate) step: u64,
    /// Of held-out rows.
    pub(crate) real: [f64; BINS],
    /// Of samples.
    pub(crate) fake: [f64; BINS],
}

/// A frame of the film.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shot {
    /// The step.
    pub(crate) step: u64,
    /// What there is to see.
    pub(crate) frame: PlaneFrame,
}

impl Game {
    /// A game of which nothing is known yet.
    pub(crate) fn new(objective: Objective) -> Self {
        Self { objective, ..Self::default() }
    }

    /// The game of a model file or of the run directory that holds it; none of other kinds of model. Lines of its files that are
    /// not ours, or lack something, are passed over.
    pub(crate) fn read(model: &Path, card: &Card) -> Option<Self> {
        let ModelKind::Gan(kind) = &card.model else { return None };
        let directory = if model.is_dir() { Some(model) } else { model.parent() }.unwrap_or(Path::new(""));
        let mut game = Self::new(kind.config.objective());
        game.judgement = card.judgement.clone();
        for line in lines(&directory.join("train.jsonl")) {
            if let Ok(line) = serde_json::from_str(&line) {
                game.take(&line);
            }
        }
        game.film = lines(&directory.join("film.jsonl")).filter_map(|line| Shot::read(&line)).collect();
        Some(game)
    }

    /// Takes in a line of `train.jsonl`.
    pub(crate) fn take(&mut self, line: &Map<String, Value>) {
        let Some(step) = line.get("step").and_then(Value::as_u64) else { return };
        let figure = |name: &str| line.get(name).and_then(Value::as_f64).filter(|value| value.is_finite());
        let spectral = line.keys().filter(|name| name.starts_with(SPECTRAL)).map(String::as_str);
        for name in NAMES.into_iter().chain(spectral) {
            if let Some(value) = figure(name) {
                self.series.entry(name.to_owned()).or_default().push((step as f64, value));
            }
        }
        let shares = |names: [&str; BINS]| {
            let found = names.map(figure);
            found.iter().all(Option::is_some).then(|| found.map(Option::unwrap_or_default))
        };
        if let Some((real, fake)) = shares(HISTOGRAM_REAL).zip(shares(HISTOGRAM_FAKE)) {
            self.histograms.push(Histogram { step, real, fake });
        }
    }

    /// A figure over the steps; nothing where it is not known.
    pub(crate) fn series(&self, name: &str) -> &[(f64, f64)] {
        self.series.get(name).map_or(&[], Vec::as_slice)
    }

    /// The spectral norms of the discriminator's weights, from the input on.
    pub(crate) fn spectral(&self) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(|(name, _)| name.starts_with(SPECTRAL)).map(|(_, series)| series)
    }
}

impl Shot {
    /// A line of `film.jsonl`; none where it is not whole.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let line: Value = serde_json::from_str(line).ok()?;
        let step = line.get("step")?.as_u64()?;
        let frame: PlaneFrame = serde_json::from_value(line).ok()?;
        is_whole(&frame).then_some(Self { step, frame })
    }
}

/// Whether everything in a frame is a number, and its surface is a square.
fn is_whole(PlaneFrame { square: [low, high], points, across, surface }: &PlaneFrame) -> bool {
    let wide = (0..2).all(|axis| high[axis] > low[axis] && (high[axis] - low[axis]).is_finite());
    let finite = points.as_flattened().iter().chain(surface).all(|x| x.is_finite());
    wide && finite && *across <= MOST_ACROSS && surface.len() == across * across
}

/// The lines of a file; none where it cannot be read.
fn lines(path: &Path) -> impl Iterator<Item = String> {
    let file = File::open(path).ok().map(BufReader::new);
    file.into_iter().flat_map(|file| file.lines().map_while(Result::ok))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_lack_something_are_passed_over() {
        let mut game = Game::default();
        for line in [
            r#"{"step": 1, "j_d": 0.7, "d_real": null, "spectral_norm_01": 2.0, "spectral_norm_00": 1.0}"#,
            r#"{"j_d": 0.6}"#,
            r#"{"step": 2, "j_d": "high", "held_out_d_real_00": 1.0}"#,
        ] {
            game.take(&serde_json::from_str(line).unwrap());
        }
        assert_eq!(game.series("j_d"), [(1.0, 0.7)]);
        assert!(game.series("d_real").is_empty() && game.histograms.is_empty());
        assert_eq!(game.spectral().cloned().collect::<Vec<_>>(), [[(1.0, 1.0)], [(1.0, 2.0)]]);
    }

    #[test]
    fn a_broken_frame_is_no_frame() {
        let whole = r#"{"step": 1, "pass": "fit", "square": [[0, 0], [1, 1]], "points": [[0, 2]], "across": 1, "surface": [0.5]}"#;
        assert_eq!(Shot::read(whole).unwrap().step, 1);
        for (of_whole, broken) in
            [("[0.5]", "[0.5, 0.5]"), ("[[0, 0], [1, 1]]", "[[1, 1], [1, 1]]"), ("0.5", "null"), ("]}", "")]
        {
            assert_eq!(Shot::read(&whole.replace(of_whole, broken)), None, "{broken}");
        }
    }
}
