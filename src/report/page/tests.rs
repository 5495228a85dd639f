//! The page as a whole: its bytes, its structure, the shape of its data, and names that look like scripts.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::*;
use crate::history::Observer;
use crate::history::record::Recording;
use crate::history::setup::Setup;
use crate::run::{Run, unwatched};
use crate::scenario::{self, ScenarioText};

const TINY: &str = "
name: tiny
summary: A leader dies.
teaches: Little.
duration: 12s
topics: { orders: { partitions: 1, replication.factor: 3 } }
producers: { p: { topic: orders, rate: 20/s, config: { acks: 1, enable.idempotence: false } } }
groups: { g: { topics: [orders], config: { auto.offset.reset: earliest } } }
faults: [{ at: 8s, crash: { broker: leader of orders-0 } }]
expect: [{ sometimes: broker-fenced }]
";

fn page_of(text: &str) -> String {
    let (scenario, _) = scenario::parse(&ScenarioText::new("tiny.yaml", text), &[]).expect("it has no errors");
    let run = Run::new(&scenario, 3);
    let (report, film, _) = Report::watched(&run, |setup| Film::new(setup.clone()), &mut unwatched).expect("it runs");
    let scenes = scene::of_run(&run, &report, &film).expect("it runs again");
    page(&Page {
        report: &report,
        film: &film,
        scenes: &scenes,
        command: "kafkasim run tiny:3",
        explain: Some("kafkasim explain tiny:3"),
    })
}

fn data_of(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("the page has data");
    let (data, _) = rest.split_once("</script>").expect("they end");
    serde_json::from_str(data).expect("they are JSON")
}

/// Elements that have no end.
const VOID: [&str; 4] = ["meta", "input", "br", "hr"];

/// Names and attributes of all elements; panics where an element does not end where it ought to.
fn elements(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "before {}", &rest[..rest.len().min(80)]);
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        found.push((name.to_owned(), attributes.to_owned()));
        if VOID.contains(&name) || attributes.ends_with('/') || name.ends_with('/') {
            continue;
        }
        if name == "script" || name == "style" {
            rest = &rest[rest.find(&format!("</{name}")).expect("it ends")..];
        }
        open.push(name.to_owned());
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    found
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = format_free(attributes, name)?;
    value.split_once('"').map(|(value, _)| value)
}

fn format_free<'a>(attributes: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let at = attributes.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = at.checked_sub(1).is_none_or(|before| attributes.as_bytes()[before] == b' ');
        before && attributes[at + name.len()..].starts_with("=\"")
    })?;
    Some((&attributes[..at], &attributes[at + name.len() + 2..]))
}

#[test]
fn the_same_run_gives_the_same_page() {
    let page = page_of(TINY);
    assert!(page == page_of(TINY));
    assert!(page.len() < 500_000, "{}", page.len());
}

#[test]
fn the_page_is_whole_and_asks_nobody_for_anything() {
    let page = page_of(TINY);
    let elements = elements(&page);
    let ids: Vec<&str> = elements.iter().filter_map(|(_, attributes)| attribute(attributes, "id")).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id stands once: {ids:?}");
    for (name, attributes) in &elements {
        for loads in ["src", "srcset", "data", "poster", "action"] {
            assert_eq!(attribute(attributes, loads), None, "<{name} {attributes}>");
        }
        if let Some(href) = attribute(attributes, "href") {
            let target = href.strip_prefix('#').expect("links lead within the page");
            assert!(ids.contains(&target), "a link to nothing: {href}");
        }
        for label in ["aria-labelledby", "for"] {
            if let Some(of) = attribute(attributes, label) {
                assert!(ids.contains(&of), "{label} of nothing: {of}");
            }
        }
    }
    for name in ["link", "img", "iframe", "object", "embed"] {
        assert!(elements.iter().all(|(known, _)| known != name), "<{name}>");
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    for asks in ["fetch", "XMLHttpRequest", "WebSocket", "import(", "innerHTML", "eval("] {
        assert!(!SCRIPT.contains(asks), "{asks}");
    }
}

#[test]
fn without_its_script_it_has_words_verdicts_tables_and_plots() {
    let page = page_of(TINY);
    let (static_part, _) = page.split_once("<script").expect("there is a script");
    for words in [
        "A leader dies.",
        "✓ as expected",
        "kafkasim run tiny:3",
        "crash leader of orders-0",
        "<polyline class=\"l0\" points=\"",
        "Leaders and ISR as a table",
        "Partitions of group g",
        "Records",
        "acked-all-durable",
        "enable.idempotence",
        "class=\"space-time\"",
        "kafkasim explain tiny:3 --record",
    ] {
        assert!(static_part.contains(words), "{words}");
    }
}

/// Every name and every text of a history that somebody sent is text.
#[test]
fn names_that_look_like_scripts_are_text() {
    const EVIL: &str = "</script><script>alert('1')</script><img src=x onerror=\"alert(2)\">&\u{202e}";
    let quoted = serde_json::to_string(EVIL).expect("it is a string");
    let text = TINY.replace("A leader dies.", &quoted).replace("Little.", &quoted);
    let (scenario, _) = scenario::parse(&ScenarioText::new("tiny.yaml", &text), &[]).expect("it has no errors");
    let run = Run::new(&scenario, 3);
    let mut recording = Recording::default();
    run.run(&mut recording).expect("it runs");
    let mut setup: Setup = (**run.setup()).clone();
    setup.scenario = EVIL.into();
    let catalog = &mut setup.catalog;
    catalog.nodes.iter_mut().for_each(|node| node.name += EVIL);
    catalog.topics.iter_mut().filter(|topic| !topic.name.starts_with("__")).for_each(|topic| topic.name += EVIL);
    catalog.groups.iter_mut().for_each(|group| *group += EVIL);
    setup.faults.iter_mut().for_each(|fault| fault.label += EVIL);
    let history = crate::history::jsonl::Imported {
        source: "kafkasim".into(),
        origin: None,
        setup,
        entries: recording.entries().iter().copied().collect(),
        digest: crate::history::digest::Digest::default(),
    };
    let report = Report::recorded(&history, Some(&scenario));
    let mut film = Film::new(Rc::clone(&report.setup));
    history.entries.iter().for_each(|entry| film.observe(entry));
    let scenes = scene::of_history(&report, &film, history.entries.iter());
    let page = page(&Page { report: &report, film: &film, scenes: &scenes, command: EVIL, explain: Some(EVIL) });
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(&#39;1&#39;)"), "the names are there");
    let elements = elements(&page);
    assert_eq!(elements.iter().filter(|(name, _)| name == "script").count(), 2, "the page's own");
    for (name, attributes) in &elements {
        assert!(name != "img", "<img {attributes}>");
        assert_eq!(attribute(attributes, "onerror"), None, "<{name} {attributes}>");
    }
    assert!(!page.contains('\u{202e}'));
    let data = data_of(&page);
    assert!(data["film"]["names"][0].as_str().expect("a name").contains("<img src=x"), "what was said is kept");
}

/// Lists that are no tracks.
const LISTS: [&str; 5] = ["us", "noted", "names", "values", "replicas"];

/// The keys, and what is under them: lists are shown by their first element, tracks by what they have in the end.
fn shape(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(name, value))).collect(),
        Value::Array(list) if !LISTS.contains(&name) && is_track(list) => {
            Value::from(format!("track of {}", kind(&list[list.len() - 1])))
        }
        Value::Array(list) => Value::Array(list.first().map(|value| shape("", value)).into_iter().collect()),
        other => Value::from(kind(other)),
    }
}

/// Frames rise, and every other element is one.
fn is_track(list: &[Value]) -> bool {
    let frames: Vec<Option<u64>> = list.iter().step_by(2).map(Value::as_u64).collect();
    list.len() >= 2 && list.len().is_multiple_of(2) && frames.iter().all(Option::is_some) && frames.is_sorted()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

#[test]
fn the_shape_of_the_data() {
    let shape = shape("", &data_of(&page_of(TINY)));
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false
    }, { insta::assert_snapshot!("page_data_shape", format!("{shape:#}")) });
}
