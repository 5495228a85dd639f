//! `expect:` and `sometimes:`: invariants with their outcome, and questions about the run.

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
#[cfg(test)]
use serde_json::{Map, json};

use super::leaf::{Duration, Name};
use crate::check::expect::{Bound, FIELDS, Window};
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::rack_traffic::Carriage;
use crate::scenario::codes;
use crate::scenario::decode::{Decode, MapReader, choice, leaf, scalar, text, wrong_type};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::findings::{Findings, list, nearest, suggestion};
use crate::scenario::habits;
use crate::scenario::node::{At, YamlNode, YamlValue, shorten};
#[cfg(test)]
use crate::scenario::phrase::STATE_FORMS;
use crate::scenario::phrase::{self, Said, StateError, StateName};
use crate::scenario::properties::{FIGURES, INVARIANTS, SOMETIMES};
use crate::scenario::unit::Problem;
use crate::sim::time::Nanos;

choice! {
    /// What becomes of an invariant in a run.
    Outcome as "an outcome" {
        /// It held, and was put to the test.
        Holds = "holds",
        /// It broke.
        Violated = "violated",
        /// This configuration does not promise it.
        NotPromised = "not-promised" | "not promised",
        /// Nothing in the run could have broken it.
        NotExercised = "not-exercised" | "not exercised",
        /// It was put to the test and never broke: neither where it is promised nor where it is not.
        Unbroken = "unbroken",
    }
}

/// The name of a property that holds at some moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Sometimes(pub &'static str);

impl Decode for Sometimes {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let name = leaf(node, "the name of a property", |text| Ok::<_, Problem>(text.trim().to_owned()), findings)?;
        match SOMETIMES.iter().find(|(id, _)| *id == name) {
            Some((id, _)) => Some(Sometimes(id)),
            None => {
                let names: Vec<&str> = SOMETIMES.iter().map(|(id, _)| *id).collect();
                let help = suggestion(&name, &names, "property");
                let message = format!("unknown property {}", node.value.noun());
                findings
                    .error(codes::UNKNOWN_EXPECTATION, node.span, message)
                    .label("not a `sometimes` property")
                    .maybe_help(help);
                None
            }
        }
    }
}
#[cfg(test)]
impl JsonSchema for Sometimes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sometimes".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = SOMETIMES.iter().map(|(id, about)| json!({"const": id, "description": about})).collect();
        json_schema!({"description": "Something that must happen at some moment of the run.", "oneOf": names})
    }
}

/// A bound, as the schema has it.
#[cfg(test)]
const BOUND: &str = "^((at (least|most)|above|below|more than|less than) )?[0-9]+$|^between [0-9]+ and [0-9]+$";
/// A bound on times.
#[cfg(test)]
const TIME_BOUND: &str = "^((at (least|most)|above|below) )?[0-9]+ ?(ns|us|ms|s|m|h)$|^between .+ and .+$";

scalar! {
    /// A number, or `at least`, `at most`, `above`, `below` a number, or `between` two.
    Limit(Bound) as "a bound such as `0`, `at least 1` or `at most 10`", phrase::bound, {"type": ["string", "integer"], "pattern": BOUND}
}
scalar! {
    /// A time, or `at least`, `at most`, `above`, `below` a time, or `between` two.
    TimeLimit(Bound) as "a bound such as `below 50ms` or `at most 2s`", phrase::bound_of_time, {"type": "string", "pattern": TIME_BOUND, "examples": ["below 50ms", "at most 2s"]}
}
scalar! {
    /// How often: `never`, `once`, `3 times`, `at least 2`, `at most 5`.
    Times(Bound) as "how often, such as `once` or `at most 3`", phrase::times, {"type": ["string", "integer"], "examples": ["never", "once", "3 times", "at least 2", "at most 5"]}
}
scalar! {
    /// A part of the run: `40s and 45s`, both included.
    Between(Window) as "two times", phrase::between, {"type": "string", "pattern": "^(between )?[0-9]+ ?(ns|us|ms|s|m|h) and [0-9]+ ?(ns|us|ms|s|m|h)$", "examples": ["40s and 45s"]}
}
scalar! {
    /// When an alert fires for the first time: `before 40s`, `after 30s`, `between 30s and 40s`, or `never`.
    Fires(Option<Window>) as "when it fires, such as `before 40s` or `never`", phrase::fires, {"type": "string", "pattern": "^(never|(before|after) [0-9]+ ?(ns|us|ms|s|m|h)|between [0-9]+ ?(ns|us|ms|s|m|h) and [0-9]+ ?(ns|us|ms|s|m|h))$", "examples": ["before 40s", "between 30s and 40s", "never"]}
}
scalar! {
    /// A time of the run, or `end`.
    Moment(Option<Nanos>) as "a time, or `end`", phrase::moment, {"type": "string", "pattern": "^(end|[0-9]+ ?(ns|us|ms|s|m|h))$", "examples": ["70s", "end"]}
}
scalar! {
    /// Whose records: `producer checkout`, `checkout-0`, `topic orders`, `orders-0`, `group billing`.
    Whose(String) as "whose records", |text| Ok::<_, Problem>(text.split_whitespace().collect::<Vec<_>>().join(" ")), {"type": "string", "examples": ["producer checkout", "checkout-0", "topic orders", "orders-0", "group billing"]}
}

/// One entry of `expect`.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Expect {
    /// `- acked-all-durable: holds`
    Invariant(&'static str, Outcome),
    /// `- sometimes: leader-elected`
    Sometimes(&'static str),
    /// `- ledger: { lost.after.ack: 0 }`
    Ledger { of: Option<At<Whose>>, figures: Vec<(&'static str, Bound)> },
    /// `- at: 70s`, `  leader of orders-0: broker 2`
    State { at: At<Moment>, says: Vec<Stated> },
    /// `- leader-elected: once`, `- never: rebalance`
    Event { id: &'static str, how: Happening },
    /// `- fact: { name: PartitionChanged, tp: orders-0, times: at most 1 }`
    Fact { name: &'static str, fields: Vec<(&'static str, &'static str, At<String>)>, how: Happening },
    /// `- leaders of orders-0: [1, 2, 1]`
    Leaders { tp: At<String>, sequence: Vec<At<Option<u64>>> },
    /// `- isr of orders-0: [[1, 2, 3], [2, 3]]`
    Isrs { tp: At<String>, sequence: Vec<Vec<At<u64>>> },
    /// `- stall: { of: producer checkout, longest: below 5s, after: 40s }`
    Stall { of: Option<At<Whose>>, longest: Bound, after: Nanos },
    /// `- unserved: { of: billing, total: below 60s, longest: below 20s }`
    Unserved { of: At<Name>, total: Option<Bound>, longest: Option<Bound> },
    /// `- latency: { p99: below 50ms }`
    Latency { which: &'static str, bounds: Vec<(&'static str, u64, Bound)> },
    /// `- crossed.racks: { consume: 0 }`
    CrossedRacks(Vec<(Carriage, Bound)>),
    /// `- alert: { name: lag-high, fires: before 40s }`
    Alert { name: At<Name>, fires: Option<Fires>, times: Option<Bound> },
    /// `- errors: { TimeoutException: at least 1, others: 0 }`
    Errors { of: Option<At<Whose>>, named: Vec<(&'static str, Bound)>, others: Option<Bound> },
}

/// One statement of an `at` entry.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Stated {
    pub state: StateName,
    pub subject: At<String>,
    /// What is said, in the words of the file.
    pub said: String,
}

/// How often, and when.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Happening {
    pub times: Bound,
    pub window: Window,
}

const HAPPENING: [(&str, &str); 4] = [
    ("times", "How often: `never`, `once`, `3 times`, `at least 2`, `at most 5`. Default: at least once."),
    ("between", "Only what happens between these two times counts: `40s and 45s`."),
    ("after", "Only what happens from this time on counts."),
    ("before", "Only what happens up to this time counts."),
];

impl Happening {
    fn read(map: &mut MapReader<'_>, findings: &mut Findings) -> Option<Happening> {
        let times = map.optional::<Times>("times", findings).map_or(Bound::AtLeast(1), |at| at.value.0);
        let between = map.optional::<Between>("between", findings);
        let after = map.optional::<Duration>("after", findings);
        let before = map.optional::<Duration>("before", findings);
        if let (Some(at), true) = (&between, after.is_some() || before.is_some()) {
            findings
                .error(codes::CONTRADICTION, at.span, "`between` beside `after` or `before`")
                .label("one of them")
                .help("write `between: 40s and 45s` alone");
        }
        let whole = Window::default();
        let window = between.map_or_else(
            || Window { from: after.map_or(whole.from, |at| at.0), to: before.as_ref().map_or(whole.to, |at| at.0) },
            |at| at.value.0,
        );
        if let Some(before) = before.filter(|_| window.from > window.to) {
            findings
                .error(codes::IMPOSSIBLE, before.span, "`before` is earlier than `after`")
                .label("nothing lies between");
            return None;
        }
        Some(Happening { times, window })
    }
}

/// The keys of an entry that are no invariant and no event.
const FORMS: [(&str, &str); 11] = [
    ("sometimes", "Something that must happen at some moment of the run."),
    ("never", "Something that must not happen at all."),
    ("ledger", "Figures of the delivery ledger and their bounds."),
    (
        "fact",
        "How often the history has a fact of some form: its `name`, fields as the history has them, `times`, `between`.",
    ),
    ("stall", "The longest time without an acknowledgement while a record waits for one: `{ longest: below 5s }`."),
    (
        "unserved",
        "How long partitions of a group had no owner: all of them together, or one at a time: `{ of: billing, longest: below 20s }`.",
    ),
    ("latency", "Percentiles of the time from send() to its acknowledgement: `{ p99: below 50ms }`."),
    ("end.to.end", "Percentiles of the time from send() to poll() of a consumer: `{ p99: below 1s }`."),
    (
        "crossed.racks",
        "Bytes of record batches that cross racks, on their way from producers, to consumers, to followers: `{ consume: 0 }`.",
    ),
    (
        "alert",
        "When an alert of `alerts` fires for the first time, and how often: `{ name: lag-high, fires: before 40s }`.",
    ),
    ("errors", "How many records fail with which exception: `{ TimeoutException: at least 1, others: 0 }`, or `none`."),
];

impl Decode for Expect {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let YamlValue::Map(entries) = &node.value else {
            bare_text(node, findings);
            return None;
        };
        if entries.iter().any(|(key, _)| key.value == "at") {
            return state(node, findings);
        }
        let [(key, value)] = entries.as_slice() else {
            let at = entries.get(1).map_or(node.span, |(key, _)| key.span);
            findings
                .error(codes::WRONG_TYPE, at, "one expectation per entry of the list")
                .label("begin a new entry with `- `");
            return None;
        };
        match key.value.as_str() {
            "sometimes" => Sometimes::decode(value, findings).map(|s| Expect::Sometimes(s.0)),
            "never" => {
                let never = Happening { times: Bound::Exactly(0), window: Window::default() };
                Sometimes::decode(value, findings).map(|s| Expect::Event { id: s.0, how: never })
            }
            "ledger" => ledger(value, findings),
            "fact" => fact(value, findings),
            "stall" => stall(value, findings),
            "unserved" => unserved(value, findings),
            "latency" => latency("latency", value, findings),
            "end.to.end" => latency("end.to.end", value, findings),
            "crossed.racks" => crossed_racks(value, findings),
            "alert" => alert(value, findings),
            "errors" => errors(value, findings),
            name => match (SOMETIMES.iter().find(|(id, _)| *id == name), sequence(key)) {
                (Some((id, _)), _) => event(id, value, findings),
                (None, Some((what, tp))) => history(what, tp, value, findings),
                (None, None) => invariant(key, value, findings),
            },
        }
    }
}

fn bare_text(node: &YamlNode, findings: &mut Findings) {
    let help = match &node.value {
        YamlValue::Text(text) if INVARIANTS.iter().any(|(id, _)| id == text) => format!("write `- {text}: holds`"),
        YamlValue::Text(text) if SOMETIMES.iter().any(|(id, _)| id == text) => format!("write `- sometimes: {text}`"),
        _ => "write `- acked-all-durable: holds`".into(),
    };
    wrong_type(node, "an invariant and its outcome", findings).help(help);
}

fn unknown<'f>(key: &At<String>, noun: &str, label: &str, findings: &'f mut Findings) -> &'f mut Diagnostic {
    findings.error(codes::UNKNOWN_EXPECTATION, key.span, format!("unknown {noun} `{}`", shorten(key))).label(label)
}

fn invariant(key: &At<String>, value: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let Some((id, _)) = INVARIANTS.iter().find(|(id, _)| *id == key.value) else {
        if let Err(StateError::Predicate(_)) = StateName::parse(key, Said::Text("")) {
            unknown(key, "invariant", "a state has a time", findings)
                .help(format!("write `at: 70s` (or `at: end`), and below it `{}: ...`", shorten(key)));
            return None;
        }
        let forms = FORMS.iter().map(|(name, _)| *name);
        let events = SOMETIMES.iter().map(|(id, _)| *id);
        let names: Vec<&str> = INVARIANTS.iter().map(|(id, _)| *id).chain(forms).collect();
        let near = nearest(key, names.iter().copied().chain(events)).map(|near| format!("did you mean `{near}`?"));
        let help = habits::expectation(key).or(near).unwrap_or_else(|| format!("there is {}", list(&names)));
        unknown(key, "invariant", "not an invariant", findings).help(help);
        return None;
    };
    Outcome::decode(value, findings).map(|outcome| Expect::Invariant(id, outcome))
}

/// An `at` entry: a time and what holds then.
fn state(node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let mut map = MapReader::open(node, "expectation", findings)?;
    let span = map.span();
    let at = map.required::<Moment>("at", findings);
    let mut says = Vec::new();
    let mut complete = true;
    for (key, value) in map.rest() {
        match stated(key, value, findings) {
            Some(stated) => says.push(stated),
            None => complete = false,
        }
    }
    if says.is_empty() && complete {
        findings
            .error(codes::EMPTY_SECTION, span, "`at` without a state")
            .label("what holds then?")
            .help("add `leader of topic-0: broker 2` or another state below it");
    }
    Some(Expect::State { at: at?, says })
}

/// A state, as `at` and `alerts` have them.
pub(super) fn stated(key: &At<String>, value: &YamlNode, findings: &mut Findings) -> Option<Stated> {
    let brokers = match &value.value {
        YamlValue::List(_) => Some(broker_list(value, findings)?.into_iter().map(|at| at.value).collect::<Vec<u64>>()),
        _ => None,
    };
    let (said, words) = match &brokers {
        Some(brokers) => {
            let words: Vec<String> = brokers.iter().map(ToString::to_string).collect();
            (Said::Brokers(brokers), format!("[{}]", words.join(",")))
        }
        None => {
            let text = text(value, "a state", findings)?;
            (Said::Text(text), text.trim().to_owned())
        }
    };
    let (at, shown, problem) = match StateName::parse(key, said) {
        Ok(state) => return Some(Stated { state, subject: key.clone(), said: words }),
        Err(StateError::Subject(problem)) => (key.span, key.value.clone(), problem),
        Err(StateError::Predicate(problem)) => (value.span, words, problem),
    };
    findings
        .error(codes::MALFORMED, at, format!("expected a state, found `{}`", shorten(&shown)))
        .label(problem.what)
        .maybe_help(problem.help);
    None
}

/// Broker ids: `[1, 2]`.
fn broker_list(node: &YamlNode, findings: &mut Findings) -> Option<Vec<At<u64>>> {
    let YamlValue::List(items) = &node.value else {
        wrong_type(node, "a list of broker ids", findings).help("write `[1, 2, 3]`");
        return None;
    };
    let one = |item: &YamlNode, findings: &mut Findings| {
        let id = leaf(item, "a broker", phrase::leader, findings)?;
        id.map(|id| At { value: id, span: item.span })
    };
    let ids: Vec<Option<At<u64>>> = items.iter().map(|item| one(item, findings)).collect();
    ids.into_iter().collect()
}

fn event(id: &'static str, value: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    if let YamlValue::Map(_) = &value.value {
        let mut map = MapReader::open(value, "event", findings)?;
        let how = Happening::read(&mut map, findings);
        map.close(&HAPPENING.map(|(key, _)| key), findings);
        return Some(Expect::Event { id, how: how? });
    }
    let times = Times::decode(value, findings)?.0;
    Some(Expect::Event { id, how: Happening { times, window: Window::default() } })
}

/// `leaders of orders-0`, `isr of orders-0`: which of the two, and the partition.
fn sequence(key: &At<String>) -> Option<(&'static str, At<String>)> {
    let words: Vec<&str> = key.split_whitespace().collect();
    match words.as_slice() {
        ["leaders", "of", tp] => Some(("leaders", At { value: (*tp).to_owned(), span: key.span })),
        ["isr" | "isrs", "of", tp] => Some(("isr", At { value: (*tp).to_owned(), span: key.span })),
        _ => None,
    }
}

fn history(what: &str, tp: At<String>, value: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let YamlValue::List(items) = &value.value else {
        let help = if what == "leaders" {
            format!("write the leaders in turn: `leaders of {}: [1, 2, 1]`", tp.value)
        } else {
            format!("write the sets in turn, `isr of {0}: [[1, 2], [2]]`, or add `at: 70s` for one moment", tp.value)
        };
        wrong_type(value, "a list", findings).help(help);
        return None;
    };
    if what == "leaders" {
        let one = |item: &YamlNode, findings: &mut Findings| {
            leaf(item, "a leader", phrase::leader, findings).map(|leader| At { value: leader, span: item.span })
        };
        let sequence: Vec<_> = items.iter().map(|item| one(item, findings)).collect();
        return Some(Expect::Leaders { tp, sequence: sequence.into_iter().collect::<Option<_>>()? });
    }
    let sequence: Vec<_> = items.iter().map(|item| broker_list(item, findings)).collect();
    Some(Expect::Isrs { tp, sequence: sequence.into_iter().collect::<Option<_>>()? })
}

/// A `ledger` entry.
fn ledger(node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let YamlValue::Map(_) = &node.value else {
        wrong_type(node, "a map of figures and bounds", findings).help("write `ledger: { lost.after.ack: 0 }`");
        return None;
    };
    let mut map = MapReader::open(node, "ledger", findings)?;
    let of = map.optional("of", findings);
    let mut figures = Vec::new();
    for (key, value) in map.rest() {
        match FIGURES.iter().find(|name| **name == key.value) {
            Some(name) => figures.extend(Limit::decode(value, findings).map(|limit| (*name, limit.0))),
            None => {
                let help = suggestion(key, FIGURES, "figure").unwrap_or_else(|| format!("there is {}", list(FIGURES)));
                unknown(key, "figure", "not a figure of the ledger", findings).help(help);
            }
        }
    }
    Some(Expect::Ledger { of, figures })
}

/// A `fact` entry.
fn fact(node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let mut map = MapReader::open(node, "fact", findings)?;
    let name = map.required::<super::leaf::Text>("name", findings);
    let how = Happening::read(&mut map, findings);
    let name = name?;
    let Some((fact, known)) = FIELDS.iter().find(|(fact, _)| *fact == name.0) else {
        let names: Vec<&str> = FIELDS.iter().map(|(fact, _)| *fact).collect();
        let help = suggestion(&name.0, &names, "fact").unwrap_or_else(|| format!("there is {}", list(&names)));
        let key = At { value: name.0.clone(), span: name.span };
        unknown(&key, "fact", "histories have no such fact", findings).help(help);
        return None;
    };
    let mut fields = Vec::new();
    for (key, value) in map.rest() {
        let Some((field, ty)) =
            known.iter().find(|(field, _)| *field == key.value || habits::dotted(field) == key.value)
        else {
            let names: Vec<&str> = known.iter().map(|(field, _)| *field).chain(HAPPENING.map(|(key, _)| key)).collect();
            let help = suggestion(key, &names, "field").unwrap_or_else(|| format!("there is {}", list(&names)));
            unknown(key, "field", &format!("{fact} has no such field"), findings).help(help);
            continue;
        };
        let words = match &value.value {
            YamlValue::List(_) => {
                let ids = broker_list(value, findings)?;
                ids.iter().map(|at| at.value.to_string()).collect::<Vec<_>>().join(" ")
            }
            _ => text(value, "a value", findings)?.trim().to_owned(),
        };
        fields.push((*field, *ty, At { value: words, span: value.span }));
    }
    Some(Expect::Fact { name: fact, fields, how: how? })
}

fn unserved(node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let mut map = MapReader::open(node, "unserved", findings)?;
    let of = map.required::<Name>("of", findings);
    let total = map.optional::<TimeLimit>("total", findings).map(|limit| limit.0);
    let longest = map.optional::<TimeLimit>("longest", findings).map(|limit| limit.0);
    map.close(&["of", "total", "longest"], findings);
    if total.is_none() && longest.is_none() {
        findings
            .error(codes::EMPTY_SECTION, node.span, "`unserved` without a bound")
            .help("say how long: `{ of: billing, longest: below 20s }`, or `total`");
        return None;
    }
    Some(Expect::Unserved { of: of?, total, longest })
}

fn stall(node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    if let YamlValue::Text(_) = &node.value {
        return TimeLimit::decode(node, findings).map(|limit| Expect::Stall {
            of: None,
            longest: limit.0,
            after: Nanos::ZERO,
        });
    }
    let mut map = MapReader::open(node, "stall", findings)?;
    let of = map.optional("of", findings);
    let longest = map.required::<TimeLimit>("longest", findings);
    let after = map.optional::<Duration>("after", findings).map_or(Nanos::ZERO, |at| at.0);
    map.close(&["of", "longest", "after"], findings);
    Some(Expect::Stall { of, longest: longest?.value.0, after })
}

/// Percentiles and their share in thousandths; 1000 is the longest.
pub(in crate::scenario) const PERCENTILES: [(&str, u64); 6] =
    [("p50", 500), ("p90", 900), ("p95", 950), ("p99", 990), ("p999", 999), ("max", 1000)];

fn latency(which: &'static str, node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let YamlValue::Map(entries) = &node.value else {
        let help = format!("write `{which}: {{ p99: below 50ms }}`");
        wrong_type(node, "a map of percentiles", findings).help(help);
        return None;
    };
    let mut bounds = Vec::new();
    for (key, value) in entries {
        match PERCENTILES.iter().find(|(name, _)| *name == key.value) {
            Some((name, share)) => bounds.extend(TimeLimit::decode(value, findings).map(|at| (*name, *share, at.0))),
            None => {
                let help = format!("there is {}", list(&PERCENTILES.map(|(name, _)| name)));
                unknown(key, "percentile", "not a percentile", findings).help(help);
            }
        }
    }
    Some(Expect::Latency { which, bounds })
}

/// A `crossed.racks` entry.
fn crossed_racks(node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let names = Carriage::ALL.map(Carriage::name);
    let YamlValue::Map(entries) = &node.value else {
        wrong_type(node, "a map of what batches travel for", findings).help("write `crossed.racks: { consume: 0 }`");
        return None;
    };
    let mut bounds = Vec::new();
    for (key, value) in entries {
        match Carriage::ALL.into_iter().find(|carriage| carriage.name() == key.value) {
            Some(carriage) => bounds.extend(Limit::decode(value, findings).map(|at| (carriage, at.0))),
            None => {
                let help = format!("there is {}", list(&names));
                unknown(key, "kind of traffic", "nothing that batches travel for", findings).help(help);
            }
        }
    }
    Some(Expect::CrossedRacks(bounds))
}

/// An `alert` entry.
fn alert(node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    let mut map = MapReader::open(node, "alert", findings)?;
    let span = map.span();
    let name = map.required("name", findings);
    let fires = map.optional::<Fires>("fires", findings);
    let times = map.optional::<Times>("times", findings).map(|at| at.value.0);
    if fires.is_none() && times.is_none() && !map.has_value("fires") && !map.has_value("times") {
        findings
            .error(codes::EMPTY_SECTION, span, "`alert` without what is expected of it")
            .label("when does it fire?")
            .help("add `fires: before 40s`, `fires: never` or `times: once`");
        return None;
    }
    map.close(&["name", "fires", "times"], findings);
    let never = |at: &&At<Fires>| at.value.0.is_none();
    if let Some(at) = fires.as_ref().filter(never).filter(|_| times.is_some()) {
        findings
            .error(codes::CONTRADICTION, at.span, "`fires: never` beside `times`")
            .label("one of them")
            .help("write `fires: never` alone");
    }
    Some(Expect::Alert { name: name?, fires: fires.map(|at| at.value), times })
}

fn errors(node: &YamlNode, findings: &mut Findings) -> Option<Expect> {
    if let YamlValue::Text(text) = &node.value
        && text.trim() == "none"
    {
        return Some(Expect::Errors { of: None, named: Vec::new(), others: Some(Bound::Exactly(0)) });
    }
    let mut map = MapReader::open(node, "map of errors", findings)?;
    let of = map.optional("of", findings);
    let others = map.optional::<Limit>("others", findings).map(|at| at.value.0);
    let mut named = Vec::new();
    for (key, value) in map.rest() {
        match exception(key) {
            Some(name) => named.extend(Limit::decode(value, findings).map(|limit| (name, limit.0))),
            None => {
                let help = exception_help(key);
                unknown(key, "exception", "applications get none of that name", findings).help(help);
            }
        }
    }
    Some(Expect::Errors { of, named, others })
}

/// The class of an exception by its name, or by the name of the protocol's error.
pub(in crate::scenario) fn exception(name: &str) -> Option<&'static str> {
    let class = || Exception::names().into_iter().find(|known| *known == name);
    let error = ErrorCode::ALL.iter().find(|error| error.name().eq_ignore_ascii_case(name));
    class().or_else(|| error.map(|error| error.exception()))
}

/// What to write instead of the name of an exception that there is not.
pub(in crate::scenario) fn exception_help(name: &str) -> String {
    let names = Exception::names();
    suggestion(name, &names, "exception").unwrap_or_else(|| format!("there is {}", list(&names)))
}

/// The subjects that have a state, for the schema.
#[cfg(test)]
pub(super) fn state_patterns() -> Map<String, serde_json::Value> {
    let mut states = Map::new();
    for (_, form, said) in STATE_FORMS {
        let pattern = form
            .replace("topic-0", "[A-Za-z0-9._-]+-[0-9]+")
            .replace(" group", " [A-Za-z0-9._-]+")
            .replace("group name", "group [A-Za-z0-9._-]+")
            .replace("broker 2", "broker [0-9]+")
            .replace("lag.time", "lag\\.time");
        states.insert(
            format!("^{pattern}$"),
            json!({"type": ["string", "integer", "array"], "description": format!("`{form}: {}`.", said.replace(", ", "` or `").replace("[1` or `2]", "[1, 2]"))}),
        );
    }
    states
}

#[cfg(test)]
impl JsonSchema for Expect {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expect".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let described = |about: &str, mut schema: serde_json::Value| {
            schema["description"] = json!(about);
            schema
        };
        let object = |about: &str, properties: Map<String, serde_json::Value>, required: &[&str]| json!({"type": "object", "description": about, "properties": properties, "required": required, "additionalProperties": false});
        let limit = generator.subschema_for::<Limit>().to_value();
        let time = generator.subschema_for::<TimeLimit>().to_value();
        let of = generator.subschema_for::<Whose>().to_value();
        let outcome = generator.subschema_for::<Outcome>().to_value();
        let sometimes = generator.subschema_for::<Sometimes>().to_value();
        let times = generator.subschema_for::<Times>().to_value();
        let duration = generator.subschema_for::<Duration>().to_value();
        let between = generator.subschema_for::<Between>().to_value();
        let happening: Map<_, _> = HAPPENING
            .into_iter()
            .zip([times.clone(), between, duration.clone(), duration.clone()])
            .map(|((key, about), schema)| (key.to_owned(), described(about, schema)))
            .collect();
        let about = |form: &str| FORMS.iter().find(|(name, _)| *name == form).map_or("", |(_, about)| about);
        let of_entry = (
            "of".to_owned(),
            described("Only these records: `producer checkout`, `topic orders`, `orders-0`, `group billing`.", of),
        );
        let named = |names: &[&str], schema: &serde_json::Value| -> Map<String, serde_json::Value> {
            names.iter().map(|name| ((*name).to_owned(), schema.clone())).collect()
        };
        let percentiles = named(&PERCENTILES.map(|(name, _)| name), &time);
        let mut figures = named(FIGURES, &limit);
        figures.extend([of_entry.clone()]);
        let mut errors = named(&Exception::names(), &limit);
        errors.extend([
            of_entry.clone(),
            ("others".to_owned(), described("All other exceptions together.", limit.clone())),
        ]);
        let longest = described("How long at most, or at least.", time.clone());
        let after = described("What of a wait lies before this time counts for nothing.", duration);
        let stall: Map<_, _> =
            [of_entry, ("longest".to_owned(), longest), ("after".to_owned(), after)].into_iter().collect();
        let facts: Vec<&str> = FIELDS.iter().map(|(fact, _)| *fact).collect();
        let mut fact = happening.clone();
        fact.insert("name".into(), json!({"enum": facts, "description": "The name of the fact, as in a history."}));

        let mut properties: Map<_, _> =
            INVARIANTS.iter().map(|(id, about)| ((*id).to_owned(), described(about, outcome.clone()))).collect();
        for (id, about) in SOMETIMES {
            let schema = json!({"anyOf": [times, object("How often, and when.", happening.clone(), &[])]});
            properties.insert((*id).into(), described(&format!("How often {about}."), schema));
        }
        properties.insert("sometimes".into(), described(about("sometimes"), sometimes.clone()));
        properties.insert("never".into(), described(about("never"), sometimes));
        properties.insert("ledger".into(), object(about("ledger"), figures, &[]));
        properties.insert(
            "fact".into(),
            json!({"type": "object", "description": about("fact"), "properties": fact, "required": ["name"]}),
        );
        properties.insert(
            "stall".into(),
            described(about("stall"), json!({"anyOf": [time, object("Whose, and how long.", stall, &["longest"])]})),
        );
        let unserved: Map<_, _> = [
            ("of".to_owned(), generator.subschema_for::<Name>().to_value()),
            ("total".to_owned(), described("All partitions together: partition-seconds.", time.clone())),
            ("longest".to_owned(), described("One partition at a time.", time.clone())),
        ]
        .into_iter()
        .collect();
        properties.insert("unserved".into(), object(about("unserved"), unserved, &["of"]));
        let alert: Map<_, _> = [
            ("name".to_owned(), generator.subschema_for::<Name>().to_value()),
            ("fires".to_owned(), generator.subschema_for::<Fires>().to_value()),
            ("times".to_owned(), described("How often it fires in the whole run.", times)),
        ]
        .into_iter()
        .collect();
        properties.insert("alert".into(), object(about("alert"), alert, &["name"]));
        let carriages = Carriage::ALL.map(|carriage| (carriage.name().to_owned(), limit.clone()));
        properties.insert("crossed.racks".into(), object(about("crossed.racks"), carriages.into_iter().collect(), &[]));
        properties.insert("latency".into(), object(about("latency"), percentiles.clone(), &[]));
        properties.insert("end.to.end".into(), object(about("end.to.end"), percentiles, &[]));
        properties.insert(
            "errors".into(),
            described(
                about("errors"),
                json!({"anyOf": [{"const": "none"}, object("Exceptions and how many records.", errors, &[])]}),
            ),
        );
        let patterns = json!({
            "^leaders of [A-Za-z0-9._-]+-[0-9]+$": {"type": "array", "description": "The leaders of a partition in turn: `[1, 2, none, 1]`."},
            "^isrs? of [A-Za-z0-9._-]+-[0-9]+$": {"type": "array", "description": "The in-sync replicas of a partition in turn, each set in any order: `[[1, 2, 3], [2, 3]]`."},
        });
        let single = json!({
            "type": "object", "properties": properties, "patternProperties": patterns, "additionalProperties": false,
            "minProperties": 1, "maxProperties": 1,
        });
        let moment = generator.subschema_for::<Moment>().to_value();
        let state = json!({
            "type": "object", "description": "How things stand at a time.",
            "properties": {"at": described("When: a time of the run, or `end`. All that happens at that time is included.", moment)},
            "patternProperties": state_patterns(), "required": ["at"], "additionalProperties": false, "minProperties": 2,
        });
        json_schema!({
            "description": "An invariant with its outcome, or a question about the run: what happens how often, how things stand at a time.",
            "anyOf": [single, state],
        })
    }
}
