//! What can be asked of a run, and what an answer is.

use super::pattern::Pattern;
use crate::history::bound::{Bound, Window};
use crate::history::state::Statement;
use crate::protocol::ids::{BrokerId, BrokerList, GroupId, NodeId, TopicId, Tp};
use crate::sim::time::Nanos;

/// What is asked.
#[derive(Clone, PartialEq, Debug)]
pub enum Question {
    /// How something stands at a time, all that happens at that time included; none: at the end.
    State {
        /// When.
        at: Option<Nanos>,
        /// What.
        says: Statement,
    },
    /// How often something happens.
    Count {
        /// What.
        of: Countable,
        /// How often.
        times: Bound,
        /// When.
        window: Window,
    },
    /// Who leads a partition, one after the other; none: nobody.
    Leaders {
        /// Which.
        tp: Tp,
        /// Who.
        sequence: Vec<Option<BrokerId>>,
    },
    /// The committed in-sync replicas of a partition, one set after the other.
    Isrs {
        /// Which.
        tp: Tp,
        /// Who, in any order.
        sequence: Vec<BrokerList>,
    },
    /// The longest time without an acknowledgement while a record waits for one, in nanoseconds.
    Stall {
        /// Of whose records.
        of: RecordScope,
        /// How long.
        longest: Bound,
        /// What of a wait lies before this time counts for nothing.
        after: Nanos,
    },
    /// How long partitions of a group had no owner, in nanoseconds.
    Unserved {
        /// Which group.
        group: GroupId,
        /// All partitions together.
        total: Option<Bound>,
        /// One partition at a time.
        longest: Option<Bound>,
    },
    /// How many records fail with which exception.
    Errors {
        /// Of whose records.
        of: RecordScope,
        /// The exceptions that are named.
        named: Vec<(&'static str, Bound)>,
        /// All others together.
        others: Option<Bound>,
    },
}

/// Something that can be counted.
#[derive(Clone, PartialEq, Debug)]
pub enum Countable {
    /// A property of [`crate::check::sometimes`], by its number.
    Event(usize),
    /// Facts of some form.
    Fact(Pattern),
}

/// Some of the records that producers send. What is none restricts nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RecordScope {
    /// Those of these processes.
    pub producers: Option<Vec<NodeId>>,
    /// Those for this topic.
    pub topic: Option<TopicId>,
    /// Those for these partitions, from the first to the last.
    pub partitions: Option<(Tp, Tp)>,
}

impl RecordScope {
    pub(super) fn sender(&self, node: NodeId) -> bool {
        self.producers.as_ref().is_none_or(|producers| producers.contains(&node))
    }
    pub(super) fn admits(&self, node: NodeId, tp: Tp) -> bool {
        self.sender(node) && self.partitions.is_none_or(|(first, last)| first <= tp && tp <= last)
    }
    /// A record that never got as far as a partition.
    pub(super) fn admits_topic(&self, node: NodeId, topic: TopicId) -> bool {
        let whole = self.topic.is_some() || self.partitions.is_none();
        self.sender(node) && whole && self.topic.is_none_or(|wanted| wanted == topic)
    }
}

/// The answer to a question.
#[derive(Clone, PartialEq, Debug)]
pub struct QuestionAnswer {
    /// Whether it is as the question supposes; none: this run cannot say.
    pub fits: Option<bool>,
    /// What was found, in words.
    pub found: String,
}

impl QuestionAnswer {
    pub(super) fn new(fits: bool, found: impl Into<String>) -> QuestionAnswer {
        QuestionAnswer { fits: Some(fits), found: found.into() }
    }
    pub(super) fn unknown(found: impl Into<String>) -> QuestionAnswer {
        QuestionAnswer { fits: None, found: found.into() }
    }
}
