use crate::nearest::{Points, least, smallest};

/// The closest records of synthetic rows, and the other way round.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// Of each synthetic row, the distances to its two closest training rows, and the place of the first.
    pub(super) to_training: Vec<([f32; 2], usize)>,
    /// Of each training row, the distance to its closest synthetic row.
    pub(super) from_training: Vec<f32>,
    pub(super) holdout: Option<Holdout>,
}

/// The same of the holdout.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Holdout {
    pub(super) to: Vec<(f32, usize)>,
    pub(super) from: Vec<f32>,
}

impl Neighbours {
    /// Looks at every pair of a synthetic point and a training point or, where given, one of as many holdout points.
    #[must_use]
    pub fn new(training: &Points, holdout: Option<&Points>, synthetic: &Points) -> Self {
        let two = |d: &[f32]| (smallest::<2>(d, None), least(d).1);
        let (to_training, from_training) = synthetic.each_and_back(training, two);
        let holdout = holdout.filter(|holdout| holdout.rows > 0).map(|holdout| {
            let (to, from) = synthetic.each_and_back(holdout, least);
            Holdout { to, from }
        });
        Self { to_training, from_training, holdout }
    }
}
