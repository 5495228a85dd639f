//! What is drawn beside the faults: cluster, configs, workload, network and disks. Whatever decides a promise stays as the
//! scenario has it, and so does every config that it sets itself.

use std::fmt::Display;

use super::dice::Dice;
use super::drawn::DrawnValue;
use super::grounds::Grounds;
use super::options::{SwarmOptions, SwarmPart};
use super::tables::{
    BROKER, BUSY, CONSUMER, ConfigChoice, DECISIVE, PAIRED, PRODUCER, SHARE_CONSUMER, SHARE_GROUPS, TOPIC, TRANSACTIONS,
};
use crate::scenario::Override;
use crate::scenario::outline::Outline;

/// Draws what these options allow, in bundles that stand or fall together.
pub(super) fn draw(grounds: &Grounds, outline: &Outline, options: &SwarmOptions, seed: u64) -> Vec<Vec<DrawnValue>> {
    let mut parts = Dice::new(seed, "which parts");
    let mut surroundings = Surroundings { grounds, outline, part: SwarmPart::Topology, bundles: Vec::new() };
    for part in SwarmPart::ALL {
        // Each part is on or off for itself.
        let on = parts.coin();
        if !on || !options.draws(part) {
            continue;
        }
        surroundings.part = part;
        let dice = &mut Dice::new(seed, part.name());
        match part {
            SwarmPart::Topology => surroundings.topology(dice),
            SwarmPart::Config => {
                surroundings.configs(dice);
                surroundings.share_groups(&mut Dice::new(seed, "share groups"));
            }
            SwarmPart::Workload => surroundings.workload(dice),
            SwarmPart::Network => surroundings.network(dice),
            SwarmPart::Disk => surroundings.disk(dice),
            SwarmPart::Faults => {}
        }
    }
    surroundings.bundles
}

struct Surroundings<'s> {
    grounds: &'s Grounds,
    outline: &'s Outline,
    part: SwarmPart,
    bundles: Vec<Vec<DrawnValue>>,
}

impl Surroundings<'_> {
    fn set(&mut self, path: &str, value: impl Display) {
        self.set_all(&[(path.to_owned(), value.to_string())]);
    }
    /// Values that must fit each other.
    fn set_all(&mut self, values: &[(String, String)]) {
        let part = self.part;
        let drawn =
            |(path, value): &(String, String)| DrawnValue { part, change: Override::new(format!("{path}={value}")) };
        self.bundles.push(values.iter().map(drawn).collect());
    }

    fn topology(&mut self, dice: &mut Dice) {
        let brokers = self.grounds.brokers + dice.between(0, 2);
        if brokers > self.grounds.brokers {
            self.set("cluster.brokers", brokers);
        }
        for (topic, partitions) in &self.grounds.topics {
            // An assignment that is written out is the scenario's point.
            let path = ["topics", topic.as_str()];
            if self.outline.has(&["topics", topic, "replicas"]) || !self.outline.has(&["topics", topic, "partitions"]) {
                continue;
            }
            let path = path.join(".");
            if dice.coin() {
                let more = [*partitions, partitions + 1, 2 * partitions, 7, 12];
                let count = (*dice.of(&more)).max(*partitions);
                self.set(&format!("{path}.partitions"), count);
            }
        }
    }

    fn configs(&mut self, dice: &mut Dice) {
        self.table(dice, &["cluster", "config"], BROKER, 3);
        if !self.grounds.transactional_ids.is_empty() {
            self.table(dice, &["cluster", "config"], TRANSACTIONS, 1);
        }
        if dice.coin() {
            let (session, heartbeat) = *dice.of(&[(1_500, 250), (3_000, 500), (6_000, 1_000), (18_000, 4_000)]);
            self.pair(
                &["cluster", "config"],
                &[("broker.session.timeout.ms", session), ("broker.heartbeat.interval.ms", heartbeat)],
            );
        }
        for (topic, _) in &self.grounds.topics {
            self.table(dice, &["topics", topic], TOPIC, 1);
        }
        let (producers, consumers) = (self.producers(), self.consumers());
        for path in &producers {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            self.table(dice, &path, PRODUCER, 3);
            if dice.coin() {
                let (linger, request, delivery) =
                    *dice.of(&[(0, 1_000, 1_500), (5, 2_000, 10_000), (50, 500, 600), (1_000, 5_000, 6_000)]);
                let together =
                    [("linger.ms", linger), ("request.timeout.ms", request), ("delivery.timeout.ms", delivery)];
                self.pair(&path, &together);
            }
        }
        for path in &consumers {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            self.table(dice, &path, CONSUMER, 3);
            if dice.coin() {
                let (session, heartbeat) = *dice.of(&[(6_000, 2_000), (6_000, 100), (10_000, 3_000), (45_000, 9_000)]);
                // In the new protocol these are the brokers', and a consumer refuses them.
                let protocol = self.outline.value(&[&path[..], &["group.protocol"]].concat());
                if protocol.as_deref() != Some("consumer") {
                    self.pair(&path, &[("session.timeout.ms", session), ("heartbeat.interval.ms", heartbeat)]);
                }
            }
        }
    }

    /// What share groups have beside the rest, in a draw of its own.
    fn share_groups(&mut self, dice: &mut Dice) {
        let outline = self.outline;
        let shares = |name: &&str| outline.value(&["groups", *name, "type"]).as_deref() == Some("share");
        let groups: Vec<&str> = outline.keys(&["groups"]).into_iter().filter(shares).collect();
        if groups.is_empty() {
            return;
        }
        self.table(dice, &["cluster", "config"], SHARE_GROUPS, 3);
        for name in groups {
            self.table(dice, &["groups", name, "config"], SHARE_CONSUMER, 1);
        }
    }

    /// Some of a table, each at most once.
    fn table(&mut self, dice: &mut Dice, path: &[&str], table: &[ConfigChoice], most: u64) {
        let mut left: Vec<&ConfigChoice> =
            table.iter().filter(|(name, _)| !DECISIVE.contains(name) && !PAIRED.contains(name)).collect();
        for _ in 0..dice.between(0, most) {
            let (name, values) = left.remove(dice.between(0, left.len() as u64 - 1) as usize);
            let value = *dice.of(values);
            if !BUSY.contains(&(*name, value)) && !self.says(path, name) {
                self.set(&format!("{}.{name}", path.join(".")), value);
            }
        }
    }
    /// Values that must fit each other; none of them is drawn if the scenario sets one of them.
    fn pair(&mut self, path: &[&str], values: &[(&str, u64)]) {
        if values.iter().any(|(name, _)| self.says(path, name)) {
            return;
        }
        let set = |(name, value): &(&str, u64)| (format!("{}.{name}", path.join(".")), value.to_string());
        self.set_all(&values.iter().map(set).collect::<Vec<_>>());
    }
    fn says(&self, path: &[&str], name: &str) -> bool {
        self.outline.has(&[path, &[name]].concat())
    }

    /// Where the configs of producers stand.
    fn producers(&self) -> Vec<Vec<String>> {
        self.clients("producers", "producer")
    }
    /// Where the configs of consumers stand.
    fn consumers(&self) -> Vec<Vec<String>> {
        self.clients("groups", "consumer")
    }
    fn clients(&self, section: &str, client: &str) -> Vec<Vec<String>> {
        let words = |path: &[&str]| -> Vec<String> { path.iter().map(|word| (*word).to_owned()).collect() };
        let short = self.outline.keys(&[section]);
        let short = short.iter().map(|name| words(&[section, name, "config"]));
        let apps = self.outline.keys(&["apps"]);
        let apps = apps.iter().filter(|app| self.outline.has(&["apps", app, client]));
        short.chain(apps.map(|app| words(&["apps", app, client, "config"]))).collect()
    }

    fn workload(&mut self, dice: &mut Dice) {
        let of = |outline: &Outline, section: &str| -> Vec<String> {
            outline.keys(&[section]).iter().map(|name| (*name).to_owned()).collect()
        };
        for name in of(self.outline, "producers") {
            let path = format!("producers.{name}");
            if let Some(rate) = self.outline.value(&["producers", &name, "rate"]).as_deref().and_then(per_second)
                && dice.coin()
            {
                // Never more than the scenario has: it is as large as its author can wait for.
                let rate = (rate / dice.of(&[1, 3, 10])).max(1);
                let rate = match dice.between(0, 2) {
                    0 => format!("{rate}/s"),
                    1 => format!("{{ poisson: {rate}/s }}"),
                    _ => format!("{{ bursts: {{ size: {}, every: 2s }} }}", rate * 2),
                };
                self.set(&format!("{path}.rate"), rate);
            }
            if dice.once_in(3) {
                let sizes = ["0 B", "1 B", "2000 B", "{ uniform: { min: 0 B, max: 900 B } }", "20 KiB"];
                self.set(&format!("{path}.value.size"), dice.of(&sizes));
            }
            if dice.once_in(3) {
                let keys =
                    ["none", "{ uniform: { count: 20 } }", "{ round.robin: { count: 7 } }", "{ zipf: { count: 50 } }"];
                self.set(&format!("{path}.keys"), dice.of(&keys));
            }
        }
        let partitions = self.grounds.partitions.len() as u64;
        for name in of(self.outline, "groups") {
            let listed =
                self.outline.value(&["groups", &name, "members"]).is_some_and(|members| members.starts_with('['));
            if !listed && dice.coin() {
                let members = *dice.of(&[1, 2, partitions.min(8), partitions.min(8) + 2]);
                self.set(&format!("groups.{name}.members"), members);
            }
            if dice.once_in(3) {
                self.set(&format!("groups.{name}.processing.per.record"), dice.of(&["0s", "100us", "5ms"]));
            }
        }
    }

    fn network(&mut self, dice: &mut Dice) {
        let latencies = ["100us", "{ p50: 2ms, p99: 20ms }", "{ exponential: { mean: 5ms } }", "30ms"];
        self.set("network.latency", dice.of(&latencies));
        if dice.coin() {
            self.set("network.client.latency", dice.of(&["100us", "{ uniform: { min: 1ms, max: 300ms } }", "30ms"]));
        }
        if dice.once_in(4) {
            self.set("network.bandwidth", dice.of(&["1 MiB/s", "10 MiB/s"]));
        }
    }

    fn disk(&mut self, dice: &mut Dice) {
        self.set("disk.flush.latency", dice.of(&["0s", "20ms", "80ms"]));
        if dice.coin() {
            self.set("disk.bandwidth", dice.of(&["1 MiB/s", "20 MiB/s"]));
        }
        if dice.coin() {
            self.set("disk.writeback.age", dice.of(&["200ms", "5s"]));
        }
    }
}

/// Records a second of a rate as it is written, if it is that simple.
fn per_second(rate: &str) -> Option<u64> {
    let rate = rate.trim_start_matches("{ poisson: ").trim_end_matches(" }");
    rate.strip_suffix("/s")?.parse().ok()
}
