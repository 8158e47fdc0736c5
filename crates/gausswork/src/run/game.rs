//! How a game ended: its figures from the log, a fresh discriminator on what the finished generator makes, and the verdict.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use arrow::array::RecordBatch;
use serde_json::Value;

use super::fit::{FitError, leave};
use super::sample::{SampleRequest, sample};
use super::truth;
use crate::artifact::{self, Model, Network};
use crate::data::density::Against;
use crate::data::table::Conditions;
use crate::gan::{
    Class, Data, FRESH_ROWS, Field, GameRecord, Gan, Judgement, ModesCaptured, Objective, Recent, Verdict,
    as_seen, draw, fresh_discriminator, held_out, jensen_shannon_bound, judge,
};
use crate::layout::Features;
use crate::learner::Diverged;
use crate::noise::Noise;
use crate::train::Threads;

/// Name of the log within a run directory.
const LOG: &str = "train.jsonl";

/// What `train.jsonl` of a run directory says of a game; no points where there is no such file, or none of ours.
pub fn game_record(directory: &Path, objective: Objective) -> GameRecord {
    let mut record = GameRecord::new(objective);
    let Ok(file) = File::open(directory.join(LOG)) else { return record };
    for line in BufReader::new(file).lines().map_while(Result::ok) {
        let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
        // What is not finite was written as null.
        let figure = |name: &str| line.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
        record.take(line["step"].as_u64().unwrap_or(0), figure);
    }
    record
}

/// What a game was played on.
#[derive(Clone, Copy)]
pub(super) struct Played<'a> {
    pub data: Data<'a>,
    /// Rows or images to train on, and those held out.
    pub split: [&'a [u32]; 2],
}

/// Training images that a fresh discriminator sees at most; the steps draw several times as many.
const FRESH_IMAGES: usize = 10_000;

/// Leaves the model of a game that broke behind, with the weights of `step`, and the verdict that says so; the error to tell.
///
/// # Errors
/// Files that cannot be written.
pub(super) fn broken(
    model: &mut Model,
    diverged: Diverged,
    step: u64,
    directory: &Path,
) -> Result<FitError, FitError> {
    let kept = format!("the weights are those of step {step}, from before that");
    model.card.judgement =
        Some(Judgement { verdict: Verdict::Diverged, reasons: vec![diverged.to_string(), kept] });
    leave(model, directory)?;
    Ok(FitError::GameDiverged { diverged, step, path: directory.join(artifact::FILE_NAME) })
}

/// Judges a finished game, and adds to the card of its model the verdict and the figures behind it.
///
/// `against` are its rows beside a known density.
pub(super) fn conclude(
    model: &mut Model,
    played: Played<'_>,
    against: Option<&Against>,
    directory: &Path,
    workers: &Threads,
) -> Result<(), FitError> {
    let Network::Gan(gan) = &model.network else { return Ok(()) };
    let noise = Noise::new(model.card.seed);
    let mut record = game_record(directory, gan.config.objective());
    let mut figures = of_log(&record);
    let [train, held] = played.split;
    let seen = if held.is_empty() { train } else { held };
    let ended = held_out(gan, played.data, seen, &noise, workers);
    record.spread = ended.iter().find(|(name, _)| *name == "spread").map(|(_, spread)| *spread);
    figures.extend(ended.into_iter().map(|(name, value)| (name.to_owned(), value)));
    record.fresh = fresh(model, gan, played, &noise, workers)?;
    if let Some(fresh) = record.fresh {
        figures.push(("fresh_j_d".to_owned(), fresh.j_d));
        figures.push(("fresh_j_d_standard_error".to_owned(), fresh.standard_error));
        figures.push(("jsd_bound".to_owned(), jensen_shannon_bound(fresh.j_d)));
    }
    record.modes =
        against.map(|against| ModesCaptured { captured: against.sample.modes, of: against.modes_of });
    model.card.figures.extend(figures.into_iter().filter(|(_, value)| value.is_finite()));
    model.card.judgement = Some(judge(&record));
    Ok(())
}

/// Averages over the last quarter of the log; none of what the objective does not define.
fn of_log(record: &GameRecord) -> Vec<(String, f64)> {
    let Some(recent) = Recent::of(record) else { return Vec::new() };
    let named = [
        ("j_d", Some(recent.j_d)),
        ("j_g", Some(recent.j_g)),
        ("d_real", recent.real),
        ("d_fake", recent.fake),
        ("gradient_ratio", recent.gradient_ratio),
    ];
    named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// A fresh discriminator of rows that were held out against as many that the model draws; none without rows that were.
fn fresh(
    model: &Model,
    gan: &Gan,
    played: Played<'_>,
    noise: &Noise,
    workers: &Threads,
) -> Result<Option<crate::gan::FreshDiscriminator>, FitError> {
    let [train, held_out] = played.split;
    let most = match gan.field {
        Field::Rows | Field::Points(_) => FRESH_ROWS,
        Field::Images(_) => FRESH_IMAGES,
    };
    let train = super::figures::spread(train, most);
    if held_out.is_empty() {
        return Ok(None);
    }
    let drawn = Drawn::new(model, gan, train.len() + held_out.len(), workers)?;
    let (first, last) = (train.len() as u32, (train.len() + held_out.len()) as u32);
    let (learned, judged): (Vec<u32>, Vec<u32>) = ((0..first).collect(), (first..last).collect());
    let real = Class { data: played.data, train: &train, held_out };
    let samples = Class { data: drawn.data(), train: &learned, held_out: &judged };
    Ok(fresh_discriminator(gan, [real, samples], noise, workers))
}

/// Rows that a model drew, as a person gets them, encoded like its data: numbers rounded as the table's are.
enum Drawn {
    Rows(Features),
    Points(Vec<f32>),
}

impl Drawn {
    fn new(model: &Model, gan: &Gan, rows: usize, workers: &Threads) -> Result<Self, FitError> {
        if let Some(images) = draw(gan, [0, rows as u64], None, &Noise::new(model.card.seed), workers) {
            return Ok(Self::Points(as_seen(gan, &images)));
        }
        let (seed, threads) = (model.card.seed, workers.threads());
        let conditions = Conditions::default();
        let request = SampleRequest { rows: rows as u64, offset: 0, seed, threads, conditions };
        let mut batches: Vec<RecordBatch> = Vec::new();
        let mut keep = |batch: &RecordBatch| {
            batches.push(batch.clone());
            Ok(())
        };
        sample(model, &request, &mut keep, &mut ())?;
        if let Field::Points(affine) = &gan.field {
            let points: Vec<[f64; 2]> = batches.iter().filter_map(truth::points).flatten().collect();
            return Ok(Self::Points(affine.inverse(points.as_flattened())));
        }
        let mut all = Features::default();
        for batch in &batches {
            let some = model.card.codec.encode(batch).map_err(super::sample::SampleError::from)?;
            all.rows += some.rows;
            all.codes.extend(some.codes);
            all.scores.extend(some.scores);
            all.cells.extend(some.cells);
        }
        Ok(Self::Rows(all))
    }

    fn data(&self) -> Data<'_> {
        match self {
            Self::Rows(features) => Data::Rows(features),
            Self::Points(points) => Data::Points(points),
        }
    }
}
