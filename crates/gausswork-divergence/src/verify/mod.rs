//! Every closed form against an independent computation, over a grid of parameters.

mod draws;
mod gradients;
mod grid;
mod kinds;
mod pairs;
mod signs;
mod vectors;

use rayon::prelude::*;

use crate::{
    distribution::Family,
    identities::{self, Identity},
};

/// What a line of the report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// A closed form of KL against quadrature, for one ordered pair of families.
    Pair,
    /// Its derivatives, by dual numbers, against finite differences.
    Gradient,
    /// Another divergence in closed form against quadrature.
    Kind,
    /// Entropies, cross-entropies, total probabilities, signs, `KL(p ‖ p) = 0`, and draws.
    Law,
    /// An identity that the models stand on.
    Identity,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What was checked.
    pub subject: Subject,
    /// Its name: for a pair `q -> p`.
    pub name: String,
    /// How many cases.
    pub cases: usize,
    /// The worst relative error, or what the name says it is.
    pub worst: f64,
    /// Where it occurred.
    pub at: String,
    /// What it may be.
    pub bound: f64,
    /// Why the bound is not 1e-10, or what else there is to say.
    pub note: &'static str,
}

impl Row {
    fn new(subject: Subject, name: String, bound: f64) -> Self {
        Self { subject, name, cases: 0, worst: 0.0, at: String::new(), bound, note: "" }
    }

    /// Whether the worst error is within the bound; a NaN is not.
    pub fn holds(&self) -> bool {
        self.worst <= self.bound
    }

    /// Counts a case, and keeps it if none was worse.
    fn count(&mut self, error: f64, at: impl FnOnce() -> String) {
        self.cases += 1;
        let worse = error > self.worst || (error.is_nan() && !self.worst.is_nan());
        if worse || self.at.is_empty() {
            (self.worst, self.at) = (error, at());
        }
    }
}

impl From<Identity> for Row {
    fn from(identity: Identity) -> Self {
        // Without a case nothing has been shown.
        let worst = if identity.cases > 0 { identity.worst } else { f64::NAN };
        let Identity { name, statement, cases, at, bound, .. } = identity;
        Self { subject: Subject::Identity, name: name.into(), cases, worst, at, bound, note: statement }
    }
}

/// `|x − y|` over the larger of the two; 0 for equal infinities, and for two numbers that are nothing beside 1e-20.
fn relative_error(x: f64, y: f64) -> f64 {
    if x == y { 0.0 } else { (x - y).abs() / x.abs().max(y.abs()).max(1e-20) }
}

/// A piece of the work.
type Task = Box<dyn Fn() -> Vec<Row> + Send + Sync>;

/// Runs every check, on all threads; `observe` hears how many of how many pieces are done. The rows do not depend on
/// the number of threads.
pub fn verify(observe: &(dyn Fn(usize, usize) + Sync)) -> Vec<Row> {
    let mut tasks: Vec<Task> = Vec::new();
    for &q in Family::ALL {
        for &p in Family::ALL {
            tasks.push(Box::new(move || pairs::check(q, p)));
            tasks.push(Box::new(move || gradients::check(q, p)));
        }
        tasks.push(Box::new(move || pairs::entropies(q)));
        tasks.push(Box::new(move || pairs::zeros(q)));
        tasks.push(Box::new(move || draws::check(q)));
        tasks.push(Box::new(move || kinds::check(q)));
    }
    tasks.push(Box::new(vectors::check));
    tasks.extend(identities::ALL.iter().map(|&check| Box::new(move || vec![Row::from(check())]) as Task));
    tasks.extend((0..signs::PARTS).map(|part| Box::new(move || signs::check(part)) as Task));
    let (done, total) = (std::sync::atomic::AtomicUsize::new(0), tasks.len());
    observe(0, total);
    let rows: Vec<Vec<Row>> = tasks
        .par_iter()
        .map(|task| {
            let rows = task();
            observe(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, total);
            rows
        })
        .collect();
    let mut rows = signs::together(rows.into_iter().flatten().collect());
    rows.sort_by_key(|row| row.subject);
    rows
}
