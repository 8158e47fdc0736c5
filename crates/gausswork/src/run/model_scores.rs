//! What a model says of held-out rows.

use std::path::Path;

use gausswork_eval::influence::variance_of_mean;
use gausswork_eval::privacy::membership_by_likelihood;
use gausswork_eval::score::{Metric, Score};

use super::evaluate::{EvaluateError, EvaluateRequest, Modelled};
use super::figures::spread;
use super::{Event, Observer};
use crate::data::table::{self, Table};
use crate::noise::Noise;
use crate::train::Threads;
use crate::vae::{RowBound, bounds};

/// Training rows, and as many held-out rows, whose bounds are computed.
const BOUND_ROWS: usize = 2000;

/// What the model says of held-out rows, and whether it betrays the training rows.
pub(super) fn model_scores(
    modelled: &Modelled<'_>,
    real: &Table,
    parts: Option<&[Vec<u32>; 2]>,
    request: &EvaluateRequest<'_>,
    workers: &Threads,
    observer: &mut dyn Observer,
) -> Result<Vec<Score>, EvaluateError> {
    let model = modelled.model;
    // Without a likelihood there is nothing to bound.
    let Some(vae) = model.network.vae() else { return Ok(Vec::new()) };
    observer.observe(&Event::Stage("bounding the likelihood of held-out rows"));
    let codec = &model.card.codec;
    let constants = codec.log_known();
    let noise = Noise::new(request.seed);
    let bound = |table: &Table, rows: &[u32], path: &Path| -> Result<Vec<RowBound>, EvaluateError> {
        let uncoded = |source| EvaluateError::Codec { path: path.to_path_buf(), source };
        let features = codec.encode(&table.batch).map_err(uncoded)?;
        let rows = spread(rows, BOUND_ROWS);
        Ok(bounds(vae, &features, &rows, modelled.samples, &constants, &noise, workers))
    };
    let every = |table: &Table| (0..table.batch.num_rows() as u32).collect::<Vec<u32>>();
    let (train, held) = match (&request.holdout, parts) {
        (Some(path), _) => {
            let holdout = table::read_as(path, &request.options, &codec.schema)?;
            let same = model.card.fingerprint == real.fingerprint;
            let train = if same { bound(real, &every(real), &request.real)? } else { Vec::new() };
            (train, bound(&holdout, &every(&holdout), path)?)
        }
        (None, Some([train, held_out])) => {
            (bound(real, train, &request.real)?, bound(real, held_out, &request.real)?)
        }
        // Rows of another table, or rows that were all trained on: only those of another table are unseen.
        (None, None) if model.card.fingerprint == real.fingerprint => return Ok(Vec::new()),
        (None, None) => (Vec::new(), bound(real, &every(real), &request.real)?),
    };
    let column = |rows: &[RowBound], of: &dyn Fn(&RowBound) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
    let elbo = |row: &RowBound| row.elbo();
    let sizes = [held.len(), 0];
    let mean = |metric, values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        Score::with_error(metric, mean, variance_of_mean(values).sqrt(), sizes)
    };
    let weighted = |row: &RowBound| row.importance_weighted;
    let mut scores = vec![
        mean(Metric::HeldOutElbo, &column(&held, &elbo)),
        mean(Metric::ImportanceWeighted, &column(&held, &weighted)),
        mean(Metric::EffectiveSamples, &column(&held, &|row| row.effective_samples)),
    ];
    if !train.is_empty() {
        let of_train = mean(Metric::HeldOutElbo, &column(&train, &elbo));
        let (gap, error) = of_train.difference(&scores[0]);
        scores.push(Score::with_error(Metric::Gap, gap, error.unwrap_or(0.0), [train.len() + held.len(), 0]));
        scores.extend(membership_by_likelihood(&column(&train, &weighted), &column(&held, &weighted)));
    }
    Ok(scores)
}
