//! `kafkasim compare`: the same luck, another setting.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use super::input::{self, RunName, parse_duration};
use super::output::{Output, complain, complain_of_bug, wrap};
use super::progress::Progress;
use super::{Exit, interrupt};
use crate::explore::compare::settings::{ComparedSetting, ScanArgs, read_settings};
use crate::explore::compare::{ComparePlan, ComparedSeeds, compare, machine, plot, print};
use crate::explore::seeds::Seeds;
use crate::history::record::Kept;
use crate::report::Report;
use crate::report::command_line::Again;
use crate::report::command_line::quote;
use crate::report::compare::{Compared, RunParting};
use crate::report::plots::compared::draw;
use crate::run::Run;
use crate::run::figures::{exact, thousands};
use crate::scenario::diagnostic::{Diagnostic, printable};
use crate::scenario::{Scenario, ScenarioText, codes};
use crate::sim::time::Nanos;

/// Run the same seeds in several settings and say what differs. One seed: where the runs part, and what followed.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Exit codes: 0 compared, 2 bad usage or input, 3 nothing could be compared: what the scenario asks \
                        for was not simulated."
)]
pub struct Args {
    /// A scenario of the library, or a file; `-` is standard input. With a seed: `leader-crash:8`.
    #[arg(value_name = "SCENARIO[:SEED]")]
    scenario: String,
    /// Change a value of the scenario, to each of these in turn: `producers.*.config.acks=0,1,all`. Commas in [ ], { } and
    /// quotes part nothing. Several lists: every combination.
    #[arg(long = "set", value_name = "PATH=VALUE,VALUE")]
    set: Vec<String>,
    /// Variants of the scenario, joined by commas; `base` is the scenario itself: `base,cure`.
    #[arg(long, value_name = "NAMES")]
    variant: Option<String>,
    /// Versions of Kafka, joined by commas: `4.0,4.4`.
    #[arg(long = "version", value_name = "VERSIONS")]
    kafka: Option<String>,
    /// Add a fault to every setting: `at: 5s, crash: { broker: leader of orders-0 }`. Can be given again and again.
    #[arg(long = "with", value_name = "FAULT")]
    with: Vec<String>,
    /// Which seeds: `1..200` (both ends included), `5` or `1,3,9`. Default: the scenario's own.
    #[arg(long, value_name = "SEEDS")]
    seeds: Option<Seeds>,
    /// Stop before all seeds are run as soon as every probability is known this closely, such as `2%`.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    precision: Option<f64>,
    /// How many runs at a time. Default: one per core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Stop each run at this time, such as `30s`.
    #[arg(long, value_name = "T", value_parser = parse_duration)]
    until: Option<Nanos>,
    /// Measure the runs although the scenario has settings without effect here.
    #[arg(long)]
    allow_ignored: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = CompareFormat::Human)]
    format: CompareFormat,
    /// Where the plot goes. Otherwise: `target/kafkasim/compare-SCENARIO` if there is a `Cargo.toml` here, else nowhere.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Draw no plot.
    #[arg(long, conflicts_with = "out")]
    no_plots: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum CompareFormat {
    /// For people: a table, or a story.
    Human,
    /// One document with everything.
    Json,
    /// A line for each quantity and setting.
    Csv,
}

/// `2%`, as a share.
fn parse_percent(text: &str) -> Result<f64, String> {
    let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let sound = percent.filter(|percent| *percent > 0.0 && *percent < 100.0);
    sound.map(|percent| percent / 100.0).ok_or_else(|| "a share above 0% and below 100%, such as `2%`".into())
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let (name, settings) = match read(args) {
        Ok(read) => read,
        Err(exit) => return Ok(exit),
    };
    let own = settings[0].scenario.seed;
    let seeds = args.seeds.clone().unwrap_or_else(|| Seeds::one(name.seed.unwrap_or(own)));
    interrupt::listen();
    if seeds.count() == 1 && args.format != CompareFormat::Csv {
        return one_seed(args, &name, &settings, seeds.get(0).expect("there is one"), out);
    }
    let plan = ComparePlan {
        settings,
        seeds,
        until: args.until,
        allow_ignored: args.allow_ignored,
        jobs: args.jobs.map_or(0, usize::from),
        precision: args.precision,
    };
    many_seeds(args, &name, &plan, out)
}

/// What is to be compared. What is wrong is said.
fn read(args: &Args) -> Result<(RunName, Vec<ComparedSetting>), Exit> {
    let refuse = |diagnostic: Diagnostic| {
        input::report(&[diagnostic]);
        Exit::Usage
    };
    let name = RunName::parse(&args.scenario).map_err(refuse)?;
    if let (Some(seed), Some(seeds)) = (name.seed, &args.seeds) {
        let message = format!("two kinds of seeds: `{}` and `--seeds {seeds}`", printable(&args.scenario));
        let help = format!("leave one of them out: `{}`, or `--seeds {seed}`", printable(&name.scenario));
        return Err(refuse(Diagnostic::error(codes::BAD_SEED, message).with_help(help)));
    }
    let scan = ScanArgs {
        sets: args.set.clone(),
        withs: args.with.clone(),
        variants: args.variant.clone(),
        versions: args.kafka.clone(),
    };
    let words = scan.settings().map_err(refuse)?;
    let source: ScenarioText = input::source(&name.scenario).ok_or(Exit::Usage)?;
    match read_settings(&source, &words) {
        Ok((settings, warnings)) => {
            input::report(&warnings);
            Ok((name, settings))
        }
        Err((label, findings)) => {
            input::report(&findings);
            complain(&format!("help: this is wrong with the setting {}; nothing was run\n", quote(&label)));
            Err(Exit::Usage)
        }
    }
}

/// The arguments that compare the same, with these seeds.
fn arguments(args: &Args, name: &RunName, seeds: &Seeds) -> String {
    let base = Again {
        scenario: &name.scenario,
        seed: seeds.get(0).filter(|_| seeds.count() == 1),
        variant: args.variant.as_deref(),
        changes: &[],
        until: None,
        allow_ignored: false,
    };
    let mut text = base.name();
    let options = [("--variant", &args.variant), ("--version", &args.kafka)];
    let options = options.into_iter().filter_map(|(option, value)| Some((option, value.as_ref()?)));
    let sets = args.set.iter().map(|set| ("--set", set)).chain(args.with.iter().map(|with| ("--with", with)));
    for (option, value) in options.chain(sets) {
        text += &format!(" {option} {}", quote(value));
    }
    if let Some(until) = args.until {
        text += &format!(" --until {}", exact(until));
    }
    if args.allow_ignored {
        text += " --allow-ignored";
    }
    if seeds.count() > 1 {
        text += &format!(" --seeds {seeds}");
    }
    text + base.note()
}

// --- one seed --------------------------------------------------------------------------------------

fn one_seed(
    args: &Args,
    name: &RunName,
    settings: &[ComparedSetting],
    seed: u64,
    out: &mut Output,
) -> io::Result<Exit> {
    for (option, is_given) in [("--out", args.out.is_some()), ("--precision", args.precision.is_some())] {
        if is_given {
            complain(&format!("note: {option} is about many seeds, and this is one\n"));
        }
    }
    let mut runs = Vec::new();
    for setting in settings {
        match simulated(args, name, &setting.scenario, seed) {
            Ok(run) => runs.push(run),
            Err(exit) => return Ok(exit),
        }
    }
    let whole = |run: &Compared| run.report.verdict.unsimulated.iter().all(|unsimulated| unsimulated.allowed);
    for (run, setting) in runs.iter().zip(settings) {
        for unsimulated in run.report.verdict.unsimulated.iter().filter(|unsimulated| !unsimulated.allowed) {
            complain(&format!("warning: not simulated in {}: {}\n", quote(&setting.label), unsimulated.text));
        }
    }
    let (first, others) = runs.split_first().expect("there are two settings at least");
    let partings: Vec<Option<RunParting>> = others.iter().map(|other| RunParting::of(first, other)).collect();
    if args.format == CompareFormat::Json {
        let stories = settings[1..].iter().zip(&partings).map(|(setting, parting)| {
            json!({ "setting": setting.label, "parts": parting.is_some(), "story": parting.as_ref().map(RunParting::json) })
        });
        let told = settings.iter().zip(&runs).map(|(setting, run)| {
            json!({
                "label": setting.label, "run": run.name, "digest": run.report.digest.to_string(),
                "verdict": run.report.verdict.standing(),
                "not_simulated": run.report.verdict.unsimulated.iter().map(|u| &u.text).collect::<Vec<_>>(),
            })
        });
        let document = json!({
            "v": 1, "kafkasim": env!("CARGO_PKG_VERSION"), "scenario": settings[0].scenario.name, "seed": seed,
            "settings": told.collect::<Vec<_>>(), "against_first": stories.collect::<Vec<_>>(),
        });
        out.print(&format!("{document:#}\n"))?;
    } else {
        for (number, (other, parting)) in others.iter().zip(&partings).enumerate() {
            let gap = if number > 0 { "\n" } else { "" };
            let told = parting.as_ref().map_or("the same, fact by fact\n".into(), RunParting::tell);
            out.print(&format!("{gap}A  {}\nB  {}\n\n{told}", first.name, other.name))?;
        }
        let hundred = Seeds::between(1, 100);
        let many = format!("kafkasim compare {}", arguments(args, name, &hundred));
        out.print(&format!("\nnext   {many}\n       one seed is one stroke of luck; these are a hundred\n"))?;
    }
    Ok(if whole(first) && others.iter().any(whole) { Exit::Ok } else { Exit::Inconclusive })
}

fn simulated(args: &Args, name: &RunName, scenario: &Scenario, seed: u64) -> Result<Compared, Exit> {
    let run = Run::new(scenario, seed).until(args.until).allowing_ignored(args.allow_ignored);
    let mut watcher = |_| if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let watched = Report::watched(&run, |_| Kept::default(), &mut watcher);
    let (report, kept, _) = watched.map_err(|bug| complain_of_bug(&bug))?;
    if report.interrupted {
        return Err(Exit::Interrupted);
    }
    let again = Again {
        scenario: &name.scenario,
        seed: Some(seed),
        variant: scenario.variant.as_deref(),
        changes: &scenario.changes,
        allow_ignored: args.allow_ignored,
        until: args.until,
    };
    Ok(Compared { name: again.arguments(), report, entries: kept.0 })
}

// --- many seeds ------------------------------------------------------------------------------------

fn many_seeds(args: &Args, name: &RunName, plan: &ComparePlan, out: &mut Output) -> io::Result<Exit> {
    let all = plan.seeds.count().saturating_mul(plan.settings.len() as u128);
    let mut progress = Progress::of_things(u64::try_from(all).ok());
    let compared = compare(plan, interrupt::asked, |done| {
        let most = if plan.precision.is_some() { "runs at most" } else { "runs" };
        progress.tell(done, |_| most.into());
    });
    progress.clear();
    let compared = match compared {
        Ok(compared) => compared,
        Err(error) => {
            complain(&format!("error: cannot start threads: {error}\nhelp: fewer at a time: --jobs 1\n"));
            return Ok(Exit::Usage);
        }
    };
    let scenario = &plan.settings[0].scenario.name;
    match args.format {
        CompareFormat::Json | CompareFormat::Csv => {
            if args.format == CompareFormat::Csv {
                tell_beside(plan, &compared);
            }
            // Programs say where they want a plot.
            if args.out.is_some() {
                drawn(args, plan, &compared);
            }
            out.print(&match args.format {
                CompareFormat::Csv => machine::csv(plan, &compared),
                _ => format!("{:#}\n", machine::document(plan, &compared, scenario)),
            })?;
        }
        CompareFormat::Human => {
            let width = out.width();
            out.print(&human(args, name, plan, &compared, width))?;
        }
    }
    if let Some(bug) = compared.rows.bug() {
        complain(&format!("kafkasim has a bug: {bug}\nplease report it with the scenario\n"));
    }
    Ok(match () {
        () if compared.interrupted => Exit::Interrupted,
        () if compared.rows.bug().is_some() => Exit::Bug,
        () if !compared.is_anything() => Exit::Inconclusive,
        () => Exit::Ok,
    })
}

/// What a table of figures has no place for.
fn tell_beside(plan: &ComparePlan, compared: &ComparedSeeds) {
    if compared.interrupted {
        let (run, all) = (compared.rows.len(), plan.seeds.count());
        complain(&format!("interrupted after {run} of {all} seeds\n"));
    }
    for (number, setting) in plan.settings.iter().enumerate() {
        if let (_, Some(what)) = compared.rows.not_simulated(number) {
            complain(&format!("warning: not simulated in {}: {what}\n", quote(&setting.label)));
        }
    }
}

fn human(args: &Args, name: &RunName, plan: &ComparePlan, compared: &ComparedSeeds, width: usize) -> String {
    let scenario = &plan.settings[0].scenario.name;
    let (run, all) = (thousands(compared.rows.len() as u64), plan.seeds.count());
    let seeds = match (compared.interrupted, compared.rows.len() as u128 == all) {
        (true, _) => format!("{run} of {all} seeds, interrupted"),
        (false, true) => format!("{run} seeds, {}", plan.seeds),
        (false, false) => format!("{run} of {all} seeds, {}: precise enough", plan.seeds),
    };
    let mut text = format!("{scenario}   {seeds}   each in {} settings\n", plan.settings.len());
    for setting in &plan.settings {
        text += &format!("  {}\n", setting.label);
    }
    text.push('\n');
    text += &print::table(plan, compared, |note| wrap(note, width.saturating_sub(4).max(40)));
    if let Some((number, (seed, other))) =
        (0..compared.mishaps.len()).find_map(|n| Some((n, compared.rows.first_difference(n)?)))
    {
        let labels: Vec<&str> = plan.settings.iter().map(|setting| setting.label.as_str()).collect();
        let short = print::short_labels(&labels);
        text += &format!("\n  next   kafkasim compare {}\n", arguments(args, name, &Seeds::one(seed)));
        let what = compared.mishaps[number].name();
        text += &format!(
            "         the first seed in which {} and {} differ in `{what}`: how it came\n",
            short[0], short[other]
        );
    }
    if let Some(plot) = drawn(args, plan, compared) {
        text += &format!("  plot   {plot}\n");
    }
    text
}

/// Draws the plot; what is said of it. A folder that cannot be written is no reason to lose the result.
fn drawn(args: &Args, plan: &ComparePlan, compared: &ComparedSeeds) -> Option<String> {
    if args.no_plots {
        return None;
    }
    let project = Path::new("Cargo.toml").is_file().then(|| default_folder(plan));
    let Some(folder) = args.out.clone().or(project) else { return Some("--out DIR draws it".into()) };
    let svg = draw(&plot::picture(plan, compared))?;
    let path = folder.join("compare.svg");
    match fs::create_dir_all(&folder).and_then(|()| fs::write(&path, svg)) {
        Ok(()) => Some(path.display().to_string()),
        Err(error) => {
            complain(&format!("warning: no plot: cannot write to {}: {error}\n", folder.display()));
            None
        }
    }
}

/// Comparisons that differ have plots that differ.
fn default_folder(plan: &ComparePlan) -> PathBuf {
    let words = |setting: &ComparedSetting| {
        let changes =
            setting.scenario.changes.iter().map(|change| format!("{} {}", change.option().0, change.option().1));
        changes.chain([setting.label.clone()]).collect::<Vec<_>>().join("\n")
    };
    let all: Vec<String> = plan.settings.iter().map(words).collect();
    let name = &plan.settings[0].scenario.name;
    Path::new("target/kafkasim").join(format!("compare-{name}-{:08x}", xxh3_64(all.join("\0").as_bytes()) as u32))
}
