//! The names that families go by.

use std::str::FromStr;

use super::{ExpressionError, ExpressionProblem};
use crate::distribution::Family;

/// What a name at the head of an expression means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Family(Family),
    /// `chi2(k)`, which is `gamma(k/2, 1/2)`.
    ChiSquared,
    /// `standard_normal()`.
    StandardNormal,
    Mixture,
}

/// Other names, without `_` and in small letters.
const ALIASES: &[(&str, Head)] = &[
    ("mixture", Head::Mixture),
    ("mix", Head::Mixture),
    ("chi2", Head::ChiSquared),
    ("chisquare", Head::ChiSquared),
    ("chisquared", Head::ChiSquared),
    ("standardnormal", Head::StandardNormal),
    ("gaussian", Head::Family(Family::Normal)),
    ("norm", Head::Family(Family::Normal)),
    ("mvn", Head::Family(Family::MultivariateNormal)),
    ("multivariategaussian", Head::Family(Family::MultivariateNormal)),
    ("diagonalgaussian", Head::Family(Family::DiagonalNormal)),
    ("diagnormal", Head::Family(Family::DiagonalNormal)),
    ("lognorm", Head::Family(Family::LogNormal)),
    ("halfgaussian", Head::Family(Family::HalfNormal)),
    ("t", Head::Family(Family::StudentT)),
    ("student", Head::Family(Family::StudentT)),
    ("exp", Head::Family(Family::Exponential)),
    ("expon", Head::Family(Family::Exponential)),
    ("invgamma", Head::Family(Family::InverseGamma)),
    ("doubleexponential", Head::Family(Family::Laplace)),
    ("unif", Head::Family(Family::Uniform)),
    ("pois", Head::Family(Family::Poisson)),
    ("binom", Head::Family(Family::Binomial)),
    ("geom", Head::Family(Family::Geometric)),
    ("bern", Head::Family(Family::Bernoulli)),
    ("multinoulli", Head::Family(Family::Categorical)),
    ("weibullmin", Head::Family(Family::Weibull)),
];

impl FromStr for Family {
    type Err = ExpressionError;

    /// The family of this name, without regard to case, `-` and `_`.
    fn from_str(name: &str) -> Result<Self, ExpressionError> {
        let wrong = |problem| ExpressionError { text: name.to_owned(), at: 0, problem };
        match head(name).map_err(wrong)? {
            Head::Family(family) => Ok(family),
            Head::Mixture => Ok(Self::Mixture),
            Head::ChiSquared => {
                Err(wrong(ExpressionProblem::Expected("a family; chi2(k) is gamma(k/2, 1/2)")))
            }
            Head::StandardNormal => Err(wrong(ExpressionProblem::Expected("a family with parameters"))),
        }
    }
}

/// The characters of a name that count.
fn essence(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase)
}

/// Whether two names are the same but for case, `-` and `_`.
pub(super) fn same(a: &str, b: &str) -> bool {
    essence(a).eq(essence(b))
}

/// Whether a word is a number.
pub(super) fn is_constant(word: &str) -> bool {
    ["pi", "inf", "infinity", "nan"].iter().any(|constant| word.eq_ignore_ascii_case(constant))
}

/// What a name at the head of an expression means.
pub(super) fn head(name: &str) -> Result<Head, ExpressionProblem> {
    let family = Family::ALL.iter().find(|family| same(family.name(), name));
    let found = family.map(|&family| Head::Family(family));
    let alias = || ALIASES.iter().find(|(alias, _)| same(alias, name)).map(|&(_, head)| head);
    found
        .or_else(alias)
        .ok_or_else(|| ExpressionProblem::UnknownFamily { name: name.to_owned(), nearest: nearest(name) })
}

/// The family spelled most alike, if it is at all alike.
fn nearest(name: &str) -> Option<&'static str> {
    // Names are short; of a long one, the beginning is compared.
    let typed: Vec<char> = essence(name).take(40).collect();
    let families = Family::ALL.iter().map(|family| family.name());
    let names = families.chain(ALIASES.iter().map(|&(alias, _)| alias));
    let ranked = names.map(|known| (distance(&typed, &essence(known).collect::<Vec<_>>()), known));
    let (edits, known) = ranked.min_by_key(|&(edits, _)| edits)?;
    (edits <= 1 + typed.len() / 4).then_some(known)
}

/// How many characters have to be inserted, removed or replaced (Levenshtein 1966).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
