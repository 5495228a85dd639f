//! Committed offsets against what was read.

use litemap::LiteMap;

use super::finding::{push, witness};
use super::observed::Observed;
use crate::check::outcome::{Finding, Tally};
use crate::history::exchange::read::{Content, ExchangeLine, Id, OperationKind, Sight, Stage};

/// A group, or a client that is in none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Owner {
    Group(Id),
    Client(Id),
}

struct CommitChecks<'o, 'r> {
    observed: &'o Observed<'r>,
    le_position: Tally<String>,
    monotonic: Tally<String>,
    /// By client and partition, since it was assigned: the offset after what it got last.
    position: LiteMap<(Id, Id), i64>,
    /// By group and partition: the highest offset that anybody in it committed, read up to or sought.
    reached: LiteMap<(Owner, Id), i64>,
    /// By client and partition, since it was assigned: what it committed last.
    last: LiteMap<(Id, Id), i64>,
    /// By partition: the offset after the highest record that is known to exist by now.
    exists: Vec<i64>,
    open: LiteMap<(Id, u64), Vec<(Id, i64)>>,
}

pub(super) fn judge(observed: &Observed, findings: &mut Vec<Finding>) {
    let mut commits = CommitChecks {
        observed,
        le_position: Tally::new("commit-le-position", "K7", "no commit beyond what was read", "nobody committed"),
        monotonic: Tally::new(
            "commit-monotonic",
            "G7",
            "committed offsets never go back while consumers only move forward",
            "no partition was committed twice",
        ),
        position: LiteMap::new(),
        reached: LiteMap::new(),
        last: LiteMap::new(),
        exists: known_ends(observed),
        open: LiteMap::new(),
    };
    for line in &observed.recorded.lines {
        commits.line(line);
    }
    push(findings, &[commits.le_position, commits.monotonic]);
}

/// By partition, the offset after the last record that anybody knows of.
fn known_ends(observed: &Observed) -> Vec<i64> {
    let mut ends: Vec<i64> =
        observed.partitions.iter().map(|p| p.reads.last_key_value().map_or(0, |(offset, _)| offset + 1)).collect();
    for (_, _, tp, offset) in observed.acked() {
        let end = &mut ends[tp as usize];
        *end = (*end).max(offset + 1);
    }
    ends
}

impl CommitChecks<'_, '_> {
    fn owner(&self, client: Id) -> Owner {
        self.observed.group_of[client as usize].map_or(Owner::Client(client), Owner::Group)
    }

    fn line(&mut self, line: &ExchangeLine) {
        match &line.content {
            Content::Operation { client, op, stage, what } => match what {
                OperationKind::Poll(records) if *stage != Stage::Invoke => {
                    for record in records {
                        if let (Some(tp), Some(offset)) = (record.tp, record.offset) {
                            self.position.insert((*client, tp), offset + 1);
                            self.reach(*client, tp, offset + 1);
                        }
                    }
                }
                OperationKind::Seek(to) => {
                    for (tp, offset) in to {
                        self.position.insert((*client, *tp), *offset);
                        self.reach(*client, *tp, *offset);
                        self.last.remove(&(*client, *tp));
                    }
                }
                OperationKind::Commit(offsets) => self.commit(line, (*client, *op), *stage, offsets),
                OperationKind::Subscribe | OperationKind::Assign(_) => {
                    self.position.retain(|(who, _), _| who != client);
                    self.last.retain(|(who, _), _| who != client);
                }
                _ => {}
            },
            Content::Sight(Sight::Rebalance { client, assigned, gone, .. }) => {
                for tp in assigned.iter().chain(gone) {
                    self.last.remove(&(*client, *tp));
                }
                for tp in assigned {
                    self.position.remove(&(*client, *tp));
                }
            }
            Content::Sight(_) => {}
        }
    }

    fn reach(&mut self, client: Id, tp: Id, offset: i64) {
        let reached = self.reached.entry((self.owner(client), tp)).or_insert(0);
        *reached = (*reached).max(offset);
    }

    fn commit(&mut self, line: &ExchangeLine, (client, op): (Id, u64), stage: Stage, offsets: &[(Id, i64)]) {
        match stage {
            Stage::Invoke => {
                for (tp, offset) in offsets {
                    self.beyond(line, client, *tp, *offset);
                }
                self.open.insert((client, op), offsets.to_vec());
            }
            Stage::Ok => {
                let begun = self.open.remove(&(client, op)).unwrap_or_default();
                // What the completion repeats is what was committed.
                for (tp, offset) in offsets {
                    if !begun.contains(&(*tp, *offset)) {
                        self.beyond(line, client, *tp, *offset);
                    }
                }
                let done = if offsets.is_empty() { &begun } else { offsets };
                for (tp, offset) in done {
                    self.back(line, client, *tp, *offset);
                }
            }
            Stage::Fail | Stage::Info => {
                self.open.remove(&(client, op));
            }
        }
    }

    fn beyond(&mut self, line: &ExchangeLine, client: Id, tp: Id, offset: i64) {
        let observed = self.observed;
        // Who has read nothing since he was assigned commits the position he was given: his group's, or
        // where `auto.offset.reset` put him, the end of the log at most.
        let bound = match self.position.get(&(client, tp)) {
            Some(position) => *position,
            None => self.exists[tp as usize].max(self.reached.get(&(self.owner(client), tp)).copied().unwrap_or(0)),
        };
        let excuse = observed.partitions[tp as usize].gaps.map(String::from);
        let within = offset <= bound;
        self.le_position.check(
            within,
            || excuse,
            || {
                let (who, tp) = (observed.client(client), observed.tp(tp));
                witness(line, format!("{who} committed {tp}@{offset}; what it had read ends before offset {bound}"))
            },
        );
        if within {
            self.reach(client, tp, offset);
        }
    }

    fn back(&mut self, line: &ExchangeLine, client: Id, tp: Id, offset: i64) {
        let observed = self.observed;
        if let Some(last) = self.last.insert((client, tp), offset) {
            // A log that was cut off takes its readers back.
            let cut = observed.partitions[tp as usize].cut;
            let excuse = || cut.then(|| format!("the log of {} was cut off", observed.tp(tp)));
            self.monotonic.check(offset >= last, excuse, || {
                let (who, tp) = (observed.client(client), observed.tp(tp));
                witness(line, format!("{who} committed {tp}@{offset} after {last}, and sought nothing in between"))
            });
        }
    }
}
