//! From a tree of YAML to lessons, claims and questions. Like a scenario's, their reading reports all that is wrong at its
//! place, and stops at nothing.

use super::exercise::{Asked, Choice, Exercise, Figure, PredictionPrompt, RunOf};
use super::figure;
use crate::scenario::Override;
use crate::scenario::codes;
use crate::scenario::decode::{MapReader, leaf, text, wrong_type};
use crate::scenario::findings::{Findings, list, suggestion};
use crate::scenario::node::{At, Span, YamlNode, YamlValue};
use crate::scenario::unit::{self, Problem};

/// Texts and parts of a map, taken key by key.
pub(super) struct Reader<'n, 'f> {
    map: MapReader<'n>,
    pub findings: &'f mut Findings,
    noun: &'static str,
    known: Vec<&'static str>,
}

impl<'n, 'f> Reader<'n, 'f> {
    pub fn open(node: &'n YamlNode, noun: &'static str, findings: &'f mut Findings) -> Option<Reader<'n, 'f>> {
        let map = MapReader::open(node, noun, findings)?;
        Some(Reader { map, findings, noun, known: Vec::new() })
    }
    /// Where the map is.
    pub fn span(&self) -> Span {
        self.map.span()
    }
    /// What is under a key, unless that is nothing.
    pub fn node(&mut self, key: &'static str) -> Option<&'n YamlNode> {
        self.known.push(key);
        self.map.take(key).map(|(_, node)| node).filter(|node| node.value != YamlValue::Null)
    }
    /// The same; that it is missing is reported.
    pub fn needed(&mut self, key: &'static str) -> Option<&'n YamlNode> {
        let found = self.node(key);
        if found.is_none() {
            let message = format!("`{key}` is missing");
            let label = format!("this {} needs `{key}`", self.noun);
            self.findings.error(codes::MISSING_KEY, self.map.span(), message).label(label);
        }
        found
    }
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let node = self.node(key)?;
        text(node, "a text", self.findings).map(tidy)
    }
    pub fn needed_text(&mut self, key: &'static str) -> Option<String> {
        let node = self.needed(key)?;
        text(node, "a text", self.findings).map(tidy)
    }
    /// A list of texts; one text stands for a list of one.
    pub fn texts(&mut self, key: &'static str) -> Vec<At<String>> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let items = match &node.value {
            YamlValue::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let one = |item: &YamlNode| Some(At { value: tidy(text(item, "a text", self.findings)?), span: item.span });
        items.iter().filter_map(one).collect()
    }
    /// The entries of a list.
    pub fn list(&mut self, key: &'static str) -> &'n [YamlNode] {
        let Some(node) = self.node(key) else { return &[] };
        let YamlValue::List(items) = &node.value else {
            wrong_type(node, "a list", self.findings).help("begin each entry with `- `");
            return &[];
        };
        items
    }
    /// One of some words.
    pub fn word<T: Copy>(&mut self, key: &'static str, noun: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let node = self.node(key)?;
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let parse = |text: &str| match words.iter().find(|(word, _)| *word == text.trim()) {
            Some((_, value)) => Ok(*value),
            None => Err(Problem { what: format!("not {noun}"), help: suggestion(text.trim(), &names, noun) }),
        };
        leaf(node, noun, parse, self.findings)
    }
    /// Reports what no key has taken.
    pub fn close(self) {
        self.map.close(&self.known, self.findings);
    }
}

/// Line ends of a folded or indented text are blanks; an empty line is the end of a paragraph.
fn tidy(text: &str) -> String {
    let paragraphs = text.trim().split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// The exercise in a map, if it has runs.
pub(super) fn exercise(reader: &mut Reader<'_, '_>) -> Option<Exercise> {
    let single = reader.node("run");
    let several = reader.node("runs");
    let runs = match (single, several) {
        (Some(node), None) => vec![(String::new(), run(node, reader.findings)?)],
        (None, Some(node)) => runs(node, reader.findings)?,
        (Some(_), Some(node)) => {
            reader.findings.error(codes::CONTRADICTION, node.span, "`runs` beside `run`").label("one of them");
            return None;
        }
        (None, None) => Vec::new(),
    };
    let predict = reader.node("predict");
    let predict = predict.and_then(|node| prediction(node, &runs, reader.findings));
    let shows = reader.node("shows").map(|node| asked(node, &runs, reader.findings)).unwrap_or_default();
    let figures = reader.node("figures").map(|node| figures(node, &runs, reader.findings)).unwrap_or_default();
    if runs.is_empty() {
        if predict.is_some() || !shows.is_empty() || !figures.is_empty() {
            let message = "something is asked, and there is no run to ask";
            reader.findings.error(codes::MISSING_KEY, reader.map.span(), message).label("add `run: SCENARIO`");
        }
        return None;
    }
    Some(Exercise { runs, predict, shows, figures })
}

fn runs(node: &YamlNode, findings: &mut Findings) -> Option<Vec<(String, RunOf)>> {
    let YamlValue::Map(entries) = &node.value else {
        wrong_type(node, "a map of names and runs", findings).help("write `run:` for a single one");
        return None;
    };
    Some(entries.iter().filter_map(|(name, node)| Some((name.value.clone(), run(node, findings)?))).collect())
}

/// `acks1-leader-crash`, `acks1-leader-crash:3`, or a map.
pub(super) fn run(node: &YamlNode, findings: &mut Findings) -> Option<RunOf> {
    let of = |scenario: String, seed| RunOf {
        span: node.span,
        scenario,
        seed,
        variant: None,
        changes: Vec::new(),
        until: None,
    };
    if let YamlValue::Text(name) = &node.value {
        return Some(match name.rsplit_once(':').map(|(scenario, seed)| (scenario, seed.parse())) {
            Some((scenario, Ok(seed))) => of(scenario.to_owned(), Some(seed)),
            _ => of(name.trim().to_owned(), None),
        });
    }
    let mut reader = Reader::open(node, "run", findings)?;
    let scenario = reader.needed_text("scenario");
    let seed = reader.node("seed");
    let seed = seed.and_then(|node| leaf(node, "a seed", unit::whole, reader.findings));
    let variant = reader.text("variant");
    let set = reader.node("set");
    let mut changes = set.map(|node| sets(node, reader.findings)).unwrap_or_default();
    changes.extend(reader.texts("with").into_iter().map(|fault| Override::fault(fault.value)));
    let until = reader.node("until");
    let until = until.and_then(|node| leaf(node, "a duration", unit::duration, reader.findings));
    reader.close();
    Some(RunOf { variant, changes, until, ..of(scenario?, seed) })
}

fn sets(node: &YamlNode, findings: &mut Findings) -> Vec<Override> {
    let YamlValue::Map(entries) = &node.value else {
        wrong_type(node, "a map of paths and values", findings);
        return Vec::new();
    };
    entries.iter().map(|(path, value)| Override::new(format!("{}={}", path.value, value.value.flow()))).collect()
}

fn prediction(node: &YamlNode, runs: &[(String, RunOf)], findings: &mut Findings) -> Option<PredictionPrompt> {
    let mut reader = Reader::open(node, "prediction", findings)?;
    let ask = reader.needed_text("ask");
    let hint = reader.text("hint");
    let items = reader.list("options");
    let options: Vec<Choice> = items.iter().filter_map(|item| choice(item, runs, reader.findings)).collect();
    if items.len() < 2 {
        let span = reader.span();
        reader
            .findings
            .error(codes::EMPTY_SECTION, span, "a prediction without a choice")
            .label("at least two `options`");
    }
    reader.close();
    Some(PredictionPrompt { ask: ask?, options, hint })
}

fn choice(node: &YamlNode, runs: &[(String, RunOf)], findings: &mut Findings) -> Option<Choice> {
    let mut reader = Reader::open(node, "option", findings)?;
    let says = reader.needed_text("says");
    let because = reader.text("because");
    let when = reader.needed("when");
    let when = when.map(|node| asked(node, runs, reader.findings)).unwrap_or_default();
    reader.close();
    Some(Choice { says: says?, because, when })
}

/// A list of entries for the one run, or such lists by the names of runs.
fn asked(node: &YamlNode, runs: &[(String, RunOf)], findings: &mut Findings) -> Vec<Asked> {
    match &node.value {
        YamlValue::List(_) if runs.len() > 1 => {
            findings
                .error(codes::WRONG_TYPE, node.span, "which run is asked?")
                .label(format!("write a list below the name of each: {}", run_names(runs)));
            Vec::new()
        }
        YamlValue::List(_) => vec![Asked { run: 0, entries: node.clone() }],
        YamlValue::Map(entries) => {
            let of = |(name, entries): &(At<String>, YamlNode)| {
                Some(Asked { run: run_called(name, runs, findings)?, entries: entries.clone() })
            };
            entries.iter().filter_map(of).collect()
        }
        _ => {
            wrong_type(node, "a list of expectations", findings);
            Vec::new()
        }
    }
}

fn run_names(runs: &[(String, RunOf)]) -> String {
    list(&runs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
}

fn run_called(name: &At<String>, runs: &[(String, RunOf)], findings: &mut Findings) -> Option<usize> {
    let found = runs.iter().position(|(run, _)| *run == name.value);
    if found.is_none() {
        findings
            .error(codes::UNKNOWN_RUN, name.span, format!("there is no run `{}`", name.value))
            .label("not one of `runs`")
            .help(format!("there is {}", run_names(runs)));
    }
    found
}

/// `lost: ledger lost.after.ack`, or `lost in cure: ...` of the run that is called so.
fn figures(node: &YamlNode, runs: &[(String, RunOf)], findings: &mut Findings) -> Vec<Figure> {
    let YamlValue::Map(entries) = &node.value else {
        wrong_type(node, "a map of names and figures", findings);
        return Vec::new();
    };
    let mut figures = Vec::new();
    for (key, value) in entries {
        let (name, run) = match key.value.split_once(" in ") {
            Some((name, run)) => {
                let run = At { value: run.trim().to_owned(), span: key.span };
                let Some(run) = run_called(&run, runs, findings) else { continue };
                (name.trim(), run)
            }
            None => (key.value.trim(), 0),
        };
        let Some((entry, part)) = figure::entry(value, findings) else { continue };
        let asked = Asked { run, entries: figure::list_of(entry) };
        figures.push(Figure { name: name.to_owned(), asked, part });
    }
    figures
}
