//! Stories: of runs of the library, and of recordings that lie.

use super::*;
use crate::check::Judge;
use crate::history::fact::Fact;
use crate::history::record::Recording;
use crate::run::verdict::Answers;
use crate::scenario::{self, Override, embedded};
use crate::sim::time::Nanos;

fn story_of(name: &str, until: u64) -> String {
    let (scenario, _) = scenario::parse(&embedded::find(name).unwrap(), &[]).unwrap();
    let run = Run::new(&scenario, scenario.seed).until(Some(Nanos::from_secs(until)));
    let story = explain(&run, &Report::of(&run).unwrap()).unwrap();
    assert!(story.steps.len() <= steps::MOST && !story.moral.is_empty(), "{name}");
    story.print(100)
}

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

/// Each in its shortest form.
#[test]
fn the_stories_of_the_library() {
    let runs: [(&str, u64); 8] = [
        ("acks1-leader-crash", 40),
        ("acks0-loss", 20),
        ("retry-duplicates", 30),
        ("reordering-in-flight", 40),
        ("consumer-crash-duplicates", 80),
        ("auto-commit-loss", 30),
        ("power-loss-all", 35),
        ("unclean-election", 65),
    ];
    let told: Vec<String> = runs.iter().map(|(name, until)| format!("{name}\n{}", story_of(name, *until))).collect();
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false
    }, { insta::assert_snapshot!("report_why_library", without_numbers(&told.join("\n"))) });
}

#[test]
fn nothing_broke_is_one_line() {
    let (mut scenario, _) = scenario::parse(&embedded::find("leader-crash").unwrap(), &[]).unwrap();
    scenario.expect.clear();
    let run = Run::new(&scenario, 1).until(Some(Nanos::from_secs(10)));
    let text = explain(&run, &Report::of(&run).unwrap()).unwrap().print(100);
    assert!(text.starts_with("why: nothing broke") && text.lines().count() <= 2, "{text}");
}

/// A recording in which one fact was changed by hand: the invariant's story ends with that fact.
fn story_of_a_lie(lie: impl Fn(&mut Fact) -> bool) -> String {
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
    recall(&setup, &verdict, &judgement, entries.iter()).print(100)
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
    for story in &lies {
        assert!(story.lines().filter(|line| !line.starts_with("     ")).count() <= steps::MOST + 2, "{story}");
    }
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false
    }, { insta::assert_snapshot!("report_why_lies", without_numbers(&lies.join("\n"))) });
}
