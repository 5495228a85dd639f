//! Who told whom, in runs that lose messages and records.

use super::*;
use crate::run::unwatched;
use crate::scenario::{self, Override, embedded};
use crate::sim::time::Nanos;

fn scenes(name: &str, until: u64, changes: &[Override]) -> (Report, Vec<PageScene>) {
    let (scenario, _) = scenario::parse(&embedded::find(name).expect("it is in the library"), changes).expect("valid");
    let run = Run::new(&scenario, scenario.seed).until(Some(Nanos::from_secs(until)));
    let (report, film, _) = Report::watched(&run, |setup| Film::new(setup.clone()), &mut unwatched).expect("it runs");
    let scenes = of_run(&run, &report, &film).expect("it runs again");
    (report, scenes)
}

/// `who what <- from whom`, a row a line.
fn rows(report: &Report, diagram: &Diagram) -> Vec<String> {
    let name = |node| report.setup.catalog.node_name(node).to_owned();
    let row = |row: &Row| {
        let moved = match row.moved {
            Move::None => String::new(),
            Move::From(sent) => format!(" <- {}", name(diagram.rows[sent].node)),
            Move::FromProcess(node) => format!(" <= {}", name(node)),
            Move::Lost => " x".into(),
        };
        format!("{} {}{moved}", name(row.node), row.text)
    };
    diagram.rows.iter().map(row).collect()
}

#[test]
fn a_record_that_was_acknowledged_and_lost_has_its_whole_way() {
    let (report, scenes) = scenes("acks1-leader-crash", 45, &[]);
    let lost = scenes.iter().find(|scene| scene.name.contains("acknowledged and lost")).expect("it is about that");
    assert_eq!(lost.kind, SceneKind::Harm);
    assert!(lost.told.as_ref().is_some_and(|story| !story.sentence.is_empty() && story.steps.len() > 3));
    let rows = rows(&report, &lost.diagram);
    let has = |what: &[&str]| rows.iter().any(|row| what.iter().all(|part| row.contains(part)));
    assert!(has(&["appends orders-0", "<- checkout"]), "{rows:#?}");
    assert!(has(&["checkout", "has its answer", "<- broker"]), "{rows:#?}");
    assert!(has(&["truncates orders-0"]), "{rows:#?}");
    assert!(lost.diagram.lanes.len() >= 3 && lost.diagram.rows.is_sorted_by_key(|row| row.at));
}

#[test]
fn an_answer_that_reached_nobody_is_crossed_and_the_batch_goes_again() {
    let (report, scenes) = scenes("retry-duplicates", 40, &[]);
    let doubled =
        scenes.iter().find(|scene| scene.name.contains("in the log more than once")).expect("it is about that");
    let rows = rows(&report, &doubled.diagram);
    let sent = rows.iter().filter(|row| row.contains(" sends record")).count();
    let appended = rows.iter().filter(|row| row.contains("appends") && row.contains("<- ")).count();
    let unheard = rows.iter().filter(|row| row.contains("confirms") && row.ends_with(" x")).count();
    assert!(sent >= 2 && appended >= 2 && unheard >= 1, "{rows:#?}");
}

/// What is held on its way and let go when the fault is over is late, not lost.
#[test]
fn a_batch_that_was_held_is_not_lost() {
    let (report, scenes) = scenes("hanging-transaction", 30, &[]);
    let late = scenes.iter().find(|scene| scene.name.contains("never processed")).expect("it is about that");
    let rows = rows(&report, &late.diagram);
    let sent = |row: &&String| row.contains(" sends record");
    assert!(
        rows.iter().any(|row| sent(&row)) && !rows.iter().any(|row| sent(&row) && row.ends_with(" x")),
        "{rows:#?}"
    );
    assert!(rows.iter().any(|row| row.contains("appends") && row.contains("<- checkout")), "{rows:#?}");
}

/// A leader names its ISR: what it does, it does itself.
#[test]
fn a_fact_stands_on_the_lane_of_its_broker() {
    let (report, scenes) = scenes("leader-crash", 30, &[]);
    let rows = scenes.iter().flat_map(|scene| rows(&report, &scene.diagram)).collect::<Vec<_>>();
    let leads = |row: &&String| row.contains("confirms orders-0");
    let leader = rows.iter().find(leads).and_then(|row| row.split(" confirms").next()).expect("somebody confirms");
    let raised = rows.iter().rfind(|row| row.contains("high watermark of orders-0 is")).expect("it rises");
    assert!(raised.starts_with(leader), "{rows:#?}");
}

#[test]
fn where_nothing_is_harmed_there_is_a_record_to_follow() {
    let (report, scenes) = scenes("leader-crash", 30, &[]);
    let followed: Vec<&PageScene> = scenes.iter().filter(|scene| scene.kind == SceneKind::Ordinary).collect();
    assert_eq!(followed.len(), 1, "one fault: {:?}", scenes.iter().map(|scene| &scene.name).collect::<Vec<_>>());
    assert!(followed[0].told.is_none() && followed[0].name.contains("took on as leader before"));
    let rows = rows(&report, &followed[0].diagram);
    assert!(rows.iter().any(|row| row.contains("crash")), "{rows:#?}");
}

#[test]
fn a_picture_has_every_lane_and_row() {
    let (report, scenes) = scenes("acks1-leader-crash", 45, &[]);
    for (number, scene) in scenes.iter().enumerate() {
        let svg = draw(&scene.diagram, &report.setup, "a <title>", number);
        assert_eq!(svg.matches("class=\"event\"").count(), scene.diagram.rows.len());
        assert_eq!(svg.matches("class=\"lane\"").count(), scene.diagram.lanes.len());
        assert!(svg.contains("a &lt;title&gt;") && svg.ends_with("</svg>"));
    }
}
