//! stub
use clap::Args;
/// Score.
#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {}
/// Scores.
pub(crate) fn run(_: &ScoreArgs) -> anyhow::Result<()> {
    Ok(())
}
