//! From the library's events to a progress bar, or to plain lines where stderr is not a terminal.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gausswork::eval::report::Step;
use gausswork::gan::{Convention, Equilibrium, Objective};
use gausswork::learner::Figures;
use gausswork::run::{Event, Observer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::interrupt::{self, Interrupt};
use crate::output::{duration, grouped, tell};

/// Nothing shorter than this gets a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how far a verb is.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// What signals do.
    pub(crate) interrupt: Arc<Interrupt>,
    terminal: bool,
    started: Instant,
    /// The bar's present shape.
    shape: Shape,
    /// What the latest step told, until a validation is told with it.
    latest: String,
    held_out: String,
    /// What is played, of a game: whose equilibrium stands beside the losses.
    equilibrium: Option<Objective>,
    /// Rows and columns, once read.
    pub(crate) size: [usize; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nothing,
    Stage,
    Steps,
    Rows,
    Metrics,
}

impl Shape {
    fn style(self) -> ProgressStyle {
        let template = match self {
            Self::Nothing => return ProgressStyle::default_bar(),
            Self::Stage => "{spinner} {msg} ({elapsed})",
            Self::Steps => "training {bar:24} step {pos}/{len}, {msg}",
            Self::Metrics => "evaluating {bar:24} {pos}/{len}, {msg} ({elapsed})",
            Self::Rows => "{bar:24} {human_pos} of {human_len} rows, {per_sec}, {eta} left",
        };
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
    }
}

impl Progress {
    /// Watches a verb; `said` is told when a signal asks it to stop.
    pub(crate) fn new(said: &'static str) -> Self {
        let terminal = io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let interrupt = interrupt::watch(&bar, said);
        let (started, latest) = (Instant::now(), String::new());
        Self {
            bar,
            interrupt,
            terminal,
            started,
            shape: Shape::Nothing,
            latest,
            held_out: String::new(),
            equilibrium: None,
            size: [0; 2],
        }
    }

    /// Draws no bar, say because the rows themselves go to the terminal.
    pub(crate) fn without_bar(mut self) -> Self {
        self.terminal = false;
        self
    }

    /// Seconds since the verb began.
    pub(crate) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Tells a line past the bar.
    pub(crate) fn line(&self, text: &str) {
        self.bar.suspend(|| tell(text));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn become_shape(&mut self, shape: Shape) {
        if self.terminal && self.shape != shape {
            if self.shape == Shape::Nothing {
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            self.bar.set_style(shape.style());
            self.bar.reset();
            match shape {
                Shape::Stage => self.bar.enable_steady_tick(Duration::from_millis(100)),
                _ => self.bar.disable_steady_tick(),
            }
        }
        self.shape = shape;
    }

    fn stage(&mut self, text: &str) {
        if self.terminal {
            self.become_shape(Shape::Stage);
            self.bar.set_message(text.to_owned());
        } else {
            tell(text);
        }
        if text == "training" {
            // Before there are weights there is nothing to finish with.
            self.interrupt.begin();
        }
    }

    fn metric(&mut self, step: Step<'_>) {
        if self.terminal {
            self.become_shape(Shape::Metrics);
            self.bar.set_length(step.total as u64);
            self.bar.set_position(step.done as u64);
            self.bar.set_message(format!("{} of {}", step.metric, step.set));
        }
    }

    fn step(&mut self, step: u64, steps: u64, rate: f64, figures: &Figures) {
        let left = duration((steps - step.min(steps)) as f64 / rate.max(1e-9));
        self.latest = format!("{rate:.1} steps/s, {left} left, {}", told(figures, self.equilibrium));
        if self.terminal {
            self.become_shape(Shape::Steps);
            self.bar.set_length(steps);
            self.bar.set_position(step);
            self.bar.set_message(format!("{}{}", self.latest, self.held_out));
        }
    }
}

/// The figures of a step or a validation that a person watches, in nats and probabilities.
///
/// Beside the losses of a game stand their values at equilibrium, with and without the halves.
fn told(figures: &Figures, game: Option<Objective>) -> String {
    let known = [
        ("train_elbo", "train ELBO"),
        ("held_out_elbo", "held-out ELBO"),
        ("j_d", "J_D"),
        ("j_g", "J_G"),
        ("d_real", "D(x)"),
        ("d_fake", "D(G(z))"),
        ("logit_real", "l(x)"),
        ("logit_fake", "l(G(z))"),
        ("held_out_j_d", "held-out J_D"),
        ("held_out_jsd_bound", "held-out JSD ≥"),
        ("extractor_loss", "loss"),
        ("extractor_accuracy", "right"),
    ];
    let of = |(name, said): (&str, &str)| {
        let (_, value) = figures.iter().find(|(known, _)| *known == name)?;
        let still = match (name, game) {
            ("j_d", Some(game)) => both(game, |e| e.discriminator),
            ("j_g", Some(game)) => both(game, |e| e.generator),
            _ => String::new(),
        };
        Some(format!("{said} {value:.3}{still}"))
    };
    known.into_iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

/// A loss at equilibrium, in both conventions.
fn both(game: Objective, of: fn(Equilibrium) -> f64) -> String {
    let [halved, whole] = [Convention::Halved, Convention::Whole].map(|c| of(game.equilibrium(c)));
    format!(" (→ {halved:.3}; ×2 {whole:.3})")
}

impl Observer for Progress {
    fn observe(&mut self, event: &Event<'_>) {
        match *event {
            Event::Stage(text) => self.stage(text),
            Event::Read { rows, columns, seconds, schema } => {
                self.size = [rows, columns];
                let (rows, columns) = (grouped(rows as u128), grouped(columns as u128));
                self.line(&format!("read {rows} rows × {columns} columns in {}", duration(seconds)));
                for column in crate::columns::regenerated(schema) {
                    self.line(&column);
                }
            }
            Event::ReadImages { set, seconds } => {
                self.size = [set.len(), set.shape().values()];
                let (images, shape) = (grouped(set.len() as u128), set.shape());
                let labels = set
                    .labels()
                    .map_or_else(String::new, |labels| format!(", {} labels", labels.names.len()));
                self.line(&format!("read {images} images of {shape}{labels} in {}", duration(seconds)));
            }
            Event::Game { objective } => {
                self.line(&crate::game::at_equilibrium(objective));
                self.equilibrium = Some(objective);
            }
            Event::Step { step, steps, rate, figures } => self.step(step, steps, rate, figures),
            Event::Validated { progress, figures } => {
                let held_out = told(figures, self.equilibrium);
                self.held_out = if held_out.is_empty() { held_out } else { format!(", {held_out}") };
                if !self.terminal {
                    tell(&format!("step {}: {}{}", progress.step, self.latest, self.held_out));
                }
            }
            Event::Rows { done, total }
                if self.terminal && (self.shape == Shape::Rows || self.started.elapsed() > PATIENCE) =>
            {
                self.become_shape(Shape::Rows);
                self.bar.set_length(total);
                self.bar.set_position(done);
            }
            Event::Metric(step) => self.metric(step),
            Event::Warning(text) => self.line(&format!("warning: {text}")),
            _ => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
