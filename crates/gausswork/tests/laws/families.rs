//! Every family of `dist`, each as a case of the same laws: parameters, support, and its formula in f64.

use burn::tensor::{Device, Tensor};
use gausswork::dist::{Bernoulli, Categorical, Distribution, Normal, TruncatedLogistic};

/// Where a distribution puts its mass.
pub(crate) enum Support {
    /// 0, 1, …, n − 1.
    Codes(usize),
    /// Cells of a grid, by their centres, with their width.
    Cells(Vec<f64>, f64),
    /// An interval that holds all but 1e-30 of the mass.
    Line(f64, f64),
}

/// A family.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Parameter vectors at which the laws are checked.
    pub(crate) settings: Vec<Vec<f64>>,
    /// The distribution of parameters `[batch, n]`, event size 1.
    pub(crate) build: fn(Tensor<2>) -> Box<dyn Distribution>,
    pub(crate) support: fn(&[f64]) -> Support,
    /// Log-density or log-mass in f64, written down independently.
    pub(crate) log_prob: fn(&[f64], f64) -> f64,
    /// Greatest term that f32 arithmetic adds up on the way to the log-probability, and likewise for its
    /// derivative by each parameter: rounding errors are a few units of these.
    pub(crate) terms: fn(&[f64], f64) -> (f64, Vec<f64>),
}

/// Number of cells of the grid case.
pub(crate) const CELLS: usize = 50;

/// A truncated logistic as a distribution over the cells of a grid.
struct Cells(TruncatedLogistic);

impl Cells {
    fn width(&self) -> Tensor<2> {
        (self.0.high.clone() - self.0.low.clone()) / CELLS as f32
    }
}

impl Distribution for Cells {
    fn log_probs(&self, x: Tensor<2>) -> Tensor<2> {
        self.0.log_mass(x, self.width(), Tensor::ones([1, 1], &Device::flex()))
    }

    fn sample(&self, u: Tensor<2>) -> Tensor<2> {
        let cell = ((self.0.sample(u) - self.0.low.clone()) / self.width()).floor();
        self.0.low.clone() + (cell.clamp(0.0, CELLS as f64 - 1.0) + 0.5) * self.width()
    }

    /// The library has none: that of the density differs by up to half a cell.
    fn mean(&self) -> Tensor<2> {
        self.0.mean()
    }
}

fn parameter(p: &Tensor<2>, i: usize) -> Tensor<2> {
    let [batch, _] = p.dims();
    p.clone().slice([0..batch, i..i + 1])
}

fn logistic(p: &Tensor<2>) -> TruncatedLogistic {
    let [mu, log_scale, low, high] = std::array::from_fn(|i| parameter(p, i));
    TruncatedLogistic { mu, log_scale, low, high }
}

/// `log(σ(a) - σ(b))` for a > b.
pub(crate) fn log_sigmoid_difference(a: f64, b: f64) -> f64 {
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    (-(b - a).exp_m1()).ln() - softplus(-a) - softplus(b)
}

/// `log (F(to) - F(from))` of the logistic truncated to `[low, high]`.
pub(crate) fn log_logistic_mass(p: &[f64], from: f64, to: f64) -> f64 {
    let standard = |t: f64| (t - p[0]) / p[1].exp();
    log_sigmoid_difference(standard(to), standard(from))
        - log_sigmoid_difference(standard(p[3]), standard(p[2]))
}

fn logistic_terms(p: &[f64], _: f64) -> (f64, Vec<f64>) {
    let scale = p[1].exp();
    let reach = ((p[2] - p[0]).abs() + (p[3] - p[0]).abs()) / scale;
    let steep = (1.0 + reach) * (1.0 / scale + CELLS as f64 / (p[3] - p[2]));
    (reach + p[1].abs() + 8.0, vec![steep, 1.0 + reach, steep, steep])
}

/// Settings `[mu, log_scale, low, high]`: inside, at an end, outside; sharp and flat.
fn logistic_settings() -> Vec<Vec<f64>> {
    [
        (-0.05, -6.0),
        (-0.05, -2.0),
        (0.1, 3.0),
        (-0.3, -3.0),
        (0.2, -1.0),
        (1.5, -2.0),
        (-3.0, -3.5),
        (0.0, 0.0),
    ]
    .map(|(mu, log_scale)| vec![mu, log_scale, -0.3, 0.2])
    .to_vec()
}

fn log_softmax(p: &[f64], k: f64) -> f64 {
    p[k as usize] - p.iter().map(|l| l.exp()).sum::<f64>().ln()
}

/// Every family of `dist`.
pub(crate) fn all() -> Vec<Case> {
    let cases = vec![
        Case {
            name: "Normal",
            settings: vec![vec![0.0, 0.0], vec![3.0, -12.0], vec![-0.7, 4.0], vec![1e-3, 1e-3]],
            build: |p| Box::new(Normal { mu: parameter(&p, 0), log_var: parameter(&p, 1) }),
            support: |p| {
                let reach = 12.0 * (0.5 * p[1]).exp();
                Support::Line(p[0] - reach, p[0] + reach)
            },
            log_prob: |p, x| {
                -0.5 * ((x - p[0]).powi(2) / p[1].exp() + p[1] + (2.0 * std::f64::consts::PI).ln())
            },
            terms: |p, x| {
                let z = (x - p[0]).abs() / (0.5 * p[1]).exp();
                let square = (1.0 + z * z) * (1.0 + p[1].abs());
                (square, vec![(1.0 + z) * (1.0 + p[1].abs()) / (0.5 * p[1]).exp(), square])
            },
        },
        Case {
            name: "Bernoulli",
            settings: vec![vec![0.0], vec![1e-3], vec![-2.5], vec![8.0], vec![-30.0]],
            build: |p| Box::new(Bernoulli { logits: p }),
            support: |_| Support::Codes(2),
            log_prob: |p, x| -((1.0 - 2.0 * x) * p[0]).exp().ln_1p(),
            terms: |p, _| (p[0].abs(), vec![1.0]),
        },
        Case {
            name: "Categorical",
            settings: vec![
                vec![0.0; 5],
                vec![1.0, -2.0, 0.5],
                vec![20.0, 0.0, -20.0, 19.0],
                (0..40).map(|k| f64::from(k % 7) * 0.6).collect(),
            ],
            build: |p| Box::new(Categorical { logits: p.unsqueeze_dim(1) }),
            support: |p| Support::Codes(p.len()),
            log_prob: log_softmax,
            terms: |p, _| {
                let greatest = p.iter().fold(0.0f64, |a, b| a.max(b.abs()));
                (2.0 * greatest + (p.len() as f64).ln(), vec![1.0 + 2.0 * greatest; p.len()])
            },
        },
        Case {
            name: "TruncatedLogistic, density",
            settings: logistic_settings(),
            build: |p| Box::new(logistic(&p)),
            support: |p| Support::Line(p[2], p[3]),
            log_prob: |p, x| {
                let t = (x - p[0]) / p[1].exp();
                let density = -t.abs() - 2.0 * (-t.abs()).exp().ln_1p() - p[1];
                density - log_sigmoid_difference((p[3] - p[0]) / p[1].exp(), (p[2] - p[0]) / p[1].exp())
            },
            terms: logistic_terms,
        },
        Case {
            name: "TruncatedLogistic, cells",
            settings: logistic_settings(),
            build: |p| Box::new(Cells(logistic(&p))),
            support: |p| {
                let width = (p[3] - p[2]) / CELLS as f64;
                Support::Cells((0..CELLS).map(|k| p[2] + (k as f64 + 0.5) * width).collect(), width)
            },
            log_prob: |p, x| {
                let width = (p[3] - p[2]) / CELLS as f64;
                log_logistic_mass(p, x - 0.5 * width, x + 0.5 * width)
            },
            terms: logistic_terms,
        },
    ];
    // The library sees f32; so shall the formulas.
    let exact = |p: Vec<f64>| p.into_iter().map(|v| f64::from(v as f32)).collect();
    let round = |case: Case| Case { settings: case.settings.into_iter().map(exact).collect(), ..case };
    cases.into_iter().map(round).collect()
}

impl Case {
    /// `n` copies of the distribution at `setting`.
    pub(crate) fn copies(&self, setting: &[f64], n: usize) -> Box<dyn Distribution> {
        let row: Vec<f32> = setting.iter().map(|&v| v as f32).collect();
        (self.build)(super::support::matrix(&row.repeat(n), [n, row.len()]))
    }
}
