//! What a model of images is, and its figures, in words.

use gausswork::artifact::ImageKind;

/// What the model is.
pub(crate) fn kind(kind: &ImageKind) -> String {
    let (config, frame) = (&kind.config, &kind.frame);
    let hidden = config.hidden.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    let objective = match config.objective.samples {
        1 => "the evidence lower bound".to_owned(),
        samples => format!("the importance-weighted bound of {samples} samples"),
    };
    format!(
        "variational autoencoder of images, {}: {} latent dimensions, hidden layers {}, {} likelihood, fitted to {objective}",
        frame.shape,
        config.latent(),
        if hidden.is_empty() { "none" } else { &hidden },
        config.likelihood.name()
    )
}

/// What its figures are of.
pub(crate) fn scored(kind: &ImageKind) -> &'static str {
    kind.config.likelihood().what()
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
