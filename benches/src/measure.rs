//! Times contenders against each other.
//!
//! A machine's speed wanders while a run lasts. So the contenders take turns in
//! short batches, each batch is set against the memcpy batch of the same round,
//! and the median over the rounds is what counts.

use std::time::{Duration, Instant};

use crate::workload::{Contender, Fixture, Group};

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Rounds, each with one batch of every contender.
    pub rounds: u32,
    /// How long a batch takes at least.
    pub batch: Duration,
}

impl Effort {
    /// Some seconds per group.
    pub const FULL: Self = Self { rounds: 301, batch: Duration::from_micros(1000) };
    /// Well under a second per group, for a look between two edits.
    pub const QUICK: Self = Self { rounds: 41, batch: Duration::from_micros(200) };
}

/// What one contender took.
pub struct Outcome {
    /// The contender's name.
    pub name: &'static str,
    /// Median time of one run in nanoseconds.
    pub nanoseconds: f64,
    /// Median of the ratios to memcpy, round by round.
    pub ratio: f64,
}

/// Measures all contenders of a group, in their order.
pub fn measure(group: &mut Group, effort: Effort) -> Vec<Outcome> {
    let fixture = &mut group.fixture;
    let times: Vec<u32> = group
        .contenders
        .iter()
        .map(|contender| batch_size(contender, fixture, effort.batch))
        .collect();
    let mut samples = vec![Vec::new(); times.len()];
    for _ in 0..effort.rounds {
        for (index, contender) in group.contenders.iter().enumerate() {
            samples[index].push(batch(contender, fixture, times[index]));
        }
    }
    let base = samples[0].clone();
    let outcome = |(contender, own): (&Contender, Vec<f64>)| {
        let ratios = own.iter().zip(&base).map(|(own, base)| own / base).collect();
        Outcome { name: contender.name, nanoseconds: median(own), ratio: median(ratios) }
    };
    group.contenders.iter().zip(samples).map(outcome).collect()
}

/// Runs that fill the wanted time, once caches are warm.
fn batch_size(contender: &Contender, fixture: &mut Fixture, wanted: Duration) -> u32 {
    let mut times = 1;
    while batch(contender, fixture, times) * f64::from(times) < wanted.as_secs_f64() * 1e9 {
        times *= 2;
    }
    times
}

/// Nanoseconds of one run out of `times`. The run before them is not counted: it finds in the caches
/// what the contender before left there, and how much that weighs would hang on `times`.
fn batch(contender: &Contender, fixture: &mut Fixture, times: u32) -> f64 {
    (contender.run)(fixture, 1);
    let start = Instant::now();
    (contender.run)(fixture, times);
    start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Measures a group and prints its table.
pub fn print_ratios(group: &mut Group, effort: Effort) {
    let outcomes = measure(group, effort);
    println!("{} ({} bytes, {} items)", group.name, group.bytes, group.items);
    println!("  {:<20} {:>12} {:>9} {:>10}", "way", "ns", "ns/item", "x memcpy");
    for Outcome { name, nanoseconds, ratio } in outcomes {
        let per_item = nanoseconds / f64::from(group.items);
        println!("  {name:<20} {nanoseconds:>12.1} {per_item:>9.2} {ratio:>10.2}");
    }
    println!();
}
