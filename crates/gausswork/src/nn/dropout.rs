//! Dropout whose masks have addresses.

use burn::tensor::{Tensor, TensorData};

use crate::noise::{Noise, Stream};

/// Makes each number zero with a probability p, and divides the others by 1 − p, so that the mean stays (Srivastava et al. 2014).
///
/// Which ones is decided by the noise at `address`, the same on every device; each layer, step and shard needs an address of
/// its own within the stream.
pub fn dropout<const D: usize>(
    x: Tensor<D>,
    probability: f32,
    noise: &Noise,
    stream: Stream,
    address: u64,
) -> Tensor<D> {
    if probability <= 0.0 {
        return x;
    }
    let shape = x.shape();
    let mut mask = vec![0.0; shape.num_elements()];
    noise.fill_uniform(stream, address, &mut mask);
    let kept = if probability < 1.0 { 1.0 / (1.0 - probability) } else { 0.0 };
    mask.iter_mut().for_each(|u| *u = if *u < probability { 0.0 } else { kept });
    let device = x.device();
    x * Tensor::from_data(TensorData::new(mask, shape), &device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn keeps_the_mean_and_depends_on_the_address_alone() {
        let (n, noise) = (100_000, Noise::new(4));
        let ones = Tensor::<2>::ones([n / 10, 10], &Device::flex());
        let drop = |p, address| -> Vec<f32> {
            dropout(ones.clone(), p, &noise, Stream::Test, address).into_data().iter().collect()
        };
        for p in [0.1, 0.5, 0.9] {
            let values = drop(p, 0);
            let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n as f64;
            // The standard error is √(p / (1 − p) / n); five of them fail for one seed in a million.
            let p = f64::from(p);
            assert!((mean - 1.0).abs() < 5.0 * (p / (1.0 - p) / n as f64).sqrt(), "{p}: {mean}");
        }
        assert_eq!(drop(0.5, 1), drop(0.5, 1));
        assert_ne!(drop(0.5, 1), drop(0.5, 2));
        assert!(drop(0.0, 0).iter().all(|&v| v == 1.0) && drop(1.0, 0).iter().all(|&v| v == 0.0));
    }
}
