//! The KRaft controller, as a quorum of one (`metadata/.../controller/QuorumController.java`).

pub mod partition_change;
mod placement;

use std::rc::Rc;

use crate::cluster::metadata::MetadataImage;
use crate::history::fact::StopKind;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;

/// The controller process. Its metadata log is fsynced before it counts, so it survives everything.
#[derive(Clone, Debug)]
pub struct Controller {}

#[allow(unused_variables)]
impl Controller {
    /// Not started, with an empty metadata log.
    pub fn new(config: Rc<BrokerConfig>, catalog: Rc<Catalog>) -> Controller {
        todo!()
    }
    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The process is gone; the metadata log stays.
    pub fn process_died(&mut self, kind: StopKind) {
        todo!()
    }
    /// The committed state, for tools.
    pub fn image(&self) -> &MetadataImage {
        todo!()
    }
}
