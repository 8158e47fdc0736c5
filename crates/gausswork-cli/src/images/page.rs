//! The page of a fit of images.

use std::path::Path;

use gausswork::artifact::Model;
use gausswork::run::image_views;

use crate::evaluate::{REPORT_FILES, put};
use crate::progress::Progress;
use crate::report;

/// Looks at a fresh model and leaves the page, and its figures as JSON, in the run directory.
///
/// # Errors
/// The library's, and those of the files.
pub(crate) fn write(
    model: &Model,
    directory: &Path,
    data: &Path,
    threads: usize,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let views = image_views(model, data, threads, progress)?;
    let name = data.file_name().unwrap_or(data.as_os_str()).to_string_lossy();
    let [page, figures] = REPORT_FILES.map(|name| directory.join(name));
    put(&page, &report::images::html(&model.card, directory, &views, &name)?)?;
    let told = report::images::json(&model.card, directory, &views);
    put(&figures, &(serde_json::to_string_pretty(&told)? + "\n"))
}
