//! What boosting minimises: first and second derivatives at the present margins.

use std::ops::Range;

use gausswork_kernels::exp;
use multiversion::multiversion;

use super::histogram::Derivatives;

/// Of a row whose probability is 0 or 1.
const LEAST_SECOND: f32 = 1e-16;

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

    /// What the margins of a row share, for [`Target::derivatives`]: nothing but for classes, whose softmax has its greatest
    /// margin and one over its sum.
    pub(super) fn shared(&self, margins: &[f64], out: &mut Vec<[f64; 2]>) {
        let Self::Classes { count, .. } = self else { return };
        out.clear();
        out.extend(margins.chunks_exact(*count).map(|l| {
            let top = l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f32 = l.iter().map(|l| exp((l - top) as f32)).sum();
            [top, 1.0 / f64::from(sum)]
        }));
    }

    /// First and second derivatives of some rows by the margin of class `k`; `margins` holds each row's margins together.
    ///
    /// In single precision: they are rounded to a coarser grid before they are summed.
    pub(super) fn derivatives(
        &self,
        rows: Range<usize>,
        margins: &[f64],
        shared: &[[f64; 2]],
        k: usize,
        out: &mut Derivatives,
    ) {
        out.g.resize(rows.len(), 0.0);
        out.h.resize(rows.len(), 0.0);
        match self {
            Self::Binary(labels) => logistic(&labels[rows.clone()], &margins[rows], out),
            Self::Classes { labels, count } => {
                let margins = margins[rows.start * count..rows.end * count].iter().skip(k).step_by(*count);
                let (labels, shared) = (&labels[rows.clone()], &shared[rows]);
                let out = out.g.iter_mut().zip(&mut out.h);
                for ((((g, h), &label), &l), [top, scale]) in out.zip(labels).zip(margins).zip(shared) {
                    let p = exp((l - top) as f32) * *scale as f32;
                    let hit = f32::from(u8::from(label as usize == k));
                    (*g, *h) = (p - hit, (2.0 * p * (1.0 - p)).max(LEAST_SECOND));
                }
            }
            Self::Numbers(values) => {
                let out = out.g.iter_mut().zip(&mut out.h);
                for (((g, h), &value), &margin) in out.zip(&values[rows.clone()]).zip(&margins[rows]) {
                    // Beyond any scale that trees could learn, and within what f32 holds.
                    (*g, *h) = ((margin - value).clamp(-1e30, 1e30) as f32, 1.0);
                }
            }
        }
    }

    /// That of some rows.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        match self {
            Self::Binary(labels) => Self::Binary(rows.iter().map(|&row| labels[row as usize]).collect()),
            Self::Classes { labels, count } => Self::Classes {
                labels: rows.iter().map(|&row| labels[row as usize]).collect(),
                count: *count,
            },
            Self::Numbers(values) => Self::Numbers(rows.iter().map(|&row| values[row as usize]).collect()),
        }
    }
}

#[multiversion(targets = "simd")]
fn logistic(labels: &[bool], margins: &[f64], out: &mut Derivatives) {
    let out = out.g.iter_mut().zip(&mut out.h);
    for (((g, h), &label), &l) in out.zip(labels).zip(margins) {
        let p = 1.0 / (1.0 + exp(-l as f32));
        (*g, *h) = (p - f32::from(u8::from(label)), (p * (1.0 - p)).max(LEAST_SECOND));
    }
}
