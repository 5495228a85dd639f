//! A broker: leaders and followers, their logs, the coordinators, and its life under the
//! controller (`core/.../server/{KafkaApis,ReplicaManager,BrokerServer}.scala`).
//!
//! A process is made of parts with Kafka's names. Each owns what it touches, takes a call, and answers with values;
//! [`server`] passes these on, and is the only place that knows all of them.
//!
//! | part | what it owns |
//! |---|---|
//! | [`socket_server`] | channels, one request in progress on each; muting, queues, the wait for the disk |
//! | [`request_channel`] | network threads, request queue and request handlers of a machine that has an end |
//! | [`replica_manager`] | replicas and their logs, ISRs, fetch sessions, what is delayed |
//! | [`replica_fetchers`] | the conversation with each leader |
//! | [`cluster_link`] | registration, heartbeats, the metadata log, ISR proposals, forwarded requests |
//! | [`coordinators`] | the group coordinator, the transaction coordinator and the share coordinator |
//! | [`persister`] | calls to share coordinators |
//! | [`share`] | share-partitions of the partitions that it leads, members' share sessions |
//! | [`add_partitions_to_txn`] | what transaction coordinators are asked for producers |
//! | [`inter_broker_send_thread`] | how other brokers are sent that, and markers |
//! | [`metadata_cache`] | what is known of the cluster |
//!
//! Whoever finds that the process is over says so with a [`halt::Halt`], which goes up with `?`.

mod add_partitions_to_txn;
mod cluster_link;
mod coordinators;
mod delayed_deletions;
mod halt;
mod inter_broker_send_thread;
mod metadata_cache;
mod persister;
mod replica_fetchers;
mod replica_id;
mod replica_manager;
mod request_channel;
mod server;
pub mod share;
mod socket_server;
mod timers;
mod verifications;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use self::halt::Halt;
use self::replica_manager::{LogManager, ReplicaManager};
use self::server::{BrokerServer, Cluster};
pub use self::share::{BatchDescription, SharePartitionDescription};
use crate::cluster::coordinator::{GroupCoordinator, ShareCoordinator, TransactionCoordinator};
use crate::cluster::group_configs::GroupConfigs;
use crate::cluster::life::ServerLife;
use crate::cluster::log::Log;
use crate::cluster::metadata::MetadataImage;
use crate::history::fact::{Fact, StopKind};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerId, BrokerList, Tp};
use crate::protocol::machine::Machine;
use crate::protocol::rules::Rules;
use crate::sim::random::Stream;

/// A broker, whether its process runs or not.
#[derive(Clone, Debug)]
pub struct Broker {
    id: BrokerId,
    config: Rc<BrokerConfig>,
    groups: Rc<GroupConfigs>,
    catalog: Rc<Catalog>,
    rules: Rules,
    /// What it runs on; none: it has time for everything.
    machine: Option<Machine>,
    /// For the first life: where its periodic work stands.
    phases: Option<Stream>,
    life: ServerLife<LogManager, Box<BrokerServer>>,
}

impl Broker {
    /// Not started, with an empty disk.
    pub fn new(
        id: BrokerId,
        config: Rc<BrokerConfig>,
        groups: Rc<GroupConfigs>,
        catalog: Rc<Catalog>,
        rules: Rules,
    ) -> Broker {
        let life = ServerLife::Down(LogManager::default());
        Broker { id, config, groups, catalog, rules, machine: None, phases: None, life }
    }
    /// It runs on a machine that has an end.
    pub fn on_machine(self, machine: Option<Machine>) -> Broker {
        Broker { machine, ..self }
    }
    /// The first life goes on as if it had begun long before: its heartbeats and its looks at the ISRs come at
    /// drawn phases of their intervals.
    pub fn up_for_a_while(self, random: Stream) -> Broker {
        Broker { phases: Some(random), ..self }
    }

    /// Takes one input.
    #[inline]
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        match (&mut self.life, input) {
            (ServerLife::Up(server), input) => {
                if let Err(halt) = server.handle(input, ctx) {
                    self.halt(halt, ctx);
                }
            }
            (life @ ServerLife::Down(_), Input::Start) => {
                let phases = self.phases.take();
                life.start(|logs| {
                    let cluster = Cluster { groups: &self.groups, catalog: &self.catalog, rules: self.rules };
                    let server = BrokerServer::start(self.id, &self.config, cluster, logs, phases, ctx);
                    Box::new(server.on_machine(self.machine, ctx.now()))
                });
            }
            (ServerLife::Down(_), _) => {}
        }
    }
    /// The process ends by itself.
    #[cold]
    fn halt(&mut self, halt: Halt, ctx: &mut Context<'_>) {
        match halt {
            Halt::Stopped => ctx.exit(),
            Halt::LogDirFailed => {
                ctx.record(Fact::LogDirFailed { broker: self.id });
                if let ServerLife::Up(server) = &mut self.life {
                    server.close_everything(ctx);
                }
                ctx.halt(None);
            }
        }
        self.life.end(|server| server.into_log_manager());
    }
    /// The process is gone; what is on the disk stays. (After a power loss the world has told the
    /// disk before; the next start compares.)
    pub fn process_died(&mut self, _kind: StopKind) {
        self.life.end(|server| server.into_log_manager());
    }

    fn replicas(&self) -> Option<&ReplicaManager> {
        self.life.up().map(|server| server.replicas())
    }
    /// This broker's view of the cluster, for tools; a process that is down has none.
    pub fn image(&self) -> Option<&MetadataImage> {
        self.life.up().map(|server| server.cache().image())
    }
    /// The log of a replica, in memory or on the disk of a process that is down.
    pub fn replica(&self, tp: Tp) -> Option<&Log> {
        match &self.life {
            ServerLife::Up(server) => server.replicas().log(tp),
            ServerLife::Down(logs) => logs.log(tp),
        }
    }
    /// Whether this broker believes that it leads the partition.
    pub fn leads(&self, tp: Tp) -> bool {
        self.replicas().is_some_and(|replicas| replicas.leads(tp))
    }
    /// The committed ISR, as the leader knows it; `None` on any other broker.
    pub fn isr(&self, tp: Tp) -> Option<BrokerList> {
        self.replicas()?.isr(tp)
    }
    /// The share-partitions that it leads, for tools; a process that is down has none.
    pub fn share_partitions(&self) -> impl Iterator<Item = SharePartitionDescription> + '_ {
        self.life.up().into_iter().flat_map(|server| server.share_partitions().describe())
    }
    /// The group coordinator, for tools; a process that is down has none.
    pub fn coordinator(&self) -> Option<&GroupCoordinator> {
        self.life.up().map(|server| server.coordinators().groups())
    }
    /// The transaction coordinator, for tools; a process that is down has none.
    pub fn transaction_coordinator(&self) -> Option<&TransactionCoordinator> {
        self.life.up().map(|server| server.coordinators().transactions())
    }

    /// The share coordinator, for tools; a process that is down has none.
    pub fn share_coordinator(&self) -> Option<&ShareCoordinator> {
        self.life.up().map(|server| server.coordinators().shares())
    }

    /// # Panics
    /// If anything that it knows contradicts itself. `turn`: a number that rises; what there is much of takes turns.
    pub fn check_invariants(&self, turn: u64) {
        if let ServerLife::Up(server) = &self.life {
            server.check_invariants(turn);
        }
    }
}
