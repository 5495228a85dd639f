//! One controller decision on one partition (`PartitionChangeBuilder`).

use kafkasim::cluster::controller::partition_change::{self, ChangeRules, ElectionKind, PartitionState, Wish};
use kafkasim::cluster::metadata::{PartitionRegistration, Reassignment};
use kafkasim::protocol::ids::{BrokerId, BrokerList, LeaderEpoch, PartitionEpoch};
use kafkasim::protocol::messages::LastKnownLeader;
use kafkasim::protocol::rules::{KafkaVersion, Rules};
use serde::Deserialize;

use crate::support::{Verdict, case, same};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    #[serde(rename = "description")]
    _description: String,
    before: Before,
    change: Change,
    expect: Expect,
}
case!(Case);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    replicas: Vec<u8>,
    isr: Vec<u8>,
    elr: Vec<u8>,
    last_known_elr: Vec<i32>,
    leader: i32,
    leader_epoch: i32,
    partition_epoch: i32,
    recovering: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    acceptable: Vec<u8>,
    election: Kind,
    target_isr: Option<Vec<u8>>,
    unclean_shutdown: Option<Vec<u8>>,
    elr_enabled: bool,
    min_isr: usize,
    metadata_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Online,
    Unclean,
    Preferred,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Expect {
    changed: bool,
    leader: i32,
    isr: Vec<u8>,
    elr: Vec<u8>,
    last_known_elr: Vec<i32>,
    leader_epoch: i32,
    partition_epoch: i32,
    recovering: bool,
}

fn list(ids: &[u8]) -> BrokerList {
    ids.iter().map(|id| BrokerId(*id)).collect()
}

fn leader(id: i32) -> Option<BrokerId> {
    u8::try_from(id).ok().map(BrokerId)
}

fn number(leader: Option<BrokerId>) -> i32 {
    leader.map_or(-1, |id| i32::from(id.0))
}

/// As a set: the order of these lists hangs on Java's hash order.
fn ids(list: BrokerList) -> Vec<u8> {
    let mut ids: Vec<u8> = list.iter().map(|id| id.0).collect();
    ids.sort();
    ids
}

/// Whether `4.0-IV1` and its like are below 3.6, where an ISR shrink raised the leader epoch.
fn bumps_on_shrink(version: &str) -> bool {
    let numbers = version.split('-').next().expect("split gives at least one part");
    let (major, minor) = numbers.split_once('.').expect("a metadata version begins with major.minor");
    (major.parse::<u32>().expect("major"), minor.parse::<u32>().expect("minor")) < (3, 6)
}

fn decide(case: &Case) -> Expect {
    let recorded_with = Rules::of(KafkaVersion::V4_0);
    let (b, c) = (&case.before, &case.change);
    let before = PartitionState {
        registration: PartitionRegistration {
            replicas: list(&b.replicas),
            isr: list(&b.isr),
            leader: leader(b.leader),
            leader_epoch: LeaderEpoch(b.leader_epoch),
            partition_epoch: PartitionEpoch(b.partition_epoch),
            recovering: b.recovering,
        },
        elr: list(&b.elr),
        last_known_elr: b.last_known_elr.first().map_or(LastKnownLeader::Unset, |id| LastKnownLeader::Was(leader(*id))),
        reassignment: Reassignment::default(),
    };
    let mut wish = Wish::keeping(&before, c.min_isr, recorded_with.into());
    if let Some(isr) = &c.target_isr {
        wish.target_isr = list(isr);
    }
    wish.election = match c.election {
        Kind::Online => ElectionKind::Online,
        Kind::Unclean => ElectionKind::Unclean,
        Kind::Preferred => ElectionKind::Preferred,
    };
    wish.unclean_shutdown = list(c.unclean_shutdown.as_deref().unwrap_or_default());
    wish.rules = ChangeRules {
        elr_enabled: c.elr_enabled,
        bump_leader_epoch_on_isr_shrink: bumps_on_shrink(&c.metadata_version),
        ..recorded_with.into()
    };
    let change = partition_change::build(&before, &wish, |id| c.acceptable.contains(&id.0));
    let after = change.as_ref().map_or(before, |change| before.merge(change));
    Expect {
        changed: change.is_some(),
        leader: number(after.registration.leader),
        isr: ids(after.registration.isr),
        elr: ids(after.elr),
        last_known_elr: match after.last_known_elr {
            LastKnownLeader::Unset => vec![],
            LastKnownLeader::Was(leader) => vec![number(leader)],
        },
        leader_epoch: after.registration.leader_epoch.0,
        partition_epoch: after.registration.partition_epoch.0,
        recovering: after.registration.recovering,
    }
}

pub fn check(case: &Case) -> Verdict {
    if case.before.last_known_elr.len() > 1 {
        return Err("Kafka records at most one last known leader".into());
    }
    same("after the change", decide(case), sorted(&case.expect))
}

fn sorted(expect: &Expect) -> Expect {
    let last_known_elr = expect.last_known_elr.clone();
    Expect { isr: ids(list(&expect.isr)), elr: ids(list(&expect.elr)), last_known_elr, ..*expect }
}
