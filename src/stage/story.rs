//! Stories that are text: commands, and below `----` everything that was said.
//!
//! ```text
//! # A batch that is not full waits for linger.ms.
//! # Kafka: RecordAccumulator.ready (clients)
//!
//! given rate=1/1ms limit=8
//! until 20ms
//! ----
//! 0.005s shop sends records 0..5 to orders-0
//! ```
//!
//! The first line of a file says the rule, and one says where Kafka has it. The first command makes the stage. What
//! a command says goes below the line, up to an empty one; comments stand between. Stories are in `tests/stories/`, a
//! folder for each vocabulary; `KAFKASIM_STORIES=rewrite cargo test --lib stories` writes what is said below the
//! commands.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::protocol::errors::ErrorCode;
use crate::sim::time::Nanos;

/// What is between the commands and what was said.
const RULE: &str = "----";
/// What is below the line if nothing was said.
const NOTHING: &str = "(nothing)";

/// What a stage understands.
pub(crate) trait Vocabulary: Sized {
    /// Makes the stage, as the first command says.
    fn given(command: &Command) -> Self;
    /// Does what a line says.
    fn command(&mut self, command: &Command);
    /// What was said since the last time, a line each.
    fn said(&mut self) -> String;
}

/// One line: a word, and what is behind it.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    place: String,
    /// The first word.
    pub(crate) name: String,
    /// The words behind it that are not `key=value`.
    pub(crate) words: Vec<String>,
    options: Vec<(String, String)>,
}

impl Command {
    fn read(place: String, line: &str) -> Command {
        let mut words = line.split_whitespace().map(str::to_owned);
        let name = words.next().expect("an empty line is no command");
        let (mut plain, mut options) = (Vec::new(), Vec::new());
        for word in words {
            match word.split_once('=') {
                Some((key, value)) => options.push((key.to_owned(), value.to_owned())),
                None => plain.push(word),
            }
        }
        Command { place, name, words: plain, options }
    }
    /// The story is wrong.
    pub(crate) fn wrong(&self, why: &str) -> ! {
        panic!("{}: `{}`: {why}", self.place, self.name)
    }
    /// The command behind the first word.
    pub(crate) fn rest(&self) -> Command {
        let (name, words) = (self.word(0).to_owned(), self.words[1..].to_vec());
        Command { place: self.place.clone(), name, words, options: self.options.clone() }
    }
    /// Word number `n` behind the first, from 0.
    pub(crate) fn word(&self, n: usize) -> &str {
        self.words.get(n).map_or_else(|| self.wrong("a word is missing"), String::as_str)
    }
    fn parse<T: FromStr>(&self, text: &str) -> T {
        text.parse().unwrap_or_else(|_| self.wrong(&format!("`{text}` is not understood")))
    }
    /// The same as a number.
    pub(crate) fn number<T: FromStr>(&self, n: usize) -> T {
        self.parse(self.word(n))
    }
    /// The same as a span of time: `20ms`, `1.5s`.
    pub(crate) fn time(&self, n: usize) -> Nanos {
        self.span(self.word(n))
    }
    /// A time.
    pub(crate) fn span(&self, text: &str) -> Nanos {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 1_000_000),
            None => (text.strip_suffix('s').unwrap_or_else(|| self.wrong("a time ends with ms or s")), 1_000_000_000),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let digits: String = part.chars().chain(std::iter::repeat('0')).take(9).collect();
        Nanos(self.parse::<u64>(whole) * unit + self.parse::<u64>(&digits) * unit / 1_000_000_000)
    }
    /// What an option says.
    pub(crate) fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
    /// The same as a number.
    pub(crate) fn numeric<T: FromStr>(&self, key: &str) -> Option<T> {
        self.option(key).map(|value| self.parse(value))
    }
    /// The same as a span of time.
    pub(crate) fn spans(&self, key: &str) -> Option<Nanos> {
        self.option(key).map(|value| self.span(value))
    }
    /// The options that are none of these: configs.
    pub(crate) fn configs<'a>(&'a self, others: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let config = move |(key, value): &'a (String, String)| {
            (!others.contains(&key.as_str())).then_some((key.as_str(), value.as_str()))
        };
        self.options.iter().filter_map(config)
    }
    /// An error by Kafka's name; `ok` for none.
    pub(crate) fn error(&self, name: &str) -> ErrorCode {
        if name == "ok" {
            return ErrorCode::None;
        }
        let known = ErrorCode::ALL.iter().find(|error| error.name() == name);
        *known.unwrap_or_else(|| self.wrong(&format!("there is no error `{name}`")))
    }
    /// The stage does not know it.
    pub(crate) fn unknown(&self) -> ! {
        self.wrong("no such command")
    }
}

/// Plays every story of a folder in `tests/stories/`.
///
/// # Panics
/// If a story is told otherwise, or one is no story; after all were played.
pub(crate) fn play_all<V: Vocabulary>(folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(folder);
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("a folder of stories").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "story"));
    files.sort();
    assert!(!files.is_empty(), "no story in {}", folder.display());
    let rewrite = rewrites();
    let mut wrong = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("readable");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let told = play::<V>(&name, &text);
        if told != text && rewrite {
            fs::write(&path, &told).expect("writable");
        } else if told != text {
            wrong.push(format!("{name}: {}", parting(&text, &told)));
        }
    }
    let remedy = "KAFKASIM_STORIES=rewrite cargo test --lib stories";
    assert!(wrong.is_empty(), "told otherwise (to take it over: {remedy})\n{}", wrong.join("\n"));
}

#[expect(clippy::disallowed_methods, reason = "whether stories are written anew comes from the environment")]
fn rewrites() -> bool {
    std::env::var("KAFKASIM_STORIES").is_ok_and(|value| value == "rewrite")
}

/// Where two texts part.
fn parting(text: &str, told: &str) -> String {
    let (mut old, mut new) = (text.lines(), told.lines());
    for number in 1.. {
        let (before, now) = (old.next(), new.next());
        if before != now {
            return format!("line {number}\n  was  {}\n  is   {}", before.unwrap_or("-"), now.unwrap_or("-"));
        }
    }
    unreachable!("two texts that differ part somewhere")
}

/// How a line begins that says where a rule is from.
const SOURCES: [&str; 3] = ["# Kafka: ", "# kafkajs: ", "# librdkafka: "];

/// Plays a story; returns it as it is told now.
fn play<V: Vocabulary>(name: &str, text: &str) -> String {
    let mut head = text.lines().take_while(|line| line.starts_with('#'));
    assert!(head.next().is_some(), "{name}: the first line says the rule");
    let says_where = |line: &str| SOURCES.iter().any(|source| line.starts_with(source));
    assert!(head.any(says_where), "{name}: a line says where Kafka, or another client, has it");
    let mut stage: Option<V> = None;
    let mut told = String::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim_end();
        writeln!(told, "{line}").expect("a string takes all");
        if line == RULE {
            let said = stage.as_mut().map(V::said).unwrap_or_default();
            let said = said.trim_end();
            writeln!(told, "{}", if said.is_empty() { NOTHING } else { said }).expect("a string takes all");
            let more = lines.by_ref().find(|(_, line)| line.trim().is_empty()).is_some();
            told.push_str(if more { "\n" } else { "" });
        } else if !line.is_empty() && !line.starts_with('#') {
            let command = Command::read(format!("{name}:{}", number + 1), line);
            match &mut stage {
                None if command.name == "given" => stage = Some(V::given(&command)),
                None => command.wrong("the first command makes the stage: given"),
                Some(stage) => stage.command(&command),
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what it is told.
    struct Echo(String);

    impl Vocabulary for Echo {
        fn given(command: &Command) -> Echo {
            Echo(format!("given {:?} {:?}\n", command.spans("time"), command.numeric::<u32>("count")))
        }
        fn command(&mut self, command: &Command) {
            match command.name.as_str() {
                "say" => self.0.push_str(&format!("{} {:?}\n", command.words.join(" "), command.error("ok"))),
                _ => command.unknown(),
            }
        }
        fn said(&mut self) -> String {
            std::mem::take(&mut self.0)
        }
    }

    const STORY: &str = "# A rule.\n# Kafka: nowhere\n\ngiven time=1.5s count=7\n----\ngiven Some(1.500s) Some(7)\n\n\
                         # In between.\nsay a word\nsay another\n----\na word None\nanother None\n\nsay\n----\n None\n";

    #[test]
    fn what_is_said_is_below_the_line() {
        assert_eq!(play::<Echo>("story", STORY), STORY);
        let otherwise = STORY.replace("another None\n", "");
        assert_eq!(play::<Echo>("story", &otherwise), STORY, "what was below the line does not matter");
        let silent = "# A rule.\n# Kafka: nowhere\ngiven\nsay x\n----\n?\n\n----\n?\n";
        assert_eq!(play::<Echo>("story", silent).lines().last(), Some(NOTHING));
    }

    #[test]
    fn a_story_says_its_rule_and_where_kafka_has_it() {
        let complaint = |text: &str| crate::stage::broken::complaint(|| drop(play::<Echo>("story", text)));
        assert!(complaint("given\n").contains("the first line says the rule"));
        assert!(complaint("# A rule.\ngiven\n").contains("where Kafka, or another client, has it"));
        assert!(complaint("# A rule.\n# Kafka: nowhere\nsay x\n").contains("story:3"));
        assert!(complaint("# A rule.\n# Kafka: nowhere\ngiven\ngo\n").contains("no such command"));
    }
}
