//! The consumer of the classic group protocol (`clients/.../consumer/internals/ClassicKafkaConsumer.java`).

use std::rc::Rc;

use crate::client::application::ConsumerSpec;
use crate::history::fact::StopKind;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;

/// A consumer and the application that polls it: one process.
#[derive(Clone, Debug)]
pub struct Consumer {}

#[allow(unused_variables)]
impl Consumer {
    /// Not started.
    pub fn new(spec: ConsumerSpec, catalog: Rc<Catalog>) -> Consumer {
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
