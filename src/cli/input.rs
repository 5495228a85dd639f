//! What a command is asked to run: names of runs, scenario files, and what is changed in them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::output::{complain, stderr_colour};
use crate::explore::capsule;
use crate::explore::case::Case;
use crate::explore::token::Token;
use crate::run::figures::exact;
use crate::scenario::diagnostic::{Diagnostic, printable, render_all};
use crate::scenario::{self, MAX_BYTES, Override, Scenario, ScenarioText, codes, embedded};
use crate::sim::time::Nanos;

/// The name of a run: `leader-crash:8`, `file.yaml:8`, or a scenario alone, which has a seed of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunName {
    /// A scenario of the library, a path, or `-` for standard input.
    pub scenario: String,
    /// The seed, if it is named.
    pub seed: Option<u64>,
}

impl RunName {
    /// Reads `SCENARIO[:SEED]`. What is a file as it stands is one, colons and all.
    ///
    /// # Errors
    /// What stands behind the last colon of a scenario's name is no seed.
    pub fn parse(text: &str) -> Result<RunName, Diagnostic> {
        let whole = RunName { scenario: text.into(), seed: None };
        let split = text.rsplit_once(':').filter(|_| !Path::new(text).exists() && !is_token(text));
        let Some((scenario, seed)) = split else {
            return Ok(whole);
        };
        if !seed.is_empty() && seed.bytes().all(|byte| byte.is_ascii_digit()) {
            return match seed.parse() {
                Ok(seed) => Ok(RunName { scenario: scenario.into(), seed: Some(seed) }),
                Err(_) => Err(bad_seed(scenario, seed)),
            };
        }
        // A drive's letter (`C:\crash.yaml`) is no scenario; neither is what there is not.
        let known = scenario == "-" || embedded::find(scenario).is_some() || Path::new(scenario).is_file();
        if known { Err(bad_seed(scenario, seed)) } else { Ok(whole) }
    }
    /// The same run, where the seed may be given by an option as well.
    ///
    /// # Errors
    /// Both give one, and they differ.
    pub fn with_seed(mut self, option: Option<u64>) -> Result<RunName, Diagnostic> {
        if let (Some(named), Some(option)) = (self.seed, option)
            && named != option
        {
            let message = format!("two seeds: `{}:{named}` and `--seed {option}`", self.scenario);
            return Err(Diagnostic::error(codes::BAD_SEED, message).with_help("leave one of them out"));
        }
        self.seed = self.seed.or(option);
        Ok(self)
    }
}

fn bad_seed(scenario: &str, seed: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_SEED, format!("`{}` is not a seed", printable(seed)))
        .with_help(format!("a seed is a whole number from 0 to 2^64-1, such as `{}:7`", printable(scenario)))
}

pub(super) fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a seed is a whole number from 0 to 2^64-1".into())
}

pub(super) fn parse_duration(text: &str) -> Result<Nanos, String> {
    scenario::duration(text)
}

/// What is changed in a scenario before it is run.
#[derive(clap::Args, Clone, Default, Debug)]
pub struct ChangeArgs {
    /// A variant of the scenario: `cure`. `kafkasim list` shows which there are.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Change a value of the scenario: `producers.*.config.acks=1`. Can be given again and again.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Add a fault: `at: 5s, crash: { broker: leader of orders-0 }`. Can be given again and again.
    #[arg(long = "with", value_name = "FAULT")]
    pub with: Vec<String>,
}

/// Which run of a scenario it is, beside the seed in its name.
#[derive(clap::Args, Clone, Debug)]
pub struct SimulatedRunArgs {
    /// The seed, instead of the scenario's own.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_seed)]
    pub seed: Option<u64>,
    /// What is changed.
    #[command(flatten)]
    pub changes: ChangeArgs,
    /// Stop at this time, such as `30s`, if the run has not ended before.
    #[arg(long, value_name = "T", value_parser = parse_duration)]
    pub until: Option<Nanos>,
}

impl ChangeArgs {
    /// In the order in which they are made.
    pub fn overrides(&self) -> Vec<Override> {
        self.set.iter().map(Override::new).chain(self.with.iter().map(Override::fault)).collect()
    }
}

/// A scenario, read and checked. Findings are printed to stderr; `None` if there are errors among them.
pub fn load(name: &str, changes: &ChangeArgs) -> Option<Scenario> {
    let source = self::source(name)?;
    parse(&source, changes)
}

/// The text of a scenario. That there is none is printed to stderr.
pub fn source(name: &str) -> Option<ScenarioText> {
    self::scenario(name).map_err(|findings| report(&findings)).ok()
}

/// A text, checked as a scenario. Findings are printed to stderr; `None` if there are errors among them.
pub fn parse(source: &ScenarioText, changes: &ChangeArgs) -> Option<Scenario> {
    match scenario::parse_variant(source, changes.variant.as_deref(), &changes.overrides()) {
        Ok((scenario, warnings)) => {
            report(&warnings);
            Some(scenario)
        }
        Err(findings) => {
            report(&findings);
            None
        }
    }
}

/// Prints findings to stderr.
pub fn report(findings: &[Diagnostic]) {
    if !findings.is_empty() {
        complain(&render_all(findings, stderr_colour()));
    }
}

/// How the run of a capsule was cut and judged is no part of its scenario.
fn tell_of_conditions(case: &Case) {
    let until = case.until.map(|until| format!("--until {}", exact(until)));
    let excused = case.allow_ignored.then(|| "--allow-ignored".to_owned());
    let options: Vec<String> = until.into_iter().chain(excused).collect();
    if !options.is_empty() {
        complain(&format!(
            "note: the run of the capsule had {}, which is to be given here as well; `kafkasim replay` has it by itself\n",
            options.join(" ")
        ));
    }
}

/// Whether a text is meant as a token: a file that is there, with a seed or without, is none.
pub fn is_token(text: &str) -> bool {
    let path = text.rsplit_once(':').map_or(text, |(path, _)| path);
    Token::is_meant(text) && !Path::new(text).exists() && !Path::new(path).exists()
}

/// A scenario by name (of the library) or by path; `-` is standard input. Of a capsule it is the text in which the
/// variant, all changes and the seed are made.
///
/// # Errors
/// It is none of these, or cannot be read as a text of reasonable size.
pub fn scenario(name: &str) -> Result<ScenarioText, Vec<Diagnostic>> {
    if is_token(name) {
        let case = Token::parse(name)?.case()?;
        let message = format!("`{}` is a token, and this command takes a run by its name", printable(name));
        let help = format!("`kafkasim replay` takes tokens; the same run by its name: {}", case.again().arguments());
        return Err(Diagnostic::error(codes::UNKNOWN_SCENARIO, message).with_help(help).into());
    }
    let source = raw(name)?;
    if capsule::is_meant(&source.text) {
        let case = capsule::read(&source, name)?.case;
        tell_of_conditions(&case);
        return Ok(ScenarioText { name: source.name.clone(), ..case.standalone() });
    }
    Ok(source)
}

/// What stands in the library or in a file, whatever it is.
///
/// # Errors
/// There is no such thing, or it cannot be read as a text of reasonable size.
pub fn raw(name: &str) -> Result<ScenarioText, Diagnostic> {
    if let Some(source) = embedded::find(name) {
        return Ok(source);
    }
    let path_like = name == "-" || name.contains(['/', '\\', '.']) || Path::new(name).exists();
    if path_like { file(name) } else { Err(unknown(name)) }
}

/// A file by path; `-` is standard input.
///
/// # Errors
/// It cannot be read as a text of reasonable size.
pub fn file(path: &str) -> Result<ScenarioText, Diagnostic> {
    if path == "-" {
        return read(io::stdin().lock(), "<stdin>");
    }
    if Path::new(path).is_dir() {
        return Err(Diagnostic::error(codes::DIRECTORY, format!("`{}` is a directory", printable(path)))
            .with_help("name a file in it, such as `scenario.yaml`"));
    }
    match File::open(path) {
        Ok(file) => read(file, path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(path)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn read(reader: impl Read, name: &str) -> Result<ScenarioText, Diagnostic> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    reader.take(limit).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    ScenarioText::from_bytes(name, &bytes)
}

fn unreadable(path: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, format!("cannot read `{}`: {error}", printable(path)))
        .with_help("name a file that exists and may be read, or `-` for standard input")
}

fn missing(path: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::UNREADABLE, format!("there is no file `{}`", printable(path)));
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path);
    match embedded::suggest(stem) {
        Some(same) if same == stem => {
            diagnostic.with_help(format!("the library has it: leave the ending out, and write `{same}`"))
        }
        Some(near) => diagnostic.with_help(format!("did you mean the scenario `{near}` of the library?")),
        None => diagnostic.with_help("`kafkasim list` names the scenarios of the library"),
    }
}

fn unknown(name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::UNKNOWN_SCENARIO, format!("unknown scenario `{}`", printable(name)));
    match embedded::suggest(name) {
        Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
        None => diagnostic
            .with_help("`kafkasim list` names the scenarios of the library; a file needs its ending, such as `.yaml`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_is_printed() {
        assert_eq!(parse_duration("37.709s"), Ok(Nanos(37_709_000_000)));
        assert_eq!(parse_duration("0.000001234s"), Ok(Nanos(1_234)));
        assert_eq!(parse_duration("12s"), Ok(Nanos(12_000_000_000)));
        for text in ["1.s", ".5s", "1.5", "1.5ms", "-1.5s", "1.2.3s", "9999999999.0s"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    fn run(scenario: &str, seed: Option<u64>) -> RunName {
        RunName { scenario: scenario.into(), seed }
    }

    #[test]
    fn a_run_is_a_scenario_and_perhaps_a_seed() {
        for (text, scenario, seed) in [
            ("leader-crash", "leader-crash", None),
            ("leader-crash:8", "leader-crash", Some(8)),
            ("dir/my file.yaml:18446744073709551615", "dir/my file.yaml", Some(u64::MAX)),
            ("-:3", "-", Some(3)),
            ("C:\\crash.yaml", "C:\\crash.yaml", None),
            ("C:\\crash.yaml:8", "C:\\crash.yaml", Some(8)),
            // Neither is there: the message is to name the whole.
            ("no-such:seven", "no-such:seven", None),
        ] {
            assert_eq!(RunName::parse(text), Ok(run(scenario, seed)), "{text}");
        }
    }

    #[test]
    fn what_is_no_seed_is_told() {
        for text in
            ["leader-crash:seven", "leader-crash:", "leader-crash:-1", "leader-crash:18446744073709551616", "-:x"]
        {
            assert_eq!(RunName::parse(text).expect_err(text).code, codes::BAD_SEED);
        }
        assert_eq!(run("a", Some(1)).with_seed(Some(1)), Ok(run("a", Some(1))));
        assert_eq!(run("a", None).with_seed(Some(2)), Ok(run("a", Some(2))));
        assert_eq!(run("a", Some(1)).with_seed(Some(2)).expect_err("two").code, codes::BAD_SEED);
    }
}
