//! Expectations: names looked up, and words for what is expected.

use serde_json::{Value, json};

use super::Names;
use crate::check::alerts::AlertRule;
use crate::check::expect::{Bound, Countable, Matcher, Pattern, Question, RecordScope, Statement, word_fits};
use crate::check::ledger::{FigureOf, Ledger};
use crate::check::sometimes;
use crate::protocol::ids::{BrokerId, BrokerList, NodeId};
use crate::scenario::codes;
use crate::scenario::file::File;
use crate::scenario::file::expect::{
    Expect, Fires, Happening, Outcome as Word, Stated, Whose, exception, exception_help,
};
use crate::scenario::file::leaf::Name;
use crate::scenario::findings::{Findings, suggestion};
use crate::scenario::node::{At, Span, shorten};
use crate::scenario::phrase::{self, StateName};
use crate::scenario::unit::Problem;
use crate::scenario::{Expectation, ExpectedOutcome, LatencyOf, LedgerOf};
use crate::sim::time::Nanos;

/// The expectations of a file, in its order.
pub(super) fn expectations(
    file: &File,
    names: &Names,
    alerts: &[AlertRule],
    findings: &mut Findings,
) -> Vec<Expectation> {
    let mut list: Vec<(Expectation, Span)> = Vec::new();
    let declared: Vec<&str> = file.alerts.iter().flat_map(|list| &list.0).map(|at| at.name.value.0.as_str()).collect();
    for entry in file.expect.iter().flat_map(|list| &list.0) {
        let found = Resolver { names, alerts, declared: &declared, findings }.entry(&entry.value);
        list.extend(found.into_iter().map(|expectation| (expectation, entry.span)));
    }
    let sometimes = file.sometimes.iter().flat_map(|list| &list.0);
    list.extend(sometimes.map(|at| (Expectation::Sometimes(at.0), at.span)));
    said_twice(&list, findings);
    list.into_iter().map(|(expectation, _)| expectation).collect()
}

fn said_twice(list: &[(Expectation, Span)], findings: &mut Findings) {
    let about = |e: &Expectation| match e {
        Expectation::Invariant { id, .. } | Expectation::Sometimes(id) => Some(((*id).to_owned(), None)),
        Expectation::Ledger { figure, of, .. } => Some(((*figure).to_owned(), of.clone())),
        Expectation::Question { .. }
        | Expectation::Latency { .. }
        | Expectation::CrossedRacks { .. }
        | Expectation::Alert { .. } => None,
    };
    for (i, (expectation, span)) in list.iter().enumerate() {
        let Some(subject) = about(expectation) else { continue };
        let same = |(other, _): &(Expectation, Span)| {
            about(other).as_ref() == Some(&subject)
                && std::mem::discriminant(other) == std::mem::discriminant(expectation)
        };
        if list[..i].iter().any(same) {
            findings
                .error(codes::CONTRADICTION, *span, format!("`{}` is expected twice", subject.0))
                .label("the second time");
        }
    }
}

struct Resolver<'a> {
    names: &'a Names,
    alerts: &'a [AlertRule],
    /// The names of alerts in the file, of those as well that are reported already.
    declared: &'a [&'a str],
    findings: &'a mut Findings,
}

impl Resolver<'_> {
    fn entry(&mut self, entry: &Expect) -> Vec<Expectation> {
        let one = |expectation: Option<Expectation>| expectation.into_iter().collect();
        match entry {
            Expect::Sometimes(id) => vec![Expectation::Sometimes(id)],
            Expect::Invariant(id, word) => vec![Expectation::Invariant { id, outcome: outcome(*word) }],
            Expect::Ledger { of, figures } => self.ledger(of.as_ref(), figures),
            Expect::State { at, says } => says.iter().filter_map(|stated| self.state(at.value.0, stated)).collect(),
            Expect::Event { id, how } => {
                one(sometimes::number(id).map(|number| count((*id).into(), Countable::Event(number), how)))
            }
            Expect::Fact { name, fields, how } => one(self.fact(name, fields, how)),
            Expect::Leaders { tp, sequence } => one(self.leaders(tp, sequence)),
            Expect::Isrs { tp, sequence } => one(self.isrs(tp, sequence)),
            Expect::Unserved { of, total, longest } => one(self.unserved(of, *total, *longest)),
            Expect::Stall { of, longest, after } => one(self.stall(of.as_ref(), *longest, *after)),
            Expect::Latency { which, bounds } => bounds.iter().map(|bound| latency(which, *bound)).collect(),
            Expect::CrossedRacks(bounds) => {
                bounds.iter().map(|(of, bound)| Expectation::CrossedRacks { of: *of, bound: *bound }).collect()
            }
            Expect::Alert { name, fires, times } => one(self.alert(name, fires.as_ref(), *times)),
            Expect::Errors { of, named, others } => one(self.errors(of.as_ref(), named, *others)),
        }
    }

    fn state(&mut self, at: Option<Nanos>, stated: &Stated) -> Option<Expectation> {
        let says = statement(&stated.state, stated.subject.span, self.names, self.findings)?;
        let when = at.map_or_else(|| "end".to_owned(), moment);
        Some(Expectation::Question {
            name: format!("at {when}: {}", stated.subject.split_whitespace().collect::<Vec<_>>().join(" ")),
            expected: stated.said.clone(),
            question: Question::State { at, says },
        })
    }

    fn fact(
        &mut self,
        name: &'static str,
        fields: &[(&'static str, &'static str, At<String>)],
        how: &Happening,
    ) -> Option<Expectation> {
        let mut matchers = Vec::new();
        for (field, ty, words) in fields {
            matchers.push((*field, self.matcher(ty, words)?));
        }
        let words: Vec<String> = fields.iter().map(|(field, _, words)| format!(" {field} {}", words.value)).collect();
        let what = Countable::Fact(Pattern { name, fields: matchers });
        Some(count(format!("fact {name}{}", words.concat()), what, how))
    }

    /// What a field of that type may be.
    fn matcher(&mut self, ty: &str, words: &At<String>) -> Option<Matcher> {
        let span = words.span;
        let is = |value: Value| Some(Matcher::Is(value));
        match ty {
            "Tp" => is(json!(self.names.partition(words, span, self.findings)?)),
            "TopicId" => is(json!(self.names.topic(words, span, self.findings)?)),
            "PatternId" => {
                let known = self.names.catalog.patterns.iter().position(|pattern| pattern.text == words.value);
                match known {
                    Some(number) => is(json!(number)),
                    None => self.refuse(
                        words,
                        "a pattern",
                        Problem::new("no group subscribes to it")
                            .help("write it as in `pattern: { re2j: ... }` of a group"),
                    ),
                }
            }
            "GroupId" => is(json!(self.names.group(words, span, self.findings)?)),
            "NodeId" => is(json!(self.process(words)?)),
            "BrokerId" | "Option<BrokerId>" => match phrase::leader(words) {
                Ok(None) => is(Value::Null),
                Ok(Some(id)) => is(json!(self.names.broker(id, span, self.findings)?)),
                Err(problem) => self.refuse(words, "a broker", problem),
            },
            "BrokerList" => {
                let ids: Option<Vec<u64>> = words.split_whitespace().map(|id| id.parse().ok()).collect();
                let ids = ids.filter(|ids| ids.iter().all(|id| (1..=100).contains(id)));
                match ids {
                    Some(ids) => is(json!(ids)),
                    None => self.refuse(
                        words,
                        "a list of brokers",
                        Problem::new("not a list of ids").help("write `[1, 2]`"),
                    ),
                }
            }
            "Exception" | "Option<Exception>" => match exception(words) {
                Some(name) => Some(Matcher::Exception(name)),
                None if words.as_str() == "none" => is(Value::Null),
                None => {
                    let help = exception_help(words);
                    self.refuse(words, "an exception", Problem::new("applications get none of that name").help(help))
                }
            },
            "bool" => match words.as_str() {
                "true" => is(json!(true)),
                "false" => is(json!(false)),
                _ => self.refuse(words, "true or false", Problem::new("neither of them")),
            },
            "Nanos" => match phrase::bound_of_time(words) {
                Ok(bound) => Some(Matcher::Number(bound)),
                Err(problem) => self.refuse(words, "a time", problem),
            },
            ty => match word_fits(ty, words) {
                Some(true) => is(json!(words.value)),
                Some(false) if word_fits(ty, &words.to_uppercase()) == Some(true) => is(json!(words.to_uppercase())),
                Some(false) => {
                    let problem = Problem::new("histories have no such word")
                        .help("write it as `kafkasim run --history` writes it");
                    self.refuse(words, "a word of this field", problem)
                }
                None => match phrase::bound(words) {
                    Ok(bound) => Some(Matcher::Number(bound)),
                    Err(problem) => self.refuse(words, "a number", problem),
                },
            },
        }
    }

    fn refuse(&mut self, words: &At<String>, expected: &str, problem: Problem) -> Option<Matcher> {
        self.findings
            .error(codes::MALFORMED, words.span, format!("expected {expected}, found `{}`", shorten(words)))
            .label(problem.what)
            .maybe_help(problem.help);
        None
    }

    fn process(&mut self, name: &At<String>) -> Option<NodeId> {
        let found = self.names.processes.get(&name.value).copied();
        if found.is_none() {
            let known: Vec<&str> = self.names.processes.keys().map(String::as_str).collect();
            let help = suggestion(name, &known, "process");
            self.findings
                .error(codes::UNKNOWN_PROCESS, name.span, format!("unknown process `{}`", shorten(name)))
                .label("not a process")
                .maybe_help(help);
        }
        found
    }

    fn leaders(&mut self, tp: &At<String>, sequence: &[At<Option<u64>>]) -> Option<Expectation> {
        let id = self.names.partition(tp, tp.span, self.findings);
        let mut leaders = Vec::new();
        for leader in sequence {
            leaders.push(match leader.value {
                Some(id) => Some(self.names.broker(id, leader.span, self.findings)?),
                None => None,
            });
        }
        if let Some(pair) = sequence.windows(2).find(|pair| pair[0].value == pair[1].value) {
            self.findings
                .error(codes::IMPOSSIBLE, pair[1].span, "the same leader twice in a row")
                .label("a change of leaders is a change")
                .help("write only who comes after another: `[1, 2, 1]`");
            return None;
        }
        let words: Vec<String> =
            leaders.iter().map(|id| id.map_or_else(|| "none".into(), |id: BrokerId| format!("broker {id}"))).collect();
        Some(Expectation::Question {
            name: format!("leaders of {}", tp.value),
            expected: words.join(", "),
            question: Question::Leaders { tp: id?, sequence: leaders },
        })
    }

    fn isrs(&mut self, tp: &At<String>, sequence: &[Vec<At<u64>>]) -> Option<Expectation> {
        let id = self.names.partition(tp, tp.span, self.findings);
        let mut isrs = Vec::new();
        for set in sequence {
            isrs.push(brokers(set.iter().map(|at| (at.value, at.span)), self.names, self.findings)?);
        }
        let words: Vec<String> = isrs.iter().map(ToString::to_string).collect();
        Some(Expectation::Question {
            name: format!("isr of {}", tp.value),
            expected: words.join(", "),
            question: Question::Isrs { tp: id?, sequence: isrs },
        })
    }

    fn unserved(&mut self, of: &At<Name>, total: Option<Bound>, longest: Option<Bound>) -> Option<Expectation> {
        let group = self.names.group(&of.value.0, of.span, self.findings)?;
        let words = [("total", total), ("longest", longest)];
        let words = words.iter().filter_map(|(what, bound)| Some(format!("{what} {}", (*bound)?.words_of_time())));
        Some(Expectation::Question {
            name: format!("unserved {}", of.value.0),
            expected: words.collect::<Vec<_>>().join(", "),
            question: Question::Unserved { group, total, longest },
        })
    }

    fn stall(&mut self, of: Option<&At<Whose>>, longest: Bound, after: Nanos) -> Option<Expectation> {
        let whose = of.map_or(String::new(), |at| format!(" of {}", at.value.0));
        let when = if after > Nanos::ZERO { format!(" after {after}") } else { String::new() };
        Some(Expectation::Question {
            name: format!("stall{whose}{when}"),
            expected: longest.words_of_time(),
            question: Question::Stall { of: self.scope(of)?, longest, after },
        })
    }

    fn errors(
        &mut self,
        of: Option<&At<Whose>>,
        named: &[(&'static str, Bound)],
        others: Option<Bound>,
    ) -> Option<Expectation> {
        let number = |n: u64| n.to_string();
        let mut words: Vec<String> =
            named.iter().map(|(error, bound)| format!("{error} {}", bound.words(&number))).collect();
        words.extend(others.map(|bound| match (bound, named) {
            (Bound::Exactly(0), []) => "none".into(),
            (Bound::Exactly(0), _) => "no others".into(),
            _ => format!("others {}", bound.words(&number)),
        }));
        Some(Expectation::Question {
            name: format!("errors{}", of.map_or(String::new(), |at| format!(" of {}", at.value.0))),
            expected: words.join(", "),
            question: Question::Errors { of: self.scope(of)?, named: named.to_vec(), others },
        })
    }

    fn alert(&mut self, name: &At<Name>, fires: Option<&Fires>, times: Option<Bound>) -> Option<Expectation> {
        if !self.declared.contains(&name.value.0.as_str()) {
            let none = || "write it under `alerts:`".to_owned();
            let help = suggestion(&name.value.0, self.declared, "alert").unwrap_or_else(none);
            self.findings
                .error(codes::UNKNOWN_EXPECTATION, name.span, format!("unknown alert `{}`", shorten(&name.value.0)))
                .label("not an alert of this scenario")
                .help(help);
        }
        let alert = self.alerts.iter().position(|rule| rule.name == name.value.0)?;
        let first = fires.and_then(|fires| fires.0);
        let never = fires.is_some_and(|fires| fires.0.is_none());
        let when = match (never, first) {
            (true, _) => Some("never fires".to_owned()),
            (false, Some(window)) => Some(format!("fires{}", window.words())),
            (false, None) => None,
        };
        let often = times.map(|times| format!("fires {}", times.words(&in_times)));
        let expected = [when, often].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let default = if never { Bound::Exactly(0) } else { Bound::AtLeast(1) };
        let name = format!("alert {}", name.value.0);
        Some(Expectation::Alert { name, expected, alert, first, times: times.unwrap_or(default) })
    }

    fn ledger(&mut self, of: Option<&At<Whose>>, figures: &[(&'static str, Bound)]) -> Vec<Expectation> {
        let scope = match of {
            None => None,
            Some(whose) => match self.ledger_of(whose, figures) {
                Some(scope) => Some(scope),
                None => return Vec::new(),
            },
        };
        figures.iter().map(|(figure, bound)| Expectation::Ledger { figure, of: scope.clone(), bound: *bound }).collect()
    }

    fn ledger_of(&mut self, whose: &At<Whose>, figures: &[(&'static str, Bound)]) -> Option<LedgerOf> {
        let of = match self.whose(whose)? {
            Of::Producers(name, nodes) => LedgerOf::Producers { name, nodes },
            Of::Topic(name, topic) => LedgerOf::Topic { name, topic },
            Of::Group(name, group) => LedgerOf::Group { name, group },
            Of::Partition(..) => {
                self.findings
                    .error(codes::NOT_YET, whose.span, "the ledger is not kept by partition")
                    .label("a partition")
                    .help("name a topic, a producer or a group, or give the partition a topic of its own");
                return None;
            }
        };
        let is_group = matches!(of, LedgerOf::Group { .. });
        let foreign = if is_group { FigureOf::Records } else { FigureOf::Groups };
        if let Some((figure, _)) = figures.iter().find(|(figure, _)| Ledger::figure_of(figure) == foreign) {
            let of_groups: Vec<&str> =
                Ledger::FIGURES.into_iter().filter(|figure| Ledger::figure_of(figure) != FigureOf::Records).collect();
            let label = if is_group { "no figure of a group" } else { "a figure of groups" };
            self.findings
                .error(codes::UNKNOWN_EXPECTATION, whose.span, format!("`{figure}` of {}", whose.value.0))
                .label(label)
                .help(format!("groups have {}", crate::scenario::findings::list(&of_groups)));
            return None;
        }
        Some(of)
    }

    /// Some of the records that producers send.
    fn scope(&mut self, of: Option<&At<Whose>>) -> Option<RecordScope> {
        let Some(whose) = of else { return Some(RecordScope::default()) };
        Some(match self.whose(whose)? {
            Of::Producers(_, nodes) => RecordScope { producers: Some(nodes), ..RecordScope::default() },
            Of::Topic(_, topic) => {
                let entry = &self.names.catalog.topics[topic.index()];
                let last = crate::protocol::ids::Tp(entry.first.0 + entry.partitions.saturating_sub(1));
                RecordScope { topic: Some(topic), partitions: Some((entry.first, last)), ..RecordScope::default() }
            }
            Of::Partition(tp) => RecordScope { partitions: Some((tp, tp)), ..RecordScope::default() },
            Of::Group(..) => {
                self.findings
                    .error(codes::WRONG_TARGET, whose.span, "groups send nothing")
                    .label("a group")
                    .help("name a producer, a topic or a partition");
                return None;
            }
        })
    }

    fn whose(&mut self, whose: &At<Whose>) -> Option<Of> {
        let span = whose.span;
        let words: Vec<&str> = whose.value.0.split(' ').collect();
        match words.as_slice() {
            ["producer", name] => self.producers(name, span),
            ["topic", name] => Some(Of::Topic((*name).into(), self.names.topic(name, span, self.findings)?)),
            ["group", name] => Some(Of::Group((*name).into(), self.names.group(name, span, self.findings)?)),
            ["partition", name] => Some(Of::Partition(self.names.partition(name, span, self.findings)?)),
            [name] => {
                match (self.names.processes.get(*name), self.names.topics.get(*name), self.names.groups.get(*name)) {
                    (Some(node), ..) if self.names.catalog.nodes[node.index()].role.has_producer() => {
                        Some(Of::Producers((*name).into(), vec![*node]))
                    }
                    (_, Some(topic), None) => Some(Of::Topic((*name).into(), *topic)),
                    (_, None, Some(group)) => Some(Of::Group((*name).into(), *group)),
                    (None, None, None) if self.is_producer(name) => self.producers(name, span),
                    _ => Some(Of::Partition(self.names.partition(name, span, self.findings)?)),
                }
            }
            _ => {
                self.findings
                    .error(codes::MALFORMED, span, format!("`{}` names no records", shorten(&whose.value.0)))
                    .label("whose?")
                    .help("write `producer name`, `topic name`, `topic-0` or `group name`");
                None
            }
        }
    }

    fn is_producer(&self, name: &str) -> bool {
        !self.processes_of(name).is_empty()
    }
    fn processes_of(&self, name: &str) -> Vec<NodeId> {
        let of = |process: &str| process == name || process.rsplit_once('-').is_some_and(|(owner, _)| owner == name);
        let nodes = self.names.catalog.nodes.iter().enumerate();
        nodes.filter(|(_, node)| node.role.has_producer() && of(&node.name)).map(|(i, _)| NodeId(i as u16)).collect()
    }
    fn producers(&mut self, name: &str, span: Span) -> Option<Of> {
        let nodes = self.processes_of(name);
        if nodes.is_empty() {
            let all = self.names.catalog.nodes.iter().filter(|node| node.role.has_producer());
            let mut known: Vec<&str> = all.filter_map(|n| n.name.rsplit_once('-')).map(|(owner, _)| owner).collect();
            known.dedup();
            let help = suggestion(name, &known, "producer");
            self.findings
                .error(codes::UNKNOWN_PROCESS, span, format!("unknown producer `{}`", shorten(name)))
                .label("not in `producers`")
                .maybe_help(help);
            return None;
        }
        Some(Of::Producers(name.into(), nodes))
    }
}

/// Whose records, looked up.
enum Of {
    Producers(String, Vec<NodeId>),
    Topic(String, crate::protocol::ids::TopicId),
    Partition(crate::protocol::ids::Tp),
    Group(String, crate::protocol::ids::GroupId),
}

/// `70s`, as one writes it, if it is a whole number of seconds.
fn moment(at: Nanos) -> String {
    if at.0.is_multiple_of(1_000_000_000) { format!("{}s", at.0 / 1_000_000_000) } else { at.to_string() }
}

/// `never`, `once`, `3 times`.
fn in_times(n: u64) -> String {
    match n {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

fn count(name: String, of: Countable, how: &Happening) -> Expectation {
    Expectation::Question {
        expected: format!("{}{}", how.times.words(&in_times), how.window.words()),
        name,
        question: Question::Count { of, times: how.times, window: how.window },
    }
}

fn latency(which: &str, (percentile, per_mille, bound): (&'static str, u64, Bound)) -> Expectation {
    let of = if which == "latency" { LatencyOf::Produce } else { LatencyOf::EndToEnd };
    Expectation::Latency { name: format!("{which} {percentile}"), of, per_mille, bound }
}

fn outcome(word: Word) -> ExpectedOutcome {
    match word {
        Word::Holds => ExpectedOutcome::Holds,
        Word::Violated => ExpectedOutcome::Violated,
        Word::NotPromised => ExpectedOutcome::NotPromised,
        Word::NotExercised => ExpectedOutcome::NotExercised,
        Word::Unbroken => ExpectedOutcome::Unbroken,
    }
}

fn brokers(ids: impl Iterator<Item = (u64, Span)>, names: &Names, findings: &mut Findings) -> Option<BrokerList> {
    let mut list = BrokerList::EMPTY;
    for (id, span) in ids {
        let broker = names.broker(id, span, findings)?;
        if list.len() >= BrokerList::CAPACITY {
            findings
                .error(codes::OUT_OF_BOUNDS, span, "too many brokers for one partition")
                .label(format!("at most {}", BrokerList::CAPACITY));
            return None;
        }
        if !list.contains(broker) {
            list.insert(broker);
        }
    }
    Some(list)
}

/// Looks the names of a state up; for `when` as for `at`.
pub(super) fn statement(state: &StateName, span: Span, names: &Names, findings: &mut Findings) -> Option<Statement> {
    let mut tp = |name: &str| names.partition(name, span, findings);
    Some(match state {
        StateName::Isr(name, ids) => {
            let tp = tp(name)?;
            Statement::Isr(tp, brokers(ids.iter().map(|id| (*id, span)), names, findings)?)
        }
        StateName::Leader(name, leader) => {
            let tp = tp(name)?;
            let leader = match leader {
                Some(id) => Some(names.broker(*id, span, findings)?),
                None => None,
            };
            Statement::Leader(tp, leader)
        }
        StateName::IsrSize(name, bound) => Statement::IsrSize(tp(name)?, *bound),
        StateName::Epoch(name, bound) => Statement::Epoch(tp(name)?, *bound),
        StateName::HighWatermark(name, bound) => Statement::HighWatermark(tp(name)?, *bound),
        StateName::LogEnd(name, bound) => Statement::LogEnd(tp(name)?, *bound),
        StateName::Acked(name, bound) => Statement::Acked(tp(name)?, *bound),
        StateName::Unreplicated(name, bound) => Statement::Unreplicated(tp(name)?, *bound),
        StateName::Lag(name, bound) => Statement::Lag(names.group(name, span, findings)?, *bound),
        StateName::LagTime(name, bound) => Statement::LagTime(names.group(name, span, findings)?, *bound),
        StateName::Status(name, status) => Statement::Status(names.group(name, span, findings)?, *status),
        StateName::Group(name, state) => Statement::Group(names.group(name, span, findings)?, *state),
        StateName::Transaction(id, state) => {
            Statement::Transaction(names.transactional_id(id, span, findings)?, *state)
        }
        StateName::Generation(name, bound) => Statement::Generation(names.group(name, span, findings)?, *bound),
        StateName::Members(name, bound) => Statement::Members(names.group(name, span, findings)?, *bound),
        StateName::Committed(group, name, bound) => {
            let tp = tp(name)?;
            Statement::Committed(names.group(group, span, findings)?, tp, *bound)
        }
        StateName::Broker(id, fenced) => Statement::Fenced(names.broker(*id, span, findings)?, *fenced),
    })
}
