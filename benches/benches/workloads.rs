//! Criterion's times of all workloads, then the table of ratios in the same run.
#![allow(clippy::as_conversions, reason = "a length in bytes fits u64")]

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use migcore_benches::measure::{print_ratios, Effort};
use migcore_benches::workload::{groups, Fixture};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    workloads(&mut criterion);
    criterion.final_summary();
    // `cargo test --all-targets` runs this as well, and nothing is to be timed there.
    if std::env::args().any(|argument| argument == "--bench") {
        groups().iter_mut().for_each(|group| print_ratios(group, Effort::QUICK));
    }
}

fn workloads(criterion: &mut Criterion) {
    for group in groups() {
        let mut fixture = group.fixture;
        let mut report = criterion.benchmark_group(group.name);
        report.throughput(Throughput::Bytes(group.bytes as u64));
        for contender in &group.contenders {
            report.bench_function(contender.name, |bencher| {
                bencher.iter_custom(|times| timed(&mut fixture, contender.run, times));
            });
        }
        report.finish();
    }
}

fn timed(fixture: &mut Fixture, run: fn(&mut Fixture, u32), times: u64) -> Duration {
    let times = u32::try_from(times).unwrap_or(u32::MAX);
    let start = Instant::now();
    run(fixture, times);
    start.elapsed()
}
