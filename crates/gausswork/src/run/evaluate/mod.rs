//! Evaluating synthetic tables: anyone's files, or rows drawn from a model.

mod error;
mod sets;

pub use error::EvaluateError;

use std::path::PathBuf;

use gausswork_eval::frame::{Domain, Frame};
use gausswork_eval::report::{
    self, Baselines, CurvePoint, Input, Limits, Provenance, Report, Source, Stage, Verdict,
};
use rayon::prelude::*;

use self::sets::{Gathered, draw, parts, read_real};
use super::frames::{Compared, cells, typed_beside};
use super::model_scores::model_scores;
use super::truth::Near;
use super::{Event, Observer};
use crate::artifact::Model;
use crate::data::density::MOST_POINTS;
use crate::data::table::{Raw, ReadOptions, TableError};
use crate::train::Threads;

/// Most rows that are drawn from a model to be evaluated; the same as are held against a density.
const MOST_DRAWN: u64 = MOST_POINTS;

/// What is evaluated, and how.
#[derive(Debug, Clone)]
pub struct EvaluateRequest<'a> {
    /// The real table.
    pub real: PathBuf,
    /// Real rows that no generator saw.
    pub holdout: Option<PathBuf>,
    /// Synthetic tables; where there are none, rows drawn from the model.
    pub synthetic: Vec<PathBuf>,
    /// The model behind the first synthetic table.
    pub model: Option<Modelled<'a>>,
    /// How tables are read.
    pub options: ReadOptions,
    /// The column that usefulness predicts.
    pub target: Option<String>,
    /// Which metrics.
    pub stages: Vec<Stage>,
    /// Baselines.
    pub baselines: Baselines,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
    /// The command line, for the report.
    pub command: String,
}

/// A model whose figures belong into the report.
#[derive(Debug, Clone)]
pub struct Modelled<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its training curve.
    pub curve: Vec<CurvePoint>,
    /// Importance samples per row.
    pub samples: usize,
}

/// Evaluates synthetic tables against a real one.
///
/// With a model of that very table, the rows that it held out are the holdout, unless one is given.
///
/// # Errors
/// See [`EvaluateError`].
pub fn evaluate(request: &EvaluateRequest<'_>, observer: &mut dyn Observer) -> Result<Report, EvaluateError> {
    let workers = Threads::new(request.threads)?;
    let beside: Vec<&PathBuf> = request.holdout.iter().chain(&request.synthetic).collect();
    for path in std::iter::once(&request.real).chain(beside.iter().copied()) {
        observer.observe(&Event::Stage(&format!("reading {}", path.display())));
    }
    // The real table says what the columns of the others are; until then those are read as text.
    let (real, beside) = workers.install(|| {
        rayon::join(
            || read_real(request),
            || -> Vec<_> {
                beside.into_par_iter().map(|path| (path, Raw::open(path, &request.options))).collect()
            },
        )
    });
    let real = real?;
    let schema = &real.schema;
    let compared = Compared::new(schema);
    if compared.columns.is_empty() {
        let mut kinds: Vec<String> = schema.columns.iter().map(|column| column.kind.to_string()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let path = request.real.clone();
        return Err(EvaluateError::NothingToCompare { path, kinds: kinds.join(" or ") });
    }
    let names: Vec<&str> = compared.columns.iter().map(|(name, _)| name.as_str()).collect();
    let target = match &request.target {
        None => None,
        Some(name) => match names.iter().position(|known| known == name) {
            Some(place) => Some(place),
            None => {
                return Err(EvaluateError::NoTarget { name: name.clone(), known: names.join(", ") });
            }
        },
    };

    let mut beside = workers
        .install(|| {
            beside
                .into_par_iter()
                .map(|(path, raw)| Ok((path, typed_beside(raw?, path, &request.options, schema)?)))
                .collect::<Result<Vec<_>, TableError>>()
        })?
        .into_iter();
    let mut gathered = Gathered::default();
    let parts = parts(&real, request, observer)?;
    let holdout = match (&request.holdout, &parts) {
        (Some(_), _) => {
            let read = beside.next();
            read.map(|read| gathered.keep("holdout", read, schema, &compared, observer)).transpose()?
        }
        (None, Some([_, held_out])) => {
            gathered.sources.push(Source {
                role: "holdout".to_owned(),
                name: format!("{} held out by the fit", request.real.display()),
                rows: held_out.len(),
                fingerprint: real.fingerprint.clone(),
            });
            None
        }
        (None, None) => None,
    };
    let mut tables = vec![cells(&real.batch, schema, schema, &compared).0];
    let mut labels = Vec::new();
    let beside_real = holdout.is_some();
    tables.extend(holdout);
    let mut near = Near::new(&request.real);
    for (path, read) in beside {
        near.keep(&read.table.batch);
        tables.push(gathered.keep("synthetic", (path, read), schema, &compared, observer)?);
        labels.push(
            path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned()),
        );
    }
    if let (true, Some(modelled)) = (request.synthetic.is_empty(), &request.model) {
        let rows = parts.as_ref().map_or(real.batch.num_rows(), |[train, _]| train.len()) as u64;
        let batch = draw(modelled.model, rows.min(MOST_DRAWN), request, observer)?;
        near.keep(&batch);
        let own = &modelled.model.card.codec.schema;
        gathered.sources.push(Source {
            role: "synthetic".to_owned(),
            name: format!("drawn from the model, seed {}", request.seed),
            rows: batch.num_rows(),
            fingerprint: String::new(),
        });
        tables.push(cells(&batch, own, schema, &compared).0);
        labels.push("model".to_owned());
    }
    if labels.is_empty() {
        return Err(EvaluateError::NoSynthetic);
    }
    let of_model = match &request.model {
        Some(modelled) => model_scores(modelled, &real, parts.as_ref(), request, &workers, observer)?,
        None => Vec::new(),
    };
    let fingerprint = real.fingerprint.clone();
    let left_out = compared.left_out.clone();
    drop(real);

    let names_of_sets = labels.clone();
    let (domain, frames) = Domain::align(compared.columns, tables)?;
    let mut frames = frames.into_iter();
    let all = frames.next().unwrap_or(Frame { rows: 0, columns: Vec::new() });
    let (training, holdout) = match (beside_real, parts) {
        (true, _) => (all, frames.next()),
        (false, Some([train, held_out])) => {
            let holdout = all.take(&held_out);
            (all.take(&train), Some(holdout))
        }
        (false, None) => (all, None),
    };
    gathered.sources.insert(
        0,
        Source {
            role: "real".to_owned(),
            name: request.real.display().to_string(),
            rows: training.rows,
            fingerprint,
        },
    );
    let input = Input {
        domain,
        left_out,
        training,
        holdout,
        synthetic: labels.into_iter().zip(frames).collect(),
        target,
        of_model,
        curve: request.model.as_ref().map(|modelled| modelled.curve.clone()).unwrap_or_default(),
        stages: request.stages.clone(),
        baselines: request.baselines,
        limits: Limits::default(),
        seed: request.seed,
        made: Provenance {
            command: request.command.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sources: gathered.sources,
        },
    };
    observer.observe(&Event::Stage("evaluating"));
    // The closure only tells; the work inside is done on the request's threads.
    let mut report = report::evaluate(&input, &mut |step| observer.observe(&Event::Metric(step)));
    add_notes(&mut report.verdict, &mut report.notes, gathered.notes);
    report.truth = workers.install(|| near.truth(&names_of_sets));
    Ok(report)
}

fn add_notes(verdict: &mut Verdict, notes: &mut Vec<String>, odd: Vec<(usize, String)>) {
    for (set, text) in odd {
        notes.push(text.clone());
        verdict.findings.push(report::Finding { set, gravity: report::Gravity::Bad, text });
    }
}
