//! The flags of `fit` that are of images alone.

use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use gausswork::data::image::{LabelSource, LabelUse, is_image_set};
use gausswork::nn::image::{Architecture, Normalised};
use gausswork::run::Config;
use gausswork::vae::image::{Binarisation, Family};

use super::reading::ReadArgs;

/// What is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A table.
    Table,
    /// A set of images.
    Images,
}

impl Sort {
    /// What a path leads to.
    pub(crate) fn of(path: &Path) -> Self {
        if is_image_set(path) { Self::Images } else { Self::Table }
    }
}

/// What becomes of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LabelFlag {
    Found,
    Ignored,
    Told,
}

/// How images are read, and what is said of their pixels.
#[derive(Debug, Args)]
#[command(next_help_heading = "Images")]
pub(crate) struct ImageArgs {
    #[command(flatten)]
    reading: ReadArgs,
    /// What becomes of labels: they are found and shown, ignored, or told to the model too, so that images can be drawn by them and the
    /// bounds are on log p(x|y) [default: found]
    #[arg(long, value_name = "WHAT")]
    labels: Option<LabelFlag>,
    /// How encoder and decoder are connected: hidden layers, convolutions that halve the image, or residual blocks of convolutions
    /// [default: strided, of a game of images of up to 256 numbers perceptron]
    #[arg(long, value_name = "WHICH", value_parser = PossibleValuesParser::new(Architecture::ALL.map(Architecture::name))
        .map(|name| Architecture::ALL.into_iter().find(|which| which.name() == name).unwrap_or_default()))]
    network: Option<Architecture>,
    /// What normalises between the layers of these networks [default: none]
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(Normalised::ALL.map(Normalised::name))
        .map(|name| Normalised::ALL.into_iter().find(|what| what.name() == name).unwrap_or_default()))]
    normalisation: Option<Normalised>,
    /// What is said of a pixel: that it is black or white, a density, or the probability of its level [default: bernoulli]
    #[arg(long, value_name = "FAMILY", value_parser = PossibleValuesParser::new(Family::ALL.map(Family::name))
        .map(|name| Family::ALL.into_iter().find(|family| family.name() == name).unwrap_or_default()))]
    likelihood: Option<Family>,
    /// What stands for grey levels where pixels are black or white: new coin flips each time an image is seen, flips made once, or
    /// the levels themselves, which is then no likelihood [default: dynamic]
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(["dynamic", "static", "none"])
        .map(|how| match how.as_str() {
            "static" => Binarisation::Static,
            "none" => Binarisation::None,
            _ => Binarisation::Dynamic,
        }))]
    binarisation: Option<Binarisation>,
    /// Importance samples of the bound that training maximises; 1 is the ELBO [default: 1]
    #[arg(long, value_name = "K")]
    importance_samples: Option<usize>,
}

impl ImageArgs {
    /// Whether it says how layers are connected.
    pub(crate) fn networks(&self) -> bool {
        self.network.is_some()
    }

    /// Overrides what becomes of labels, once it is known what kind of model is fitted.
    pub(crate) fn tell(&self, config: &mut Config) {
        let Some(flag) = self.labels else { return };
        config.data.labels = match flag {
            LabelFlag::Found | LabelFlag::Told => LabelSource::Found,
            LabelFlag::Ignored => LabelSource::Ignored,
        };
        config.tell(match flag {
            LabelFlag::Found | LabelFlag::Ignored => LabelUse::Ignored,
            LabelFlag::Told => LabelUse::Told,
        });
    }

    /// Overrides what flags say; the flags that do.
    pub(crate) fn apply(&self, config: &mut Config) -> Vec<&'static str> {
        let mut said = self.reading.apply(config);
        said.extend(self.labels.map(|_| "--labels"));
        let images = &mut config.images;
        let mut say = |name: &'static str, given: bool| {
            if given {
                said.push(name);
            }
        };
        say("--network", set(self.network, &mut images.network.architecture));
        say("--normalisation", set(self.normalisation, &mut images.network.normalisation));
        say("--likelihood", set(self.likelihood, &mut images.likelihood));
        say("--binarisation", set(self.binarisation, &mut images.binarisation));
        say("--importance-samples", set(self.importance_samples, &mut images.objective.samples));
        said
    }
}

/// Overrides a value where a flag gives one; whether it does.
fn set<T>(flag: Option<T>, value: &mut T) -> bool {
    flag.map(|given| *value = given).is_some()
}
