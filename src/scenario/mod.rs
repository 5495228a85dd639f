//! Scenario files: YAML in, a checked [`WorldSpec`] or a list of diagnostics out.
//!
//! The way of a file through this room: `yaml` makes a tree of values that know their place,
//! `set` changes it as `--set` says, `file` decodes it into typed sections, `resolve` looks
//! names up, holds values against the bounds of the model and against what Kafka refuses, and builds
//! the world. Every step reports all that it finds; none stops at the first mistake.
//!
//! Nothing here reads files or prints: text comes in, values go out. The other way `write` makes a text of the
//! changed tree ([`Scenario::to_yaml`]).
//!
//! ```
//! use kafkasim::scenario::{self, ScenarioText};
//! let text = "{name: tiny, duration: 10s, topics: {orders: {}}, producers: {p: {topic: orders, rate: 10/s}}}";
//! let (scenario, warnings) = scenario::parse(&ScenarioText::new("tiny.yaml", text), &[]).unwrap();
//! assert_eq!(scenario.world().sources().count(), 1);
//! assert!(warnings.is_empty());
//!
//! let findings = scenario::parse(&ScenarioText::new("tiny.yaml", text.replace("10/s", "10")), &[]).unwrap_err();
//! assert_eq!(findings[0].help.as_deref(), Some("write `10/s`"));
//! ```

pub mod codes;
mod configs;
pub(crate) mod decode;
pub mod diagnostic;
pub mod embedded;
mod file;
pub(crate) mod findings;
mod habits;
pub(crate) mod node;
pub mod outline;
mod phrase;
pub mod properties;
mod resolve;
mod schema;
mod set;
pub mod starter;
mod target;
pub mod unit;
mod variant;
pub(crate) mod write;
pub(crate) mod yaml;

#[cfg(test)]
mod tests;

use decode::Decode;
use diagnostic::{Diagnostic, Severity};
use findings::Findings;
pub use schema::json_schema_text;
pub use variant::VariantName;

use crate::check::alerts::AlertRule;
pub use crate::check::expect::Bound;
use crate::check::expect::{Question, Window};
use crate::protocol::ids::{GroupId, NodeId, TopicId};
use crate::protocol::rack_traffic::Carriage;
use crate::sim::time::Nanos;
use crate::world::spec::{Condition, WorldSpec};

/// The largest scenario file, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// A text and what it is called in diagnostics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioText {
    /// A path, or the name of an embedded scenario's file.
    pub name: String,
    /// The text.
    pub text: String,
}

impl ScenarioText {
    /// A text under a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> ScenarioText {
        ScenarioText { name: name.into(), text: text.into() }
    }
    /// Bytes under a name.
    ///
    /// # Errors
    /// More than [`MAX_BYTES`], or not UTF-8.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<ScenarioText, Diagnostic> {
        if bytes.len() > MAX_BYTES {
            let help = format!("scenario files have at most {MAX_BYTES} bytes");
            return Err(
                Diagnostic::error(codes::TOO_LARGE, format!("`{name}` is too large for a scenario")).with_help(help)
            );
        }
        match std::str::from_utf8(bytes) {
            // A byte order mark is no content.
            Ok(text) => Ok(ScenarioText::new(name, text.strip_prefix('\u{feff}').unwrap_or(text))),
            Err(error) => {
                let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let line = good.matches('\n').count() + 1;
                let message = format!("`{name}` is not UTF-8 text (line {line}, byte {})", error.valid_up_to() + 1);
                Err(Diagnostic::error(codes::NOT_UTF8, message).with_help("save it as UTF-8"))
            }
        }
    }
}

/// A change to a scenario before it is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Override {
    /// `--set PATH=VALUE`: another value.
    Set(String),
    /// `--with FAULT`: one more fault.
    With(String),
}

impl Override {
    /// From the text after `--set`.
    pub fn new(text: impl Into<String>) -> Override {
        Override::Set(text.into())
    }
    /// From the text after `--with`: a fault, such as `at: 5s, crash: { broker: broker 1 }`.
    pub fn fault(text: impl Into<String>) -> Override {
        Override::With(text.into())
    }
    /// The option of the command line, and what stands after it.
    pub fn option(&self) -> (&'static str, &str) {
        match self {
            Override::Set(text) => ("--set", text),
            Override::With(text) => ("--with", text),
        }
    }
}

/// Reads a duration such as `250ms` or `12s`, as scenario files do, or a time as it is printed: `37.709s`.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn duration(text: &str) -> Result<Nanos, String> {
    unit::printed(text).map_or_else(|| unit::duration(text), Ok).map_err(|problem| match problem.help {
        Some(help) => format!("{} ({help})", problem.what),
        None => problem.what,
    })
}

/// What becomes of an invariant in a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExpectedOutcome {
    /// It held, and was put to the test.
    Holds,
    /// It broke.
    Violated,
    /// This configuration does not promise it.
    NotPromised,
    /// Nothing in the run could have broken it.
    NotExercised,
    /// It was put to the test and never broke: neither where it is promised nor where it is not.
    Unbroken,
}

/// One line of `expect:`.
#[derive(Clone, PartialEq, Debug)]
pub enum Expectation {
    /// An invariant ends with this outcome.
    Invariant {
        /// Which; one of [`properties::INVARIANTS`].
        id: &'static str,
        /// How.
        outcome: ExpectedOutcome,
    },
    /// A property holds at some moment; one of [`properties::SOMETIMES`].
    Sometimes(&'static str),
    /// A figure of the delivery ledger is within a bound.
    Ledger {
        /// Which; one of [`properties::FIGURES`].
        figure: &'static str,
        /// Whose; none: over all.
        of: Option<LedgerOf>,
        /// The bound.
        bound: Bound,
    },
    /// A question about the run has this answer.
    Question {
        /// What it is about, in words: `at 70s: leader of orders-0`.
        name: String,
        /// What is expected, in words: `broker 2`.
        expected: String,
        /// The question.
        question: Question,
    },
    /// A percentile of a latency is within a bound.
    Latency {
        /// In words: `latency p99`.
        name: String,
        /// Which latency.
        of: LatencyOf,
        /// Which percentile, in thousandths; 1000: the longest.
        per_mille: u64,
        /// The bound, in nanoseconds.
        bound: Bound,
    },
    /// So many bytes of batches cross racks.
    CrossedRacks {
        /// What they travel for.
        of: Carriage,
        /// The bound, in bytes.
        bound: Bound,
    },
    /// An alert fires when it should, and as often.
    Alert {
        /// In words: `alert lag-high`.
        name: String,
        /// What is expected, in words: `fires before 40s`.
        expected: String,
        /// Which of the scenario's alerts.
        alert: usize,
        /// When it fires for the first time.
        first: Option<Window>,
        /// How often it fires.
        times: Bound,
    },
}

/// Whose part of the ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LedgerOf {
    /// The records of some producers.
    Producers {
        /// As the scenario calls them.
        name: String,
        /// Their processes.
        nodes: Vec<NodeId>,
    },
    /// The records of a topic.
    Topic {
        /// Its name.
        name: String,
        /// Which.
        topic: TopicId,
    },
    /// What a group did.
    Group {
        /// Its name.
        name: String,
        /// Which.
        group: GroupId,
    },
}

impl LedgerOf {
    /// What the scenario calls it.
    pub fn name(&self) -> &str {
        match self {
            LedgerOf::Producers { name, .. } | LedgerOf::Topic { name, .. } | LedgerOf::Group { name, .. } => name,
        }
    }
}

/// Which latency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LatencyOf {
    /// From send() to its acknowledgement.
    Produce,
    /// From send() to poll().
    EndToEnd,
}

/// A scenario that can be run.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it shows, in one sentence; may be empty.
    pub summary: String,
    /// What a learner takes home; may be empty.
    pub teaches: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The seed of a run that names no other.
    pub seed: u64,
    /// What a monitoring system would tell of.
    pub alerts: Vec<AlertRule>,
    /// What a run must show.
    pub expect: Vec<Expectation>,
    /// Where it comes from.
    pub source: ScenarioText,
    /// The variant that this is; none: the scenario as it stands.
    pub variant: Option<String>,
    /// The variants that its file has.
    pub variants: Vec<VariantName>,
    /// What was changed beside the variant.
    pub changes: Vec<Override>,
    world: WorldSpec,
}

impl Scenario {
    /// The world that it describes.
    pub fn world(&self) -> &WorldSpec {
        &self.world
    }
    /// The scenario as YAML, with its variant and all changes made: whoever reads that has the same scenario.
    pub fn to_yaml(&self) -> String {
        write::write(&self.source, self.variant.as_deref(), &self.changes)
    }
    /// How long its workloads and faults go on.
    pub fn duration(&self) -> Nanos {
        self.world.duration
    }
}

/// Reads a scenario; the second value are warnings.
///
/// # Errors
/// Everything that is wrong with it (and the warnings), sorted by place.
pub fn parse(source: &ScenarioText, overrides: &[Override]) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
    parse_variant(source, None, overrides)
}

/// Reads a scenario as one of its variants has it: what the variant sets is changed first, then what
/// `overrides` say.
///
/// # Errors
/// Everything that is wrong with it (and the warnings), sorted by place; also that there is no such variant.
pub fn parse_variant(
    source: &ScenarioText,
    variant: Option<&str>,
    overrides: &[Override],
) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
    if source.text.len() > MAX_BYTES {
        return Err(ScenarioText::from_bytes(&source.name, source.text.as_bytes()).err().into_iter().collect());
    }
    read_asking(source, variant, overrides, None)
}

/// Reads a scenario that is asked something else than its file asks: `asked`, a list of entries as under `expect:`, which
/// stands in another text.
///
/// # Errors
/// As of [`parse_variant`]; what is wrong with `asked` is reported at its place in its own text.
pub(crate) fn parse_asking(
    source: &ScenarioText,
    variant: Option<&str>,
    overrides: &[Override],
    asked: (&ScenarioText, &node::YamlNode),
) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
    read_asking(source, variant, overrides, Some(asked))
}

fn read_asking(
    source: &ScenarioText,
    variant: Option<&str>,
    overrides: &[Override],
    asked: Option<(&ScenarioText, &node::YamlNode)>,
) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
    let overrides = &overrides[..overrides.len().min(usize::from(u16::MAX) - 2)];
    let changes = overrides.iter().map(set::source);
    let by = asked.map(|(by, _)| by.clone());
    let mut findings = Findings::new(std::iter::once(source.clone()).chain(changes).chain(by));
    let asked = asked.map(|(_, node)| node.clone().in_source(overrides.len() as u16 + 1));
    let scenario = read(source, variant, overrides, asked.as_ref(), &mut findings);
    let has_errors = findings.has_errors();
    let list = findings.finish();
    match scenario {
        Some(scenario) if !has_errors => Ok((Scenario { source: source.clone(), ..scenario }, list)),
        _ => Err(list),
    }
}

/// Reads a condition as a fault's `when` has it, such as `lag of billing: above 1000`, about the world of a scenario.
///
/// # Errors
/// Everything that is wrong with it.
pub fn condition(scenario: &Scenario, text: &str) -> Result<Condition, Vec<Diagnostic>> {
    let changes = scenario.changes.iter().map(set::source);
    let own = ScenarioText::new("condition", format!("{{{text}}}"));
    let number = u16::try_from(scenario.changes.len() + 1).expect("no scenario is read with more changes");
    let mut findings = Findings::new(std::iter::once(scenario.source.clone()).chain(changes).chain([own.clone()]));
    let condition = yaml::read(0, &scenario.source.text, &mut findings).and_then(|mut root| {
        change(&mut root, scenario.variant.as_deref(), &scenario.changes, &mut findings);
        let file = file::File::decode(&root, &mut findings)?;
        let when = file::fault::When::decode(&yaml::read(number, &own.text, &mut findings)?, &mut findings)?;
        resolve::condition(&file, &when, &mut findings)
    });
    let has_errors = findings.has_errors();
    match condition {
        Some(condition) if !has_errors => Ok(condition),
        _ => Err(findings.finish().into_iter().filter(|finding| finding.severity == Severity::Error).collect()),
    }
}

/// All findings about a scenario and each of its variants. What is found in a variant only says so.
pub fn lint(source: &ScenarioText, overrides: &[Override]) -> Vec<Diagnostic> {
    let (scenario, mut findings) = match parse(source, overrides) {
        Ok(read) => read,
        // What is wrong with the scenario would be repeated for each variant.
        Err(findings) => return findings,
    };
    for variant in scenario.variants {
        let of_variant = parse_variant(source, Some(&variant.name), overrides);
        for mut finding in of_variant.map_or_else(|findings| findings, |(_, warnings)| warnings) {
            if !findings.contains(&finding) {
                finding.message = format!("variant `{}`: {}", variant.name, finding.message);
                findings.push(finding);
            }
        }
    }
    findings
}

/// The tree of a scenario's text with its changes.
fn changed(
    source: &ScenarioText,
    variant: Option<&str>,
    overrides: &[Override],
    findings: &mut Findings,
) -> Option<node::YamlNode> {
    let mut root = yaml::read(0, &source.text, findings)?;
    change(&mut root, variant, overrides, findings);
    Some(root)
}

/// Makes the changes of a variant, then those that are asked for.
fn change(root: &mut node::YamlNode, variant: Option<&str>, overrides: &[Override], findings: &mut Findings) {
    if let Some(name) = variant {
        variant::apply(root, name, findings);
    }
    for (change, number) in overrides.iter().zip(1..) {
        match change {
            Override::Set(_) => set::apply(root, number, findings),
            Override::With(_) => set::add_fault(root, number, findings),
        }
    }
}

fn read(
    source: &ScenarioText,
    variant: Option<&str>,
    overrides: &[Override],
    asked: Option<&node::YamlNode>,
    findings: &mut Findings,
) -> Option<Scenario> {
    let Some(mut root) = yaml::read(0, &source.text, findings) else {
        if !findings.has_errors() {
            findings.push(
                Diagnostic::error(codes::EMPTY, format!("`{}` has no content", source.name))
                    .with_help("`kafkasim new NAME` writes a scenario to start from"),
            );
        }
        return None;
    };
    change(&mut root, variant, overrides, findings);
    let mut file = file::File::decode(&root, findings)?;
    let variants = variant::names(&file);
    if let Some(name) = variant {
        variant::take_over(&mut file, name, variant::expects_anew(&root));
    }
    if let Some(asked) = asked {
        file.expect = decode::List::decode(asked, findings).map(|list| node::At { value: list, span: asked.span });
        file.sometimes = None;
    }
    let scenario = resolve::scenario(&file, findings)?;
    Some(Scenario { variant: variant.map(str::to_owned), variants, changes: overrides.to_vec(), ..scenario })
}
