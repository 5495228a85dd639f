//! What a film shows of a run whose leader dies.

use serde_json::Value;

use super::*;
use crate::report::Report;
use crate::run::{Run, unwatched};
use crate::scenario::{self, ScenarioText};

const TEXT: &str = "
name: tiny
duration: 30s
topics: { orders: { partitions: 1, replicas: [[1, 2, 3]], min.insync.replicas: 2 } }
producers: { p: { topic: orders, rate: 20/s } }
groups: { g: { topics: [orders], members: 2, config: { auto.offset.reset: earliest } } }
faults: [{ at: 12s, crash: { broker: broker 1, restart.after: 10s } }]
";

fn film() -> Film {
    let (scenario, _) = scenario::parse(&ScenarioText::new("tiny.yaml", TEXT), &[]).expect("it has no errors");
    Report::watched(&Run::new(&scenario, 3), |setup| Film::new(setup.clone()), &mut unwatched).expect("it runs").1
}

/// The value of a track at a moment; null where it is not known yet.
fn at<'v>(data: &Value, track: &'v Value, second: f64) -> &'v Value {
    let shown = |us: &Value| us.as_f64().unwrap() <= second * 1e6;
    let frame = data["us"].as_array().unwrap().iter().rposition(shown).unwrap() as u64;
    let mut changes = track.as_array().unwrap().chunks(2).filter(|change| change[0].as_u64().unwrap() <= frame);
    changes.next_back().map_or(&Value::Null, |change| &change[1])
}

#[test]
fn a_leader_dies_and_the_film_shows_it() {
    let data = film().reel().data;
    let orders = &data["partitions"][0];
    assert_eq!(orders["name"], "orders-0");
    assert_eq!(
        (at(&data, &orders["leader"], 11.9).as_u64(), at(&data, &orders["leader"], 29.0).as_u64()),
        (Some(1), Some(2))
    );
    assert_eq!(at(&data, &data["nodes"][0]["state"], 12.0), "down", "the moment of the crash has a frame of its own");
    assert_eq!(at(&data, &data["nodes"][0]["state"], 11.9), "up");
    let replica =
        |broker: usize, what: &str, second: f64| at(&data, &orders["replicas"][broker - 1][what], second).clone();
    assert_eq!(replica(1, "role", 11.9), "leader in epoch 0");
    assert_eq!(replica(1, "role", 13.0), "", "it is down");
    assert_eq!(replica(2, "role", 29.0).as_str().unwrap().split(' ').next(), Some("leader"));
    let (dead, living) = (replica(1, "end", 20.0).as_i64().unwrap(), replica(2, "end", 29.0).as_i64().unwrap());
    assert!(dead > 100 && dead < living, "{dead} {living}");
    assert!(replica(2, "epochs", 29.0).as_array().unwrap().len() > 1, "two leaders wrote to it");
    assert_eq!(at(&data, &orders["isr"], 13.0).as_array().unwrap().len(), 3, "nobody has noticed");
    assert_eq!(at(&data, &orders["isr"], 21.9).as_array().unwrap().len(), 2);
}

#[test]
fn a_high_watermark_is_never_beyond_the_end_of_its_log() {
    let data = film().reel().data;
    for replica in data["partitions"][0]["replicas"].as_array().unwrap() {
        for frame in 0..data["us"].as_array().unwrap().len() {
            let second = data["us"][frame].as_f64().unwrap() / 1e6;
            let (high, end) = (at(&data, &replica["hw"], second), at(&data, &replica["end"], second));
            assert!(high.as_i64() <= end.as_i64(), "{second}: {high} {end}");
        }
    }
}

#[test]
fn every_partition_has_one_owner_once_the_group_is_stable() {
    let data = film().reel().data;
    let group = &data["groups"][0];
    assert_eq!(at(&data, &group["state"], 11.0), "Stable");
    assert_eq!(at(&data, &group["members"], 11.0), 2);
    let claim = &group["claims"][0];
    assert_eq!(
        (at(&data, &claim["owners"], 0.5), at(&data, &claim["committed"], 0.5)),
        (&serde_json::json!([]), &Value::Null)
    );
    assert_eq!(at(&data, &claim["owners"], 11.0).as_array().unwrap().len(), 1);
    assert!(at(&data, &claim["committed"], 29.0).as_i64() > Some(100));
}

#[test]
fn a_film_that_is_too_long_keeps_what_is_of_note() {
    let film = film();
    let whole = film.reel();
    assert_eq!((whole.left_out, whole.frames), (0, film.frames().len()));
    let bytes = whole.data.to_string().len();
    let short = film.reel_within(bytes / 2);
    assert!(short.data.to_string().len() <= bytes / 2 && short.left_out > 0);
    assert_eq!(short.frames + short.left_out, whole.frames);
    assert_eq!(short.data["noted"].as_array().unwrap().len(), whole.data["noted"].as_array().unwrap().len());
    let last = |reel: &Reel| reel.data["us"].as_array().unwrap().last().cloned();
    assert_eq!(last(&short), last(&whole), "its end is kept");
    let shortest = film.reel_within(1);
    assert_eq!(shortest.frames, 2, "there is always a beginning and an end");
}

#[test]
fn a_record_is_marked_for_the_fault() {
    let film = film();
    let marked = film.marked();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0].why, "the last record that broker 1 took on as leader before \"crash broker 1\"");
}
