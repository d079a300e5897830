//! Prints the time of every contender as a ratio to memcpy in the same run, and the bytes of a device.
//!
//! `ratios [--quick] [GROUP]...`: only groups whose name starts with one of the arguments; `sizes` is the
//! table of bytes.

use migcore_benches::measure::{print_ratios, Effort};
use migcore_benches::sizes::print_sizes;
use migcore_benches::workload::groups;

fn main() {
    let (options, wanted): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let quick = options.iter().any(|option| option == "--quick");
    if let Some(unknown) = options.iter().find(|option| *option != "--quick") {
        eprintln!("unknown option {unknown}; usage: ratios [--quick] [GROUP]...");
        std::process::exit(2);
    }
    let effort = if quick { Effort::QUICK } else { Effort::FULL };
    for mut group in groups() {
        let named = wanted.iter().any(|start| group.name.starts_with(start.as_str()));
        if wanted.is_empty() || named {
            print_ratios(&mut group, effort);
        }
    }
    if wanted.is_empty() || wanted.iter().any(|start| "sizes".starts_with(start.as_str())) {
        print_sizes();
    }
}
