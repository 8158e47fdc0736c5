//! Areas under the receiver operating characteristic, with DeLong's errors.

/// The area and the structural components of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Auc {
    /// `P(s⁺ > s⁻) + ½ P(s⁺ = s⁻)`.
    pub value: f64,
    /// For each positive: the share of negatives below it, ties half.
    pub positive: Vec<f64>,
    /// For each negative: the share of positives above it, ties half.
    pub negative: Vec<f64>,
}

impl Auc {
    /// The area of scores of positives and negatives; ½ where either is empty.
    ///
    /// DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44, eq. 2–4, by ranks.
    #[must_use]
    pub fn new(positive: &[f64], negative: &[f64]) -> Self {
        let sorted = |values: &[f64]| {
            let mut values = values.to_vec();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let (p, n) = (sorted(positive), sorted(negative));
        let below = |sorted: &[f64], x: f64| {
            if sorted.is_empty() {
                return 0.5;
            }
            let (less, upto) = (sorted.partition_point(|&y| y < x), sorted.partition_point(|&y| y <= x));
            0.5 * (less + upto) as f64 / sorted.len() as f64
        };
        let of_positive: Vec<f64> = positive.iter().map(|&x| below(&n, x)).collect();
        let of_negative: Vec<f64> = negative.iter().map(|&x| 1.0 - below(&p, x)).collect();
        let value = if of_positive.is_empty() {
            0.5
        } else {
            of_positive.iter().sum::<f64>() / of_positive.len() as f64
        };
        Self { value, positive: of_positive, negative: of_negative }
    }

    /// DeLong's standard error.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        let of = crate::influence::variance_of_mean;
        (of(&self.positive) + of(&self.negative)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_by_hand() {
        let auc = Auc::new(&[2.0, 3.0, 1.0], &[1.0, 0.0]);
        // Pairs: 2>1, 2>0, 3>1, 3>0, 1=1, 1>0: 5.5 of 6.
        assert!((auc.value - 5.5 / 6.0).abs() < 1e-15);
        assert!((auc.negative.iter().sum::<f64>() / 2.0 - auc.value).abs() < 1e-15);
        assert_eq!(Auc::new(&[], &[1.0]).value, 0.5);
        // pROC: var = var(V10)/m + var(V01)/n, with V10 = (1, 1, 3/4) and V01 = (5/6, 1).
        let expected = ((1.0 / 48.0) / 3.0 + (1.0 / 72.0) / 2.0_f64).sqrt();
        assert!((auc.standard_error() - expected).abs() < 1e-15);
    }
}
