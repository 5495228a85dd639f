//! `kafkasim explain`: a word, wherever it comes from, or what became of a record of a run ([`passport`]). The
//! explanations of words lie beside what they explain; here they are only found.

mod passport;

use std::io;

use super::Exit;
use super::config::{client, detail};
use super::input::ChangeArgs;
use super::output::{Output, complain, wrap};
use crate::check;
use crate::check::jepsen::{JEPSEN, jepsen};
use crate::check::ledger::MEANINGS;
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::{self, ConfigScope};
use crate::protocol::error_meanings::meaning;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exception_meanings;
use crate::protocol::exceptions::Exception;
use crate::report::glossary::WORDS;
use crate::report::why::cause::StoryCause;
use crate::scenario::diagnostic::printable;
use crate::scenario::{codes, embedded, properties};

/// Explain a word: a config, an invariant, an error, a code, a cause, or a word of the output. Or tell what became of a
/// record of a run, and why: `kafkasim explain acks1-leader-crash:1 --lost 1`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A word, such as `max.poll.interval.ms`, `acked-all-durable`, `NOT_ENOUGH_REPLICAS`, `KS101` or `isr`; with one of
    /// the questions below, a run: `leader-crash:8`.
    #[arg(required = true, num_args = 1.., value_name = "WORD|SCENARIO[:SEED]")]
    word: Vec<String>,
    #[command(flatten)]
    question: passport::QuestionArgs,
    #[command(flatten)]
    run: passport::RunArgs,
    #[command(flatten)]
    changes: ChangeArgs,
}

/// Something that is explained.
struct Entry {
    word: String,
    kind: &'static str,
    text: String,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    if passport::is_asked(args) {
        return passport::run(args, out);
    }
    let word = args.word.join(" ");
    let configs: Vec<_> = config::all().into_iter().filter(|entry| same(entry.name, &word)).collect();
    let found: Vec<Entry> = entries(&word).into_iter().filter(|entry| same(&entry.word, &word)).collect();
    for entry in &configs {
        detail(entry, out)?;
    }
    for entry in &found {
        let lines = wrap(&entry.text, out.width().min(100) - 2);
        out.print(&format!("{}  ({})\n  {}\n", entry.word, entry.kind, lines.join("\n  ")))?;
    }
    let preset = ClientPreset::ALL.into_iter().find(|preset| same(preset.name(), &word));
    if let Some(preset) = preset {
        client(preset, out)?;
    }
    if configs.is_empty() && found.is_empty() && preset.is_none() {
        complain(&unknown(&word));
        return Ok(Exit::Usage);
    }
    Ok(Exit::Ok)
}

/// Case, and what stands between the parts of a word, make no difference.
fn same(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', ' '], "-");
    plain(a) == plain(b)
}

/// Everything but the configs that are honoured. `word` is the name under which an alias is listed.
fn entries(word: &str) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut add = |word: &str, kind, text: String| all.push(Entry { word: word.to_owned(), kind, text });
    for invariant in check::invariants() {
        let mut text = format!("Must be true at every moment: {}.", invariant.statement.trim_end_matches('.'));
        if let Some(name) = jepsen(invariant.id) {
            text += &format!(" What breaks it Jepsen calls {name}.");
        }
        add(invariant.id, "invariant", text.clone());
        if same(invariant.code, word) {
            add(invariant.code, "invariant", format!("{}. {text}", invariant.id));
        }
    }
    let mut told = Vec::new();
    for (_, name, about) in JEPSEN {
        if !told.contains(name) {
            told.push(name);
            let same = JEPSEN.iter().filter(|(_, other, _)| other == name);
            let ids: Vec<&str> = same.map(|(id, ..)| *id).collect();
            add(name, "anomaly of Jepsen's Kafka tests", format!("Seen when {about}. Here: {}.", ids.join(", ")));
        }
    }
    for (name, about) in properties::SOMETIMES {
        add(name, "`sometimes` property", format!("Seen when {about}."));
    }
    for (name, text) in MEANINGS {
        add(name, "figure of the delivery ledger", format!("Counts {text}."));
    }
    for error in ErrorCode::ALL {
        let retriable = if error.is_retriable() { "may be tried again" } else { "is not tried again" };
        let text = format!("{} (Code {}; the same request {retriable}.)", meaning(*error), error.code());
        add(error.name(), "error of Kafka's protocol", text);
    }
    for class in Exception::names() {
        let text = exception_meanings::meaning(class).unwrap_or_default();
        add(class, "exception of Kafka's clients", text);
    }
    for code in codes::ALL {
        add(code.code, "diagnostic", format!("{}. {}", code.title, code.text));
    }
    for cause in StoryCause::ALL {
        add(cause.name(), "cause of a story", cause.meaning().to_owned());
    }
    for entry in WORDS {
        let name = entry.aliases.iter().find(|alias| same(alias, word)).unwrap_or(&entry.word);
        add(name, "word", entry.text.to_owned());
    }
    for scope in ConfigScope::ALL {
        if let Some(why) = config::ignored(scope, word) {
            let releases = config::releases_text(scope, word).map(|text| format!(", {text}")).unwrap_or_default();
            add(word, "config", format!("Without effect here ({}{releases}): {why}.", scope.name()));
        }
    }
    for scenario in embedded::scenarios() {
        add(&scenario.name, "scenario", format!("{} To run it: kafkasim run {}", scenario.summary, scenario.name));
    }
    all
}

fn unknown(word: &str) -> String {
    let mut names: Vec<String> = entries(word).into_iter().map(|entry| entry.word).collect();
    names.extend(config::all().into_iter().map(|entry| entry.name.to_owned()));
    names.extend(ClientPreset::ALL.iter().map(|preset| preset.name().to_owned()));
    names.extend(WORDS.iter().flat_map(|word| word.aliases).map(|alias| (*alias).to_owned()));
    let lower = word.to_lowercase();
    let holds = |name: &&String| lower.len() > 2 && name.to_lowercase().contains(&lower);
    let mut near: Vec<(usize, &str)> =
        names.iter().map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &lower), name.as_str())).collect();
    near.retain(|(distance, _)| *distance <= 1 + lower.chars().count() / 4 && *distance < lower.chars().count());
    near.sort();
    let mut close: Vec<&str> = near.into_iter().map(|(_, name)| name).take(3).collect();
    close.extend(names.iter().filter(holds).map(String::as_str).take(5));
    close.dedup();
    if let Some((scenario, _)) = word.rsplit_once(':').filter(|(name, _)| embedded::find(name).is_some()) {
        return format!(
            "error: `{}` is a run, and there is no question\nhelp: ask with --lost 1, --duplicate 1, --violation 1 or \
             --record TOPIC-PARTITION@OFFSET; `kafkasim explain {scenario}` tells of the scenario\n",
            printable(word)
        );
    }
    let help = match close.as_slice() {
        [] => {
            "`kafkasim config` lists configs, `kafkasim run SCENARIO -v` invariants, `kafkasim list` scenarios".into()
        }
        close => {
            format!("did you mean {}?", close.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or "))
        }
    };
    format!("error: nothing is known of `{}`\nhelp: {help}\n", printable(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_kind_are_found() {
        for word in [
            "acked-all-durable",
            "R13",
            "leader elected",
            "lost.after.ack",
            "not_enough_replicas",
            "CommitFailedException",
            "consumer group",
            "LSO",
            "ks101",
            "HW",
            "truncated-by-new-leader",
            "leader-crash",
        ] {
            assert!(entries(word).iter().any(|entry| same(&entry.word, word)), "{word}");
        }
        assert!(
            entries("transaction.two.phase.commit.enable")
                .iter()
                .any(|entry| entry.text.contains("Without effect here"))
        );
    }

    #[test]
    fn a_slip_gets_a_suggestion() {
        assert!(unknown("linger.mss").contains("did you mean `linger.ms`"), "{}", unknown("linger.mss"));
        assert!(unknown("watermark").contains("`high watermark`"), "{}", unknown("watermark"));
        assert!(unknown("xyzzy").contains("kafkasim list"), "{}", unknown("xyzzy"));
    }
}
