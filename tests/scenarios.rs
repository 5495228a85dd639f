//! Every scenario of the library shows, with its own seed, what it says it shows.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the runs are single-threaded; the test uses all cores to run several"
)]

use std::sync::Mutex;
use std::thread;

use kafkasim::report::run::{RunOptions, run};
use kafkasim::report::verdict::Standing;
use kafkasim::report::{human, machine};
use kafkasim::scenario::{self, Bound, Expectation, Override, Source, embedded};

#[test]
fn every_scenario_runs_as_expected() {
    every(check);
}

#[test]
fn every_cure_cures() {
    every(check_cures);
}

/// Holds every scenario of the library against a check, several at a time.
fn every(check: fn(&str) -> Result<(), String>) {
    let queue: Mutex<Vec<&str>> = Mutex::new(embedded::all().map(|(name, _)| name).collect());
    let faults: Mutex<Vec<String>> = Mutex::default();
    let next = || queue.lock().expect("no test thread panics while it holds the lock").pop();
    let work = || {
        while let Some(name) = next() {
            if let Err(fault) = check(name) {
                faults.lock().expect("no test thread panics while it holds the lock").push(format!("{name}: {fault}"));
            }
        }
    };
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let mut faults = faults.into_inner().expect("no test thread panicked");
    faults.sort();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Parses without a warning, runs, and is judged as its file says; every form of the result is made.
fn check(name: &str) -> Result<(), String> {
    let source: Source = embedded::find(name).ok_or("not in the library")?;
    let (scenario, warnings) = scenario::parse(&source, &[]).map_err(|findings| format!("{findings:#?}"))?;
    if !warnings.is_empty() {
        return Err(format!("{warnings:#?}"));
    }
    if scenario.name != name {
        return Err(format!("its file says `{}`", scenario.name));
    }
    if scenario.summary.is_empty() || scenario.tags.is_empty() || scenario.expect.is_empty() {
        return Err("a scenario of the library has a summary, tags and expectations".into());
    }
    let options = RunOptions { seed: scenario.seed, until: None, causes: false };
    let (report, (), _) = run(&scenario, options, |_| ()).map_err(|bug| bug.to_string())?;
    let style = human::Style {
        width: 100,
        colour: false,
        timeline: Some(40),
        verbose: true,
        took: None,
        again: name.into(),
        plots: None,
    };
    let text = human::print(&report, &style);
    let json = machine::json(&report);
    if json["digest"] != report.digest.to_string() {
        return Err(format!("JSON gives another digest: {}", json["digest"]));
    }
    match report.verdict.standing() {
        Standing::Met if report.warnings.is_empty() => Ok(()),
        standing => Err(format!("{standing:?}, warnings {:?}\n{text}", report.warnings)),
    }
}

/// The figures that a cure is to bring down.
const HARM: [&str; 5] = ["lost.after.ack", "duplicated", "out.of.order", "never.processed", "processed.again"];

/// Each command after `Cured by:` runs its own scenario, breaks nothing else, and where the file expects
/// harm of at least so much, there is less.
fn check_cures(name: &str) -> Result<(), String> {
    let source: Source = embedded::find(name).ok_or("not in the library")?;
    let (scenario, _) = scenario::parse(&source, &[]).map_err(|findings| format!("{findings:#?}"))?;
    for command in scenario.teaches.lines().filter_map(|line| line.trim().strip_prefix("Cured by:")) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let Some(changes) = words.strip_prefix(&["kafkasim", "run", name][..]) else {
            return Err(format!("not a command for {name}:{command}"));
        };
        let changes: Vec<Override> = changes.chunks(2).map(|pair| Override::new(pair[pair.len() - 1])).collect();
        let (cured, _) = scenario::parse(&source, &changes).map_err(|findings| format!("{command}: {findings:#?}"))?;
        let options = RunOptions { seed: cured.seed, until: None, causes: false };
        let (report, (), _) = run(&cured, options, |_| ()).map_err(|bug| bug.to_string())?;
        if let Some(item) = report.verdict.items.iter().find(|item| item.expected.is_none()) {
            return Err(format!("{command}: {}: {}", item.name, item.found));
        }
        for expectation in &scenario.expect {
            if let Expectation::Ledger { figure, of: None, bound: Bound::AtLeast(harm) } = expectation
                && HARM.contains(figure)
                && report.judgement.ledger.figure(figure).is_none_or(|found| found >= *harm)
            {
                return Err(format!("{command}: {figure} is {:?}", report.judgement.ledger.figure(figure)));
            }
        }
    }
    Ok(())
}
