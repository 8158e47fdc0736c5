//! The encoder `q(z|x)`: a row to a diagonal normal over the latent.

use burn::tensor::Tensor;

use crate::dist::Normal;
use crate::fused::silu;
use crate::nn::{Leaves, Linear, Params, Residual};
use crate::noise::Noise;

/// Bounds of the log-variance of `q(z|x)`; the share of hits is logged at every step (`log_var_clamped`).
pub(super) const LOG_VAR_BOUNDS: (f64, f64) = (-12.0, 4.0);

/// An MLP with residual blocks from the embedded row to `mu` and `log_var`.
#[derive(Debug, Clone)]
pub struct Encoder {
    input: Linear,
    blocks: Vec<Residual>,
    output: Linear,
    latent: usize,
}

impl Encoder {
    /// An encoder of `input` numbers through `width` hidden units to `latent` dimensions.
    pub fn new(
        params: &mut Params,
        [input, width, latent]: [usize; 3],
        blocks: usize,
        noise: &Noise,
    ) -> Self {
        Self {
            input: Linear::new(params, "encoder.input", [input, width], 1.0, noise),
            blocks: (0..blocks)
                .map(|i| Residual::new(params, &format!("encoder.block{i}"), width, noise))
                .collect(),
            output: Linear::new(params, "encoder.output", [width, 2 * latent], 0.1, noise),
            latent,
        }
    }

    /// `embedded: [batch, input]` to `q(z|x)`, event size `latent`.
    pub fn forward(&self, leaves: &Leaves, embedded: Tensor<2>) -> Normal {
        let hidden = self.input.forward(leaves, embedded);
        let hidden = self.blocks.iter().fold(hidden, |hidden, block| block.forward(leaves, hidden));
        let output = self.output.forward(leaves, silu(hidden));
        let [batch, _] = output.dims();
        Normal {
            mu: output.clone().slice([0..batch, 0..self.latent]),
            log_var: output
                .slice([0..batch, self.latent..2 * self.latent])
                .clamp(LOG_VAR_BOUNDS.0, LOG_VAR_BOUNDS.1),
        }
    }
}
