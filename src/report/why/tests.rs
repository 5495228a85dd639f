//! Stories: of everything that goes wrong in the library, in short and at length, as pictures, and of recordings that lie.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the runs are single-threaded; the tests use all cores to run several, and read the folder of situations"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use super::*;
use crate::check::ledger::RecordRef;
use crate::history::fact::Fact;
use crate::history::record::Recording;
use crate::run::verdict::{Answers, Verdict, place};
use crate::scenario::{self, Override, Scenario, ScenarioText, embedded};
use crate::sim::time::Nanos;
use life::Trouble;
use stamps::PassportStation;

/// A run with all its facts, and what a judge says who names all harm.
struct Told {
    setup: Rc<Setup>,
    entries: Vec<Entry>,
    causes: Causes,
    judgement: Judgement,
}

impl Told {
    fn of(scenario: &Scenario) -> Told {
        Told::until(scenario, None)
    }
    fn until(scenario: &Scenario, until: Option<Nanos>) -> Told {
        let run = Run::new(scenario, scenario.seed).until(until);
        let mut observers = (Judge::new(run.setup().clone()).naming_all(), Recording::default());
        let causes = run.tell(&mut observers).unwrap().expect("they were asked for");
        let entries = observers.1.entries().iter().copied().collect();
        Told { setup: run.setup().clone(), entries, causes, judgement: observers.0.finish() }
    }
    fn story(&self, subject: Subject) -> Story {
        let history = Written { setup: &self.setup, entries: &self.entries, causes: Some(&self.causes) };
        tell(&history, &self.judgement, subject).unwrap()
    }
    fn of_record(&self, (record, trouble): (RecordRef, Trouble)) -> Story {
        self.story(Subject::Record { record, trouble, title: Box::new(str::to_owned) })
    }
    fn of_finding(&self, finding: usize) -> Story {
        self.story(Subject::Witness { finding, title: self.judgement.findings[finding].invariant.id.to_owned() })
    }
}

fn library(name: &str, variant: Option<&str>) -> Scenario {
    scenario::parse_variant(&embedded::find(name).unwrap(), variant, &[]).unwrap().0
}

// --- every harm has a cause ------------------------------------------------------------------------

/// Records that follow each other share their batches, and mostly their fate: of each stretch the first and the last are
/// told, and of many stretches so many.
const TOLD: usize = 6;

/// Some of the harmed records of each kind, in their order: the ends of stretches.
fn samples(all: &[(RecordRef, Trouble)]) -> Vec<(RecordRef, Trouble)> {
    let follows = |a: &(RecordRef, Trouble), b: &(RecordRef, Trouble)| {
        (a.1, a.0.node, a.0.tp, a.0.ordinal + 1) == (b.1, b.0.node, b.0.tp, b.0.ordinal)
    };
    let inner =
        |at: usize| at > 0 && at + 1 < all.len() && follows(&all[at - 1], &all[at]) && follows(&all[at], &all[at + 1]);
    let mut kinds: BTreeMap<String, Vec<(RecordRef, Trouble)>> = BTreeMap::new();
    for at in (0..all.len()).filter(|at| !inner(*at)) {
        kinds.entry(format!("{:?}", all[at].1)).or_default().push(all[at]);
    }
    let thinned = |ends: Vec<(RecordRef, Trouble)>| -> Vec<(RecordRef, Trouble)> {
        let step = ends.len().div_ceil(TOLD).max(1);
        ends.into_iter().step_by(step).collect()
    };
    kinds.into_values().flat_map(thinned).collect()
}

/// Whatever is lost, doubled or broken in a run has a story, and its cause has a name.
fn unexplained(scenario: &Scenario) -> Vec<String> {
    let told = Told::of(scenario);
    let records = samples(&asked::harmed(&told.judgement.ledger)).into_iter().map(|record| told.of_record(record));
    let findings = asked::broken(&told.judgement).into_iter().map(|finding| told.of_finding(finding));
    let is_poor = |story: &Story| {
        story.cause.is_none_or(|cause| cause == StoryCause::Unexplained)
            || story.sentence.is_empty()
            || story.stamps.is_empty()
    };
    records.chain(findings).filter(is_poor).map(|story| story.print(120)).collect()
}

/// A text, and all its variants.
fn runs(source: &ScenarioText) -> Vec<Scenario> {
    let (base, _) = scenario::parse(source, &[]).expect("it is run by other tests");
    let names: Vec<String> = base.variants.iter().map(|variant| variant.name.clone()).collect();
    let varied = names.iter().map(|name| scenario::parse_variant(source, Some(name), &[]).expect("the same").0);
    std::iter::once(base).chain(varied).collect()
}

/// Holds scenarios against the above, several at a time.
fn all_explained(sources: Vec<ScenarioText>) {
    let (queue, faults) = (Mutex::new(sources), Mutex::new(Vec::new()));
    let next = || queue.lock().expect("nobody panics while he holds it").pop();
    let work = || {
        while let Some(source) = next() {
            for scenario in runs(&source) {
                let variant = scenario.variant.as_deref().unwrap_or("");
                let poor =
                    unexplained(&scenario).into_iter().map(|text| format!("{} {variant}: {text}", scenario.name));
                faults.lock().expect("nobody panics while he holds it").extend(poor);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let faults = faults.into_inner().expect("nobody panicked");
    assert!(faults.is_empty(), "{} without a cause:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_harm_of_the_library_has_a_named_cause() {
    all_explained(embedded::all().map(|(name, _)| embedded::find(name).expect("it is there")).collect());
}

#[test]
fn every_harm_of_the_situations_has_a_named_cause() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/regressions");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let text = |path: &std::path::PathBuf| {
        ScenarioText::new(path.to_string_lossy().as_ref(), std::fs::read_to_string(path).unwrap())
    };
    // What a situation asks for on the command line is not asked for here: some cannot be read without it.
    let sources = files.iter().map(text).filter(|source| scenario::parse(source, &[]).is_ok());
    all_explained(sources.collect());
}

/// What scenarios are about is what their stories name.
#[test]
fn the_cause_is_the_one_that_the_scenario_shows() {
    use StoryCause::*;
    let lost: [(&str, Option<&str>, StoryCause); 13] = [
        ("acks0-loss", None, Acks0RequestLost),
        ("acks1-leader-crash", None, TruncatedByNewLeader),
        ("unclean-election", None, UncleanElection),
        ("power-loss-all", None, PowerLoss),
        ("last-replica-standing", None, PowerLoss),
        ("lying-disk", None, LyingDisk),
        ("dual-write", None, ProducerDied),
        ("auto-commit-loss", None, AutoCommit),
        ("add-partitions", None, ResetToLatest),
        ("abort-position", None, PositionAfterAbort),
        ("consume-transform-produce", Some("commit-first"), CommitBeforeProcessing),
        ("side-effects", Some("idempotent-consumer"), LeftOutAsDone),
        ("leader-crash", Some("acks1"), TruncatedByNewLeader),
    ];
    let doubled: [(&str, Option<&str>, StoryCause); 9] = [
        ("retry-duplicates", None, RetryWithoutIdempotence),
        ("app-level-resend", None, ApplicationResend),
        ("idempotence-across-restart", None, SentAfterRestart),
        ("producer-state-expiry", None, ProducerForgotten),
        ("client-presets", Some("acks-all-as-text"), WaitsForAcks0Answer),
        ("consumer-crash-duplicates", None, CrashBeforeCommit),
        ("rebalance-storm", None, PollTimeout),
        ("read-process-write", None, AbortedAndRepeated),
        ("power-loss-all", Some("cure"), CommitLost),
    ];
    let asked = lost.iter().map(|case| (case, StoryQuestion::Lost(1)));
    for ((name, variant, cause), question) in
        asked.chain(doubled.iter().map(|case| (case, StoryQuestion::Duplicate(1))))
    {
        let scenario = library(name, *variant);
        let answer = ask(&Run::new(&scenario, scenario.seed), &question).unwrap();
        let StoryAnswer::Story(story) = answer else { panic!("{name}: {answer:?}") };
        assert_eq!(story.cause, Some(*cause), "{name}\n{}", story.print(120));
    }
}

// --- the graph -------------------------------------------------------------------------------------

/// What a bond calls a message the queue knows for one: the append was caused by the sending.
#[test]
fn what_led_to_what_is_what_the_queue_has_noted() {
    let told = Told::until(&library("acks1-leader-crash", None), Some(Nanos::from_secs(40)));
    let story = told.of_record(asked::harmed(&told.judgement.ledger)[0]);
    let at =
        |station: PassportStation| story.stamps.iter().position(|stamp| stamp.station == station).expect("it is told");
    let chain = |to: usize| told.causes.chain(story.stamps[to].event.expect("it is a fact")).collect::<Vec<u64>>();
    let (sent, appended, acked) =
        (at(PassportStation::Sent), at(PassportStation::Appended), at(PassportStation::Acknowledged));
    assert!(chain(appended).contains(&story.stamps[sent].event.unwrap()));
    assert!(chain(acked).contains(&story.stamps[appended].event.unwrap()));
    let bond = |from: usize, to: usize| story.bonds.iter().find(|bond| (bond.from, bond.to) == (from, to));
    assert_eq!(bond(sent, appended).map(|bond| bond.tie), Some(graph::Tie::Message));
    assert_eq!(bond(appended, acked).map(|bond| bond.tie), Some(graph::Tie::Message));
    // That it was sent before it was acknowledged follows from these.
    assert_eq!(bond(sent, acked), None);
    let silence = story.bonds.iter().find(|bond| bond.tie == graph::Tie::Silence).expect("broker 1 is missed");
    assert_eq!((silence.from, silence.to), (at(PassportStation::Stopped), at(PassportStation::Fenced)));
    assert!(
        story.bonds.iter().all(|bond| bond.from < bond.to && story.stamps[bond.from].at <= story.stamps[bond.to].at)
    );
}

// --- as they are printed ---------------------------------------------------------------------------

/// Times, and numbers of two digits and more, hidden: they are the model's, and the story is told here.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(number.len());
        let end = number[..end].trim_end_matches(['.', ',']).len();
        let (number, after) = number.split_at(end);
        out += before;
        let list = before.ends_with('[') || number.split(',').all(|part| part.len() == 1);
        out += if list || number.len() < 2 { number } else { "#" };
        rest = after;
    }
    out + rest
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false
        }, { insta::assert_snapshot!($name, $text) });
    };
}

fn first_harm(name: &str, until: u64) -> Story {
    let scenario = library(name, None);
    let run = Run::new(&scenario, scenario.seed).until(Some(Nanos::from_secs(until)));
    explain(&run, &Report::of(&run).unwrap()).unwrap()
}

/// Each in its shortest form.
#[test]
fn the_stories_of_the_library() {
    let runs: [(&str, u64); 9] = [
        ("acks1-leader-crash", 40),
        ("acks0-loss", 20),
        ("retry-duplicates", 30),
        ("reordering-in-flight", 40),
        ("consumer-crash-duplicates", 80),
        ("auto-commit-loss", 30),
        ("power-loss-all", 35),
        ("unclean-election", 65),
        ("isolated-leader", 40),
    ];
    let told: Vec<String> = runs
        .iter()
        .map(|(name, until)| {
            let brief = first_harm(name, *until).brief(100);
            let lines = brief.lines().filter(|line| !line.starts_with("          ") && !line.contains("  cause  "));
            assert!(lines.count() <= 1 + stamps::SHORT, "{brief}");
            format!("{name}\n{brief}")
        })
        .collect();
    snapshot!("report_why_library", without_numbers(&told.join("\n")));
}

/// At length, a passport of each kind of cause that the library has for records.
#[test]
fn passports_of_the_library() {
    let runs: [(&str, Option<&str>, StoryQuestion); 9] = [
        ("acks1-leader-crash", None, StoryQuestion::Lost(1)),
        ("dual-write", None, StoryQuestion::Lost(1)),
        ("add-partitions", None, StoryQuestion::Lost(1)),
        ("abort-position", None, StoryQuestion::Lost(1)),
        ("app-level-resend", None, StoryQuestion::Duplicate(1)),
        ("producer-state-expiry", None, StoryQuestion::Duplicate(1)),
        ("exactly-once-under-fire", None, StoryQuestion::Duplicate(1)),
        ("late-endtxn-kafka-17754", None, StoryQuestion::Violation(2)),
        ("leader-crash", None, StoryQuestion::Record(crate::protocol::ids::Tp(0), crate::protocol::ids::Offset(900))),
    ];
    let told = runs.map(|(name, variant, question)| {
        let scenario = library(name, variant);
        match ask(&Run::new(&scenario, scenario.seed), &question).unwrap() {
            StoryAnswer::Story(story) => format!("{name}\n{}", story.print(100)),
            other => panic!("{name}: {other:?}"),
        }
    });
    snapshot!("report_why_passports", without_numbers(&told.join("\n")));
}

#[test]
fn a_story_as_pictures_and_for_machines() {
    let story = first_harm("acks1-leader-crash", 40);
    let forms = [mermaid::mermaid(&story), dot::dot(&story), format!("{:#}", machine::json(&story))];
    snapshot!("report_why_forms", without_numbers(&forms.join("\n")));
}

/// A record that was sent again and again has more stations than anybody reads.
#[test]
fn a_diagram_has_sixty_arrows_at_most() {
    let mut story = first_harm("retry-duplicates", 30);
    let many = story.stamps.iter().cycle().take(200).cloned().collect();
    (story.stamps, story.bonds) = (many, Vec::new());
    let diagram = mermaid::mermaid(&story);
    let steps = diagram.lines().filter(|line| line.contains(">>") || line.contains("Note over")).count();
    assert!(steps <= 62, "{steps}");
    assert!(diagram.contains("140 of 200 stations are left out"), "{diagram}");
}

#[test]
fn nothing_broke_is_one_line() {
    let mut scenario = library("leader-crash", None);
    scenario.expect.clear();
    let run = Run::new(&scenario, 1).until(Some(Nanos::from_secs(10)));
    let text = explain(&run, &Report::of(&run).unwrap()).unwrap().brief(100);
    assert!(text.starts_with("why: nothing broke") && text.lines().count() <= 2, "{text}");
}

// --- recordings that lie ---------------------------------------------------------------------------

/// A recording in which one fact was changed by hand: the invariant's story ends with that fact.
fn story_of_a_lie(lie: impl Fn(&mut Fact) -> bool) -> Story {
    let changes = ["duration=14s", "producers.checkout.rate=20/s"].map(Override::new);
    let (scenario, _) = scenario::parse(&embedded::find("leader-crash").unwrap(), &changes).unwrap();
    let (run, mut record) = (Run::new(&scenario, 1), Recording::default());
    run.run(&mut record).unwrap();
    let setup = run.setup().clone();
    let mut entries: Vec<Entry> = record.entries().iter().copied().collect();
    let lied = entries.iter_mut().skip_while(|entry| entry.at.as_millis() < 8_000).find_map(|entry| {
        let mut fact = entry.fact;
        lie(&mut fact).then(|| entry.fact = fact)
    });
    assert!(lied.is_some(), "there is such a fact");
    let mut judge = Judge::new(setup.clone());
    entries.iter().for_each(|entry| judge.observe(entry));
    let judgement = judge.finish();
    let verdict = Verdict::new(&[], &judgement, &Answers::default(), &place(&setup));
    let subject = asked::first(&setup, &verdict, &judgement);
    tell(&Written { setup: &setup, entries: &entries, causes: None }, &judgement, subject).unwrap()
}

#[test]
fn an_invariant_has_the_shortest_sufficient_story() {
    let lies = [
        story_of_a_lie(|fact| match fact {
            Fact::HighWatermarkAdvanced { high_watermark, .. } => {
                high_watermark.0 -= 50;
                true
            }
            _ => false,
        }),
        story_of_a_lie(|fact| match fact {
            Fact::RecordsPolled { offset, .. } => {
                offset.0 += 3;
                true
            }
            _ => false,
        }),
        story_of_a_lie(|fact| match fact {
            Fact::CommitSent { offset, .. } => {
                offset.0 += 1_000;
                true
            }
            _ => false,
        }),
    ];
    // What is no run of Kafka has no cause that Kafka knows.
    assert!(lies.iter().all(|story| story.cause == Some(StoryCause::Unexplained)));
    let told: Vec<String> = lies.iter().map(|story| story.brief(100)).collect();
    snapshot!("report_why_lies", without_numbers(&told.join("\n")));
}
