//! The producer (`clients/.../producer/KafkaProducer.java`, `internals/{Sender,RecordAccumulator,TransactionManager}.java`).

use std::rc::Rc;

use crate::client::application::ProducerSpec;
use crate::history::fact::StopKind;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;

/// A producer and the application that sends through it: one process.
#[derive(Clone, Debug)]
pub struct Producer {}

#[allow(unused_variables)]
impl Producer {
    /// Not started.
    pub fn new(spec: ProducerSpec, catalog: Rc<Catalog>) -> Producer {
        todo!()
    }
    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The process is gone; nothing it had in memory survives.
    pub fn process_died(&mut self, kind: StopKind) {
        todo!()
    }
}
