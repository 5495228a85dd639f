//! What to do about a command line that cannot be understood: the library that reads it says what is wrong, and here is
//! said what was perhaps meant.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::Cli;
use super::input::RunName;
use crate::protocol::config::{self, ConfigScope};
use crate::scenario::diagnostic::printable;
use crate::scenario::embedded;

/// What a value of an option looks like.
const EXAMPLES: &[(&str, &str)] = &[
    ("--seed", "--seed 7"),
    ("--seeds", "--seeds 1..100"),
    ("--set", "--set 'producers.*.config.acks=1'"),
    ("--with", "--with 'at: 12s, crash: { broker: leader of orders-0 }'"),
    ("--variant", "--variant cure"),
    ("--until", "--until 30s"),
    ("--at", "--at 12s"),
    ("--out", "--out plots"),
    ("--format", "--format json"),
    ("--history", "--history facts.jsonl"),
    ("--timeline", "--timeline 100"),
    ("--tag", "--tag acks"),
    ("--history-form", "--history-form exchange"),
    ("--transactional-id", "--transactional-id checkout-0"),
    ("--max-transaction-timeout", "--max-transaction-timeout 15"),
    ("--count", "--count 5"),
    ("--level", "--level basic"),
    ("--question", "--question Q101"),
    ("--lint", "--lint my-lesson.yaml"),
    ("--scenario", "--scenario my-scenario.yaml"),
    ("--jobs", "--jobs 4"),
    ("--time-budget", "--time-budget 2m"),
    ("--shard", "--shard 1/8"),
    ("--swarm", "--swarm=all"),
    ("--resume", "--resume results.jsonl"),
    ("--precision", "--precision 2%"),
    ("--version", "--version 4.0,4.4"),
    ("--fork-at", "--fork-at 12s"),
    ("--group", "--group billing"),
    ("--topic", "--topic orders"),
    ("--partition", "--partition orders-0"),
    ("--broker", "--broker 1"),
    ("--from", "--from leader-crash"),
    ("--limit", "--limit 20"),
    ("--record", "--record orders-0@12"),
    ("--lost", "--lost 1"),
    ("--duplicate", "--duplicate 1"),
    ("--violation", "--violation 1"),
    ("--invariant", "--invariant acked-all-durable"),
    ("--most-runs", "--most-runs 500"),
    ("--others", "--others found"),
    ("--capsules", "--capsules found"),
    ("--capsule", "--capsule run.capsule.yaml"),
    ("--to", "--to openmetrics"),
    ("--every", "--every 15s"),
    ("--epoch", "--epoch 2026-01-01"),
    ("--label", "--label variant=cure"),
];

/// Commands in which something has to stand, and how.
const FORMS: &[(&str, &str)] = &[
    ("sweep", "kafkasim sweep leader-crash --seeds 1..100"),
    ("replay", "kafkasim replay leader-crash:7"),
    ("shrink", "kafkasim shrink acks1-leader-crash:1 --invariant acked-all-durable"),
    ("merge", "kafkasim merge s1.jsonl s2.jsonl, which `kafkasim sweep ... --shard 1/2 > s1.jsonl` and its like write"),
    ("compare", "kafkasim compare leader-crash --set 'producers.*.config.acks=1,all' --seeds 1..100"),
    ("fork", "kafkasim fork leader-crash --fork-at 9s --with 'crash: leader of orders-1'"),
    ("explain", "kafkasim explain acks"),
    ("check", "kafkasim check facts.jsonl, which `kafkasim run leader-crash --history facts.jsonl` writes"),
    ("diff", "kafkasim diff leader-crash:7 --variant cure"),
    ("new", "kafkasim new my-scenario"),
    ("lint", "kafkasim lint my-scenario.yaml"),
    ("show", "kafkasim show topics leader-crash --at 12s"),
    ("trace", "kafkasim trace leader-crash --to openmetrics"),
    ("topics", "kafkasim show topics leader-crash --at 12s"),
    ("group", "kafkasim show group leader-crash --at 12s"),
    ("lag", "kafkasim show lag lag-board --at 40s"),
    ("offsets-topic", "kafkasim show offsets-topic lag-board --at 40s"),
    ("log", "kafkasim show log leader-crash --partition orders-0 --at 12s"),
    ("transactions", "kafkasim show transactions read-process-write --at 12s"),
    ("producers", "kafkasim show producers leader-crash --partition orders-0 --at 12s"),
    ("scenario", "kafkasim show scenario leader-crash"),
    ("completions", "kafkasim completions bash"),
];

/// What is said of a command line that cannot be understood: what is wrong, and a remedy. `words` are the words after the
/// program's name.
pub(super) fn said(error: &clap::Error, words: &[OsString]) -> String {
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let text = error.render().to_string();
    // What comes after is how a call looks in general, which helps less than how this one should.
    let what = text.split("\n\n").next().unwrap_or(&text).trim_end();
    format!("{what}\nhelp: {}\n", remedy(error, &words))
}

fn remedy(error: &clap::Error, words: &[String]) -> String {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let command = words.iter().find(|word| !word.starts_with('-')).map_or("", String::as_str);
    let option = |text: String| match text.strip_prefix("--") {
        Some(_) => text.split([' ', '=', '[']).next().unwrap_or_default().to_owned(),
        None => text,
    };
    let invalid = of(ContextKind::InvalidArg).map(option).unwrap_or_default();
    let known = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = of(ContextKind::InvalidSubcommand).unwrap_or_default();
            if command == "show" { shown(&word) } else { instead_of_a_command(&word, words) }
        }
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand => {
            // Some options go with another one; what a command always needs stands in its form.
            form(words)
                .filter(|form| !invalid.starts_with("--") || form.contains(&invalid))
                .or_else(|| example(&invalid))
        }
        ErrorKind::ArgumentConflict => Some(format!("leave one of them out: {invalid} or the other")),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::WrongNumberOfValues => {
            let near = of(ContextKind::SuggestedValue).map(|value| format!("did you mean `{value}`?"));
            // The topics of an interview are none of Kafka's.
            let topic =
                (command == "interview" && invalid == "--topic").then(|| "write `--topic replication`".to_owned());
            near.or(topic).or_else(|| example(&invalid))
        }
        ErrorKind::UnknownArgument => of(ContextKind::SuggestedArg)
            .filter(|near| seeds_of_a_run(&invalid, command).is_none() && *near != invalid)
            .map(|near| format!("did you mean `{near}`?"))
            .or_else(|| unknown(&invalid, command, words)),
        _ => None,
    };
    known.unwrap_or_else(|| match command_of(command) {
        Some(_) => format!("`kafkasim {command} --help` says what it takes"),
        None => "`kafkasim --help` says what there is".into(),
    })
}

fn command_of(name: &str) -> Option<Command> {
    Cli::command().get_subcommands().find(|command| command.get_name() == name).cloned()
}

/// Something stands where a command is to stand.
fn instead_of_a_command(word: &str, words: &[String]) -> Option<String> {
    let name = RunName::parse(word).map_or_else(|_| word.to_owned(), |name| name.scenario);
    let ending = name.ends_with(".yaml") || name.ends_with(".yml");
    if embedded::find(&name).is_some() || ending || Path::new(&name).is_file() {
        let rest: Vec<&str> = words.iter().map(String::as_str).filter(|other| *other != word).collect();
        let rest = rest.iter().map(|word| format!(" {}", printable(word))).collect::<String>();
        return Some(format!("to run it: kafkasim run {}{rest}", printable(word)));
    }
    if matches!(word, "version" | "v") {
        return Some("kafkasim --version".into());
    }
    let commands = Cli::command();
    let names = commands.get_subcommands().map(|command| command.get_name().to_owned());
    let length = word.chars().count();
    let near = names.map(|name| (strsim::damerau_levenshtein(&name, word), name)).min();
    if let Some((_, near)) = near.filter(|(distance, _)| *distance <= 2 && *distance < length) {
        return Some(format!("did you mean `kafkasim {near}`?"));
    }
    embedded::suggest(&name)
        .map(|near| format!("did you mean the scenario `{near}`? kafkasim run {near}"))
        .or_else(|| Some("`kafkasim --help` lists the commands, `kafkasim list` the scenarios".into()))
}

/// Something stands behind `show` that is none of its tools.
fn shown(word: &str) -> Option<String> {
    let name = RunName::parse(word).map_or_else(|_| word.to_owned(), |name| name.scenario);
    let tools: Vec<String> = command_of("show")?.get_subcommands().map(|tool| tool.get_name().to_owned()).collect();
    if embedded::find(&name).is_some() {
        return Some(format!("what of it? kafkasim show topics {word}; there is {}", tools.join(", ")));
    }
    let near = tools.iter().map(|tool| (strsim::damerau_levenshtein(tool, word), tool)).min();
    match near.filter(|(distance, _)| *distance <= 2) {
        Some((_, near)) => Some(format!("did you mean `kafkasim show {near}`?")),
        None => Some(format!("there is {}", tools.join(", "))),
    }
}

/// How the command looks whose arguments are missing: the innermost one that is named.
fn form(words: &[String]) -> Option<String> {
    let named = words.iter().rev().find_map(|word| FORMS.iter().find(|(name, _)| name == word));
    named.map(|(_, form)| format!("write {form}"))
}

fn example(option: &str) -> Option<String> {
    EXAMPLES.iter().find(|(name, _)| *name == option).map(|(_, example)| format!("write `{example}`"))
}

/// Many seeds are a sweep.
fn seeds_of_a_run(word: &str, command: &str) -> Option<String> {
    let many = word == "--seeds" && !matches!(command, "sweep" | "merge");
    many.then(|| "many seeds are a sweep: kafkasim sweep leader-crash --seeds 1..100".to_owned())
}

/// An option or a word too many.
fn unknown(word: &str, command: &str, words: &[String]) -> Option<String> {
    if let Some(remedy) = seeds_of_a_run(word, command) {
        return Some(remedy);
    }
    if let Some(option) = word.strip_prefix("--") {
        return config::all().iter().find(|entry| entry.name == option).map(|entry| {
            let value = after(word, words).unwrap_or(&entry.default);
            format!("a config is set in its place: --set '{}={value}'", path(entry.scope, entry.name))
        });
    }
    let scenario = words.iter().skip_while(|other| *other != command).nth(1)?;
    let of_scenario = embedded::scenarios().into_iter().find(|known| known.name == *scenario);
    if of_scenario.is_some_and(|known| known.variants.iter().any(|variant| variant.name == word)) {
        return Some(format!("a variant is named by an option: kafkasim {command} {scenario} --variant {word}"));
    }
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) && command != "sweep" {
        return Some(format!("a seed stands behind a colon: kafkasim {command} {scenario}:{word}"));
    }
    let joined = format!("{scenario}-{word}");
    if embedded::find(&joined).is_some() {
        return Some(format!("did you mean `{joined}`?"));
    }
    if embedded::find(word).is_some() || word.ends_with(".yaml") {
        return Some(format!("one at a time; where two runs part is said by kafkasim diff {scenario} {word}"));
    }
    if word.contains('=') {
        return Some(format!("a change is an option: --set '{}'", printable(word)));
    }
    (command == "list").then(|| format!("by a tag: kafkasim list --tag {}", printable(word)))
}

/// What stands behind a word, if it is no option.
fn after<'w>(word: &str, words: &'w [String]) -> Option<&'w String> {
    let place = words.iter().position(|other| other == word)?;
    words.get(place + 1).filter(|next| !next.starts_with('-'))
}

/// Where a config stands in a scenario.
fn path(scope: ConfigScope, name: &str) -> String {
    match scope {
        ConfigScope::Broker => format!("cluster.config.{name}"),
        ConfigScope::Topic => format!("topics.*.{name}"),
        ConfigScope::Producer => format!("producers.*.config.{name}"),
        ConfigScope::Consumer => format!("groups.*.config.{name}"),
        ConfigScope::Group => format!("groups.*.group_config.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn help(line: &str) -> String {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let all = std::iter::once(OsString::from("kafkasim")).chain(words.iter().cloned());
        let error = Cli::try_parse_from(all).expect_err(line);
        let said = said(&error, &words);
        said.lines().last().expect("there is a line").to_owned()
    }

    /// What people type most often who know half of it, and what they are told.
    #[test]
    fn errors_teach() {
        for (typed, told) in [
            ("leader-crash", "help: to run it: kafkasim run leader-crash"),
            ("leader-crash:7", "help: to run it: kafkasim run leader-crash:7"),
            ("leader-crash --variant cure", "help: to run it: kafkasim run leader-crash --variant cure"),
            ("mine.yaml", "help: to run it: kafkasim run mine.yaml"),
            ("mine.yml:3", "help: to run it: kafkasim run mine.yml:3"),
            ("leader-crush", "help: did you mean the scenario `leader-crash`? kafkasim run leader-crash"),
            ("rnu leader-crash", "help: did you mean `kafkasim run`?"),
            ("lnt", "help: did you mean `kafkasim lint`?"),
            ("version", "help: kafkasim --version"),
            ("zzzzzz", "help: `kafkasim --help` lists the commands, `kafkasim list` the scenarios"),
            ("--versoin", "help: did you mean `--version`?"),
            ("run leader-crash --seed", "help: write `--seed 7`"),
            ("run leader-crash --seed seven", "help: write `--seed 7`"),
            ("run leader-crash --set", "help: write `--set 'producers.*.config.acks=1'`"),
            ("run leader-crash --with", "help: write `--with 'at: 12s, crash: { broker: leader of orders-0 }'`"),
            ("run leader-crash --until 5", "help: write `--until 30s`"),
            ("run leader-crash --variant", "help: write `--variant cure`"),
            ("run leader-crash --format jsno", "help: did you mean `json`?"),
            ("run leader-crash --format xml", "help: did you mean `html`?"),
            ("run leader-crash --varient cure", "help: did you mean `--variant`?"),
            (
                "run leader-crash --seeds 1..3",
                "help: many seeds are a sweep: kafkasim sweep leader-crash --seeds 1..100",
            ),
            ("run leader-crash --acks 1", "help: a config is set in its place: --set 'producers.*.config.acks=1'"),
            (
                "run leader-crash --broker.session.timeout.ms 3000",
                "help: a config is set in its place: --set 'cluster.config.broker.session.timeout.ms=3000'",
            ),
            (
                "run leader-crash cure",
                "help: a variant is named by an option: kafkasim run leader-crash --variant cure",
            ),
            ("run leader-crash 8", "help: a seed stands behind a colon: kafkasim run leader-crash:8"),
            ("run leader crash", "help: did you mean `leader-crash`?"),
            (
                "run leader-crash hot-partition",
                "help: one at a time; where two runs part is said by kafkasim diff leader-crash hot-partition",
            ),
            ("run leader-crash duration=20s", "help: a change is an option: --set 'duration=20s'"),
            ("run leader-crash --out here --no-plots", "help: leave one of them out: --out or the other"),
            ("run leader-crash --zzzzzz", "help: `kafkasim run --help` says what it takes"),
            ("sweep leader-crash --seeds 1..9 --steer", "help: write `--swarm=all`"),
            ("sweep leader-crash", "help: write kafkasim sweep leader-crash --seeds 1..100"),
            ("sweep leader-crash --seeds 5-7", "help: write `--seeds 1..100`"),
            (
                "show leader-crash",
                "help: what of it? kafkasim show topics leader-crash; there is scenario, lag, topics, group, offsets-topic, transactions, producers, quorum, log",
            ),
            ("show topcs leader-crash", "help: did you mean `kafkasim show topics`?"),
            ("show log leader-crash", "help: write kafkasim show log leader-crash --partition orders-0 --at 12s"),
            ("explain", "help: write kafkasim explain acks"),
            (
                "check",
                "help: write kafkasim check facts.jsonl, which `kafkasim run leader-crash --history facts.jsonl` writes",
            ),
            ("new", "help: write kafkasim new my-scenario"),
            ("lint", "help: write kafkasim lint my-scenario.yaml"),
            ("list acks", "help: by a tag: kafkasim list --tag acks"),
            ("completions", "help: write kafkasim completions bash"),
        ] {
            assert_eq!(help(typed), told, "kafkasim {typed}");
        }
    }

    /// Every option that takes a value has an example.
    #[test]
    fn every_value_has_an_example() {
        let mut missing = Vec::new();
        let mut commands: Vec<Command> = Cli::command().get_subcommands().cloned().collect();
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands().cloned());
            for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
                let Some(long) = argument.get_long() else { continue };
                if !EXAMPLES.iter().any(|(name, _)| name.strip_prefix("--") == Some(long)) {
                    missing.push(format!("{} --{long}", command.get_name()));
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    }
}
