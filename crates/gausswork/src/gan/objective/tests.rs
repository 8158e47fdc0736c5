//! Tests of the losses.

use super::*;
use burn::tensor::{Device, TensorData};

/// Logits −30, −29.75, …, 30, and ±100.
fn logits() -> Vec<f32> {
    (-120..=120).map(|i| i as f32 * 0.25).chain([-100.0, 100.0]).collect()
}

fn column(values: &[f32], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len(), 1]), device)
}

fn numbers(tensor: Tensor<2>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// Values, and gradients by `real` and `fake`; `None` where a loss does not depend on one.
fn with_gradients(
    loss: impl Fn(Tensor<2>, Tensor<2>) -> Tensor<2>,
    real: &[f32],
    fake: &[f32],
) -> (Vec<f64>, [Option<Vec<f64>>; 2]) {
    let device = Device::flex().autodiff();
    let (real, fake) = (column(real, &device).require_grad(), column(fake, &device).require_grad());
    let value = loss(real.clone(), fake.clone());
    let mut gradients = value.clone().sum().backward();
    let by = [real.grad_remove(&mut gradients), fake.grad_remove(&mut gradients)];
    (numbers(value.inner()), by.map(|g| g.map(numbers)))
}

/// Both terms are within ten units in the last place (the kernel's softplus; the others have fewer roundings), and f32 numbers
/// below e^−87 may be zero.
fn close(found: f64, exact: f64, size: f64) -> bool {
    (found - exact).abs() <= 12.0 * f64::from(f32::EPSILON) * size + 1e-37
}

#[test]
fn values_and_gradients_are_those_of_the_formulas() {
    let real = logits();
    for shift in [0, 1, 60, 120, 200] {
        let mut fake = real.clone();
        fake.rotate_left(shift);
        for objective in Objective::ALL {
            let (j_d, of_d) = with_gradients(|r, f| objective.discriminator_loss(r, f), &real, &fake);
            let (j_g, of_g) = with_gradients(|r, f| objective.generator_loss(r, f), &real, &fake);
            let of_d = of_d.map(|g| g.expect("both logits matter to the discriminator"));
            assert!(of_g[0].is_none(), "{objective:?}: the generator does not move the data");
            let of_g = of_g[1].as_ref().expect("the sample's logit matters to the generator");
            for (i, (&r, &f)) in real.iter().zip(&fake).enumerate() {
                let (r, f) = (f64::from(r), f64::from(f));
                // Squares of numbers up to 101, and sums whose terms may cancel.
                let size = match objective {
                    Objective::LeastSquares => 1.0 + r * r + f * f,
                    Objective::Minimax | Objective::NonSaturating => {
                        softplus_f64(-r) + softplus_f64(f) + softplus_f64(-f)
                    }
                    Objective::Relativistic => softplus_f64(f - r) + softplus_f64(r - f),
                    Objective::Hinge | Objective::Wasserstein => 1.0 + r.abs() + f.abs(),
                };
                assert!(close(j_d[i], objective.discriminator_value(r, f), size), "{objective:?} {r} {f}");
                assert!(close(j_g[i], objective.generator_value(r, f), size), "{objective:?} {r} {f}");
                let [at_r, at_f] = match objective {
                    Objective::Relativistic => [r - f, f - r],
                    _ => [r, f],
                };
                let exact =
                    [objective.discriminator_slopes(at_r)[0], objective.discriminator_slopes(at_f)[1]];
                for (found, exact) in [(of_d[0][i], exact[0]), (of_d[1][i], exact[1])] {
                    assert!(close(found, exact, exact.abs()), "{objective:?} {r} {f}: {found} {exact}");
                }
                let exact = objective.generator_slope(at_f);
                assert!(close(of_g[i], exact, exact.abs()), "{objective:?} {r} {f}: {} {exact}", of_g[i]);
            }
        }
    }
}

#[test]
fn slopes_are_the_derivatives_of_the_values() {
    let h = 1e-5;
    for objective in Objective::ALL {
        for l in [-9.3, -1.2, -0.4, 0.0, 0.7, 1.6, 8.1] {
            let central = |f: &dyn Fn(f64) -> f64| (f(l + h) - f(l - h)) / (2.0 * h);
            let [by_real, by_fake] = objective.discriminator_slopes(l);
            // h² sup|f'''| / 6 < 1e-11, and rounding 1e-15 · 50 / h < 1e-8.
            let check = |exact: f64, found: f64| assert!((exact - found).abs() < 1e-8, "{objective:?} {l}");
            check(by_real, central(&|l| objective.discriminator_value(l, 0.0)));
            check(by_fake, central(&|l| objective.discriminator_value(0.0, l)));
            check(objective.generator_slope(l), central(&|l| objective.generator_value(0.0, l)));
        }
    }
}

#[test]
fn the_gradients_of_the_two_games_are_as_one_to_e_to_the_logit() {
    let fake: Vec<f32> = logits().into_iter().filter(|l| l.abs() <= 30.0).collect();
    let real = vec![0.0; fake.len()];
    let of = |objective: Objective| {
        let (_, [_, by_fake]) = with_gradients(|r, f| objective.generator_loss(r, f), &real, &fake);
        by_fake.expect("a gradient")
    };
    let (minimax, other) = (of(Objective::Minimax), of(Objective::NonSaturating));
    for ((&l, minimax), other) in fake.iter().zip(minimax).zip(other) {
        // Each slope is within six units in the last place.
        let ratio = other / (minimax * (-f64::from(l)).exp());
        assert!((ratio - 1.0).abs() < 13.0 * f64::from(f32::EPSILON), "{l}: {ratio}");
        let exact =
            Objective::NonSaturating.generator_slope(l.into()) / Objective::Minimax.generator_slope(l.into());
        assert!((exact / (-f64::from(l)).exp() - 1.0).abs() < 1e-14);
    }
}

#[test]
fn zero_sum_games_sum_to_zero() {
    let (real, device) = (logits(), Device::flex());
    let mut fake = real.clone();
    fake.rotate_left(17);
    for objective in [Objective::Minimax, Objective::Wasserstein] {
        let [r, f] = [&real, &fake].map(|l| column(l, &device));
        let sum = objective.discriminator_loss(r.clone(), f.clone()) + objective.generator_loss(r, f);
        assert!(numbers(sum).iter().all(|&s| s == 0.0), "{objective:?}");
    }
}

#[test]
fn equilibrium_values_are_those_of_an_undecided_discriminator() {
    for objective in Objective::ALL {
        let l = if objective == Objective::LeastSquares { 0.5 } else { 0.0 };
        let halved = objective.equilibrium(Convention::Halved);
        assert!((halved.discriminator - objective.discriminator_value(l, l)).abs() < 1e-15);
        assert!((halved.generator - objective.generator_value(l, l)).abs() < 1e-15);
        // With p_g = p_data no constant output does better: the slopes of the two classes cancel.
        let [by_real, by_fake] = objective.discriminator_slopes(l);
        assert_eq!(by_real + by_fake, 0.0);
    }
    let game = Objective::Minimax.equilibrium(Convention::Halved);
    assert_eq!(game.discriminator, LN_2);
    assert!((value_of_game(game.discriminator) + 4.0_f64.ln()).abs() < 1e-15);
    let whole = Objective::Minimax.equilibrium(Convention::Whole);
    assert!((whole.generator + 4.0_f64.ln()).abs() < 1e-15);
    assert_eq!(jensen_shannon_bound(LN_2), 0.0);
    assert_eq!(jensen_shannon_bound(0.0), LN_2);
    assert_eq!(jensen_shannon_bound(3.0), 0.0);
}

#[test]
fn names_are_those_of_a_configuration() {
    for objective in Objective::ALL {
        let name = serde_json::to_string(&objective).expect("a name");
        assert_eq!(name, format!("\"{}\"", objective.name()));
        assert!(!objective.reference().is_empty());
    }
    assert_eq!(Objective::default(), Objective::NonSaturating);
}
