//! Figures of rows beside a density that is known, in words: for the terminal and for the page.

use crate::output::significant;

/// A figure.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// What it is.
    pub(crate) title: &'static str,
    /// Its unit, or which way is better.
    pub(crate) unit: &'static str,
    /// Its value.
    pub(crate) value: String,
    /// Its value at a fresh sample of the density; empty where that says nothing.
    pub(crate) truth: String,
    /// How it is estimated.
    pub(crate) estimator: &'static str,
}

/// The figures that are known; none where no density is.
pub(crate) fn figures(find: impl Fn(&str) -> Option<f64>) -> Vec<Figure> {
    let Some([modes, of]) = find("modes").zip(find("modes_of")).map(|(a, b)| [a, b]) else {
        return Vec::new();
    };
    let percent = |value: f64| format!("{:.2} %", 100.0 * value);
    let number = |value: f64| format!("{value:.4}");
    let or =
        |value: Option<f64>, show: &dyn Fn(f64) -> String, none: &str| value.map_or(none.to_owned(), show);
    let log = |value: f64| significant(value, 4);
    let mut out = vec![
        Figure {
            title: "modes captured",
            unit: "higher is better",
            value: format!("{modes} of {of}"),
            truth: format!("{of} of {of}"),
            estimator: "Modes that are the nearest of at least one of 2,500 rows, within three standard deviations (VEEGAN, \
                        arXiv 1705.07761; PacGAN, arXiv 1712.04086). A moon, a square of the board and a sixteenth of the \
                        spiral count as modes.",
        },
        Figure {
            title: "high-quality rows",
            unit: "near the truth's",
            value: or(find("high_quality"), &percent, "–"),
            truth: or(find("high_quality_of_truth"), &percent, "–"),
            estimator: "Share of 2,500 rows within three standard deviations of the nearest mode, or in a square of the board \
                        (ibid.). Of rows drawn from round normals it is 1 − exp(−9/2) = 98.89 %; more than that is too narrow.",
        },
        Figure {
            title: "reverse KL divergence over modes",
            unit: "nats, lower is better",
            value: or(find("reverse_kl"), &number, "–"),
            truth: or(find("reverse_kl_of_truth"), &number, "–"),
            estimator: "KL(h ‖ uniform) of the shares h of the modes among high-quality rows (ibid.); at most the logarithm of \
                        the number of modes. A sample of the truth has (modes − 1)/5,000 on average.",
        },
        Figure {
            title: "Jensen–Shannon divergence",
            unit: "nats, lower is better",
            value: or(find("jsd"), &number, "–"),
            truth: or(find("jsd_floor"), &number, "–"),
            estimator: "Of all rows as a histogram, against the exact mass of the density in each of its cells, which are \
                        narrower than a standard deviation wherever there is mass. Too low by what differs within a cell, too \
                        high by about cells/8n for n rows: the fresh sample has this floor alone. At most log 2 = 0.6931.",
        },
        Figure {
            title: "mean log-density",
            unit: "nats per row, near the truth's",
            value: or(find("mean_log_density"), &log, "−∞"),
            truth: or(find("mean_log_density_of_truth"), &log, "–"),
            estimator: "Mean of the exact log p(x) over all rows; −∞ where one of them is where there is no density. The truth's \
                        is the negative entropy; more than that is too narrow.",
        },
    ];
    if let Some(outside) = find("outside") {
        out.push(Figure {
            title: "outside the density",
            unit: "lower is better",
            value: percent(outside),
            truth: percent(0.0),
            estimator: "Share of all rows where the density is 0.",
        });
    }
    out
}

/// The figures in two lines: a name, a value, and what there is to say of it.
pub(crate) fn brief(find: impl Fn(&str) -> Option<f64>) -> Vec<[String; 3]> {
    let all = figures(&find);
    let [modes, quality, kl, jsd, log, rest @ ..] = all.as_slice() else { return Vec::new() };
    let outside =
        rest.first().map(|outside| format!(", {} of rows outside", outside.value)).unwrap_or_default();
    vec![
        [
            modes.title.to_owned(),
            modes.value.clone(),
            format!(
                "{} of rows of high quality (of the truth {}), reverse KL {} nats",
                quality.value, quality.truth, kl.value
            ),
        ],
        [
            "divergence from the density".to_owned(),
            format!("JSD {} nats", jsd.value),
            format!(
                "floor {}; mean log-density {} (of the truth {}){outside}",
                jsd.truth, log.value, log.truth
            ),
        ],
    ]
}
