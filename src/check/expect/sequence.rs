//! One after the other.

use super::question::QuestionAnswer;
use crate::history::fact::{Entry, Fact};
use crate::history::state::{leader, same};
use crate::protocol::ids::{BrokerId, BrokerList, Tp};

/// The leaders or in-sync replicas of a partition, in order, each time another.
#[derive(Clone, Debug)]
pub(super) struct Sequence {
    tp: Tp,
    seen: Seen,
}

#[derive(Clone, Debug)]
enum Seen {
    Leaders { wanted: Vec<Option<BrokerId>>, found: Vec<Option<BrokerId>> },
    Isrs { wanted: Vec<BrokerList>, found: Vec<BrokerList> },
}

/// As many are remembered; a sequence that is longer is written down as such.
const LONGEST: usize = 10_000;

impl Sequence {
    pub(super) fn leaders(tp: Tp, wanted: Vec<Option<BrokerId>>) -> Sequence {
        Sequence { tp, seen: Seen::Leaders { wanted, found: Vec::new() } }
    }
    pub(super) fn isrs(tp: Tp, wanted: Vec<BrokerList>) -> Sequence {
        Sequence { tp, seen: Seen::Isrs { wanted, found: Vec::new() } }
    }
    pub(super) fn observe(&mut self, entry: &Entry) {
        let Fact::PartitionChanged { tp, leader, isr, .. } = entry.fact else { return };
        if tp != self.tp {
            return;
        }
        match &mut self.seen {
            Seen::Leaders { found, .. } if found.last() != Some(&leader) && found.len() < LONGEST => found.push(leader),
            Seen::Isrs { found, .. } if found.last().is_none_or(|last| !same(last, &isr)) && found.len() < LONGEST => {
                found.push(isr);
            }
            _ => {}
        }
    }
    pub(super) fn answer(self, cut: bool) -> QuestionAnswer {
        let (words, fits, begins): (Vec<String>, bool, bool) = match self.seen {
            Seen::Leaders { wanted, found } => {
                let begins = found.len() <= wanted.len() && found.iter().zip(&wanted).all(|(a, b)| a == b);
                (found.iter().map(|broker| leader(*broker)).collect(), wanted == found, begins)
            }
            Seen::Isrs { wanted, found } => {
                let equal = found.iter().zip(&wanted).all(|(a, b)| same(a, b));
                let fits = equal && found.len() == wanted.len();
                (found.iter().map(ToString::to_string).collect(), fits, equal && found.len() <= wanted.len())
            }
        };
        if words.is_empty() {
            return QuestionAnswer::unknown("the partition was never created");
        }
        let shown = if words.len() > 12 {
            format!("{}, ... ({} in all)", words[..12].join(", "), words.len())
        } else {
            words.join(", ")
        };
        if cut && begins {
            return QuestionAnswer::unknown(format!("{shown}, when the run was ended"));
        }
        QuestionAnswer::new(fits, shown)
    }
}
