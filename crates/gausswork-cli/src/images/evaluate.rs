//! `gausswork evaluate` of sets of images.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use gausswork::data::image::{LabelSource, ReadImages};
use gausswork::eval::report::Baselines;
use gausswork::run::{Config, EvaluateImagesRequest, evaluate_images};

use super::reading::ReadArgs;
use super::scorecard;
use crate::args;
use crate::evaluate::{EvaluateArgs, Format, can_write, command, put};
use crate::output::{json_to_stdout, to_stdout, typed};
use crate::progress::Progress;
use crate::report::image_sets::html;

/// The flags of `evaluate` that are of images alone.
#[derive(Debug, Args)]
#[command(next_help_heading = "Images")]
pub(crate) struct ImageFlags {
    /// An extractor that --save-extractor kept: figures of two evaluations compare where it is the same [default: one is trained]
    #[arg(long, value_name = "FILE")]
    extractor: Option<PathBuf>,
    /// Keep the extractor that is trained
    #[arg(long, value_name = "FILE", conflicts_with = "extractor")]
    save_extractor: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadArgs,
    /// Where labels come from [default: found]
    #[arg(long, value_name = "WHERE", value_parser = PossibleValuesParser::new(["found", "ignored"])
        .map(|which| if which == "ignored" { LabelSource::Ignored } else { LabelSource::Found }))]
    labels: Option<LabelSource>,
}

impl ImageFlags {
    /// The flags that say something.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let own = [("--extractor", &self.extractor), ("--save-extractor", &self.save_extractor)];
        let own = own.into_iter().filter_map(|(name, file)| file.is_some().then_some(name));
        let labels = self.labels.map(|_| "--labels");
        own.chain(self.reading.given()).chain(labels).collect()
    }

    /// How images are read, where a configuration says how others were.
    fn options(&self, config: Config) -> ReadImages {
        let options = self.reading.options(config);
        ReadImages { labels: self.labels.unwrap_or(options.labels), ..options }
    }
}

/// Evaluates, prints and writes.
///
/// # Errors
/// The library's, and those of the files.
pub(crate) fn run(args: &EvaluateArgs, formats: &[Format]) -> anyhow::Result<()> {
    let flags = &args.images;
    if let Some(path) = &flags.save_extractor {
        can_write(path)?;
    }
    let model = args.model.as_deref().map(args::load).transpose()?;
    let config = model
        .as_ref()
        .map_or_else(|| Ok(Config::default()), |model| Config::from_toml(&model.card.config))?;
    let request = EvaluateImagesRequest {
        real: args.real.clone(),
        holdout: args.holdout.clone(),
        synthetic: args.synthetic.clone(),
        model: model.as_ref(),
        options: flags.options(config),
        extractor: flags.extractor.clone(),
        keep: flags.save_extractor.clone(),
        baselines: if args.no_baselines { Baselines::None } else { Baselines::All },
        seed: args.seed,
        threads: args::threads(args.threads),
        command: command(),
    };
    let mut progress = Progress::new("stopping");
    // Nothing is left half done by a signal, which ends the program.
    let report = evaluate_images(&request, &AtomicBool::new(false), &mut progress)?;
    progress.clear();
    for (path, format) in args.output.iter().zip(formats) {
        match format {
            Format::Html => put(path, &html(&report)?)?,
            Format::Json => put(path, &(serde_json::to_string_pretty(&report)? + "\n"))?,
        }
        progress.line(&format!("wrote {}", typed(path)));
    }
    if args.json {
        json_to_stdout(&serde_json::to_value(&report)?)
    } else {
        to_stdout(&scorecard::text(&report))
    }
}
