//! `gausswork fit`: learn a model of a table or a set of images and write a run directory.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gausswork::data::density::DensitySource;
use gausswork::eval::report::Report;
use gausswork::run::{Existing, Finished, Run};
use gausswork::train::Ended;

use crate::fit_args::FitArgs;
use crate::images::args::Sort;
use crate::output::typed;
use crate::progress::Progress;
use crate::{args, evaluate, images, plan, summary};

/// What the first signal says.
const STOPPING: &str = "finishing with the best model so far; press again to abort";

/// Fits, resumes or plans.
///
/// # Errors
/// The library's; [`crate::failure::Usage`] for flags that cannot be meant.
pub(crate) fn run(args: &FitArgs) -> anyhow::Result<()> {
    let threads = args::threads(args.training.threads);
    if let Some(directory) = &args.training.resume {
        return resume(args, directory, threads);
    }
    // Clap has made sure of it.
    let data = args.table.clone().context("DATA is missing")?;
    let sort = Sort::of(&data);
    let config = args.config(sort)?;
    let mut progress = Progress::new(STOPPING);
    if args.output.dry_run && sort == Sort::Images {
        return images::plan::run(&data, config, threads, args.output.json, progress);
    }
    if args.output.dry_run {
        return plan::run(&data, config, threads, args.output.json, progress);
    }
    let directory = args.output.out.clone().unwrap_or_else(|| free_directory(&data));
    let existing = if args.output.force { Existing::Replace } else { Existing::Keep };
    let run = Run { data: data.clone(), directory, existing, threads };
    let interrupt = progress.interrupt.clone();
    let finished = gausswork::run::fit(&run, config, &interrupt.stop, &mut progress)?;
    let report = report(args, &finished, &run.directory, &data, threads, &mut progress)?;
    summary::tell(&run.directory, Some(&data), &finished, report.as_ref(), &progress, args.output.json)
}

fn resume(args: &FitArgs, directory: &Path, threads: usize) -> anyhow::Result<()> {
    let data = args.table.as_deref();
    let source = match data {
        Some(path) => path.to_path_buf(),
        // What is wrong with the directory is said below.
        None => {
            PathBuf::from(std::fs::read_to_string(directory.join("data.path")).unwrap_or_default().trim())
        }
    };
    let config = if args.configures() { Some(args.config(Sort::of(&source))?) } else { None };
    let mut progress = Progress::new(STOPPING);
    let interrupt = progress.interrupt.clone();
    let stop = &interrupt.stop;
    let finished = gausswork::run::resume(directory, data, config.as_ref(), threads, stop, &mut progress)?;
    let report = report(args, &finished, directory, &source, threads, &mut progress)?;
    summary::tell(directory, data, &finished, report.as_ref(), &progress, args.output.json)
}

/// The report on held-out rows, unless it is not wanted or the fit was broken off.
fn report(
    args: &FitArgs,
    finished: &Finished,
    directory: &Path,
    data: &Path,
    threads: usize,
    progress: &mut Progress,
) -> anyhow::Result<Option<Report>> {
    if args.output.no_report || finished.ended == Ended::Interrupted {
        return Ok(None);
    }
    let run = typed(directory);
    if finished.model.network.frame().is_some() {
        let page = images::page::write(&finished.model, directory, data, threads, progress);
        return page.map(|()| None).with_context(|| format!("the model is in {run}, but its page failed"));
    }
    let report = evaluate::of_fit(&finished.model, directory, data, threads, progress);
    report.map(Some).with_context(|| {
        let again = format!("gausswork evaluate {} --model {run}", typed(data));
        format!("the model is in {run}, but its report failed; `{again}` tries again")
    })
}

/// The first of `runs/NAME`, `runs/NAME-2`, `runs/NAME-3` … that does not exist.
fn free_directory(data: &Path) -> PathBuf {
    let name = data.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let stem = plain.rsplit_once('.').map_or(plain, |(stem, _)| stem);
    let density = DensitySource::named(data).and_then(Result::ok).map(|source| source.directory_name());
    let stem = density.as_deref().unwrap_or(if stem.is_empty() { "table" } else { stem });
    let numbered =
        |n: u64| Path::new("runs").join(if n == 1 { stem.to_owned() } else { format!("{stem}-{n}") });
    (1..).map(numbered).find(|path| !path.exists()).unwrap_or_else(|| numbered(1))
}
