//! Runs one contender a given number of times, for an instruction counter.
//!
//! `count --list` prints `group,items,way` lines; `count GROUP WAY TIMES` runs.
//! What setting up costs falls out of the difference of two counts.

use std::process::ExitCode;

use migcore_benches::workload::{groups, Group};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["--list"] => list(),
        [group, way, times] => run(group, way, times),
        _ => None,
    };
    if done.is_none() {
        eprintln!("usage: count --list | count GROUP WAY TIMES");
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

fn list() -> Option<()> {
    for group in groups() {
        for contender in &group.contenders {
            println!("{}\t{}\t{}", group.name, group.items, contender.name);
        }
    }
    Some(())
}

fn run(group: &str, way: &str, times: &str) -> Option<()> {
    let times = times.parse().ok()?;
    let Group { mut fixture, contenders, .. } =
        groups().into_iter().find(|known| known.name == group)?;
    let contender = contenders.iter().find(|known| known.name == way)?;
    (contender.run)(&mut fixture, times);
    Some(())
}
