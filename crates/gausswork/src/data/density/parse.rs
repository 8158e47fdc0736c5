//! Names of densities: `ring:8`, `grid:25`, `gaussian:0.5`, `spiral`, `checkerboard`, `two-moons`.

use std::fmt;
use std::str::FromStr;

use super::Density;
use crate::data::table::edit_distance;

/// The names that are known, for messages.
pub const KNOWN: &str = "ring:K, grid:N, gaussian, gaussian:RHO, gaussian:MU1,MU2,SD1,SD2,RHO, spiral, checkerboard and \
                         two-moons, each also with :rows=N or :seed=N";
/// Most modes of a ring or a grid.
const MOST_MODES: u32 = 10_000;

/// A name that is no density's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DensityError {
    /// There is no density of that name.
    #[error(
        "{name}: no such file, and no density of that name{}; known are {KNOWN}",
        nearest.as_ref().map(|near| format!(" (did you mean \"{near}\"?)")).unwrap_or_default()
    )]
    Unknown {
        /// The name given.
        name: String,
        /// The nearest that exists, with the parameters given.
        nearest: Option<String>,
    },
    /// A parameter is not one.
    #[error("{name}: {value:?} must be {expected}")]
    Parameter {
        /// The name given.
        name: String,
        /// The parameter, as it is written.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
}

impl fmt::Display for Density {
    /// The shortest name that parses to it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match *self {
            Self::Ring { modes } | Self::Grid { modes } => write!(f, ":{modes}"),
            Self::Gaussian { mean: [0.0, 0.0], sd: [1.0, 1.0], correlation } => {
                if correlation == 0.0 {
                    Ok(())
                } else {
                    write!(f, ":{correlation}")
                }
            }
            Self::Gaussian { mean: [a, b], sd: [c, d], correlation } => {
                write!(f, ":{a},{b},{c},{d},{correlation}")
            }
            Self::Spiral | Self::Checkerboard | Self::TwoMoons => Ok(()),
        }
    }
}

impl FromStr for Density {
    type Err = DensityError;

    fn from_str(text: &str) -> Result<Self, DensityError> {
        let (name, parameters) = match text.split_once(':') {
            Some((name, parameters)) => (name, Some(parameters)),
            None => (text, None),
        };
        let wrong = |value: &str, expected| {
            let (name, value) = (text.to_owned(), value.to_owned());
            Err(DensityError::Parameter { name, value, expected })
        };
        let Some(density) = Self::ALL.into_iter().find(|density| density.name() == name) else {
            return Err(DensityError::Unknown { name: text.to_owned(), nearest: nearest(text) });
        };
        let Some(given) = parameters else { return Ok(density) };
        let count = || given.parse().ok().filter(|modes| (1..=MOST_MODES).contains(modes));
        match density {
            Self::Ring { .. } => match count() {
                Some(modes) => Ok(Self::Ring { modes }),
                None => wrong(given, "a number of modes from 1 to 10000, as in ring:8"),
            },
            Self::Grid { .. } => match count().filter(|&modes| modes.isqrt().pow(2) == modes) {
                Some(modes) => Ok(Self::Grid { modes }),
                None => wrong(given, "a square number of modes up to 10000, as in grid:25"),
            },
            Self::Gaussian { .. } => match gaussian(given) {
                Some(density) => Ok(density),
                None => wrong(
                    given,
                    "RHO or MU1,MU2,SD1,SD2,RHO with means up to 1e6, standard deviations from 1e-6 to 1e6 and a \
                     correlation from -0.999 to 0.999, as in gaussian:0.5",
                ),
            },
            Self::Spiral | Self::Checkerboard | Self::TwoMoons => {
                wrong(given, "left out: this density has no parameters but rows=N and seed=N")
            }
        }
    }
}

fn gaussian(text: &str) -> Option<Density> {
    let numbers = text.split(',').map(|number| number.trim().parse().ok()).collect::<Option<Vec<f64>>>()?;
    let [a, b, c, d, correlation] = match *numbers.as_slice() {
        [correlation] => [0.0, 0.0, 1.0, 1.0, correlation],
        [a, b, c, d, correlation] => [a, b, c, d, correlation],
        _ => return None,
    };
    let fits = [a, b].iter().all(|mean| mean.abs() <= 1e6)
        && [c, d].iter().all(|sd| (1e-6..=1e6).contains(sd))
        && correlation.abs() <= 0.999;
    fits.then_some(Density::Gaussian { mean: [a, b], sd: [c, d], correlation })
}

/// The name nearest to one that does not exist, with the parameters given, if any is near.
fn nearest(text: &str) -> Option<String> {
    let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
    let wanted = name.to_lowercase();
    let (distance, found) = Density::ALL
        .into_iter()
        .map(|density| (edit_distance(&wanted, density.name()), density.name()))
        .min_by_key(|&(distance, _)| distance)?;
    let near = format!("{found}{rest}");
    // A suggestion that would be refused in turn is none.
    (distance <= name.chars().count().div_ceil(3) && near.parse::<super::DensitySource>().is_ok())
        .then_some(near)
}
