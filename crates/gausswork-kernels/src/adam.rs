//! The update of weights by Adam, with their moving average.

use multiversion::multiversion;

/// What an update multiplies and adds with.
#[derive(Debug, Clone, Copy)]
pub struct AdamTerms {
    /// What the gradient is multiplied with first.
    pub scale: f32,
    /// Decay of the first and of the second moment.
    pub betas: [f32; 2],
    /// The learning rate, bias corrections included.
    pub rate: f32,
    /// Added to the root of the second moment.
    pub epsilon: f32,
    /// Decay of the weight average.
    pub keep: f32,
}

/// Kingma & Ba 2015, algorithm 1, on vectors of one length: weights and moments are updated, and an average where one is kept.
#[multiversion(targets = "simd")]
pub fn adam(
    terms: AdamTerms,
    g: &[f32],
    weights: &mut [f32],
    [m, v]: [&mut [f32]; 2],
    average: Option<&mut [f32]>,
) {
    let AdamTerms { scale, betas: [b1, b2], rate, epsilon, keep } = terms;
    let update = |weight: &mut f32, g: f32, m: &mut f32, v: &mut f32| {
        let g = g * scale;
        *m = b1 * *m + (1.0 - b1) * g;
        *v = b2 * *v + (1.0 - b2) * g * g;
        *weight -= rate * *m / (v.sqrt() + epsilon);
    };
    let all = weights.iter_mut().zip(g).zip(m.iter_mut().zip(v));
    let Some(average) = average else {
        return all.for_each(|((weight, &g), (m, v))| update(weight, g, m, v));
    };
    for (((weight, &g), (m, v)), average) in all.zip(average) {
        update(weight, g, m, v);
        *average = keep * *average + (1.0 - keep) * *weight;
    }
}

/// `Σ g²`, accumulated in f64.
#[multiversion(targets = "simd")]
pub fn sum_of_squares(g: &[f32]) -> f64 {
    // Sixteen sums, so that additions do not wait for each other.
    let (groups, rest) = g.as_chunks::<16>();
    let mut sums = [0.0_f64; 16];
    for group in groups {
        sums.iter_mut().zip(group).for_each(|(sum, &g)| *sum += f64::from(g) * f64::from(g));
    }
    sums.iter_mut().zip(rest).for_each(|(sum, &g)| *sum += f64::from(g) * f64::from(g));
    sums.iter().sum()
}

/// `to += from`.
#[multiversion(targets = "simd")]
pub fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_that_of_the_definition() {
        let n = 37;
        let numbers = |salt: usize| -> Vec<f32> {
            (0..n).map(|i| ((i * 7919 + salt) % 101) as f32 * 0.02 - 1.0).collect()
        };
        let terms = AdamTerms { scale: 0.5, betas: [0.9, 0.99], rate: 0.1, epsilon: 1e-8, keep: 0.75 };
        let (g, w, m, a) = (numbers(1), numbers(2), numbers(3), numbers(4));
        let v: Vec<f32> = numbers(5).iter().map(|x| x.abs()).collect();
        let (mut weights, mut first, mut second, mut average) = (w.clone(), m.clone(), v.clone(), a.clone());
        let (mut same, mut moments) = (w.clone(), [m.clone(), v.clone()]);
        adam(terms, &g, &mut weights, [&mut first, &mut second], Some(&mut average));
        adam(terms, &g, &mut same, moments.each_mut().map(|x| &mut x[..]), None);
        assert_eq!((&same, &moments[0], &moments[1]), (&weights, &first, &second));
        for i in 0..n {
            let [g, w, m, v, a] = [g[i] * 0.5, w[i], m[i], v[i], a[i]].map(f64::from);
            let (m, v) = (0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g);
            let w = w - 0.1 * m / (v.sqrt() + 1e-8);
            let exact = [w, m, v, 0.75 * a + 0.25 * w];
            for (found, exact) in [weights[i], first[i], second[i], average[i]].iter().zip(exact) {
                // A few roundings of numbers about 1; small second moments make steps of up to 10.
                assert!((f64::from(*found) - exact).abs() < 1e-5, "{i}: {found} {exact}");
            }
        }
        let exact: f64 = g.iter().map(|&g| f64::from(g) * f64::from(g)).sum();
        assert!((sum_of_squares(&g) - exact).abs() < 1e-13);
        let mut sum = g.clone();
        add(&mut sum, &w);
        assert!(sum.iter().zip(g.iter().zip(&w)).all(|(sum, (g, w))| *sum == g + w));
    }
}
