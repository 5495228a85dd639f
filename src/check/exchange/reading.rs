//! What one consumer got, poll after poll.

use litemap::LiteMap;

use super::finding::{push, witness};
use super::observed::Observed;
use crate::check::outcome::{Finding, Tally};
use crate::history::exchange::read::{Content, ExchangeLine, Id, OperationKind, Sight, Stage};

struct Positions<'o, 'r> {
    observed: &'o Observed<'r>,
    monotonic: Tally<String>,
    no_skip: Tally<String>,
    /// The next offset of a client in a partition.
    next: LiteMap<(Id, Id), i64>,
}

pub(super) fn judge(observed: &Observed, findings: &mut Vec<Finding>) {
    let mut positions = Positions {
        observed,
        monotonic: Tally::new(
            "position-monotonic",
            "K4",
            "a consumer's offsets rise within one assignment (Jepsen: nonmonotonic-poll)",
            "no consumer got a record at a known position",
        ),
        no_skip: Tally::new(
            "position-no-skip",
            "K3",
            "a consumer is given every record in turn (Jepsen: poll-skip)",
            "no consumer got a record at a known position",
        ),
        next: LiteMap::new(),
    };
    for line in &observed.recorded.lines {
        positions.line(line);
    }
    push(findings, &[positions.monotonic, positions.no_skip]);
}

impl Positions<'_, '_> {
    fn line(&mut self, line: &ExchangeLine) {
        match &line.content {
            Content::Operation { client, stage, what, .. } => match what {
                OperationKind::Poll(records) if *stage != Stage::Invoke => {
                    for record in records {
                        if let (Some(tp), Some(offset)) = (record.tp, record.offset) {
                            self.record(line, (*client, tp), offset, record.value);
                        }
                    }
                }
                OperationKind::Seek(to) if *stage != Stage::Fail => {
                    to.iter().for_each(|(tp, offset)| {
                        self.next.insert((*client, *tp), *offset);
                    });
                }
                // A new life of the client, or another choice of partitions.
                OperationKind::Subscribe | OperationKind::Assign(_) if *stage != Stage::Fail => {
                    self.next.retain(|(who, _), _| who != client);
                }
                _ => {}
            },
            Content::Sight(Sight::Rebalance { client, assigned, gone, .. }) => {
                assigned.iter().chain(gone).for_each(|tp| {
                    self.next.remove(&(*client, *tp));
                });
            }
            Content::Sight(_) => {}
        }
    }

    fn record(&mut self, line: &ExchangeLine, place: (Id, Id), offset: i64, value: Id) {
        let next = self.next.insert(place, offset + 1);
        let Some(next) = next else { return };
        let observed = self.observed;
        let partition = &observed.partitions[place.1 as usize];
        let named = |text: String| {
            let (who, tp) = (observed.client(place.0), observed.tp(place.1));
            witness(line, format!("{who} got {} at {tp}@{offset}, {text}", observed.value(value)))
        };
        // A log that was cut off takes its readers back.
        let excuse = || partition.cut.then(|| format!("the log of {} was cut off", observed.tp(place.1)));
        self.monotonic.check(
            offset >= next,
            || if offset < next - 1 { excuse() } else { None },
            || named(format!("after offset {}", next - 1)),
        );
        if offset > next {
            // Only what is there can be skipped.
            let skipped = partition.reads.range(next..offset).next().map(|(at, reads)| (*at, reads[0].value));
            let acked = partition.acks.range(next..offset).next().map(|(at, value)| (*at, *value));
            if let Some((at, value)) = skipped.or(acked) {
                let reason = partition.gaps.map(String::from);
                self.no_skip.broken(reason, || {
                    named(format!("after offset {}; {} at offset {at} was left out", next - 1, observed.value(value)))
                });
                return;
            }
        }
        self.no_skip.ok();
    }
}
