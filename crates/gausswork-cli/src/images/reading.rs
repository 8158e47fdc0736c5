//! The flags by which images are read.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use gausswork::data::image::{Channels, Crop, ReadImages, Size, Unreadable};
use gausswork::run::Config;

/// How images are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Images")]
pub(crate) struct ReadArgs {
    /// The part about the centre that is kept: "square", or HEIGHTxWIDTH
    #[arg(long, value_name = "SIZE")]
    crop: Option<Crop>,
    /// The size that every image gets, HEIGHTxWIDTH or one number for a square
    #[arg(long, value_name = "SIZE")]
    resize: Option<Size>,
    /// What every pixel is to hold [default: as the images have it]
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(["grey", "rgb"])
        .map(|what| if what == "rgb" { Channels::Rgb } else { Channels::Grey }))]
    channels: Option<Channels>,
    /// The numbers of an array that become 0 and 1 [default: found out]
    #[arg(long, value_name = "LOW,HIGH", value_parser = range, allow_hyphen_values = true)]
    range: Option<[f32; 2]>,
    /// What becomes of images that cannot be decoded [default: fail]
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(["fail", "skip"])
        .map(|what| if what == "skip" { Unreadable::Skip } else { Unreadable::Fail }))]
    unreadable: Option<Unreadable>,
}

impl ReadArgs {
    /// Overrides what flags say; the flags that do.
    pub(crate) fn apply(&self, config: &mut Config) -> Vec<&'static str> {
        let data = &mut config.data;
        data.crop = self.crop.or(data.crop);
        data.resize = self.resize.or(data.resize);
        data.channels = self.channels.or(data.channels);
        data.range = self.range.or(data.range);
        data.unreadable = self.unreadable.unwrap_or(data.unreadable);
        self.given()
    }

    /// The flags that say something.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let said = [
            ("--crop", self.crop.is_some()),
            ("--resize", self.resize.is_some()),
            ("--channels", self.channels.is_some()),
            ("--range", self.range.is_some()),
            ("--unreadable", self.unreadable.is_some()),
        ];
        said.into_iter().filter_map(|(name, given)| given.then_some(name)).collect()
    }

    /// How images are read, where a configuration says how others were.
    pub(crate) fn options(&self, mut config: Config) -> ReadImages {
        self.apply(&mut config);
        config.data.read_images()
    }
}

/// Two numbers, the lower one first.
fn range(text: &str) -> Result<[f32; 2], String> {
    let numbers: Vec<f32> = text.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    match numbers[..] {
        [low, high] if low < high && (high - low).is_finite() => Ok([low, high]),
        _ => Err(format!("\"{text}\" is not LOW,HIGH: two numbers, the lower one first")),
    }
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges_parse() {
        assert_eq!(range("0,300"), Ok([0.0, 300.0]));
        assert_eq!(range("-1, 1"), Ok([-1.0, 1.0]));
        for text in ["", "1", "3,2", "0,1,2", "a,b", "0,inf"] {
            assert!(range(text).is_err(), "{text}");
        }
    }
}
