//! What a picture of a divergence shows: two densities and the integrand, where there is something to see.

use gausswork_divergence::{Univariate, point::Point, quadrature};

/// Two densities, or two sets of probabilities, along x.
#[derive(Debug)]
pub(super) struct Curves {
    pub(super) discrete: bool,
    /// The range shown.
    pub(super) range: (f64, f64),
    pub(super) samples: Vec<Sample>,
    /// The areas of the integrand above and below 0, if finite.
    pub(super) areas: Option<(f64, f64)>,
}

/// Values at a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) x: f64,
    ln_q: f64,
    ln_p: f64,
}

impl Sample {
    fn of(q: &dyn Univariate, p: &dyn Univariate, x: f64) -> Self {
        let ln_density = |d: &dyn Univariate| {
            let (low, high) = d.support().ends();
            let value = if x < low || x > high { f64::NEG_INFINITY } else { d.ln_density(Point::from(x)) };
            if value.is_nan() { f64::NEG_INFINITY } else { value }
        };
        Self { x, ln_q: ln_density(q), ln_p: ln_density(p) }
    }

    pub(super) fn q(&self) -> f64 {
        self.ln_q.exp()
    }

    pub(super) fn p(&self) -> f64 {
        self.ln_p.exp()
    }

    /// `q ln(q/p)`; infinite where p has nothing of what q has.
    pub(super) fn integrand(&self) -> f64 {
        let q = self.q();
        if q == 0.0 { 0.0 } else { q * (self.ln_q - self.ln_p) }
    }
}

/// More bars than this are told apart by nobody.
const BARS: f64 = 100.0;

impl Curves {
    pub(super) fn of(q: &dyn Univariate, p: &dyn Univariate, finite: bool) -> Self {
        let discrete = q.support().is_discrete();
        let (a, b) = (spread(q), spread(p));
        let (low, high) = (a.0.min(b.0), a.1.max(b.1));
        let (range, xs) = if discrete {
            let (low, high) = (low.floor(), high.ceil());
            let step = ((high - low) / BARS).ceil().max(1.0);
            let count = ((high - low) / step) as u32;
            ((low - 0.6 * step, high + 0.6 * step), (0..=count).map(|i| low + f64::from(i) * step).collect())
        } else {
            let width = if high > low { high - low } else { low.abs().max(1.0) };
            let (low, high) = (low - 0.04 * width, high + 0.04 * width);
            ((low, high), points(q, p, low, high))
        };
        let samples = xs.into_iter().map(|x| Sample::of(q, p, x)).collect();
        Self { discrete, range, samples, areas: finite.then(|| areas(q, p)) }
    }

    /// The greatest density to show. One that grows without bound towards an end of a support is cut off.
    pub(super) fn top(&self, of: impl Fn(&Sample) -> f64, ends: &[f64]) -> f64 {
        let margin = 0.01 * (self.range.1 - self.range.0);
        let far = |x: f64| ends.iter().all(|end| (x - end).abs() > margin);
        let greatest = |samples: &mut dyn Iterator<Item = &Sample>| {
            samples.map(&of).filter(|value| value.is_finite()).fold(0.0, f64::max)
        };
        let all = greatest(&mut self.samples.iter());
        let inner = greatest(&mut self.samples.iter().filter(|sample| far(sample.x)));
        if self.discrete || all <= 3.0 * inner { all } else { 1.5 * inner }
    }
}

/// The range of x that holds nearly all of a distribution; of one with heavy tails less, so that its middle is seen.
fn spread(d: &dyn Univariate) -> (f64, f64) {
    let middle = quantile(d, 0.75) - quantile(d, 0.25);
    let ranges = [0.001, 0.005, 0.02, 0.05].map(|tail| (quantile(d, tail), quantile(d, 1.0 - tail)));
    let fits = |(low, high): &(f64, f64)| high - low <= 20.0 * middle;
    ranges.into_iter().find(fits).unwrap_or(ranges[3])
}

/// The x with `P(X ≤ x) = level`, by bisection.
fn quantile(d: &dyn Univariate, level: f64) -> f64 {
    let (least, greatest) = d.support().ends();
    let below = |x: f64| d.cdf(x) < level;
    let (mut low, mut high) = (-1.0_f64, 1.0_f64);
    while low > least && !below(low) && low > -1e300 {
        low *= 4.0;
    }
    while high < greatest && below(high) && high < 1e300 {
        high *= 4.0;
    }
    (low, high) = (low.max(least), high.min(greatest));
    for _ in 0..200 {
        let middle = 0.5 * low + 0.5 * high;
        if middle <= low || middle >= high || (high - low) < 1e-12 * high.abs().max(low.abs()) {
            break;
        }
        if below(middle) { low = middle } else { high = middle }
    }
    high
}

/// Evenly spaced points, more where mass is dense, and both sides of each end of a support.
fn points(q: &dyn Univariate, p: &dyn Univariate, low: f64, high: f64) -> Vec<f64> {
    const EVEN: u32 = 400;
    let step = (high - low) / f64::from(EVEN);
    let mut xs: Vec<f64> = (0..=EVEN).map(|i| low + f64::from(i) * step).collect();
    for d in [q, p] {
        let cells: Vec<(f64, f64)> = xs.windows(2).map(|pair| (d.cdf(pair[0]), d.cdf(pair[1]))).collect();
        for (i, (below, above)) in cells.into_iter().enumerate() {
            split((xs[i], below), (xs[i + 1], above), &|x| d.cdf(x), &mut xs, 0);
        }
        let (least, greatest) = d.support().ends();
        for end in [least, greatest].into_iter().filter(|&end| end > low && end < high) {
            xs.extend([end.next_down(), end, end.next_up()]);
        }
    }
    xs.sort_by(f64::total_cmp);
    xs.dedup();
    xs
}

/// Adds points until no cell holds more than a two-hundredth of the mass.
fn split(a: (f64, f64), b: (f64, f64), cdf: &dyn Fn(f64) -> f64, xs: &mut Vec<f64>, depth: u32) {
    let middle = 0.5 * (a.0 + b.0);
    if (b.1 - a.1).abs() <= 0.005 || depth == 30 || middle <= a.0 || middle >= b.0 {
        return;
    }
    let at = (middle, cdf(middle));
    xs.push(middle);
    split(a, at, cdf, xs, depth + 1);
    split(at, b, cdf, xs, depth + 1);
}

/// `∫ q max(ln(q/p), 0)` and `∫ q min(ln(q/p), 0)`.
fn areas(q: &dyn Univariate, p: &dyn Univariate) -> (f64, f64) {
    let ratio = |at: Point| q.ln_density(at) - p.ln_density(at);
    let above = quadrature::expectation(q, p, |at| ratio(at).max(0.0)).value;
    let below = quadrature::expectation(q, p, |at| ratio(at).min(0.0)).value;
    (above, below)
}

#[cfg(test)]
mod tests {
    use gausswork_divergence::{Cauchy, Exponential, Normal};

    use super::*;

    #[test]
    fn quantiles_invert_the_distribution_function() {
        // P(X ≤ x) = 1 − e^−x/2; bisection ends within 1e-12 of relative width.
        let d = Exponential::new(0.5).unwrap();
        assert!((quantile(&d, 0.75) - 2.0 * 4f64.ln()).abs() < 1e-10);
        let narrow = Normal::new(1e6, 1e-3).unwrap();
        assert!((quantile(&narrow, 0.5) - 1e6).abs() < 1e-5);
    }

    #[test]
    fn heavy_tails_do_not_hide_the_middle() {
        let (low, high) = spread(&Cauchy::new(0.0, 1.0).unwrap());
        assert!(high - low < 40.0 && high - low > 10.0, "{low} {high}");
    }

    #[test]
    fn the_areas_are_those_of_the_divergence() {
        let (q, p) = (Normal::new(0.0, 1.0).unwrap(), Normal::new(1.0, 2.0).unwrap());
        let (above, below) = areas(&q, &p);
        // KL = ln 2 − 1/4; the kink at the change of sign costs quadrature digits.
        assert!((above + below - (2f64.ln() - 0.25)).abs() < 1e-8, "{above} {below}");
    }
}
