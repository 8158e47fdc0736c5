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
        let sorted = |values: &[f64]| -> Vec<(f64, u32)> {
            let mut values: Vec<(f64, u32)> = values.iter().copied().zip(0..).collect();
            values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            values
        };
        let (p, n) = (sorted(positive), sorted(negative));
        // Both ascend, so what lies below the next one begins where that of the last one did.
        let below = |own: &[(f64, u32)], others: &[(f64, u32)]| -> Vec<f64> {
            let mut out = vec![0.5; own.len()];
            let (mut less, mut upto) = (0, 0);
            for &(x, place) in own.iter().filter(|_| !others.is_empty()) {
                less += others[less..].iter().take_while(|(y, _)| *y < x).count();
                upto = upto.max(less);
                upto += others[upto..].iter().take_while(|(y, _)| *y <= x).count();
                out[place as usize] = 0.5 * (less + upto) as f64 / others.len() as f64;
            }
            out
        };
        let of_positive = below(&p, &n);
        let mut of_negative = below(&n, &p);
        of_negative.iter_mut().for_each(|share| *share = 1.0 - *share);
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
