//! Layers of hidden units.

use super::builder::{Builder, Then};
use super::stage::Stage;

/// From `from` numbers through layers of hidden units, called `hidden0` and so on, to features `to` by a layer `last`.
pub(super) fn perceptron(
    builder: &mut Builder<'_>,
    from: usize,
    hidden: &[usize],
    (last, to, then): (&str, [usize; 3], Then),
) -> Vec<Stage> {
    let (mut stages, mut inputs) = (Vec::new(), from);
    for (i, &units) in hidden.iter().enumerate() {
        stages.extend(builder.linear(&format!("hidden{i}"), inputs, [1, 1, units], Then::Normalised));
        inputs = units;
    }
    stages.extend(builder.linear(last, inputs, to, then));
    stages
}
