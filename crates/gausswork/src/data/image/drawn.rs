//! Images drawn from a model.

/// Images and their labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DrawnImages {
    /// `[images, values]`, numbers in [0, 1].
    pub values: Vec<f32>,
    /// The label that the model was told for each; empty where it is told none.
    pub labels: Vec<u32>,
}

impl DrawnImages {
    /// Puts others behind them.
    pub fn append(&mut self, others: &Self) {
        self.values.extend_from_slice(&others.values);
        self.labels.extend_from_slice(&others.labels);
    }
}
