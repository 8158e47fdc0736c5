//! From a name and its arguments to a distribution.

use super::{
    Argument, ExpressionProblem, Stop, Value,
    names::{Head, same},
};
use crate::{
    distribution::{Distribution, Family},
    error::ParameterError,
    families::{DiagonalNormal, Gamma, MultivariateNormal, Normal},
};

/// The arguments in the order of the parameters.
type Ordered<'a> = Vec<Argument<'a>>;

/// The distribution with this name, which stands at `at`, and these arguments.
pub(super) fn build(head: Head, at: usize, arguments: Ordered<'_>) -> Result<Distribution, Stop> {
    match head {
        Head::Family(family) => of_family(resolved(family, &arguments), at, arguments),
        Head::ChiSquared => {
            let ordered = ordered("chi2", &["k"], at, arguments)?;
            let k = number(ordered.first(), at)?;
            // Named as it was written, where k is out of range.
            ParameterError::unless("chi2", "k", k, crate::Expected::Positive)
                .and_then(|()| Gamma::new(0.5 * k, 0.5))
                .map(Distribution::Gamma)
                .map_err(|error| placed(error, &["k"], &ordered, at))
        }
        Head::StandardNormal => {
            ordered("standard_normal", &[], at, arguments)?;
            Normal::new(0.0, 1.0).map(Distribution::Normal).map_err(|error| placed(error, &[], &[], at))
        }
        Head::Mixture => Err(Stop::expected(at, "a distribution that is no mixture")),
    }
}

/// `normal` of vectors is diagonal, and with a matrix it is multivariate.
fn resolved(family: Family, arguments: &[Argument<'_>]) -> Family {
    if family != Family::Normal {
        return family;
    }
    let matrix = |a: &Argument<'_>| {
        matches!(a.value, Value::Matrix(..)) || a.name.is_some_and(|name| same(name, "covariance"))
    };
    if arguments.iter().any(matrix) {
        return Family::MultivariateNormal;
    }
    let vector = |a: &Argument<'_>| matches!(a.value, Value::Vector(_));
    if arguments.iter().any(vector) { Family::DiagonalNormal } else { family }
}

fn of_family(family: Family, at: usize, arguments: Ordered<'_>) -> Result<Distribution, Stop> {
    let names = family.parameters();
    match family {
        Family::Categorical | Family::Dirichlet => {
            // The elements may stand without brackets.
            let bare = arguments.iter().all(|a| a.name.is_none() && matches!(a.value, Value::Number(_)));
            let (theta, ordered) = if bare && !arguments.is_empty() {
                (arguments.iter().map(|a| number(Some(a), at)).collect::<Result<Vec<_>, _>>()?, Vec::new())
            } else {
                let ordered = ordered(family.name(), names, at, arguments)?;
                (vector(ordered.first(), at)?.to_vec(), ordered)
            };
            family.with(&theta).map_err(|error| placed(error, names, &ordered, at))
        }
        Family::DiagonalNormal | Family::MultivariateNormal => {
            let ordered = ordered(family.name(), names, at, arguments)?;
            let mu = vector(ordered.first(), at)?.to_vec();
            let second = ordered.get(1);
            let built = if family == Family::DiagonalNormal {
                let sigma = vector(second, at)?.to_vec();
                DiagonalNormal::new(mu, sigma).map(Distribution::DiagonalNormal)
            } else {
                let covariance = matrix(second, at)?.to_vec();
                MultivariateNormal::new(mu, covariance).map(Distribution::MultivariateNormal)
            };
            built.map_err(|error| placed(error, names, &ordered, at))
        }
        _ => {
            let ordered = ordered(family.name(), names, at, arguments)?;
            let mut theta = [0.0; 4];
            for (value, argument) in theta.iter_mut().zip(&ordered) {
                *value = number(Some(argument), at)?;
            }
            let theta = theta.get(..ordered.len()).unwrap_or_default();
            family.with(theta).map_err(|error| placed(error, names, &ordered, at))
        }
    }
}

/// The arguments in the order of the parameters, each given once.
fn ordered<'a>(
    family: &'static str,
    names: &'static [&'static str],
    at: usize,
    mut arguments: Ordered<'a>,
) -> Result<Ordered<'a>, Stop> {
    let mut place = Vec::with_capacity(arguments.len());
    for (i, argument) in arguments.iter().enumerate() {
        let index = match argument.name {
            None => i,
            Some(name) => names.iter().position(|known| same(known, name)).ok_or_else(|| Stop {
                at: argument.at,
                problem: ExpressionProblem::UnknownParameter { name: name.to_owned(), parameters: names },
            })?,
        };
        if let (true, Some(name)) = (place.contains(&index), names.get(index)) {
            return Err(Stop { at: argument.at, problem: ExpressionProblem::Repeated(name) });
        }
        place.push(index);
    }
    if arguments.len() != names.len() {
        let found = arguments.len();
        // Points at the first that is too much.
        let at = arguments.get(names.len()).map_or(at, |argument| argument.at);
        return Err(Stop {
            at,
            problem: ExpressionProblem::WrongNumber { family, parameters: names, found },
        });
    }
    if !place.is_sorted() {
        let mut pairs: Vec<(usize, Argument<'a>)> = place.into_iter().zip(arguments).collect();
        pairs.sort_by_key(|&(index, _)| index);
        arguments = pairs.into_iter().map(|(_, argument)| argument).collect();
    }
    Ok(arguments)
}

fn number(argument: Option<&Argument<'_>>, at: usize) -> Result<f64, Stop> {
    match argument {
        Some(Argument { value: Value::Number(value), .. }) => Ok(*value),
        other => Err(Stop::expected(other.map_or(at, |a| a.at), "a number for this parameter")),
    }
}

fn vector<'a>(argument: Option<&'a Argument<'_>>, at: usize) -> Result<&'a [f64], Stop> {
    match argument {
        Some(Argument { value: Value::Vector(values), .. }) => Ok(values),
        other => Err(Stop::expected(other.map_or(at, |a| a.at), "a vector, as [0, 1]")),
    }
}

fn matrix<'a>(argument: Option<&'a Argument<'_>>, at: usize) -> Result<&'a [f64], Stop> {
    match argument {
        Some(Argument { value: Value::Matrix(values, rows), at, .. }) => {
            if rows * rows == values.len() {
                return Ok(values);
            }
            let problem = ExpressionProblem::Expected("as many rows as each of them has numbers");
            Err(Stop { at: *at, problem })
        }
        other => Err(Stop::expected(other.map_or(at, |a| a.at), "a matrix, as [[1, 0.5], [0.5, 1]]")),
    }
}

/// The error at the argument that it is about, if it is about one, and else at the distribution.
fn placed(error: ParameterError, names: &[&str], arguments: &[Argument<'_>], at: usize) -> Stop {
    let about = match &error {
        // An element of a vector is named with its position.
        ParameterError::OutOfRange { parameter, .. } => parameter.split('[').next(),
        _ => None,
    };
    let index = about.and_then(|about| names.iter().position(|&name| name == about));
    let at = index.and_then(|i| arguments.get(i)).map_or(at, |argument| argument.at);
    Stop { at, problem: ExpressionProblem::Parameter(error) }
}
