//! What a resumed fit of an autoencoder needs, as named flat arrays.

use crate::nn::{Adam, Params};

/// Weights, the optimiser's moments, the average and the best weights.
pub(super) fn of(params: &Params, adam: &Adam, best: &[f32]) -> Vec<(String, Vec<f32>)> {
    [
        ("weights", params.values()),
        ("adam.m", &adam.m),
        ("adam.v", &adam.v),
        ("average", &adam.average),
        ("best", best),
    ]
    .into_iter()
    .map(|(name, values)| (name.to_owned(), values.to_vec()))
    .collect()
}

/// Takes back what [`of`] gave; false where names or sizes do not fit.
pub(super) fn restore(
    params: &mut Params,
    adam: &mut Adam,
    best: &mut [f32],
    state: &[(String, Vec<f32>)],
) -> bool {
    let Adam { m, v, average, .. } = adam;
    let targets: [(&str, &mut [f32]); 5] = [
        ("weights", params.values_mut()),
        ("adam.m", m),
        ("adam.v", v),
        ("average", average),
        ("best", best),
    ];
    for (name, target) in targets {
        match state.iter().find(|(n, values)| n == name && values.len() == target.len()) {
            Some((_, values)) => target.copy_from_slice(values),
            None => return false,
        }
    }
    true
}
