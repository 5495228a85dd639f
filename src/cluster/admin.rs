//! The administrator's client: creates the scenario's topics through a broker, and retries until it
//! is done (`kafka-topics --create`).

use std::rc::Rc;

use crate::history::fact::StopKind;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::messages::CreatableTopic;

/// The process.
#[derive(Clone, Debug)]
pub struct Admin {}

#[allow(unused_variables)]
impl Admin {
    /// Wants these topics to exist.
    pub fn new(topics: Vec<CreatableTopic>, catalog: Rc<Catalog>) -> Admin {
        todo!()
    }
    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The process is gone.
    pub fn process_died(&mut self, kind: StopKind) {
        todo!()
    }
}
