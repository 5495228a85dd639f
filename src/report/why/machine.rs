//! A story for machines.

use serde_json::{Value, json};

use super::{Story, graph::Bond};

/// One document: the cause, the stations, and which of them came before which.
pub fn json(story: &Story) -> Value {
    let before = |to: usize| -> Vec<Value> {
        let bonds = story.bonds.iter().filter(|bond| bond.to == to);
        bonds.map(|Bond { from, tie, .. }| json!({ "station": from, "by": tie.name() })).collect()
    };
    json!({
        "title": story.title,
        "record": story.record.as_ref().map(|record| json!({
            "producer": record.producer, "partition": record.partition, "number": record.number, "offset": record.offset,
        })),
        "cause": story.cause.map(|cause| json!({ "name": cause.name(), "meaning": cause.meaning() })),
        "sentence": story.sentence, "not_simulated": story.unsimulated,
        "stations": story.stamps.iter().enumerate().map(|(i, stamp)| json!({
            "t_ns": stamp.at, "until_ns": stamp.until, "times": stamp.times, "station": stamp.station.name(),
            "place": stamp.place, "text": stamp.text, "after": before(i),
        })).collect::<Vec<_>>(),
    })
}
