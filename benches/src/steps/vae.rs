//! A variational autoencoder of two multilayer perceptrons, without its likelihood.

use burn::tensor::Tensor;
use gausswork::dist::Normal;
use gausswork::fused::Activation;
use gausswork::nn::{Leaves, Linear, Params};
use gausswork::noise::Noise;

/// Encoder and decoder of two hidden layers each, with ReLU.
#[derive(Debug)]
pub(super) struct Mlps {
    encoder: [Linear; 3],
    decoder: [Linear; 3],
    latent: usize,
}

impl Mlps {
    /// Networks from `data` numbers through `hidden` twice to `latent` means and log-variances, and back.
    pub(super) fn new(params: &mut Params, [data, hidden, latent]: [usize; 3], noise: &Noise) -> Self {
        let mut layer = |name: &str, shape, gain| Linear::new(params, name, shape, gain, noise);
        Self {
            encoder: [
                layer("encoder.0", [data, hidden], 1.4),
                layer("encoder.1", [hidden, hidden], 1.4),
                layer("encoder.2", [hidden, 2 * latent], 0.5),
            ],
            decoder: [
                layer("decoder.0", [latent, hidden], 1.4),
                layer("decoder.1", [hidden, hidden], 1.4),
                layer("decoder.2", [hidden, data], 0.5),
            ],
            latent,
        }
    }

    /// `x: [batch, data]` and `epsilon: [batch, latent]` to the posterior and the decoder's output, `[batch, data]`.
    pub(super) fn forward(&self, leaves: &Leaves, x: Tensor<2>, epsilon: Tensor<2>) -> (Normal, Tensor<2>) {
        let encoded = perceptron(leaves, &self.encoder, x);
        let posterior = Normal {
            mu: encoded.clone().narrow(1, 0, self.latent),
            log_var: encoded.narrow(1, self.latent, self.latent),
        };
        let decoded = perceptron(leaves, &self.decoder, posterior.reparameterised(epsilon));
        (posterior, decoded)
    }
}

fn perceptron(leaves: &Leaves, [first, second, last]: &[Linear; 3], x: Tensor<2>) -> Tensor<2> {
    let hidden = first.activated(leaves, x, Activation::Relu);
    last.forward(leaves, second.activated(leaves, hidden, Activation::Relu))
}
