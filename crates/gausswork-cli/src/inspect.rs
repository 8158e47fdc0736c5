//! stub
use clap::Args;
/// Inspect.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {}
/// Inspects.
pub(crate) fn run(_: &InspectArgs) -> anyhow::Result<()> {
    Ok(())
}
