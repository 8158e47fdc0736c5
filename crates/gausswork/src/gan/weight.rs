//! A weight of a discriminator as it acts: as it is, or divided by its spectral norm.

use burn::tensor::Tensor;

use super::spectral::{Normalisation, PowerIteration, spectral_norm};
use crate::nn::{Leaves, ParamId, Params};
use crate::noise::Noise;

/// `W` or `W/σ(W)`, a matrix `[input, output]`; the kernel of a convolution, `[height, width, channels, features]`, is the matrix that its
/// patches are multiplied by (Miyato et al. 2018, §4).
#[derive(Debug, Clone)]
pub(super) struct Weight {
    name: String,
    id: ParamId,
    output: usize,
    power: Option<PowerIteration>,
}

impl Weight {
    /// The weight `id`, which was added under `name`.
    pub(super) fn new(
        params: &mut Params,
        (name, id): (String, ParamId),
        sizes: [usize; 2],
        normalisation: Normalisation,
        noise: &Noise,
    ) -> Self {
        let power = match normalisation {
            Normalisation::None => None,
            Normalisation::Spectral => Some(PowerIteration::new(params, &name, id, sizes, noise)),
        };
        Self { name, id, output: sizes[1], power }
    }

    /// The weight that acts, a matrix.
    pub(super) fn acting(&self, leaves: &Leaves) -> Tensor<2> {
        let weight = leaves.get::<2>(self.id);
        match &self.power {
            None => weight,
            Some(power) => {
                let norm = power.norm(leaves, weight.clone());
                weight / norm
            }
        }
    }

    /// Leaves with the weight as it acts, which is made of that of `leaves`.
    pub(super) fn within(&self, acting: Leaves, leaves: &Leaves) -> Leaves {
        let Some(power) = &self.power else { return acting };
        let flat = leaves.flat(self.id);
        let count = flat.dims()[0];
        let norm = power.norm(leaves, flat.clone().reshape([count / self.output.max(1), self.output]));
        acting.with(self.id, flat / norm.reshape([1]))
    }

    /// One turn of the power iteration, if there is one.
    pub(super) fn advance(&self, params: &mut Params) {
        if let Some(power) = &self.power {
            power.advance(params, self.id);
        }
    }

    /// Its layer's name, and the spectral norm of the matrix that acts.
    pub(super) fn spectral_norm(&self, params: &Params) -> (String, f64) {
        let weight = params.get(self.id);
        let norm = spectral_norm(weight, weight.len() / self.output.max(1));
        let divisor = self.power.as_ref().map_or(1.0, |power| power.norm_on_host(params, self.id));
        (self.name.clone(), norm / divisor)
    }
}
