//! Activations: functions of one number, with their derivatives.

use multiversion::multiversion;

use crate::exp::exp;
use crate::logistic::{sigmoid, tanh};

/// A function that is applied to every number of a layer's output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// `x`.
    Identity,
    /// `max(x, 0)`.
    Relu,
    /// `x` above zero, `slope · x` below; the slope is positive.
    LeakyRelu(f32),
    /// `x σ(x)`.
    Silu,
    /// `tanh x`.
    Tanh,
    /// `σ(x) = 1 / (1 + e^−x)`.
    Sigmoid,
}

impl Activation {
    /// One of each kind.
    pub const ALL: [Self; 6] =
        [Self::Identity, Self::Relu, Self::LeakyRelu(0.2), Self::Silu, Self::Tanh, Self::Sigmoid];

    /// Whether the derivative is computed from the function's value; from its argument otherwise.
    ///
    /// Where it is, a layer need not keep the argument: the value is there anyway, as the input of the next layer.
    pub fn slope_is_of_value(self) -> bool {
        self != Self::Silu
    }

    /// Applies the function in place.
    pub fn apply(self, values: &mut [f32]) {
        apply(self, values);
    }

    /// Multiplies `g` by the derivative; `kept` are the values of the function, or its arguments for those of which
    /// [`Activation::slope_is_of_value`] says no.
    ///
    /// At the kink of the rectifiers the derivative is that from below.
    pub fn multiply_by_slope(self, kept: &[f32], g: &mut [f32]) {
        multiply_by_slope(self, kept, g);
    }
}

#[multiversion(targets = "simd")]
fn apply(activation: Activation, values: &mut [f32]) {
    match activation {
        Activation::Identity => {}
        Activation::Relu => each(values, |x| if x > 0.0 { x } else { 0.0 }),
        Activation::LeakyRelu(slope) => each(values, |x| if x > 0.0 { x } else { slope * x }),
        Activation::Silu => each(values, |x| x / (1.0 + exp(-x))),
        Activation::Tanh => each(values, tanh),
        Activation::Sigmoid => each(values, sigmoid),
    }
}

#[multiversion(targets = "simd")]
fn multiply_by_slope(activation: Activation, kept: &[f32], g: &mut [f32]) {
    match activation {
        Activation::Identity => {}
        Activation::Relu => pairs(kept, g, |y, g| if y > 0.0 { g } else { 0.0 }),
        Activation::LeakyRelu(slope) => pairs(kept, g, |y, g| if y > 0.0 { g } else { slope * g }),
        Activation::Silu => pairs(kept, g, |x, g| {
            // σ (1 + x (1 − σ)); 1 − σ as a product keeps its relative precision.
            let t = exp(-x);
            let p = 1.0 / (1.0 + t);
            g * p * (1.0 + x * (t * p))
        }),
        // (1 − y)(1 + y) has a smaller rounding error near 1 than 1 − y².
        Activation::Tanh => pairs(kept, g, |y, g| g * ((1.0 - y) * (1.0 + y))),
        Activation::Sigmoid => pairs(kept, g, |y, g| g * (y * (1.0 - y))),
    }
}

#[inline(always)]
fn each(values: &mut [f32], f: impl Fn(f32) -> f32) {
    for value in values {
        *value = f(*value);
    }
}

#[inline(always)]
fn pairs(kept: &[f32], g: &mut [f32], f: impl Fn(f32, f32) -> f32) {
    for (g, &kept) in g.iter_mut().zip(kept) {
        *g = f(kept, *g);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(activation: Activation, x: f64) -> f64 {
        match activation {
            Activation::Identity => x,
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu(slope) => x.max(0.0) + f64::from(slope) * x.min(0.0),
            Activation::Silu => x / (1.0 + (-x).exp()),
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        }
    }

    #[test]
    fn values_and_slopes_are_those_of_the_definition() {
        let arguments: Vec<f32> = (-2001..2003).map(|i| i as f32 * 0.01 + 0.003).collect();
        for activation in Activation::ALL {
            let mut values = arguments.clone();
            activation.apply(&mut values);
            let mut slopes = vec![2.0; values.len()];
            let kept = if activation.slope_is_of_value() { &values } else { &arguments };
            activation.multiply_by_slope(kept, &mut slopes);
            for ((&x, value), slope) in arguments.iter().zip(values).zip(slopes) {
                let x = f64::from(x);
                let f = exact(activation, x);
                // At most six units in the last place of the value.
                assert!(
                    (f64::from(value) - f).abs() <= 6.0 * f64::from(f32::EPSILON) * f.abs(),
                    "{activation:?} {x}"
                );
                // A central difference in f64 is within h² sup|f'''| / 6 < 2e-11 and its rounding, 20 ε₆₄ / h < 1e-9; the slope
                // is a few roundings of numbers up to x, times two.
                let h = 1e-5;
                let difference = (exact(activation, x + h) - exact(activation, x - h)) / h;
                let slack = 1e-9 + 20.0 * f64::from(f32::EPSILON) * (1.0 + x.abs() * difference.abs());
                assert!(
                    (f64::from(slope) - difference).abs() <= slack,
                    "{activation:?} {x}: {slope} {difference}"
                );
            }
        }
    }
}
