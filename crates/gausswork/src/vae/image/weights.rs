//! Importance weights of any number of draws in constant memory.

/// Weights by their logarithms, summed relative to the greatest so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    greatest: f64,
    sum: f64,
    squares: f64,
    count: usize,
}

impl Weights {
    pub(super) const NONE: Self = Self { greatest: f64::NEG_INFINITY, sum: 0.0, squares: 0.0, count: 0 };

    /// Those of all draws of something.
    pub(super) fn of(log_weights: impl IntoIterator<Item = f64>) -> Self {
        let mut weights = Self::NONE;
        log_weights.into_iter().for_each(|log_weight| weights.add(log_weight));
        weights
    }

    pub(super) fn add(&mut self, log_weight: f64) {
        self.count += 1;
        if log_weight > self.greatest {
            let shrunk = (self.greatest - log_weight).exp();
            (self.sum, self.squares) = (self.sum * shrunk, self.squares * shrunk * shrunk);
            self.greatest = log_weight;
        }
        let weight = (log_weight - self.greatest).exp();
        self.sum += weight;
        self.squares += weight * weight;
    }

    /// `log w̄`.
    pub(super) fn log_mean(&self) -> f64 {
        self.greatest + (self.sum / self.count as f64).ln()
    }

    /// Standard error of that logarithm over the draws, `s / (w̄ √K)` with the weights' deviation s; one draw says nothing about it.
    pub(super) fn standard_error(&self) -> f64 {
        let n = self.count as f64;
        // Var(w)/(w̄² K) = (K Σŵ² − 1)/(K − 1) for normalised ŵ.
        if self.count < 2 { f64::NAN } else { ((n / self.effective() - 1.0).max(0.0) / (n - 1.0)).sqrt() }
    }

    /// `(Σ w)² / Σ w²`.
    pub(super) fn effective(&self) -> f64 {
        self.sum * self.sum / self.squares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_weights_are_those_of_the_definition() {
        let logs = [-1000.0, -1002.0, -999.5, -1001.0];
        let weights: Vec<f64> = logs.iter().map(|log| (log + 1000.0f64).exp()).collect();
        let n = weights.len() as f64;
        let mean = weights.iter().sum::<f64>() / n;
        let variance = weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let found = Weights::of(logs);
        assert!((found.log_mean() - (mean.ln() - 1000.0)).abs() < 1e-12);
        assert!((found.standard_error() - (variance / n).sqrt() / mean).abs() < 1e-12);
        let effective = (n * mean).powi(2) / weights.iter().map(|w| w * w).sum::<f64>();
        assert!((found.effective() - effective).abs() < 1e-12);
        assert!(Weights::of([0.5]).standard_error().is_nan());
    }
}
