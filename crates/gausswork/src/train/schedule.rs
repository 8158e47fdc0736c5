//! The learning rate as a function of the step.

/// Linear warm-up, then a half cosine down to zero at the last step (Loshchilov & Hutter 2017, eq. 5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Greatest rate.
    pub peak: f64,
    /// Steps of warm-up.
    pub warm_up: u64,
    /// Steps in all.
    pub steps: u64,
}

impl Schedule {
    /// The rate of a step, counted from 0.
    ///
    /// ```
    /// use gausswork::train::Schedule;
    /// let schedule = Schedule { peak: 0.002, warm_up: 100, steps: 1000 };
    /// assert_eq!(schedule.rate(49), 0.001);
    /// assert!(schedule.rate(999) < 1e-7);
    /// ```
    pub fn rate(&self, step: u64) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        let done = (step - self.warm_up) as f64 / (self.steps.saturating_sub(self.warm_up)).max(1) as f64;
        self.peak * 0.5 * (1.0 + (std::f64::consts::PI * done.min(1.0)).cos())
    }
}
