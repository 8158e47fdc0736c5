//! The help of `fit` against the truth.

use clap::CommandFactory as _;
use gausswork::run::Config;

#[test]
fn help_names_the_true_defaults() {
    let command = crate::Cli::command();
    let (d, line) = (Config::default(), |flag: &str, value: String| {
        let fit = command.find_subcommand("fit");
        let argument = fit.and_then(|fit| fit.get_arguments().find(|a| a.get_long() == Some(flag)));
        let help = argument.and_then(|a| a.get_help()).map(ToString::to_string).unwrap_or_default();
        assert!(help.contains(&format!("[default: {value}")), "{flag}: {help}");
    });
    line("latent", d.model.latent.to_string());
    line("width", d.model.width.to_string());
    line("prior-components", d.prior.components.to_string());
    line("beta", d.objective.beta.to_string());
    line("free-bits", d.objective.free_bits.to_string());
    line("warm-up", d.objective.warm_up.to_string());
    line("shards", d.training.shards.to_string());
    let resolved = |kind| {
        let config = Config { kind, ..Config::default() }
            .resolved(1000, 10, gausswork::run::Of::Rows)
            .map_err(|e| e.to_string());
        config.ok().and_then(|config| config.training.learning_rate).unwrap_or(f64::NAN)
    };
    let [vae, gan] = [resolved(gausswork::run::Kind::Vae), resolved(gausswork::run::Kind::Gan)];
    line("learning-rate", format!("{vae}, of a GAN {gan}"));
    line("patience", d.training.patience.to_string());
    line("held-out", d.training.held_out.to_string());
    line("seed", d.seed.to_string());
    let images = Config::default().resolved_for_images(1000, 64).unwrap_or_default();
    let rate = images.training.learning_rate.unwrap_or(f64::NAN);
    line("learning-rate", format!("{vae}, of a GAN {gan}, of images {rate}"));
    line("latent", format!("{}, of images of more than 256 numbers 50", d.model.latent));
    line(
        "hidden",
        format!(
            "32 down to 16, fewer the more features there are; of images {} behind convolutions and {} without",
            d.images.network.dense[0], d.images.network.hidden[0]
        ),
    );
    line("importance-samples", d.images.objective.samples.to_string());
}
