//! The film as data for the page, thinned where it would be too long.

use serde_json::{Value, json};

use super::group::{FilmedClaim, FilmedGroup};
use super::partition::{FilmedPartition, FilmedReplica, FilmedRole};
use super::{Film, Frame};
use crate::history::setup::Setup;
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::*;

/// The most that the data may take, in bytes.
const MOST: usize = 1_200_000;

/// The film, and which of its frames are in it.
#[derive(Clone, Debug)]
pub struct Reel {
    /// For the page's script.
    pub data: Value,
    /// Frames that are shown.
    pub frames: usize,
    /// Frames that were left out.
    pub left_out: usize,
}

impl Film {
    /// The data. If they are too many, every other frame is left out until they are not: first those in which nothing
    /// of note happened, then any but the first and the last.
    pub fn reel(&self) -> Reel {
        self.reel_within(MOST)
    }
    pub(super) fn reel_within(&self, most: usize) -> Reel {
        let mut kept: Vec<usize> = (0..self.frames.len()).collect();
        loop {
            let data = self.data(&kept);
            if kept.len() <= 2 || data.to_string().len() <= most {
                return Reel { data, frames: kept.len(), left_out: self.frames.len() - kept.len() };
            }
            kept = thinned(&kept, &self.frames);
        }
    }

    fn data(&self, kept: &[usize]) -> Value {
        let places = places(kept, self.frames.len());
        let frames: Vec<&Frame> = kept.iter().map(|frame| &self.frames[*frame]).collect();
        let partitions: Vec<&FilmedPartition> =
            self.partitions.iter().filter(|partition| partition.used || !partition.internal).collect();
        let index = |tp: Tp| partitions.iter().position(|partition| partition.tp == tp);
        let nodes = self.setup.catalog.nodes.iter().zip(&self.nodes).filter(|(entry, _)| entry.role != NodeRole::Admin);
        let ids = self.setup.catalog.transactional_ids.iter().zip(&self.transactions);
        json!({
            "us": frames.iter().map(|frame| frame.at.0 / 1_000).collect::<Vec<_>>(),
            "noted": frames.iter().enumerate().filter(|(_, frame)| frame.noted).map(|(i, _)| i).collect::<Vec<_>>(),
            "names": self.setup.catalog.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(),
            "partitions": partitions.iter().map(|partition| self::partition(partition, &self.setup, &places)).collect::<Vec<_>>(),
            "groups": self.groups.iter().map(|group| self::group(group, &self.setup, &places, &index)).collect::<Vec<_>>(),
            "nodes": nodes.map(|(entry, node)| json!({ "name": entry.name, "state": node.state.json(&places, |state| json!(state)) })).collect::<Vec<_>>(),
            "transactions": ids.map(|(id, state)| json!({ "id": id, "state": state.json(&places, |state| json!(state)) })).collect::<Vec<_>>(),
        })
    }
}

/// Leaves out every other frame of those that may go.
fn thinned(kept: &[usize], frames: &[Frame]) -> Vec<usize> {
    let last = kept.len() - 1;
    let may_go = |place: usize| place > 0 && place < last;
    let calm = kept.iter().enumerate().filter(|(place, frame)| may_go(*place) && !frames[**frame].noted).count();
    // When few calm frames are left, leaving them out gains nothing.
    let only_calm = calm * 4 > kept.len();
    let mut go = false;
    let kept = kept.iter().enumerate().filter(|(place, frame)| {
        let candidate = may_go(*place) && !(only_calm && frames[**frame].noted);
        go = candidate && !go;
        !go
    });
    kept.map(|(_, frame)| *frame).collect()
}

/// By frame: the number that it has among those that are kept, or the next one that is.
fn places(kept: &[usize], frames: usize) -> Vec<u32> {
    (0..frames).map(|frame| kept.partition_point(|known| *known < frame) as u32).collect()
}

fn offset(offset: &Offset) -> Value {
    json!(offset.0)
}

fn broker(broker: &Option<BrokerId>) -> Value {
    json!(broker.map(|broker| broker.0))
}

fn partition(partition: &FilmedPartition, setup: &Setup, places: &[u32]) -> Value {
    json!({
        "name": setup.catalog.tp_name(partition.tp),
        "internal": partition.internal,
        "leader": partition.leader.json(places, broker),
        "epoch": partition.epoch.json(places, |epoch| json!(epoch.0)),
        "isr": partition.isr.json(places, |isr| json!(isr.iter().map(|broker| broker.0).collect::<Vec<_>>())),
        "hw": partition.high_watermark.json(places, offset),
        "lso": partition.last_stable.json(places, offset),
        "replicas": partition.replicas.iter().map(|replica| self::replica(replica, places)).collect::<Vec<_>>(),
    })
}

fn replica(replica: &FilmedReplica, places: &[u32]) -> Value {
    let epochs = |epochs: &Vec<(LeaderEpoch, Offset)>| {
        json!(epochs.iter().map(|(epoch, start)| json!([epoch.0, start.0])).collect::<Vec<_>>())
    };
    let role = |role: &FilmedRole| match role {
        FilmedRole::None => json!(""),
        FilmedRole::Leader(epoch) => json!(format!("leader in epoch {}", epoch.0)),
        FilmedRole::Follower(epoch) => json!(format!("follower in epoch {}", epoch.0)),
    };
    json!({
        "broker": replica.broker.0,
        "start": replica.start.json(places, offset),
        "hw": replica.high_watermark.json(places, offset),
        "end": replica.end.json(places, offset),
        "epochs": replica.epochs.json(places, epochs),
        "role": replica.role.json(places, role),
    })
}

fn group(group: &FilmedGroup, setup: &Setup, places: &[u32], index: &impl Fn(Tp) -> Option<usize>) -> Value {
    let claim = |claim: &FilmedClaim| {
        json!({
            "partition": index(claim.tp),
            "owners": claim.owners.json(places, |owners| json!(owners.iter().map(|node| node.0).collect::<Vec<_>>())),
            "committed": claim.committed.json(places, |committed| json!(committed.map(|offset| offset.0))),
        })
    };
    json!({
        "name": setup.catalog.groups[group.group.index()],
        "state": group.state.json(places, |state| json!(state)),
        "generation": group.generation.json(places, |generation| json!(generation.0)),
        "epoch": group.epoch.json(places, |epoch| json!(epoch)),
        "members": group.members.json(places, |members| json!(members)),
        "coordinator": group.coordinator.json(places, broker),
        "claims": group.claims.iter().map(claim).collect::<Vec<_>>(),
    })
}
