//! Expressions that are read, and those that are not.

use super::*;
use crate::{
    distribution::Family,
    families::{DiagonalNormal, Gamma, Normal},
};

fn read(text: &str) -> Distribution {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn error(text: &str) -> ExpressionError {
    text.parse::<Distribution>().expect_err(text)
}

/// An example of each family, by its parameters in one row.
fn example(family: Family) -> Vec<f64> {
    match family {
        Family::Bernoulli | Family::Geometric | Family::ContinuousBernoulli => vec![0.3],
        Family::Binomial => vec![7.0, 0.1],
        Family::Categorical => vec![0.125, 0.0, 0.875],
        Family::Dirichlet => vec![0.1, 2.5, 1e-7],
        Family::Exponential | Family::HalfNormal | Family::Poisson => vec![0.1 + 0.2],
        Family::StudentT => vec![3.1, -0.1, 1e-20],
        Family::DiagonalNormal => vec![0.1, -1e300, 0.7, 1e-300],
        Family::MultivariateNormal => vec![0.1, -0.2, 2.0, 0.5, 0.5, 1.0 / 3.0],
        _ => vec![0.1, 1.0 / 3.0],
    }
}

#[test]
fn what_is_displayed_reads_back() {
    let mut all = Vec::new();
    for &family in Family::ALL {
        let distribution = family.with(&example(family)).unwrap();
        assert_eq!(read(&distribution.to_string()), distribution);
        if distribution.univariate().is_some_and(|d| !d.support().is_discrete()) {
            all.push(distribution);
        }
    }
    let weight = 1.0 / all.len() as f64;
    let mixture = Mixture::new(all.into_iter().map(|d| (weight, d)).collect()).unwrap();
    // The weights are divided by their sum, which is 1 to rounding.
    let back = read(&mixture.to_string());
    let Distribution::Mixture(back) = back else { panic!("{back} is no mixture") };
    for ((w, d), (v, e)) in mixture.components().iter().zip(back.components()) {
        assert!(d == e && (w - v).abs() < 1e-15, "{d} {e} {w} {v}");
    }
}

#[test]
fn one_distribution_has_many_spellings() {
    let normal: Distribution = Normal::new(-2.5e3, 0.5).unwrap().into();
    for text in [
        "normal(-2.5e3,.5)",
        " NORMAL (\n-2500 , 5E-1 ) ",
        "gaussian(sigma=0.5, mu=-2.5e+3)",
        "norm(-2500, sigma = 1/2)",
        "Nor_mal(-2500, 1 / 2)",
    ] {
        assert_eq!(read(text), normal, "{text}");
    }
    for text in ["student_t(3,0,1)", "Student-T(3,0,1)", "t(nu=3,mu=0,sigma=1)", "STUDENTT(3,0,1)"] {
        assert_eq!(read(text), read("t(3, 0, 1)"), "{text}");
    }
    assert_eq!(read("chi2(3)"), Gamma::new(1.5, 0.5).unwrap().into());
    assert_eq!(read("standard_normal()"), Normal::new(0.0, 1.0).unwrap().into());
    assert_eq!(read("dirichlet(1, 2, 3)"), read("dirichlet(alpha=[1, 2, 3])"));
    assert_eq!(read("vonmises(pi, 2)"), read(&format!("von_mises({}, 2)", std::f64::consts::PI)));
}

#[test]
fn normal_distributions_of_vectors() {
    let diagonal = DiagonalNormal::new(vec![0.0, 1.0], vec![1.0, 2.0]).unwrap();
    assert_eq!(read("normal([0,1],[1,2])"), diagonal.into());
    let full = read("normal([0,0],[[1,.5],[.5,1]])");
    assert_eq!(full, read("mvn(mu=[0,0], covariance=[[1,0.5],[0.5,1]])"));
    assert_eq!(full, read("normal(covariance=[[1,.5],[.5,1]], mu=[0,0])"));
}

#[test]
fn mixtures() {
    let two = read("mixture(0.3*normal(-1,0.5)+0.7*normal(2,1))");
    let Distribution::Mixture(two) = two else { panic!("{two}") };
    assert_eq!(two.components().len(), 2);
    assert_eq!(read("mixture(normal(0,1))"), read("mix(1*normal(0,1))"));
    assert_eq!(read("mixture(1/3*exp(1) + 1/3*exp(2) + 1/3*exp(3))").family(), Family::Mixture);
    let inner = "mixture(0.5*t(1,0,1) + 0.5*mixture(0.5*exp(1) + 0.5*exp(2)))";
    assert_eq!(read(inner), read("mixture(.5*t(1,0,1) + .25*exp(1) + .25*exp(2))"));
}

#[test]
fn an_error_points_at_its_character() {
    for (text, at, says) in [
        ("", 0, "expected a distribution"),
        ("7", 0, "expected a distribution"),
        ("normal", 6, "expected \"(\""),
        ("normal(0,1", 10, "expected \",\" or \")\""),
        ("normal(0 1)", 9, "expected \",\" or \")\""),
        ("normal(0,1) x", 12, "expected the end"),
        ("normal(0,,1)", 9, "expected a number"),
        ("normal(0, 1.2.3)", 10, "\"1.2.3\" is not a number"),
        ("normal(0, 1e)", 10, "\"1e\" is not a number"),
        ("normal(0, -1)", 10, "sigma is -1"),
        ("normal(nan, 1)", 7, "mu is NaN"),
        ("normal(0, inf)", 10, "sigma is inf"),
        ("normal(sigma=-1, mu=0)", 7, "sigma is -1"),
        ("normal(0)", 0, "takes 2 parameters (mu, sigma), not 1"),
        ("normal(0,1,2)", 11, "takes 2 parameters (mu, sigma), not 3"),
        ("normal(mu=0, mean=1)", 13, "no parameter \"mean\"; there are mu, sigma"),
        ("normal(0, mu=1)", 10, "mu is given twice"),
        ("normal(mu=0, 1)", 13, "the name of a parameter"),
        ("normal(mu 0, 1)", 10, "expected \"=\""),
        ("gamma([1], 2)", 6, "expected a number"),
        ("normal([0,1], 1)", 14, "expected a vector"),
        ("mvn([0,1], [1,1])", 11, "expected a matrix"),
        ("normal([0,1], [[1,2],[3]])", 21, "a row of 2 numbers"),
        ("normal([0,1], [[1,2,3],[3,4,5]])", 14, "as many rows"),
        ("normal([0,1], [[1,2],[2,1]])", 0, "not positive definite"),
        ("normal([0, inf], [1,1])", 7, "mu[1] is inf"),
        ("categorical([0.5, 0.4])", 0, "sum to 0.9"),
        ("chi2(0)", 5, "chi2: k is 0"),
        ("mixture(0.5*normal(0,1) + normal(1,1))", 26, "expected a weight"),
        ("mixture(0.5*normal(0,1) + 0.4*normal(1,1))", 0, "sum to 0.9"),
        ("mixture(0.5 normal(0,1))", 12, "expected \"*\""),
        ("mixture()", 8, "expected a distribution"),
        ("mixture(1*normal(0,-1))", 19, "sigma is -1"),
        ("normál(0,1)", 0, "did you mean \"normal\"?"),
        ("gama(1,2)", 0, "did you mean \"gamma\"?"),
        ("zzzzzzzz(1,2)", 0, "no family \"zzzzzzzz\"\nfamilies: bernoulli, "),
        ("mixture(.5*exp(1) + .5*éxp(é))", 23, "did you mean \"exp\"?"),
    ] {
        let error = error(text);
        assert_eq!(error.at, at, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    let told = error("normal(0 1)").to_string();
    assert_eq!(told, "normal(0 1)\n         ^ expected \",\" or \")\"");
}

#[test]
fn the_caret_stays_below_its_character_in_long_and_broken_lines() {
    let vector = vec!["0"; 500].join(",");
    let told = error(&format!("dirichlet([{vector},\n\tx])")).to_string();
    let lines: Vec<&str> = told.lines().collect();
    let caret = lines[1].find('^').unwrap();
    assert_eq!(lines[0].chars().nth(caret), Some('x'), "{told}");
    assert!(lines[0].chars().count() < 130, "{told}");
}

#[test]
fn depth_and_length_have_limits() {
    let nested = |n| "mixture(1*".repeat(n) + "exp(1)" + &")".repeat(n);
    assert!(nested(MAX_DEPTH).parse::<Distribution>().is_ok());
    assert!(matches!(error(&nested(MAX_DEPTH + 1)).problem, ExpressionProblem::TooDeep(_)));
    assert!(matches!(error(&nested(50_000)).problem, ExpressionProblem::TooDeep(_)));
    assert!(matches!(error(&nested(500_000)).problem, ExpressionProblem::TooLong(_)));
    assert!(error(&format!("dirichlet({}", "[".repeat(500_000))).at < 20);
}

#[test]
fn no_text_makes_it_panic() {
    let pieces = [
        "normal",
        "(",
        ")",
        "[",
        "]",
        ",",
        "=",
        "+",
        "*",
        "-",
        "/",
        "1",
        ".5",
        "1e",
        "e-",
        "nan",
        "inf",
        "pi",
        " ",
        "\n",
        "mixture(",
        "t",
        "_",
        "é",
        "𝒩",
        "\u{301}",
        "0.5*",
        "mu=",
        "covariance=",
        "[[1,0],[0,1]]",
        "categorical",
        "chi2",
        "\0",
        "standard_normal()",
        "9e999",
        "uniform(0,1)",
    ];
    let mut state = 1u64;
    let mut next = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    for _ in 0..200_000 {
        let text: String = (0..1 + next(12)).map(|_| pieces[next(pieces.len())]).collect();
        match text.parse::<Distribution>() {
            Ok(read) => assert!(read.to_string().parse::<Distribution>().is_ok(), "{text}"),
            Err(error) => assert!(error.at <= text.chars().count() && !error.to_string().is_empty()),
        }
    }
}
