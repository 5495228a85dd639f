//! What a world is made of: plain values, already checked. `scenario/` makes one from YAML; a test
//! can write one by hand.

use crate::app::spec::{AppSpec, ConsumerSpec, LoopSpec, ProducerSpec, ShareLoopSpec, SinkSpec, SourceSpec};
pub use crate::cluster::admin::{GroupTask, ResetTo, Task};
use crate::cluster::group_configs::GroupConfigs;
pub use crate::history::setup::{GroupSetup, Ignored};
use crate::history::state::Statement;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerId, BrokerList, GroupId, NodeId, Tp, TransactionalId};
use crate::protocol::machine::Machine;
use crate::protocol::messages::{AdminRequest, CreatableTopic};
use crate::protocol::rules::Rules;
use crate::sim::random::{Distribution, Stream};
use crate::sim::time::Nanos;

pub use super::action::{Action, Lasting};

/// A whole run, but for the seed.
#[derive(Clone, Debug)]
pub struct WorldSpec {
    /// The scenario's name.
    pub name: String,
    /// The rules of Kafka's version.
    pub rules: Rules,
    /// How long workloads and faults go on.
    pub duration: Nanos,
    /// How long the final read phase may take at most: faults over, producers silent, groups reading
    /// what is left. Zero: the run ends at `duration`.
    pub final_phase: Nanos,
    /// The names. Nodes come in this order: brokers 1.., controllers 100.., admin, applications, administrators' tools.
    pub catalog: Catalog,
    /// Broker configs, by broker id - 1.
    pub brokers: Vec<BrokerConfig>,
    /// Configs of groups that have some of their own (`kafka-configs --entity-type groups`), whole, ascending.
    pub groups: Vec<GroupSetup>,
    /// Topics that the administrator creates at the start.
    pub topics: Vec<CreatableTopic>,
    /// Applications, each in a process of its own; in the order of the catalogue.
    pub applications: Vec<(NodeId, AppSpec)>,
    /// The network.
    pub network: NetworkSpec,
    /// The disks.
    pub disk: DiskParameters,
    /// The machine of each broker; none: it has time for everything.
    pub machine: Option<Machine>,
    /// How long the process of a broker or controller that is started again is busy with itself before it
    /// does anything. All are up when the run begins.
    pub process_start: Nanos,
    /// What goes wrong, and when.
    pub faults: Vec<FaultSpec>,
    /// Administrators that come while the cluster runs. Their nodes are the last.
    pub operations: Vec<OperationSpec>,
    /// Settings that were read and have no effect.
    pub ignored: Vec<Ignored>,
}

/// An administrator's tool: a process that is started by [`Action::Administer`].
#[derive(Clone, Debug)]
pub struct OperationSpec {
    /// The process.
    pub node: NodeId,
    /// What it comes for.
    pub task: Task,
}

/// Links between processes, one direction each, all alike but for these classes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NetworkSpec {
    /// Between servers (brokers and controllers).
    pub server_latency: Distribution,
    /// Between a client and a server.
    pub client_latency: Distribution,
    /// Between processes that stand in different racks, whatever they are; none: as if they stood in one.
    pub cross_rack_latency: Option<Distribution>,
    /// Bytes per second that one process can send; none: unlimited.
    pub bandwidth: Option<u64>,
}

/// What somebody waits for, while a world goes on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Waits {
    /// Nobody waits.
    ForNothing,
    /// For what the cluster's state tells.
    ForConditions,
    /// Also for what a monitor of lag knows.
    ForLag,
}

impl WorldSpec {
    /// The replicas that administrators give partitions while the cluster runs.
    pub fn reassignments(&self) -> impl Iterator<Item = (Tp, BrokerList)> + '_ {
        self.operations.iter().flat_map(|operation| {
            let all: &[_] = match &operation.task {
                Task::Ask(AdminRequest::AlterPartitionReassignments { partitions, .. }) => partitions,
                _ => &[],
            };
            all.iter().filter_map(|(tp, replicas)| Some((*tp, (*replicas)?)))
        })
    }
    /// The configs of groups, as brokers have them.
    pub fn group_configs(&self) -> GroupConfigs {
        let defaults = self.brokers.first().map(BrokerConfig::group_defaults).unwrap_or_default();
        let mut configs = GroupConfigs::new(defaults);
        self.groups.iter().for_each(|setup| configs.set(setup.group, setup.config.clone()));
        configs
    }
    /// What its faults wait for.
    pub fn waits(&self) -> Waits {
        let of = |fault: &FaultSpec| match &fault.trigger {
            Trigger::When { condition: Condition::State(state), .. } if state.is_monitored() => Waits::ForLag,
            Trigger::When { .. } => Waits::ForConditions,
            _ => Waits::ForNothing,
        };
        self.faults.iter().map(of).max().unwrap_or(Waits::ForNothing)
    }
    /// Whether some application looks whether a record has a row in its database.
    pub fn looks_for_rows(&self) -> bool {
        self.applications.iter().any(|(_, app)| app.sink().is_some_and(SinkSpec::looks_for_rows))
    }
    /// The applications that send a workload.
    pub fn sources(&self) -> impl Iterator<Item = (NodeId, &SourceSpec)> {
        self.applications.iter().filter_map(|(node, app)| Some((*node, app.source()?)))
    }
    /// The applications that read.
    pub fn loops(&self) -> impl Iterator<Item = (NodeId, &LoopSpec)> {
        self.applications.iter().filter_map(|(node, app)| Some((*node, app.poll_loop()?)))
    }
    /// The applications that read as members of share groups.
    pub fn share_loops(&self) -> impl Iterator<Item = (NodeId, &ShareLoopSpec)> {
        self.applications.iter().filter_map(|(node, app)| Some((*node, app.share_loop()?)))
    }
    /// Those that send, to change them.
    pub fn sources_mut(&mut self) -> impl Iterator<Item = &mut SourceSpec> {
        self.applications.iter_mut().filter_map(|(_, app)| match app {
            AppSpec::Source(spec) => Some(spec),
            AppSpec::PollLoop(_) | AppSpec::ShareLoop(_) => None,
        })
    }
    /// The applications that read, to change them.
    pub fn loops_mut(&mut self) -> impl Iterator<Item = &mut LoopSpec> {
        self.applications.iter_mut().filter_map(|(_, app)| match app {
            AppSpec::PollLoop(spec) => Some(spec),
            AppSpec::Source(_) | AppSpec::ShareLoop(_) => None,
        })
    }
    /// The producers, each with the process that owns it.
    pub fn producers(&self) -> impl Iterator<Item = (NodeId, &ProducerSpec)> {
        self.applications.iter().filter_map(|(node, app)| Some((*node, app.producer()?)))
    }
    /// The consumers, each with the process that owns it.
    pub fn consumers(&self) -> impl Iterator<Item = (NodeId, &ConsumerSpec)> {
        self.applications.iter().filter_map(|(node, app)| Some((*node, app.consumer()?)))
    }
    /// A round trip with `bytes` over the slowest link, a write and a flush, which takes longer only rarely.
    pub fn slow_round_trip(&self, bytes: u32) -> Nanos {
        let across = self.network.cross_rack_latency.filter(|_| !self.catalog.racks.is_empty());
        let latency = self.network.server_latency.slow().max(self.network.client_latency.slow());
        let latency = latency.max(across.map_or(Nanos::ZERO, |across| across.slow()));
        let transfer = |per_second: u64| {
            let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(per_second.max(1));
            Nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        };
        latency
            .saturating_mul(2)
            .saturating_add(self.network.bandwidth.map_or(Nanos::ZERO, transfer))
            .saturating_add(transfer(self.disk.bandwidth))
            .saturating_add(self.disk.flush_latency)
    }
}

/// A broker's disk.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DiskParameters {
    /// Bytes per second of the device.
    pub bandwidth: u64,
    /// Time of an fsync.
    pub flush_latency: Nanos,
    /// Bytes; none: no limit.
    pub capacity: Option<u64>,
    /// Age at which the operating system has written a dirty page back.
    pub writeback_age: Nanos,
    /// Bytes that the page cache holds; none: no limit.
    pub page_cache: Option<u64>,
    /// Time until the device begins to deliver what is not in the page cache.
    pub read_latency: Nanos,
}

/// One entry of `faults:`.
#[derive(Clone, Debug)]
pub struct FaultSpec {
    /// When it strikes.
    pub trigger: Trigger,
    /// What it does.
    pub action: Action,
    /// One line for timelines and plots, such as `crash leader of orders-0`.
    pub label: String,
    /// Whether the run is as good if it hits nobody, or its condition does not come true.
    pub may_miss: bool,
}

/// A time, or a stretch of time to draw one from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Not before.
    pub earliest: Nanos,
    /// Not after.
    pub latest: Nanos,
}

impl Moment {
    /// Nothing is drawn where there is nothing to choose.
    pub fn draw(self, random: &mut Stream) -> Nanos {
        if self.earliest == self.latest {
            return self.earliest;
        }
        Nanos(random.between(self.earliest.0, self.latest.0))
    }
}

impl std::fmt::Debug for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.earliest)?;
        if self.earliest < self.latest { write!(f, "..={}", self.latest) } else { Ok(()) }
    }
}

impl From<Nanos> for Moment {
    fn from(at: Nanos) -> Moment {
        Moment { earliest: at, latest: at }
    }
}

/// When a fault strikes. What is drawn comes from the fault's own stream.
#[derive(Clone, PartialEq, Debug)]
pub enum Trigger {
    /// Once.
    At(Nanos),
    /// Once, at a time of this stretch that the seed decides.
    Within(Moment),
    /// Again and again.
    Every {
        /// First time.
        first: Moment,
        /// Time between.
        every: Moment,
        /// How many times at most; none: until the end.
        times: Option<u32>,
    },
    /// Once, when a condition becomes true (not before `after`), `delay` later.
    When {
        /// The condition.
        condition: Condition,
        /// Not before this time.
        after: Nanos,
        /// How much later.
        delay: Moment,
    },
}

/// Something that can be read off the history so far.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// A group's lag (high watermarks less committed offsets, over all its partitions) is above this.
    LagAbove(GroupId, u64),
    /// A group's lag is below this.
    LagBelow(GroupId, u64),
    /// A partition's committed ISR has this many members or fewer.
    IsrAtMost(Tp, u16),
    /// A partition's committed ISR has this many members or more.
    IsrAtLeast(Tp, u16),
    /// A partition is led by this broker.
    LeaderIs(Tp, BrokerId),
    /// A partition has no leader.
    Leaderless(Tp),
    /// A group is stable, with all its scenario's members.
    GroupStable(GroupId),
    /// Producers have got this many records acknowledged for a partition.
    AckedAtLeast(Tp, u64),
    /// The leader has this many records that no follower is known to have.
    UnreplicatedAtLeast(Tp, u64),
    /// A broker is fenced, and was not before.
    Fenced(BrokerId),
    /// A broker is unfenced.
    Unfenced(BrokerId),
    /// A process runs.
    Up(NodeId),
    /// A process has ended.
    Down(NodeId),
    /// Another fault has struck.
    FaultStarted(u16),
    /// Another fault has struck, and is over.
    FaultEnded(u16),
    /// Something else that can be said of the cluster, as `expect` says it.
    State(Statement),
}

/// What a fault hits. Roles are looked up when the fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A process by name (also a broker or the controller).
    Node(NodeId),
    /// The broker that leads a partition.
    LeaderOf(Tp),
    /// The first follower in a partition's ISR.
    FollowerOf(Tp),
    /// The broker that coordinates a group.
    CoordinatorOf(GroupId),
    /// The broker that coordinates a transactional id.
    TransactionCoordinatorOf(TransactionalId),
    /// The active controller.
    ActiveController,
    /// All other controllers.
    StandbyControllers,
    /// Every controller.
    AllControllers,
    /// Some running broker.
    RandomBroker,
    /// Some running member of a group.
    MemberOf(GroupId),
    /// Every broker.
    AllBrokers,
    /// Every process that is not named elsewhere in the same fault.
    Others,
}
