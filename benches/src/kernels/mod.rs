//! The kernels of `gausswork-kernels` and of the optimiser, each as a share of what this machine can do at most.
//!
//! Two ceilings are measured on the spot: a streaming triad `a = b + s c` over arrays far larger than any cache (bytes per
//! second), and the product of two square matrices that fit a cache (operations per second). One thread each, as a shard
//! has; the pass of Adam also on all threads, as a step has it. A kernel's bytes are what it must read and write at least once,
//! and its arrays are as large as in training, so small ones stay in a cache and may exceed the ceiling of memory.

mod ceiling;
mod elementwise;
mod optimiser;
mod products;

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use ceiling::Ceiling;

#[derive(Debug, Args)]
pub(crate) struct KernelsArgs {
    /// Threads of the passes that use several.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 0.5)]
    seconds: f64,
}

/// What a kernel does in one call.
#[derive(Debug, Clone, Copy, Default)]
struct Work {
    /// Floating-point operations of a product; 0 for a kernel that is bound by memory or by its functions.
    operations: f64,
    /// Bytes that it reads and writes.
    bytes: f64,
    /// Elements that it makes.
    elements: f64,
}

/// Times kernels and prints them.
struct Bench {
    time: Duration,
    ceiling: Ceiling,
}

impl Bench {
    /// Times `call`, and prints its rates and its share of a ceiling: that of products where it counts operations, else that of memory.
    fn kernel(&self, name: &str, shape: &str, work: Work, call: impl FnMut()) {
        let seconds = seconds_per_call(self.time, call);
        let (operations, bytes) = (work.operations / seconds, work.bytes / seconds);
        let share = if work.operations > 0.0 {
            operations / self.ceiling.operations
        } else {
            bytes / self.ceiling.bytes
        };
        println!(
            "{}",
            json!({
                "kernel": name,
                "shape": shape,
                "microseconds": seconds * 1e6,
                "gflop_per_second": operations / 1e9,
                "gb_per_second": bytes / 1e9,
                "million_elements_per_second": work.elements / seconds / 1e6,
                "share_of": if work.operations > 0.0 { "product" } else { "memory" },
                "share": share,
            })
        );
    }
}

pub(crate) fn run(args: &KernelsArgs) -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global()?;
    let time = Duration::try_from_secs_f64(args.seconds)?;
    let ceiling = Ceiling::measure(time, 1);
    let together = Ceiling::measure(time, args.threads);
    for (threads, ceiling) in [(1, &ceiling), (args.threads, &together)] {
        let (gflop, gb) = (ceiling.operations / 1e9, ceiling.bytes / 1e9);
        println!("{}", json!({ "ceiling": threads, "gflop_per_second": gflop, "gb_per_second": gb }));
    }
    let bench = Bench { time, ceiling };
    products::run(&bench);
    elementwise::run(&bench);
    optimiser::run(&bench, 1)?;
    optimiser::run(&Bench { time, ceiling: together }, args.threads)
}

/// The least time of a call among runs that take `time` in all: what is slower was disturbed.
fn seconds_per_call(time: Duration, mut call: impl FnMut()) -> f64 {
    call();
    // Runs long enough for the clock.
    let mut calls = 1;
    loop {
        let start = Instant::now();
        (0..calls).for_each(|_| call());
        if start.elapsed() >= time / 20 {
            break;
        }
        calls *= 2;
    }
    let (begin, mut least) = (Instant::now(), f64::INFINITY);
    while begin.elapsed() < time {
        let start = Instant::now();
        (0..calls).for_each(|_| call());
        least = least.min(start.elapsed().as_secs_f64() / f64::from(calls));
    }
    least
}

/// Numbers between −1 and 1 that no loop can guess.
fn numbers(n: usize) -> Vec<f32> {
    let mut values = vec![0.0; n];
    gausswork::noise::Noise::new(0).fill_uniform(gausswork::noise::Stream::Test, 0, &mut values);
    values.iter_mut().for_each(|u| *u = 2.0 * *u - 1.0);
    values
}
