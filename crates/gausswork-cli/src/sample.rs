//! `gausswork sample`: draw rows or images from a model.

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, value_parser};
use gausswork::artifact::Model;
use gausswork::data::image::ImageFrame;
use gausswork::data::table::{
    Clauses, Compression, Conditions, FileFormat, TableError, TableSchema, TableWriter, from_path,
};
use gausswork::run::{ImageRequest, SampleError, SampleRequest, Sampled, Way};
use gausswork::vae::image::Shown;

use crate::failure::{Interrupted, Usage};
use crate::output::{duration, grouped, significant, typed};
use crate::progress::Progress;
use crate::{args, images};

/// Draw rows or images from a model.
#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// A model file, or the run directory that holds it
    model: PathBuf,
    /// Rows [default: as many as were fitted], or images [default: 64]
    #[arg(short = 'n', long, value_name = "N", value_parser = value_parser!(u64).range(1..), help_heading = "Data")]
    rows: Option<u64>,
    /// Only rows that meet this, such as 'sex=Female,age>40'; may be given several times, all are to hold. By conditioning where the
    /// model was fitted with gan.generator.rows.conditions and a column is left one value, by rejection otherwise
    #[arg(long = "where", value_name = "CONDITION", help_heading = "Data")]
    conditions: Vec<Clauses>,
    /// Begin with this row, counted from 0; row i is the same whatever the offset
    #[arg(long, value_name = "ROW", default_value_t = 0, help_heading = "Data")]
    offset: u64,
    /// Seed of every random number [default: the model's]
    #[arg(long, value_name = "N", help_heading = "Data")]
    seed: Option<u64>,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), help_heading = "Data")]
    threads: Option<u16>,
    /// The file to write; "-" is stdout [default: stdout]. Of images a .png grid, an .npy array, an .npz of images and their
    /// labels, or a folder of PNG files, in folders by label
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Images: the expectation of each pixel under p(x|z), or a draw from it [default: expected]
    #[arg(long, value_name = "WHICH", value_parser = PossibleValuesParser::new(["expected", "drawn"])
        .map(|which| if which == "drawn" { Shown::Drawn } else { Shown::Expected }), help_heading = "Data")]
    pixels: Option<Shown>,
    /// Images of a model that is told labels (fit --labels told): only those of this one [default: labels as often as fitted]
    #[arg(long, value_name = "LABEL", help_heading = "Data")]
    label: Option<String>,
    /// csv, parquet, arrow or arrow-stream [default: by the file's extension, CSV on stdout]
    #[arg(long, value_parser = formats(), help_heading = "Output")]
    format: Option<FileFormat>,
}

/// The formats that `--format` knows.
pub(crate) fn formats() -> impl clap::builder::TypedValueParser<Value = FileFormat> {
    PossibleValuesParser::new(["csv", "parquet", "arrow", "arrow-stream"]).map(|name| match name.as_str() {
        "parquet" => FileFormat::Parquet,
        "arrow" => FileFormat::Arrow,
        "arrow-stream" => FileFormat::ArrowStream,
        _ => FileFormat::Csv,
    })
}

/// The file asked for, unless that is stdout.
pub(crate) fn destination(output: Option<&Path>) -> Option<&Path> {
    output.filter(|path| *path != Path::new("-"))
}

/// Opens a table to be written: a file, whole or not at all, or stdout.
///
/// # Errors
/// [`Usage`] where the extension and the format asked for differ; the library's.
pub(crate) fn writer(
    output: Option<&Path>,
    format: Option<FileFormat>,
    schema: &TableSchema,
) -> anyhow::Result<TableWriter> {
    let Some(path) = destination(output) else {
        let format = format.unwrap_or(FileFormat::Csv);
        return Ok(TableWriter::to_writer(Box::new(io::stdout()), format, schema)?);
    };
    Ok(match (from_path(path), format) {
        (Ok((promised, _)), Some(format)) if promised != format => {
            let problem =
                format!("{} is named as {promised}, but --format asks for {format}", path.display());
            return Err(Usage(format!("{problem}; leave --format out, or change the extension")).into());
        }
        (Err(_), Some(format)) => TableWriter::create_as(path, format, Compression::None, schema)?,
        _ => TableWriter::create(path, schema)?,
    })
}

/// Draws the rows.
///
/// # Errors
/// The library's; [`Interrupted`].
pub(crate) fn run(args: &SampleArgs) -> anyhow::Result<()> {
    let threads = args::threads(args.threads);
    let model = args::load(&args.model)?;
    if let Some(frame) = model.network.frame() {
        return of_images(args, &model, frame, threads);
    }
    let of_images = [("--pixels", args.pixels.is_some()), ("--label", args.label.is_some())];
    if let Some((flag, _)) = of_images.into_iter().find(|(_, given)| *given) {
        return Err(Usage(format!("{flag} is of images, and the model is of rows")).into());
    }
    let schema = &model.card.codec.schema;
    let request = SampleRequest {
        rows: args.rows.unwrap_or_else(|| schema.rows.max(1)),
        offset: args.offset,
        seed: args.seed.unwrap_or(model.card.seed),
        threads,
        conditions: Conditions::new(&args.conditions, schema)?,
    };
    // Before anything is written.
    model.can_draw(&request.conditions)?;
    let file = destination(args.output.as_deref());
    let mut progress = Progress::new("stopping");
    if file.is_none() {
        progress = progress.without_bar();
    }
    let interrupt = progress.interrupt.clone();
    interrupt.begin();
    let mut writer = writer(args.output.as_deref(), args.format, schema)?;
    let drawn = gausswork::run::sample(
        &model,
        &request,
        // Any error ends the drawing; which one it was is told below.
        &mut |batch| match interrupt.asked() {
            true => Err(SampleError::Table(TableError::BrokenPipe)),
            // Where few rows meet the conditions, it is asked now and then without any.
            false if batch.num_rows() == 0 => Ok(()),
            false => Ok(writer.write(batch)?),
        },
        &mut progress,
    );
    if interrupt.asked() {
        return Err(Interrupted.into());
    }
    let sampled = drawn?;
    writer.finish()?;
    progress.clear();
    let place = file.map_or_else(|| "stdout".to_owned(), typed);
    let (rows, seconds) = (grouped(request.rows), duration(progress.seconds()));
    let told = told(&sampled, &request.conditions, schema);
    progress.line(&format!("{rows} rows with seed {} to {place} in {seconds}{told}", request.seed));
    Ok(())
}

/// Images by default: a square grid.
const IMAGES: u64 = 64;

/// Draws images.
fn of_images(args: &SampleArgs, model: &Model, frame: &ImageFrame, threads: usize) -> anyhow::Result<()> {
    let of_rows = [("--where", !args.conditions.is_empty()), ("--format", args.format.is_some())];
    if let Some((flag, _)) = of_rows.into_iter().find(|(_, given)| *given) {
        return Err(Usage(format!("{flag} is of rows, and the model is of images")).into());
    }
    if args.pixels.is_some() && model.network.gan().is_some() {
        return Err(Usage("--pixels is of an autoencoder; a game has no p(x|z)".to_owned()).into());
    }
    let request = ImageRequest {
        count: args.rows.unwrap_or(IMAGES),
        offset: args.offset,
        shown: args.pixels.unwrap_or_default(),
        label: args.label.clone(),
        seed: args.seed.unwrap_or(model.card.seed),
        threads,
    };
    images::sample::run(model, frame, &request, args.output.as_deref())
}

/// How rows came to meet their conditions, if there were any.
fn told(sampled: &Sampled, conditions: &Conditions, schema: &TableSchema) -> String {
    let Sampled { way, drawn, met } = *sampled;
    let way = match way {
        Way::Rejection => "by rejection".to_owned(),
        Way::Conditioning { column } => {
            let name = schema.columns.get(column).map_or("?", |column| &column.name);
            let rest = if met < drawn { ", the rest by rejection" } else { "" };
            format!("by conditioning on {name}{rest}")
        }
        _ => return String::new(),
    };
    let share = significant(100.0 * met as f64 / drawn.max(1) as f64, 3);
    format!("; {share} % of {} drawn rows met {conditions} ({way})", grouped(drawn))
}
