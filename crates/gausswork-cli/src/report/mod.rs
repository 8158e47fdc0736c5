//! A stand-in until the page is there.
pub(crate) fn html(report: &gausswork::eval::report::Report) -> anyhow::Result<String> {
    Ok(format!("<!doctype html><title>{}</title>", report.seed))
}
