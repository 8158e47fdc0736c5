//! What a model of images is, and its figures, in words.

use gausswork::artifact::ImageKind;
use gausswork::nn::image::{Architecture, ImageNetwork, Normalised};
use gausswork::vae::image::{EncoderGradient, Likelihood};

/// What the model is.
pub(crate) fn kind(kind: &ImageKind) -> String {
    let (config, frame) = (&kind.config, &kind.frame);
    let objective = match config.objective.samples {
        1 => "the evidence lower bound".to_owned(),
        samples => format!("the importance-weighted bound of {samples} samples"),
    };
    let gradient = match config.objective.gradient() {
        EncoderGradient::Total => "",
        EncoderGradient::StickingTheLanding => ", its gradient sticking the landing",
        EncoderGradient::DoublyReparameterised => ", its gradient doubly reparameterised",
    };
    let labels = match kind.shares.len() {
        0 => String::new(),
        labels => format!(", told {labels} labels"),
    };
    let likelihood = match config.likelihood() {
        Likelihood::Logistic { components: components @ 2.. } => {
            &format!("logistic ({components} components)")
        }
        _ => config.likelihood.name(),
    };
    format!(
        "variational autoencoder of images, {}{labels}: {} latent dimensions, {}, {likelihood} likelihood, fitted to {objective}{gradient}",
        frame.shape,
        config.latent(),
        network(&config.network),
    )
}

/// What its networks are.
fn network(network: &ImageNetwork) -> String {
    let normalised = match network.normalisation {
        Normalised::None => "",
        Normalised::Batch => " with batch normalisation",
        Normalised::Layer => " with layer normalisation",
    };
    match network.architecture {
        Architecture::Perceptron => {
            let hidden = if network.hidden.is_empty() { "none".to_owned() } else { listed(&network.hidden) };
            format!("hidden layers {hidden}{normalised}")
        }
        Architecture::Strided | Architecture::Residual => {
            let (name, width) = (network.architecture.name(), network.width);
            let dense = match network.dense.as_slice() {
                [] => String::new(),
                dense => format!(", hidden layers {}", listed(dense)),
            };
            format!("{name} convolutions from {width} features on{dense}{normalised}")
        }
    }
}

/// Sizes of layers, one after the other.
fn listed(units: &[usize]) -> String {
    units.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
}

/// What its figures are of.
pub(crate) fn scored(kind: &ImageKind) -> String {
    kind.config.what()
}

/// The figures of a fit: lines of name, value and remark.
pub(crate) fn figures(figures: &[(String, f64)], kind: &ImageKind) -> Vec<[String; 3]> {
    let find = |name: &str| figures.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
    let (whose, prefix) = match find("held_out_elbo") {
        Some(_) => ("held-out", "held_out"),
        None => ("training", "train"),
    };
    let of = |name: &str| find(&format!("{prefix}_{name}")).unwrap_or(f64::NAN);
    let mut lines = vec![[
        format!("{whose} ELBO"),
        format!("{:.3} ± {:.3} nats per image", of("elbo"), of("elbo_standard_error")),
        format!("distortion {:.3}, rate {:.3}", of("distortion"), of("rate")),
    ]];
    let weighted = format!("{prefix}_importance_weighted_");
    for (name, value) in figures {
        if let Some(samples) = name.strip_prefix(&weighted).filter(|rest| rest.parse::<u32>().is_ok()) {
            let error = of(&format!("importance_weighted_{samples}_standard_error"));
            lines.push([
                "importance-weighted bound".to_owned(),
                format!("{value:.3} ± {error:.3} nats per image"),
                format!("{samples} samples; {:.4} bits per dimension", of("bits_per_dimension")),
            ]);
        }
    }
    let interval = |name: &str| {
        let [least, most] = ["at_least", "at_most"].map(|end| find(&format!("{prefix}_{name}_{end}")));
        // Both are 0 at least, whatever an estimate says.
        least.zip(most).map(|(least, most)| format!("{:.3} to {:.3} nats", least.max(0.0), most.max(0.0)))
    };
    let images = of("aggregate_images");
    if let Some(information) = interval("information") {
        let remark = format!(
            "I(x; z) under q, of {images:.0} images; the lower end is at most log of that, {:.2}",
            images.ln()
        );
        lines.push(["information about the image".to_owned(), information, remark]);
    }
    if let Some(divergence) = interval("aggregate_divergence") {
        let remark =
            "KL(q(z) ‖ p(z)): the rate less the information; what samples from the prior miss".to_owned();
        lines.push(["aggregate posterior to prior".to_owned(), divergence, remark]);
    }
    if let Some(gap) = find("train_minus_held_out_elbo") {
        lines.push([
            "training less held-out ELBO".to_owned(),
            format!("{gap:.3} nats per image"),
            "the greater, the more it overfits".to_owned(),
        ]);
    }
    if let Some(active) = find("active_units") {
        let latent = kind.config.latent();
        let remark = "posterior mean varies by more than 0.01".to_owned();
        lines.push(["active latent units".to_owned(), format!("{active:.0} of {latent}"), remark]);
    }
    if let Some(collapse) = find("posterior_collapse") {
        let verdict = if collapse > 0.0 { "yes" } else { "no" }.to_owned();
        let remark = "yes below a rate of 0.1 nats, or with no active unit".to_owned();
        lines.push(["posterior collapse".to_owned(), verdict, remark]);
    }
    lines
}

/// What the names of the rates begin with; the dimension follows, from 1.
const RATE: &str = "rate_of_dimension_";

/// The rate of a dimension, counted from 1.
pub(crate) fn rate(figures: &[(String, f64)], dimension: usize) -> Option<f64> {
    figures.iter().find(|(name, _)| *name == format!("{RATE}{dimension:03}")).map(|(_, rate)| *rate)
}

/// The rates of the latent dimensions with their numbers, the greatest first.
pub(crate) fn rates(figures: &[(String, f64)]) -> String {
    let of = |(name, rate): &(String, f64)| Some((name.strip_prefix(RATE)?.parse::<usize>().ok()?, *rate));
    let mut rates: Vec<(usize, f64)> = figures.iter().filter_map(of).collect();
    rates.sort_by(|a, b| b.1.total_cmp(&a.1));
    let rates: Vec<String> = rates
        .into_iter()
        .map(|(dimension, rate)| format!("{:>10}", format!("{dimension}: {rate:.2}")))
        .collect();
    rates.chunks(8).map(|line| line.join("") + "\n").collect()
}
