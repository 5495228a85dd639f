//! The format of scenario files: one type per section, each key with its type and documentation.
//!
//! Nothing here knows whether a name exists: that is `resolve`'s matter.

pub(super) mod action;
pub(super) mod admin;
pub(super) mod alert;
pub(super) mod app;
pub(super) mod cluster;
pub(super) mod expect;
pub(super) mod fault;
pub(super) mod leaf;
pub(super) mod shape;
pub(super) mod variant;
pub(super) mod version;
pub(super) mod workload;

use super::decode::{List, NamedEntries, OneOrMore, Whole, section};
use super::unit::Problem;
use alert::Alert;
use app::App;
use cluster::{Cluster, Disk, Machine, Network, Topic};
use expect::Expect;
use fault::Fault;
use leaf::{Duration, Name, Seed, Text};
use variant::Variant;
use version::Version;
use workload::{Group, Producer};

section! {
    /// A scenario: a cluster, its clients, what goes wrong, and what is expected of it.
    struct File as "scenario" {
        /// The scenario's name.
        needed "name" => name: Name,
        /// One sentence: what the scenario shows.
        optional "summary" => summary: Text,
        /// What a learner takes home, in a few sentences.
        optional "teaches" => teaches: Text,
        /// Words to find it by: `kafkasim list --tag acks`.
        optional "tags" => tags: List<Name>,
        /// The seed of a run that names no other. Default: 1.
        optional "seed" => seed: Seed,
        /// Which Kafka it is, brokers, controller, clients and tools alike: `4.0`, `4.1`, `4.2`, `4.3` or `4.4`. Default: 4.4.
        optional "kafka.version" => version: Version,
        /// Feature levels of the cluster that are not those of a new one.
        optional "rules" => rules: Features,
        /// How long workloads and faults go on, in simulated time.
        needed "duration" => duration: Duration,
        /// How long the final read phase may take at most: faults are over, producers silent, groups read
        /// what is left. `0s`: the run ends at `duration`. Default: 5m.
        optional "final.phase" => final_phase: Duration,
        /// The brokers and their configs. Default: 3 brokers, one KRaft controller.
        optional "cluster" => cluster: Cluster,
        /// Topics by name; they are created at the start.
        needed "topics" => topics: NamedEntries<Topic>,
        /// Applications that send, by name: a short form of `apps`.
        optional "producers" => producers: NamedEntries<Producer>,
        /// Applications that read, by the name of their consumer group: a short form of `apps`.
        optional "groups" => groups: NamedEntries<Group>,
        /// Applications by name: processes with a consumer, a producer, or both.
        optional "apps" => apps: NamedEntries<App>,
        /// The network.
        optional "network" => network: Network,
        /// The brokers' disks.
        optional "disk" => disk: Disk,
        /// The brokers' processors and threads. Default: they have time for everything.
        optional "machine" => machine: Machine,
        /// What goes wrong, and when.
        optional "faults" => faults: List<Fault>,
        /// Rules of a monitoring system, rehearsed: whether and when each fires, and when it is resolved. They change nothing.
        optional "alerts" => alerts: List<Alert>,
        /// What a run must show: invariants with their outcome, and `sometimes` properties.
        optional "expect" => expect: List<Expect>,
        /// Properties that must hold at some moment of the run; as `- sometimes:` under `expect`.
        optional "sometimes" => sometimes: OneOrMore<expect::Sometimes>,
        /// The same scenario with something changed, by name: `kafkasim run NAME --variant cure`.
        optional "variants" => variants: NamedEntries<Variant>,
    }
}

section! {
    /// Feature levels that the cluster has finalized (`kafka-features.sh`).
    struct Features as "rules" {
        /// How transactions work: 0 and 1 as before KIP-890, part 2; with 2 every transaction has an epoch of its own, and brokers add
        /// partitions to it. Default: 2.
        optional "transaction.version" => transaction_version: Whole<0, 2>,
    }
}

/// The longest name; Kafka's limit for topics.
const LONGEST_NAME: usize = 249;

/// Whether a text can be a name (of a topic, a producer, a group or a scenario).
pub(super) fn check_name(name: &str) -> Result<(), Problem> {
    let strange = name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
    match strange {
        Some(c) => {
            Err(Problem::new(format!("{c:?} is not allowed in a name")).help("use letters, digits, `.`, `_` and `-`"))
        }
        None if name.is_empty() => Err(Problem::new("a name has at least one letter")),
        None if name.len() > LONGEST_NAME => Err(Problem::new(format!("at most {LONGEST_NAME} letters"))),
        None if matches!(name, "." | "..") => Err(Problem::new("Kafka refuses the names `.` and `..`")),
        None => Ok(()),
    }
}
