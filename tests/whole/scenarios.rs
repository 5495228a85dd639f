//! Every scenario of the library shows, with its own seed, what it says it shows.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the runs are single-threaded; the test uses all cores to run several"
)]

use std::sync::Mutex;
use std::thread;

use kafkasim::report::Report;
use kafkasim::report::next::Spelling;
use kafkasim::report::page::film::Film;
use kafkasim::report::page::{self, Page};
use kafkasim::report::{human, machine};
use kafkasim::run::verdict::Standing;
use kafkasim::run::{Run, unwatched};
use kafkasim::scenario::{self, ScenarioText, embedded};

#[test]
fn every_scenario_runs_as_expected() {
    every(|name| check(name, None));
}

#[test]
fn every_variant_runs_as_expected() {
    every(check_variants);
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

/// Scenarios that are about what one is warned of, and the warnings of each.
const WARNED: [(&str, &[&str]); 4] = [
    ("client-presets", &["KS229", "KS229"]),
    ("producer-state-expiry", &["KS222"]),
    ("two-with-one-id", &["KS230"]),
    ("zombie-fenced", &["KS226"]),
];

/// A page of the library can be sent by mail, and opens on a telephone.
const LARGEST_PAGE: usize = 2_000_000;

/// Parses without a warning that is not meant, runs, and is judged as its file says; every form of the result is made.
fn check(name: &str, variant: Option<&str>) -> Result<(), String> {
    let source: ScenarioText = embedded::find(name).ok_or("not in the library")?;
    let (scenario, warnings) = scenario::parse_variant(&source, variant, &[]).map_err(|f| format!("{f:#?}"))?;
    // A variant may well do what one is warned of.
    if variant.is_none() {
        let codes: Vec<&str> = warnings.iter().map(|warning| warning.code).collect();
        let meant: Vec<&str> =
            WARNED.iter().filter(|(of, _)| *of == name).flat_map(|(_, codes)| codes.iter().copied()).collect();
        if codes != meant {
            return Err(format!("warnings {codes:?}, and {meant:?} are meant: {warnings:#?}"));
        }
    }
    if scenario.name != name {
        return Err(format!("its file says `{}`", scenario.name));
    }
    if scenario.summary.is_empty() || scenario.tags.is_empty() || scenario.expect.is_empty() {
        return Err("a scenario of the library has a summary, tags and expectations".into());
    }
    let run = Run::new(&scenario, scenario.seed);
    let watched = Report::watched(&run, |setup| Film::new(setup.clone()), &mut unwatched);
    let (report, film, _) = watched.map_err(|bug| bug.to_string())?;
    let scenes = page::scene::of_run(&run, &report, &film).map_err(|bug| bug.to_string())?;
    let page = page::page(&Page { report: &report, film: &film, scenes: &scenes, command: name, explain: Some(name) });
    if page.len() >= LARGEST_PAGE {
        return Err(format!("its page has {} bytes", page.len()));
    }
    let style = human::Style {
        width: 100,
        colour: false,
        timeline: Some(40),
        verbose: true,
        took: None,
        spelling: Spelling::default(),
        again: name.into(),
        plots: None,
        page: None,
    };
    let text = human::print(&report, &style);
    let json = machine::json(&report, None, None);
    if json["digest"] != report.digest.to_string() {
        return Err(format!("JSON gives another digest: {}", json["digest"]));
    }
    match report.verdict.standing() {
        Standing::Met if report.warnings.is_empty() => Ok(()),
        standing => Err(format!("{standing:?}, warnings {:?}\n{text}", report.warnings)),
    }
}

/// Every variant runs as it says itself, in words and expectations of its own.
fn check_variants(name: &str) -> Result<(), String> {
    let source: ScenarioText = embedded::find(name).ok_or("not in the library")?;
    let (scenario, _) = scenario::parse(&source, &[]).map_err(|findings| format!("{findings:#?}"))?;
    if scenario.variants.is_empty() {
        return Err("a scenario of the library has a cure or a counter-example".into());
    }
    for variant in &scenario.variants {
        let in_variant = |fault: String| format!("variant {}: {fault}", variant.name);
        let (varied, _) =
            scenario::parse_variant(&source, Some(&variant.name), &[]).map_err(|f| in_variant(format!("{f:#?}")))?;
        let own = varied.summary != scenario.summary && varied.teaches != scenario.teaches;
        if !own || varied.expect.is_empty() {
            return Err(in_variant("it has a summary, a teaching of its own, and expectations".into()));
        }
        check(name, Some(&variant.name)).map_err(in_variant)?;
    }
    Ok(())
}
