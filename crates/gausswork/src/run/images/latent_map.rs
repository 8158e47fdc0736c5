//! Latents in the plane: the two directions in which they vary most.

/// Rounds of the iteration; each takes away what is between the second and the third variance, and a map needs no more digits.
const ROUNDS: usize = 100;

/// Posterior means in the plane of their first two principal components.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentMap {
    /// A point for each image.
    pub points: Vec<[f64; 2]>,
    /// The label of each, where the set has labels.
    pub labels: Vec<u32>,
    /// The share of the variance that each direction has.
    pub shares: [f64; 2],
}

/// The map of `[images, latent]` means; of one dimension, the second coordinate is 0.
pub(super) fn map(means: &[f32], latent: usize, labels: Vec<u32>) -> LatentMap {
    let n = (means.len() / latent.max(1)).max(1) as f64;
    let mut centre = vec![0.0; latent];
    for row in means.chunks_exact(latent) {
        centre.iter_mut().zip(row).for_each(|(centre, &z)| *centre += f64::from(z) / n);
    }
    let rows: Vec<Vec<f64>> = means
        .chunks_exact(latent)
        .map(|row| row.iter().zip(&centre).map(|(&z, centre)| f64::from(z) - centre).collect())
        .collect();
    let mut covariance = vec![vec![0.0; latent]; latent];
    for row in &rows {
        for (line, a) in covariance.iter_mut().zip(row) {
            line.iter_mut().zip(row).for_each(|(cell, b)| *cell += a * b / n);
        }
    }
    let total: f64 = (0..latent).map(|d| covariance[d][d]).sum();
    let axes = axes(&covariance);
    let points = rows.iter().map(|row| [dot(&axes[0].0, row), dot(&axes[1].0, row)]).collect();
    let share = |variance: f64| if total > 0.0 { variance / total } else { 0.0 };
    LatentMap { points, labels, shares: [share(axes[0].1), share(axes[1].1)] }
}

/// The two directions of the greatest variance with that, by orthogonal iteration from the axes that vary most.
fn axes(covariance: &[Vec<f64>]) -> [(Vec<f64>, f64); 2] {
    let latent = covariance.len();
    let mut order: Vec<usize> = (0..latent).collect();
    order.sort_by(|&a, &b| covariance[b][b].total_cmp(&covariance[a][a]));
    // A little of every axis, so that no direction is missing from the start.
    let start = |place: usize| -> Vec<f64> {
        let most = order.get(place).copied();
        (0..latent).map(|d| if Some(d) == most { 1.0 } else { 0.01 / (1 + d + place) as f64 }).collect()
    };
    let times = |v: &[f64]| covariance.iter().map(|line| dot(line, v)).collect::<Vec<f64>>();
    let [mut a, mut b] = [start(0), start(1)];
    for _ in 0..ROUNDS {
        a = unit(times(&a));
        let image = times(&b);
        let along = dot(&a, &image);
        b = unit(image.iter().zip(&a).map(|(x, a)| x - along * a).collect());
    }
    let variance = |v: &[f64]| dot(v, &times(v));
    let [first, second] = [variance(&a), variance(&b)];
    [(a, first), (b, second)]
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Of length 1, the greatest entry positive; nothing where there is no length.
fn unit(v: Vec<f64>) -> Vec<f64> {
    let length = dot(&v, &v).sqrt();
    let greatest = v.iter().copied().fold(0.0f64, |most, x| if x.abs() > most.abs() { x } else { most });
    let by = if length > 1e-150 { greatest.signum() / length } else { 0.0 };
    v.into_iter().map(|x| x * by).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_is_the_plane_of_the_greatest_variances() {
        // Along (3, 4)/5 with deviation 5, along the third axis with 2, and 0.1 along the fourth.
        let rows: Vec<f32> = (0..8)
            .flat_map(|i| {
                let sign = |bit: u32| if i >> bit & 1 == 0 { 1.0f32 } else { -1.0 };
                [1.0 + 3.0 * sign(0), 4.0 * sign(0), 2.0 * sign(1), 0.1 * sign(2)]
            })
            .collect();
        let map = map(&rows, 4, Vec::new());
        for (i, [x, y]) in map.points.iter().enumerate() {
            assert!((x.abs() - 5.0).abs() < 1e-6 && (y.abs() - 2.0).abs() < 1e-6, "{i}: {x} {y}");
        }
        let total = 25.0 + 4.0 + 0.01;
        assert!((map.shares[0] - 25.0 / total).abs() < 1e-6 && (map.shares[1] - 4.0 / total).abs() < 1e-6);
    }

    #[test]
    fn a_latent_of_one_dimension_or_of_none_that_varies_has_a_map() {
        let one = map(&[1.0, -1.0], 1, vec![0, 1]);
        assert_eq!((one.points, one.shares), (vec![[1.0, 0.0], [-1.0, 0.0]], [1.0, 0.0]));
        assert_eq!(map(&[0.5; 6], 3, Vec::new()).points, [[0.0; 2]; 2]);
    }
}
