//! Standard errors by influence functions: how much each row moves a statistic.
//!
//! To first order a statistic of two samples is its value at the true distributions plus the mean of `phi(x)`
//! over the real rows plus the mean of `psi(y)` over the synthetic ones, so its variance is
//! `Var(phi)/n + Var(psi)/m`. Influences add like the statistics that they belong to: those of a mean of columns are
//! the mean of theirs, with the dependence between columns kept, and the difference of two scores against the
//! same real rows has the difference of their influences. (Hampel 1974, *The influence curve and its role in
//! robust estimation*, JASA 69.)
//!
//! Where a distance is near 0 the linearisation is too wide, never too narrow: there the signs that it fixes are random.

/// The influence of each row on a statistic.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Influence {
    /// Of each real row.
    pub real: Vec<f64>,
    /// Of each synthetic row.
    pub synthetic: Vec<f64>,
    /// Variance that no single row brings to first order.
    pub rest: f64,
}

impl Influence {
    /// None.
    #[must_use]
    pub fn zero(real: usize, synthetic: usize) -> Self {
        Self { real: vec![0.0; real], synthetic: vec![0.0; synthetic], rest: 0.0 }
    }

    /// Adds `weight` times another.
    pub fn add(&mut self, weight: f64, other: &Self) {
        for (sum, term) in self.real.iter_mut().zip(&other.real) {
            *sum += weight * term;
        }
        for (sum, term) in self.synthetic.iter_mut().zip(&other.synthetic) {
            *sum += weight * term;
        }
        self.rest += weight * weight * other.rest;
    }

    /// The standard error.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        (variance_of_mean(&self.real) + variance_of_mean(&self.synthetic) + self.rest).sqrt()
    }

    /// The standard error of the difference from the statistic of another synthetic sample. Against the same real rows
    /// what both owe to them cancels.
    #[must_use]
    pub fn standard_error_of_difference(&self, other: &Self) -> f64 {
        let real = if self.real.len() == other.real.len() {
            let difference: Vec<f64> = self.real.iter().zip(&other.real).map(|(a, b)| a - b).collect();
            variance_of_mean(&difference)
        } else {
            variance_of_mean(&self.real) + variance_of_mean(&other.real)
        };
        let synthetic = variance_of_mean(&self.synthetic) + variance_of_mean(&other.synthetic);
        (real + synthetic + self.rest + other.rest).sqrt()
    }
}

/// The variance of the mean of values; 0 of fewer than two.
#[must_use]
pub fn variance_of_mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    if values.len() < 2 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0) / n
}
