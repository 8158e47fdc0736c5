//! An affine frame of the plane: what a correlated normal is to a standard one.

/// x = μ + L u with L lower triangular; u are the coordinates in which the parts of a density are round or upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    /// μ.
    origin: [f64; 2],
    /// L₁₁, L₂₁, L₂₂.
    lower: [f64; 3],
}

impl Frame {
    /// x = u.
    pub(super) const SAME: Self = Self { origin: [0.0; 2], lower: [1.0, 0.0, 1.0] };

    /// The frame in which N(μ, Σ) is N(0, I): L is the Cholesky factor of Σ.
    pub(super) fn of_normal(mean: [f64; 2], [a, b]: [f64; 2], correlation: f64) -> Self {
        let lower = [a, b * correlation, b * (1.0 - correlation * correlation).sqrt()];
        Self { origin: mean, lower }
    }

    /// u of x.
    pub(super) fn inside(&self, x: &[f64; 2]) -> [f64; 2] {
        let [a, b, c] = self.lower;
        let first = (x[0] - self.origin[0]) / a;
        [first, (x[1] - self.origin[1] - b * first) / c]
    }

    /// x of u.
    pub(super) fn outside(&self, u: [f64; 2]) -> [f64; 2] {
        let [a, b, c] = self.lower;
        [self.origin[0] + a * u[0], self.origin[1] + b * u[0] + c * u[1]]
    }

    /// log |det L|, nats.
    pub(super) fn log_determinant(&self) -> f64 {
        self.lower[0].ln() + self.lower[2].ln()
    }

    /// The standard deviation of each coordinate of x where u is N(0, s² I).
    pub(super) fn spread(&self, s: f64) -> [f64; 2] {
        let [a, b, c] = self.lower;
        [s * a, s * b.hypot(c)]
    }
}
