//! `gausswork kl`: how far one distribution is from another, in every way there is to know it.

mod curves;
mod direction;
mod json;
mod picture;
mod row;
mod table;
mod text;

use std::path::PathBuf;

use clap::{Args, value_parser};
use gausswork_divergence::{Distribution, Divergence, DivergenceError};

use crate::failure::Usage;
use crate::output::{json_to_stdout, to_stdout};
use crate::{args, plot};
use direction::Direction;

/// Measure how far one distribution is from another.
#[derive(Debug, Args)]
#[command(
    after_help = "A distribution is written name(parameters), as 'normal(0, 1)', 'gamma(shape=2, rate=1/3)', \
    'categorical([0.2, 0.8])', 'normal([0, 0], [[1, .5], [.5, 1]])' or 'mixture(0.3*normal(-1, 0.5) + \
    0.7*normal(2, 1))'; a name that is none tells all that there are.\n\nIn --json infinite values are the string \
    \"inf\", and what does not exist is null. --csv appends kl, reverse (that is, p from q) and note, which says \
    what is no closed form."
)]
pub(crate) struct KlArgs {
    /// The distribution that the expectation is over; with --csv, the family of columns named q_PARAMETER
    #[arg(value_name = "Q", required_unless_present = "csv", requires = "p")]
    q: Option<String>,
    /// The distribution that stands in for Q; with --csv, the family of columns named p_PARAMETER
    #[arg(value_name = "P", required_unless_present = "csv")]
    p: Option<String>,
    /// kl, js, tv, hellinger, chi2, renyi=ORDER, w1 or w2
    #[arg(long, value_name = "WHICH", default_value = "kl", value_parser = divergence, help_heading = "Measure")]
    divergence: Divergence,
    /// Draws where the answer, or a check of it, comes from drawing
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = value_parser!(u64).range(2..=1 << 40),
        help_heading = "Measure")]
    draws: u64,
    /// Seed of every random number
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Measure")]
    seed: u64,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), help_heading = "Measure")]
    threads: Option<u16>,
    /// Pairs in a CSV file, one per row, in columns q and p, or as parameters of the families Q and P; "-" is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "plot"], help_heading = "Data")]
    csv: Option<PathBuf>,
    /// With --csv, the file to write; "-" is stdout [default: stdout]
    #[arg(short, long, value_name = "FILE", requires = "csv", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Print everything as one JSON object
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Draw q, p and the integrand q ln(q/p): FILE ends in .svg or .png
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    plot: Option<PathBuf>,
}

/// The divergences by their names on the command line.
fn divergence(text: &str) -> Result<Divergence, String> {
    Ok(match text {
        "kl" => Divergence::KullbackLeibler,
        "js" => Divergence::JensenShannon,
        "tv" => Divergence::TotalVariation,
        "hellinger" => Divergence::Hellinger,
        "chi2" => Divergence::ChiSquared,
        "w1" => Divergence::Wasserstein1,
        "w2" => Divergence::Wasserstein2,
        _ => {
            let unknown = || "one of kl, js, tv, hellinger, chi2, renyi=ORDER, w1, w2 is expected".to_owned();
            let order = text.strip_prefix("renyi").ok_or_else(unknown)?;
            let alpha: f64 = order.strip_prefix('=').and_then(|order| order.parse().ok()).unwrap_or(f64::NAN);
            if !alpha.is_finite() || alpha <= 0.0 || alpha == 1.0 {
                return Err(
                    "renyi takes an order above 0 and other than 1, as renyi=0.5; the limit 1 is kl".into()
                );
            }
            Divergence::Renyi { alpha }
        }
    })
}

/// Measures.
///
/// # Errors
/// [`Usage`] for what is no distribution and for pairs that have no divergence; files that cannot be read or written;
/// rows that hold no pair.
pub(crate) fn run(args: &KlArgs) -> anyhow::Result<()> {
    args::threads(args.threads);
    if let Some(path) = &args.csv {
        return table::run(args, path);
    }
    let picture =
        args.plot.as_deref().map(|path| plot::Format::of(path).map(|format| (path, format))).transpose()?;
    let q = distribution("Q", args.q.as_deref())?;
    let p = distribution("P", args.p.as_deref())?;
    if picture.is_some() {
        drawable(args, &q, &p)?;
    }
    let unanswerable = |error: DivergenceError| Usage(error.to_string());
    let forward = Direction::measure(args, "q", &q, "p", &p).map_err(unanswerable)?;
    let reverse = if direction::is_symmetric(args.divergence) {
        None
    } else {
        Some(Direction::measure(args, "p", &p, "q", &q).map_err(unanswerable)?)
    };
    if let Some((path, format)) = picture
        && let Some(picture) = picture::Picture::new(&q, &p, &forward)
    {
        plot::write(path, format, &picture)?;
    }
    if args.json {
        return json_to_stdout(&json::object(args, &q, &p, &forward, reverse.as_ref()));
    }
    to_stdout(&text::all(args, &q, &p, &forward, reverse.as_ref()))
}

fn distribution(which: &str, text: Option<&str>) -> anyhow::Result<Distribution> {
    let text = text.unwrap_or_default();
    text.parse().map_err(|error| Usage(format!("{which} is not a distribution\n{error}")).into())
}

/// An error unless there is a picture of the divergence.
fn drawable(args: &KlArgs, q: &Distribution, p: &Distribution) -> anyhow::Result<()> {
    if args.divergence != Divergence::KullbackLeibler {
        return Err(
            Usage("--plot draws what the integral of kl is over; leave --divergence out".into()).into()
        );
    }
    let discrete = |d: &Distribution| d.univariate().map(|d| d.support().is_discrete());
    match (discrete(q), discrete(p)) {
        (Some(a), Some(b)) if a == b => Ok(()),
        (Some(_), Some(_)) => {
            Err(Usage("--plot draws two densities or two sets of probabilities, not one of each".into())
                .into())
        }
        _ => Err(Usage("--plot needs distributions of one dimension".into()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergences_have_names() {
        assert_eq!(divergence("renyi=0.5"), Ok(Divergence::Renyi { alpha: 0.5 }));
        for wrong in ["", "KL", "renyi", "renyi=", "renyi=1", "renyi=0", "renyi=-1", "renyi=inf", "renyi=nan"]
        {
            assert!(divergence(wrong).is_err(), "{wrong}");
        }
    }
}
