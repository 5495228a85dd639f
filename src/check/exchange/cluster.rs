//! What an administrator saw: leaders, logs, groups.

use litemap::LiteMap;

use super::finding::{push, witness};
use super::observed::Observed;
use crate::check::outcome::{Finding, Tally};
use crate::history::exchange::read::{Content, ExchangeLine, Id, Recorded, Sight};

struct Cluster<'r> {
    recorded: &'r Recorded,
    epochs: Tally<String>,
    leaders: Tally<String>,
    high_watermarks: Tally<String>,
    generations: Tally<String>,
    disjoint: Tally<String>,
    /// By partition: the newest epoch and its leader.
    newest: LiteMap<Id, (i64, Option<i64>)>,
    /// By group: the newest generation.
    newest_generation: LiteMap<Id, i64>,
    power_lost: bool,
}

pub(super) fn judge(observed: &Observed, findings: &mut Vec<Finding>) {
    let recorded = observed.recorded;
    let mut cluster = Cluster {
        recorded,
        power_lost: observed.power_lost,
        epochs: Tally::new("epoch-monotonic", "R3", "a partition's leader epoch never falls", "no partition changed"),
        leaders: Tally::new(
            "leader-per-epoch",
            "R1",
            "at most one broker leads in one leader epoch",
            "no partition changed",
        ),
        high_watermarks: Tally::new(
            "hw-le-leo",
            "R4",
            "no high watermark above its own log end",
            "no replica's log was observed",
        ),
        generations: Tally::new(
            "generation-monotonic",
            "G1",
            "a group's generation never falls",
            "no group was seen twice",
        ),
        disjoint: Tally::new(
            "assignment-disjoint",
            "G2",
            "in one generation a partition has at most one owner",
            "no group was seen with members",
        ),
        newest: LiteMap::new(),
        newest_generation: LiteMap::new(),
    };
    for line in &recorded.lines {
        if let Content::Sight(sight) = &line.content {
            cluster.sight(line, sight);
        }
    }
    let Cluster { epochs, leaders, high_watermarks, generations, disjoint, .. } = cluster;
    push(findings, &[leaders, epochs, high_watermarks, generations, disjoint]);
}

impl Cluster<'_> {
    fn sight(&mut self, line: &ExchangeLine, sight: &Sight) {
        match sight {
            Sight::Partition { tp, leader, epoch } => self.partition(line, *tp, *leader, *epoch),
            Sight::Log { broker, tp, high_watermark, end } => {
                let name = self.recorded.partitions.name(*tp);
                self.high_watermarks.must(high_watermark <= end, || {
                    witness(line, format!("{name} on broker {broker}: high watermark {high_watermark}, log end {end}"))
                });
            }
            Sight::Group { group, state, generation, members } => {
                self.group(line, *group, state, *generation);
                self.owners(line, *group, state, members);
            }
            _ => {}
        }
    }

    fn partition(&mut self, line: &ExchangeLine, tp: Id, leader: Option<i64>, epoch: i64) {
        let name = self.recorded.partitions.name(tp);
        let Some((newest, known)) = self.newest.get(&tp).copied() else {
            self.newest.insert(tp, (epoch, leader));
            return;
        };
        self.epochs.must(epoch >= newest, || witness(line, format!("{name}: leader epoch {epoch} after {newest}")));
        if epoch == newest {
            self.leaders.must(leader == known || leader.is_none() || known.is_none(), || {
                let text = format!("{name}: epoch {epoch} has leader {} and leader {}", word(known), word(leader));
                witness(line, text)
            });
        } else {
            self.leaders.ok();
        }
        if epoch >= newest {
            self.newest.insert(tp, (epoch, leader.or(known.filter(|_| epoch == newest))));
        }
    }

    fn group(&mut self, line: &ExchangeLine, group: Id, state: &str, generation: Option<i64>) {
        let Some(generation) = generation else { return };
        // A group without members can be forgotten; made anew it begins at 0.
        if matches!(state, "Dead" | "Empty") {
            self.newest_generation.remove(&group);
            return;
        }
        if let Some(newest) = self.newest_generation.insert(group, generation) {
            let name = self.recorded.groups.name(group);
            let excuse = || self.power_lost.then(|| "power was lost, and Kafka does not wait for the disk".into());
            self.generations.check(generation >= newest, excuse, || {
                witness(line, format!("{name}: generation {generation} after {newest}"))
            });
        }
    }

    fn owners(&mut self, line: &ExchangeLine, group: Id, state: &str, members: &[(Id, Vec<Id>)]) {
        if state != "Stable" {
            return;
        }
        let mut owner: LiteMap<Id, Id> = LiteMap::new();
        for (client, tps) in members {
            for tp in tps {
                let other = owner.insert(*tp, *client);
                self.disjoint.must(other.is_none_or(|other| other == *client), || {
                    let (group, tp) = (self.recorded.groups.name(group), self.recorded.partitions.name(*tp));
                    let name = |id: Id| self.recorded.clients.name(id).to_string();
                    let owners = format!("{} and {}", name(other.unwrap_or(*client)), name(*client));
                    witness(line, format!("{group}: {tp} belongs to {owners}"))
                });
            }
        }
    }
}

fn word(leader: Option<i64>) -> String {
    leader.map_or("none".into(), |id| id.to_string())
}
