//! The page of a fit of images.

use std::path::Path;

use anyhow::Context as _;
use gausswork::artifact::Model;
use gausswork::run::image_views;
use gausswork::whole::write_whole;

use crate::output::typed;
use crate::progress::Progress;
use crate::report;

/// Looks at a fresh model and leaves the page in the run directory.
///
/// # Errors
/// The library's, and those of the file.
pub(crate) fn write(
    model: &Model,
    directory: &Path,
    data: &Path,
    threads: usize,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let views = image_views(model, data, threads, progress)?;
    let name = data.file_name().unwrap_or(data.as_os_str()).to_string_lossy();
    let page = report::images::html(&model.card, directory, &views, &name)?;
    let path = directory.join("report.html");
    write_whole(&path, page.as_bytes()).with_context(|| format!("cannot write {}", typed(&path)))
}
