//! Numbers that are not finite: where they come from first.

use burn::tensor::Tensor;

use super::GanLearner;
use crate::learner::{Diverged, Gradient};
use crate::nn::Params;

impl GanLearner<'_> {
    /// What went wrong in a term: the first tensor on its way, weights before what they make, that is not finite. `found` says so
    /// of the samples, the outputs of data and those of samples.
    pub(super) fn diverged(&self, step: u64, term: &str, found: &[f64]) -> Diverged {
        let of_weights =
            [&self.gan.generator_params, &self.gan.discriminator_params].into_iter().find_map(|params| {
                let at = params.values().iter().position(|w| !w.is_finite())?;
                Some(params.name_at(at).to_owned())
            });
        let outputs = ["the samples G(z)", "the outputs l(x)", "the outputs l(G(z))"];
        let first = found.iter().zip(outputs).find(|(count, _)| **count > 0.0);
        let tensor = of_weights.or_else(|| first.map(|(_, name)| name.to_owned()));
        let within = tensor.map(|tensor| format!(", first in {tensor},")).unwrap_or_default();
        Diverged { step, term: format!("{term}{within}"), column: None }
    }
}

/// 1 where a tensor holds a number that is not finite.
pub(super) fn broken(x: &Tensor<2>) -> f64 {
    // A sum in f32 may overflow where no number has; then each is looked at.
    let total: f64 = x.clone().sum().into_data().iter::<f64>().sum();
    let any = !total.is_finite() && x.to_data().iter::<f64>().any(|x| !x.is_finite());
    f64::from(u8::from(any))
}

/// Which parameter's gradient is not finite.
pub(super) fn bad_gradient(step: u64, player: &str, params: &Params, gradient: &Gradient) -> Diverged {
    let index = gradient.iter().flatten().position(|g| !g.is_finite()).unwrap_or(0);
    Diverged { step, term: format!("the {player}'s gradient of {}", params.name_at(index)), column: None }
}
