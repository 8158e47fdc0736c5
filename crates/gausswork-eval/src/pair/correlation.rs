//! Pearson correlation, and what each row does to it.

/// The correlation of two columns of numbers over the rows where both are there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// `r`.
    pub r: f64,
    mean: [f64; 2],
    deviation: [f64; 2],
    /// All rows by those where both are there.
    scale: f64,
}

impl Correlation {
    /// None where fewer than two rows have both, or a column is constant.
    ///
    /// *Stability*: two passes, so that a large mean costs no digits.
    #[must_use]
    pub fn new(x: &[f64], y: &[f64]) -> Option<Self> {
        let both = || x.iter().zip(y).filter(|(x, y)| !x.is_nan() && !y.is_nan());
        let count = both().count();
        if count < 2 {
            return None;
        }
        let n = count as f64;
        let (sx, sy) = both().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
        let mean = [sx / n, sy / n];
        let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
        for (x, y) in both() {
            let (dx, dy) = (x - mean[0], y - mean[1]);
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }
        let deviation = [(xx / n).sqrt(), (yy / n).sqrt()];
        let r = (xy / n / deviation[0] / deviation[1]).clamp(-1.0, 1.0);
        (xx > 0.0 && yy > 0.0 && r.is_finite()).then_some(Self {
            r,
            mean,
            deviation,
            scale: x.len() as f64 / n,
        })
    }

    /// The influence of a row on `r`: `z_x z_y − r (z_x² + z_y²)/2` (Devlin, Gnanadesikan & Kettenring 1975).
    #[must_use]
    pub fn influence(&self, x: f64, y: f64) -> f64 {
        if x.is_nan() || y.is_nan() {
            return 0.0;
        }
        let [a, b] = [(x, 0), (y, 1)].map(|(value, i)| (value - self.mean[i]) / self.deviation[i]);
        self.scale * (a * b - 0.5 * self.r * (a * a + b * b))
    }
}
