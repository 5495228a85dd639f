//! What a transaction coordinator may use, and what it wants.

use std::rc::Rc;

use crate::cluster::coordinator::runtime::ReplyTo;
use crate::node::Context;
use crate::protocol::batch::CoordinatorRecord;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{ProducerId, Tp};
use crate::protocol::messages::Response;

/// Where new producer ids come from (`ProducerIdManager`): none while the broker waits for a block of them.
pub type ProducerIds<'a> = &'a mut dyn FnMut(&mut Context<'_>) -> Result<ProducerId, ErrorCode>;

/// What the coordinator wants of its broker.
#[derive(Clone, Debug)]
pub enum TransactionCommand {
    /// Answer a request.
    Reply {
        /// Which.
        to: ReplyTo,
        /// With what.
        response: Response,
    },
    /// Append a batch to a partition of `__transaction_state` as its leader, unless its ISR is below the minimum; then say
    /// that it is appended, with the same number, and later, by the high watermark, that it is replicated.
    Append {
        /// Which partition.
        tp: Tp,
        /// The coordinator's number for this write.
        write: u32,
        /// The records.
        records: Rc<[CoordinatorRecord]>,
    },
}

/// What the coordinator may use while it takes one input.
pub struct TransactionEnv<'a, 'c> {
    /// The process.
    pub ctx: &'a mut Context<'c>,
    /// What it wants done.
    pub commands: &'a mut Vec<TransactionCommand>,
    /// New producer ids.
    pub ids: ProducerIds<'a>,
}

impl TransactionEnv<'_, '_> {
    /// Answers a request.
    pub fn reply(&mut self, to: ReplyTo, response: Response) {
        self.commands.push(TransactionCommand::Reply { to, response });
    }
}
