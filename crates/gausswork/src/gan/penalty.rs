use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::discriminator::{Discriminator, Mode};
use crate::error::OutOfRange;
use crate::nn::Leaves;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PenaltyKind {
    #[default]
    None,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Penalty {
    pub kind: PenaltyKind,
    pub weight: f64,
    pub every: u64,
}

impl Default for Penalty {
    fn default() -> Self {
        Self { kind: PenaltyKind::None, weight: 0.0, every: 8 }
    }
}

#[derive(Debug)]
pub struct Penalised {
    pub surrogate: Tensor<1>,
    pub value: f64,
    pub gradient_norm: f64,
}

impl Penalty {
    pub fn is_due(&self, _turn: u64) -> bool {
        false
    }
    pub fn check(&self) -> Result<(), OutOfRange> {
        Ok(())
    }
    pub fn on(
        &self,
        _d: &Discriminator,
        [leaves, _]: [&Leaves; 2],
        _rows: [Tensor<2>; 2],
        _between: &[f32],
        _mode: Mode<'_>,
    ) -> Penalised {
        Penalised { surrogate: Tensor::zeros([1], &leaves.device()), value: 0.0, gradient_norm: 0.0 }
    }
}
