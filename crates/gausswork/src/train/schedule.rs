//! The learning rate as a function of the step.

use serde::{Deserialize, Serialize};

/// What becomes of the learning rate once it has risen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decay {
    /// A half cosine down to zero at the last step (Loshchilov & Hutter 2017, eq. 5).
    #[default]
    Cosine,
    /// None: the rate stays at its peak.
    Never,
}

/// Linear warm-up to a peak, then what [`Decay`] says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Greatest rate.
    pub peak: f64,
    /// Steps of warm-up.
    pub warm_up: u64,
    /// Steps in all.
    pub steps: u64,
    /// What follows the warm-up.
    pub decay: Decay,
}

impl Schedule {
    /// The rate of a step, counted from 0.
    ///
    /// ```
    /// use gausswork::train::{Decay, Schedule};
    /// let schedule = Schedule { peak: 0.002, warm_up: 100, steps: 1000, decay: Decay::Cosine };
    /// assert_eq!(schedule.rate(49), 0.001);
    /// assert!(schedule.rate(999) < 1e-7);
    /// let constant = Schedule { decay: Decay::Never, ..schedule };
    /// assert_eq!([constant.rate(49), constant.rate(999)], [0.001, 0.002]);
    /// ```
    pub fn rate(&self, step: u64) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        match self.decay {
            Decay::Never => self.peak,
            Decay::Cosine => {
                let falling = self.steps.saturating_sub(self.warm_up).max(1);
                let done = (step - self.warm_up) as f64 / falling as f64;
                self.peak * 0.5 * (1.0 + (std::f64::consts::PI * done.min(1.0)).cos())
            }
        }
    }
}
