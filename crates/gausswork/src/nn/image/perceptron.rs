//! Layers of hidden units.

use super::builder::{Builder, Then};
use super::stage::Stage;

/// From `from` numbers through layers of hidden units to features `to`, which start with the standard deviation `gain`.
pub(super) fn perceptron(
    builder: &mut Builder<'_>,
    from: usize,
    hidden: &[usize],
    to: [usize; 3],
    gain: f32,
) -> Vec<Stage> {
    let (mut stages, mut inputs) = (Vec::new(), from);
    for (i, &units) in hidden.iter().enumerate() {
        stages.extend(builder.linear(&format!("hidden{i}"), inputs, [1, 1, units], Then::Normalised));
        inputs = units;
    }
    stages.extend(builder.linear("output", inputs, to, Then::Nothing(gain)));
    stages
}
