//! What a game of images is, in words.

use gausswork::gan::{GanConfig, ImageField};

/// What the model is.
pub(crate) fn kind(config: &GanConfig, field: &ImageField) -> String {
    let (generator, discriminator) = (&config.generator.images, &config.discriminator.images);
    let labels = match field.labels() {
        0 => String::new(),
        labels => format!(", told {labels} labels"),
    };
    format!(
        "generative adversarial network of images, {}{labels}: {} game, {} latent dimensions, {} generator of width {}, {} \
         discriminator of width {}, packs of {}",
        field.frame.shape,
        config.objective().name(),
        config.latent(),
        generator.architecture.name(),
        generator.network().width,
        discriminator.architecture.name(),
        discriminator.network().width,
        config.discriminator.pac
    )
}
