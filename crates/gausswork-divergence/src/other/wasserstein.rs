//! Wasserstein distances on the line, and between normal distributions.

use crate::{
    distribution::{Distribution, Univariate},
    forms::{Closed, Formula, moments},
    matrix::{cholesky, eigenvalues},
    point::{Place, Point},
    quadrature::{Numeric, crossings, integrate},
    series,
    special::{LN_TWO_PI, erf},
};

/// `W₁` in closed form: the mean of a folded normal variable for normal distributions, whose quantile functions differ
/// by a linear one; the difference of the means where one is a shift of the other.
pub(super) fn first(q: &Distribution, p: &Distribution) -> Option<Closed> {
    let (Distribution::Normal(q), Distribution::Normal(p)) = (q, p) else { return None };
    let (shift, scale) = ((q.mu() - p.mu()).abs(), (q.sigma() - p.sigma()).abs());
    let value = if scale == 0.0 {
        shift
    } else {
        let z = shift / scale;
        scale * (2.0 * (-0.5 * (z * z + LN_TWO_PI)).exp() + z * erf(z / std::f64::consts::SQRT_2))
    };
    let reference = "E|Δμ + Δσ Z|: Leone, Nelson, Nottingham 1961, Technometrics 3 (the folded normal)";
    Some(Closed { value, formula: Formula { name: "normal: mean of a folded normal", reference } })
}

/// `W₂² = |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₂^½ Σ₁ Σ₂^½)^½)` of normal distributions.
pub(super) fn second(q: &Distribution, p: &Distribution) -> Option<Closed> {
    let reference = "Dowson, Landau 1982, Journal of Multivariate Analysis 12; Olkin, Pukelsheim 1982";
    let closed = |value: f64, name| Some(Closed { value, formula: Formula { name, reference } });
    match (q, p) {
        (Distribution::Normal(q), Distribution::Normal(p)) => {
            closed((q.mu() - p.mu()).hypot(q.sigma() - p.sigma()), "normal, √((μ₁−μ₂)² + (σ₁−σ₂)²)")
        }
        (Distribution::DiagonalNormal(q), Distribution::DiagonalNormal(p))
            if q.mu().len() == p.mu().len() =>
        {
            let (mu, sigma) = (q.mu().iter().zip(p.mu()), q.sigma().iter().zip(p.sigma()));
            let square = mu.chain(sigma).map(|(x, y)| (x - y) * (x - y)).sum::<f64>();
            closed(square.sqrt(), "normal, √(|μ₁−μ₂|² + |σ₁−σ₂|²)")
        }
        _ => {
            let (mu1, cov1) = moments::<f64>(q.family(), &q.theta())?;
            let (mu2, cov2) = moments::<f64>(p.family(), &p.theta())?;
            let d = mu1.len();
            if mu2.len() != d {
                return None;
            }
            // The eigenvalues of Σ₂^½ Σ₁ Σ₂^½ are those of Lᵀ Σ₁ L for Σ₂ = LLᵀ.
            let l = cholesky(&cov2, d).ok()?;
            let product = |i: usize, j: usize| -> f64 {
                (0..d * d).map(|at| l[(at / d) * d + i] * cov1[at] * l[(at % d) * d + j]).sum()
            };
            let inner: Vec<f64> = (0..d * d).map(|at| product(at / d, at % d)).collect();
            let roots: f64 = eigenvalues(inner, d).into_iter().map(|e| e.max(0.0).sqrt()).sum();
            let trace: f64 = (0..d).map(|i| cov1[i * d + i] + cov2[i * d + i]).sum();
            let shift: f64 = mu1.iter().zip(&mu2).map(|(x, y)| (x - y) * (x - y)).sum();
            closed((shift + (trace - 2.0 * roots).max(0.0)).sqrt(), "multivariate normal (Bures)")
        }
    }
}

/// `W₁ = ∫ |F − G|` (Vallender 1974).
pub(super) fn first_numeric(q: &dyn Univariate, p: &dyn Univariate) -> Numeric {
    // Where both are nearly 1 it is the survival functions whose difference has digits left.
    let gap = |x: f64| {
        let (f, g) = (q.cdf(x), p.cdf(x));
        if f + g < 1.0 { (f - g).abs() } else { (q.survival(x) - p.survival(x)).abs() }
    };
    if q.support().is_discrete() && p.support().is_discrete() {
        let (a, b) = (q.place(), p.place());
        let scale = a.scale.max(b.scale) + (a.center - b.center).abs();
        let last = q.support().ends().1.max(p.support().ends().1);
        return series::sum(gap, a.center.max(b.center), scale, last);
    }
    let places = |d: &dyn Univariate| -> Vec<Place> {
        d.places().into_iter().map(|place| place.moved(d.support(), crate::point::Support::Line)).collect()
    };
    let (own, other) = (places(q), places(p));
    let all: Vec<Place> = own.into_iter().chain(other).collect();
    let ((a, b), (c, d)) = (q.support().ends(), p.support().ends());
    let (low, high) = (a.min(c), b.max(d));
    // Where the distribution functions cross, the distance between them has a corner.
    let mut corners = crossings(|x| q.cdf(x) - p.cdf(x), low, high, &all);
    let scale = all.iter().map(|p| p.scale).fold(f64::INFINITY, f64::min);
    corners
        .extend([a, b, c, d].into_iter().filter(|end| end.is_finite()).map(|center| Place { center, scale }));
    integrate(gap, low, high, &all, &corners, 1e-14)
}

/// `W₂² = ∫₀¹ (F⁻¹(u) − G⁻¹(u))² du`, over the logit of u.
pub(super) fn second_numeric(q: &dyn Univariate, p: &dyn Univariate) -> Numeric {
    let integrand = |t: f64| {
        let u = Point::logistic(t);
        let gap = quantile(q, u) - quantile(p, u);
        let slope = (u.ln_x + u.ln_complement).exp();
        if slope == 0.0 { 0.0 } else { gap * gap * slope }
    };
    let places = [Place { center: 0.0, scale: 1.0 }];
    let floor = 1e-13 * (integrand(0.0) + integrand(1.0) + integrand(-1.0));
    let square = integrate(integrand, -700.0, 700.0, &places, &[], floor.max(1e-300));
    let value = square.value.sqrt();
    Numeric { value, error: 0.5 * square.error / value.max(1e-300), ..square }
}

/// The x with `F(x) = u`, by bisection in the chart; from the nearer tail.
fn quantile(d: &dyn Univariate, u: Point) -> f64 {
    let chart = d.support();
    let below = |x: f64| {
        if u.ln_x < u.ln_complement { d.cdf(x) < u.x } else { d.survival(x) > u.ln_complement.exp() }
    };
    let (low_end, high_end) = chart.chart_ends();
    let Place { center, scale } = d.place();
    let reach = |sign: f64, end: f64, stop: &dyn Fn(f64) -> bool| {
        let mut at = center;
        for k in 0..1100 {
            at = center + sign * scale * 2f64.powi(k - 3);
            if (sign > 0.0 && at >= end) || (sign < 0.0 && at <= end) {
                return end;
            }
            if stop(chart.at(at).x) {
                break;
            }
        }
        at
    };
    let mut low = reach(-1.0, low_end, &|x| below(x));
    let mut high = reach(1.0, high_end, &|x| !below(x));
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if below(chart.at(middle).x) { low = middle } else { high = middle }
    }
    let x = chart.at(high).x;
    if chart.is_discrete() { x.ceil() } else { x }
}
