//! What boosting minimises: first and second derivatives at the present margins.

/// What is predicted.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Two classes: whether a row is of the second.
    Binary(Vec<bool>),
    /// Several classes.
    Classes {
        /// Of each row.
        labels: Vec<u32>,
        /// How many there are.
        count: usize,
    },
    /// Numbers.
    Numbers(Vec<f64>),
}

/// The loss that belongs to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// Cross-entropy of the logistic function of one margin.
    Logistic,
    /// Cross-entropy of the softmax of one margin per class.
    Softmax(usize),
    /// Half the squared error.
    Squared,
}

impl Objective {
    /// Bounds on both derivatives, where the loss has them.
    pub(super) fn greatest_derivatives(self) -> Option<[f32; 2]> {
        match self {
            Self::Logistic => Some([1.0, 0.25]),
            Self::Softmax(_) => Some([1.0, 0.5]),
            Self::Squared => None,
        }
    }
}

/// `1/(1 + e^(−l))`.
#[must_use]
pub fn sigmoid(l: f64) -> f64 {
    1.0 / (1.0 + (-l).exp())
}

impl Target {
    /// The loss for it.
    #[must_use]
    pub fn objective(&self) -> Objective {
        match self {
            Self::Binary(_) => Objective::Logistic,
            Self::Classes { count, .. } => Objective::Softmax(*count),
            Self::Numbers(_) => Objective::Squared,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Binary(labels) => labels.len(),
            Self::Classes { labels, .. } => labels.len(),
            Self::Numbers(values) => values.len(),
        }
    }

    /// The margin of every row before the first tree: what fits best as a constant.
    pub(super) fn start(&self) -> f64 {
        let n = self.len().max(1) as f64;
        match self {
            Self::Binary(labels) => {
                let p = labels.iter().filter(|&&label| label).count() as f64 / n;
                (p.clamp(1e-6, 1.0 - 1e-6) / (1.0 - p.clamp(1e-6, 1.0 - 1e-6))).ln()
            }
            Self::Classes { .. } => 0.0,
            Self::Numbers(values) => values.iter().sum::<f64>() / n,
        }
    }

    /// First and second derivatives by the margin of class `k`; `margins` holds each row's margins together.
    pub(super) fn derivatives(&self, margins: &[f64], k: usize, out: &mut [[f32; 2]]) {
        match self {
            Self::Binary(labels) => {
                for ((out, &label), &l) in out.iter_mut().zip(labels).zip(margins) {
                    let p = sigmoid(l);
                    *out = [(p - f64::from(u8::from(label))) as f32, (p * (1.0 - p)).max(1e-16) as f32];
                }
            }
            Self::Classes { labels, count } => {
                for ((out, &label), l) in out.iter_mut().zip(labels).zip(margins.chunks_exact(*count)) {
                    let top = l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let sum: f64 = l.iter().map(|l| (l - top).exp()).sum();
                    let p = (l[k] - top).exp() / sum;
                    let hit = f64::from(u8::from(label as usize == k));
                    *out = [(p - hit) as f32, (2.0 * p * (1.0 - p)).max(1e-16) as f32];
                }
            }
            Self::Numbers(values) => {
                for ((out, &value), &margin) in out.iter_mut().zip(values).zip(margins) {
                    // Beyond any scale that trees could learn, and within what f32 holds.
                    *out = [(margin - value).clamp(-1e30, 1e30) as f32, 1.0];
                }
            }
        }
    }
}
