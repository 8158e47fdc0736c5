//! What a game of images is, in words.

use gausswork::gan::{GanConfig, ImageField};
use gausswork::nn::image::{Architecture, ImageNetwork};

/// What the model is.
pub(crate) fn kind(config: &GanConfig, field: &ImageField) -> String {
    let labels = match field.labels() {
        0 => String::new(),
        labels => format!(", told {labels} labels"),
    };
    format!(
        "generative adversarial network of images, {}{labels}: {} game, {} latent dimensions, {} generator, {} discriminator, \
         packs of {}",
        field.frame.shape,
        config.objective().name(),
        config.latent(),
        network(&config.generator.images.network()),
        network(&config.discriminator.images.network()),
        config.discriminator.pac
    )
}

/// The kind of a player's network, and its sizes.
fn network(network: &ImageNetwork) -> String {
    let sizes = match network.architecture {
        Architecture::Perceptron => {
            network.hidden.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
        }
        Architecture::Strided | Architecture::Residual => format!("width {}", network.width),
    };
    format!("{} ({sizes})", network.architecture.name())
}
