//! Whatever comes in as a scenario: a result or diagnostics, never a panic, within bounded time.

#![expect(clippy::disallowed_types, reason = "the test holds that no input takes long")]

use std::time::{Duration, Instant};

use kafkasim::protocol::config;
use kafkasim::run::Run;
use kafkasim::scenario::diagnostic::{render_all, to_json};
use kafkasim::scenario::{Override, Scenario, ScenarioText, codes, embedded, parse, starter};
use proptest::prelude::*;

/// Far more than any input should need, even in a debug build on a busy machine; a quadratic step
/// somewhere takes minutes.
const PATIENCE: Duration = Duration::from_secs(40);

/// Reads a text and looks at everything that comes out.
fn judge(text: &str, overrides: &[String]) -> Option<Scenario> {
    let overrides: Vec<Override> = overrides.iter().map(Override::new).collect();
    let begin = Instant::now();
    let result = parse(&ScenarioText::new("fuzz.yaml", text), &overrides);
    let findings = match &result {
        Ok((_, warnings)) => warnings,
        Err(findings) => findings,
    };
    assert!(result.is_ok() || !findings.is_empty(), "refused without a reason");
    for finding in findings {
        let whole_file = matches!(finding.code, codes::EMPTY | codes::TOO_LARGE);
        assert!(whole_file || finding.place.is_some(), "{finding:?}");
        assert!(
            finding.place.as_ref().is_none_or(|place| place.line > 0 && place.column > 0 && place.length > 0),
            "{finding:?}"
        );
        assert!(codes::find(finding.code).is_some(), "{finding:?}");
    }
    let (plain, styled) = (render_all(findings, false), render_all(findings, true));
    assert!(plain.len() <= styled.len());
    let _ = to_json(findings);
    assert!(begin.elapsed() < PATIENCE, "{:?} for {} bytes", begin.elapsed(), text.len());
    result.ok().map(|(scenario, _)| scenario)
}

fn valid() -> Vec<String> {
    embedded::all().map(|(_, text)| text.to_owned()).chain(starter::starter("fuzz").ok()).collect()
}

/// Words that a scenario may have, and some that it should not.
const WORDS: &[&str] = &[
    "name",
    "duration",
    "topics",
    "producers",
    "groups",
    "faults",
    "at",
    "every",
    "when",
    "crash",
    "partition",
    "between",
    "broker",
    "config",
    "acks",
    "linger.ms",
    ": ",
    ":",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "&a ",
    "*a",
    "<<",
    "---\n",
    "...\n",
    "!tag ",
    "!!binary ",
    "|\n",
    ">\n",
    "\"",
    "'",
    "#",
    "5s",
    "1000/s",
    "200 B",
    "orders",
    "orders-0",
    "leader of orders-0",
    "-1",
    "1e999",
    ".nan",
    "0x10",
    "99999999999999999999",
    "null",
    "~",
    "true",
    "\t",
    "é",
    "\u{0}",
    "\u{feff}",
    "\u{2028}",
    "\r\n",
    "%YAML 1.2\n",
    "? ",
    "expect",
    "- at: ",
    "- never: ",
    "- fact: ",
    "- ledger: ",
    "isr of orders-0: ",
    "leaders of orders-0: ",
    "at least ",
    "between ",
    " and ",
    "once",
    "add.partitions",
    "set.config",
    "elect.leaders",
    "members",
    "variants",
    "\u{a0}",
    "“",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 0..60).prop_map(|words| words.concat())
}

/// A change of a text: cut a part out, put something in, double a part.
#[derive(Clone, Debug)]
enum Edit {
    Cut(prop::sample::Index, usize),
    Insert(prop::sample::Index, String),
    Double(prop::sample::Index, usize),
    DropLine(prop::sample::Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), 1..20usize).prop_map(|(at, n)| Edit::Cut(at, n)),
        (index(), soup()).prop_map(|(at, text)| Edit::Insert(at, text)),
        (index(), prop::sample::select(WORDS)).prop_map(|(at, word)| Edit::Insert(at, word.into())),
        (index(), 1..60usize).prop_map(|(at, n)| Edit::Double(at, n)),
        index().prop_map(Edit::DropLine),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: &prop::sample::Index| index.index(chars.len() + 1);
    let join = |parts: &[&[char]]| parts.concat().into_iter().collect::<String>();
    match edit {
        Edit::Cut(index, n) => join(&[&chars[..at(index)], &chars[(at(index) + n).min(chars.len())..]]),
        Edit::Insert(index, new) => join(&[&chars[..at(index)], &new.chars().collect::<Vec<_>>(), &chars[at(index)..]]),
        Edit::Double(index, n) => {
            let end = (at(index) + n).min(chars.len());
            join(&[&chars[..end], &chars[at(index)..end], &chars[end..]])
        }
        Edit::DropLine(index) => {
            let lines: Vec<&str> = text.lines().collect();
            let skip = index.index(lines.len().max(1));
            lines.iter().enumerate().filter(|(i, _)| *i != skip).map(|(_, line)| format!("{line}\n")).collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(source) = ScenarioText::from_bytes("fuzz.yaml", &bytes) {
            judge(&source.text, &[]);
        }
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        judge(&text, &[]);
    }

    #[test]
    fn yaml_soup(text in soup()) {
        judge(&text, &[]);
    }

    #[test]
    fn valid_scenarios_with_mistakes(which in any::<prop::sample::Index>(), edits in prop::collection::vec(edit(), 1..6)) {
        let valid = valid();
        let mut text = valid[which.index(valid.len())].clone();
        for edit in &edits {
            text = apply(&text, edit);
        }
        judge(&text, &[]);
    }

    #[test]
    fn any_override(
        sets in prop::collection::vec(prop_oneof!["\\PC{0,40}", "(producers|topics|groups|faults|cluster|\\*)(\\.(\\*|0|checkout|orders|config|acks|crash|rate|at)){0,4}=(1|5s|\\[|\\{a: b\\}|null|x)?"], 1..4)
    ) {
        judge(&starter::starter("fuzz").unwrap(), &sets);
    }

    /// What is written is what the world has.
    #[test]
    fn valid_scenarios_are_read_as_written(
        brokers in 1..9u64, partitions in 1..50u32, replicas in 1..5u64, count in 1..4usize, members in 1..6usize, rate in 1..10_000u64,
        seconds in 1..100u64, seed in any::<u64>(), linger in 0..10_000u64, bytes in 0..100_000u32, at in 0..1_000_000u64,
    ) {
        let replicas = replicas.min(brokers);
        let at = at % (seconds * 1_000);
        let text = format!(
            "name: written\nseed: {seed}\nduration: {seconds}s\ncluster: {{ brokers: {brokers}, config: {{ offsets.topic.replication.factor: 1 }} }}\n\
             topics:\n  t: {{ partitions: {partitions}, replication.factor: {replicas} }}\n\
             producers:\n  p: {{ topic: t, count: {count}, rate: {rate}/s, value.size: {bytes} B, config: {{ linger.ms: {linger} }} }}\n\
             groups: {{ g: {{ topics: [t], members: {members} }} }}\nfaults:\n- {{ at: {at}ms, pause: {{ broker: broker {brokers}, for: 1ms }} }}\n"
        );
        let scenario = judge(&text, &[]).expect("valid");
        let world = scenario.world();
        prop_assert_eq!((scenario.seed, world.duration.as_millis()), (seed, seconds * 1_000));
        prop_assert_eq!((world.brokers.len() as u64, world.catalog.topics[0].partitions), (brokers, partitions));
        prop_assert_eq!(u64::from(world.topics[0].replication_factor), replicas);
        prop_assert_eq!((world.sources().count(), world.consumers().count()), (count, members));
        let producer = world.sources().last().expect("one").1;
        prop_assert_eq!(producer.producer.config.linger.as_millis(), linger);
        prop_assert_eq!(format!("{:?}", producer.arrivals), format!("Constant {{ records: {rate}, per: 1.000s }}"));
        prop_assert_eq!(format!("{:?}", producer.value_size), format!("Constant({bytes})"));
        prop_assert_eq!(format!("{:?}", world.faults[0].trigger), format!("At({:?})", kafkasim::sim::time::Nanos::from_millis(at)));
        // The same through overrides: an empty scenario with everything set by path.
        let sets = [
            format!("seed={seed}"), format!("cluster.brokers={brokers}"), "cluster.config.offsets.topic.replication.factor=1".into(),
            format!("topics.t.partitions={partitions}"), format!("topics.t.replication.factor={replicas}"), format!("producers.p.count={count}"),
            format!("producers.*.rate={rate}/s"), format!("producers.p.value.size={bytes} B"), format!("producers.p.config.linger.ms={linger}"),
            format!("groups.g.members={members}"), format!("faults.0.at={at}ms"), format!("faults.0.pause.broker=broker {brokers}"),
        ];
        let bare = format!("{{name: written, duration: {seconds}s, topics: {{t: }}, producers: {{p: {{topic: t}}}}, groups: {{g: {{topics: t}}}}, faults: [{{pause: {{for: 1ms}}}}]}}");
        let by_path = judge(&bare, &sets).expect("valid").world().clone();
        prop_assert_eq!(format!("{by_path:?}"), format!("{world:?}"));
    }
}

/// A small world in which everything is used, with one config or value of it changed.
fn extreme(part: &str, value: &str) -> Option<Scenario> {
    let fill = |slot: &str| {
        if part.starts_with(slot) { format!(", {}: {value}", &part[slot.len() + 1..]) } else { String::new() }
    };
    let text = format!(
        "name: extreme\nduration: 4s\nfinal.phase: 2s\ncluster: {{ brokers: 2, config: {{ offsets.topic.replication.factor: 1, \
         offsets.topic.num.partitions: 2{} }} }}\n\
         topics:\n  t: {{ partitions: 2, replication.factor: 2{} }}\n\
         producers:\n  p: {{ topic: t, rate: 50/s, poison.every: 40, config: {{ linger.ms: 5{} }}{} }}\n\
         groups:\n  g: {{ topics: [t], members: 2, on.poison: {{ crash: {{ restart.after: {} }} }}, \
         config: {{ auto.offset.reset: earliest{} }}{} }}\n{}{}\
         faults:\n- {{ at: 2s, crash: {{ broker: broker 2, restart.after: 500ms }} }}\n{}",
        fill("broker"), fill("topic"), fill("producer"), fill("p"), if part == "poison" { value } else { "1s" }, fill("consumer"), fill("g"),
        if part.starts_with("network") { format!("network: {{ {}: {value} }}\n", &part[8..]) } else { String::new() },
        if part.starts_with("disk") { format!("disk: {{ {}: {value} }}\n", &part[5..]) } else { String::new() },
        if part.starts_with("fault") { format!("- {{ at: 1s, {} }}\n", part[6..].replace("VALUE", value)) } else { String::new() },
    )
    .replace("linger.ms: 5, linger.ms", "linger.ms")
    .replace("auto.offset.reset: earliest, auto.offset.reset", "auto.offset.reset")
    .replace("offsets.topic.replication.factor: 1, ", if part.ends_with("offsets.topic.replication.factor") { "" } else { "offsets.topic.replication.factor: 1, " })
    .replace("offsets.topic.num.partitions: 2", if part.ends_with("offsets.topic.num.partitions") { "num.partitions: 1" } else { "offsets.topic.num.partitions: 2" });
    judge(&text, &[])
}

/// Whatever is accepted can be run: the largest and the smallest values overflow nothing.
#[test]
fn extreme_values_are_refused_or_carried() {
    let mut cases: Vec<(String, String)> = Vec::new();
    for entry in config::all() {
        let name = format!("{} {}", entry.scope.name(), entry.name);
        let values: Vec<i64> = match entry.range {
            config::Range::AtLeast(low) => vec![low, low + 1, i64::from(i32::MAX), i64::MAX],
            config::Range::Between(low, high) => vec![low, high],
            config::Range::OneOf(_) | config::Range::ListOf(_) | config::Range::Any => Vec::new(),
        };
        cases.extend(values.iter().map(|value| (name.clone(), value.to_string())));
    }
    let spans = ["1ns", "10000h", "9223372036854775807ns", "18446744073709551615ns"];
    for part in [
        "network latency",
        "network client.latency",
        "disk flush.latency",
        "disk writeback.age",
        "p start",
        "p stop",
        "g start",
        "poison",
        "fault crash: { broker: broker 1, restart.after: VALUE }",
        "fault stop: { process: g-0, restart.after: VALUE }",
        "fault pause: { broker: broker 1, for: VALUE }",
        "fault partition: { between: [[broker 1], [others]], for: VALUE }",
        "fault clog: { from: broker 1, to: others, for: VALUE }",
        "fault disk.stall: { broker: broker 1, for: VALUE }",
        "fault disk.slow: { broker: broker 1, factor: 1000000, for: VALUE }",
        "fault slow.link: { between: [[broker 1], [others]], factor: 1000000, for: VALUE }",
        "fault every: VALUE, crash: { process: g-0, restart.after: 1ms }",
    ] {
        cases.extend(spans.iter().map(|span| (part.to_owned(), (*span).to_owned())));
    }
    cases.push(("network latency".into(), "{ p50: 1ns, p99: 24h }".into()));
    cases.push(("g processing".into(), "{ per.record: { p50: 1ns, p99: 24h } }".into()));
    cases.push(("g processing".into(), "{ per.record: { exponential: { mean: 24h } } }".into()));
    cases.push(("network bandwidth".into(), "1 B/s".into()));
    cases.push(("disk bandwidth".into(), "1 B/s".into()));
    cases.push(("disk capacity".into(), "18446744073709551615 B".into()));
    cases.push(("p value.size".into(), "1 GiB".into()));
    let mut bugs = Vec::new();
    for (part, value) in &cases {
        let Some(scenario) = extreme(part, value) else { continue };
        if let Err(bug) = Run::new(&scenario, 1).run(&mut ()) {
            bugs.push(format!("{part}: {value}: {bug}"));
        }
    }
    assert!(bugs.is_empty(), "{}", bugs.join("\n"));
}

#[test]
fn large_and_deep_inputs_end_soon() {
    let wide = format!(
        "name: x\nduration: 1s\ntopics:\n{}",
        (0..25_000).map(|i| format!("  t{i}: {{}}\n")).collect::<String>()
    );
    judge(&wide, &[]);
    judge(&format!("name: x\nfaults: [{}]", "{at: 1s, crash: broker 9}, ".repeat(8_000)), &[]);
    judge(&format!("a: {}", "[".repeat(500_000)), &[]);
    judge(&"a: &a [*a]\n".repeat(10), &[]);
    judge(&format!("a: \"{}", "x".repeat(900_000)), &[]);
    judge(&"x: 1\n".repeat(30_000), &[]);
    judge(&"- ".repeat(300_000), &[]);
    judge(&"? ".repeat(300_000), &[]);
    judge(
        &format!(
            "name: x\nduration: 1s\ntopics: {{t: {{{}}}}}",
            (0..10_000).map(|i| format!("key.{i}: 1, ")).collect::<String>()
        ),
        &[],
    );
    let nested = (1..30).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, i| {
        text + &format!("a{i}: &a{i} [*a{0},*a{0},*a{0},*a{0},*a{0},*a{0},*a{0},*a{0},*a{0}]\n", i - 1)
    });
    judge(&nested, &[]);
}
