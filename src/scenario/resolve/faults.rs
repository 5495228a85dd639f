//! Faults: triggers, targets, actions.

use super::{MAX_FAULTS, MAX_OCCURRENCES, Names};
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::{ControllerId, NodeId};
use crate::scenario::codes;
use crate::scenario::decode::{List, OneOrMore};
use crate::scenario::file::File;
use crate::scenario::file::action::{Sides, Whom};
use crate::scenario::file::fault::{Does, Fault, TargetPhrase, When};
use crate::scenario::file::workload::YesNo;
use crate::scenario::findings::{Findings, counted, suggestion};
use crate::scenario::node::{At, Span, shorten};
use crate::scenario::target::{ConditionName, TargetName};
use crate::sim::time::Nanos;
use crate::world::spec::{Action, Condition, FaultSpec, Lasting, Moment, Target, Trigger};

/// The faults, resolved.
pub(super) fn faults(file: &File, names: &Names, duration: Nanos, findings: &mut Findings) -> Vec<FaultSpec> {
    let list: &[At<Fault>] = file.faults.as_ref().map_or(&[], |faults| &faults.0);
    if let Some(one_too_many) = list.get(MAX_FAULTS) {
        findings
            .error(codes::OUT_OF_BOUNDS, one_too_many.span, format!("more than {MAX_FAULTS} faults"))
            .label("too many");
    }
    let list = &list[..list.len().min(MAX_FAULTS)];
    let actions: Vec<Option<Action>> =
        list.iter().map(|fault| Resolver { names, findings: &mut *findings }.action(fault)).collect();
    let named = NamedFaults::new(list, &actions, findings);
    let triggers: Vec<Option<Trigger>> =
        list.iter().map(|fault| trigger(fault, names, &named, duration, findings)).collect();
    wait_in_circles(list, &triggers, findings);
    list.iter()
        .zip(actions)
        .zip(triggers)
        .filter_map(|((fault, action), trigger)| {
            let may_miss = fault.may_miss.as_ref().is_some_and(|at| at.value == YesNo::Yes);
            Some(FaultSpec { trigger: trigger?, action: action?, label: fault.label.clone(), may_miss })
        })
        .collect()
}

/// A condition, read as that of a fault which comes after the file's.
pub(super) fn condition(file: &File, names: &Names, when: &When, findings: &mut Findings) -> Option<Condition> {
    let list: &[At<Fault>] = file.faults.as_ref().map_or(&[], |faults| &faults.0);
    let actions: Vec<Option<Action>> =
        list.iter().map(|fault| Resolver { names, findings: &mut *findings }.action(fault)).collect();
    let named = NamedFaults::new(list, &actions, findings);
    Resolver { names, findings }.condition(&when.0, &named)
}

/// The faults that have a name: which it is, and whether it ends.
struct NamedFaults<'a>(Vec<(&'a str, u16, bool)>);

impl<'a> NamedFaults<'a> {
    fn new(list: &'a [At<Fault>], actions: &[Option<Action>], findings: &mut Findings) -> NamedFaults<'a> {
        let mut named: Vec<(&str, u16, bool)> = Vec::new();
        for (index, (fault, action)) in list.iter().zip(actions).enumerate() {
            let Some(name) = &fault.name else { continue };
            if named.iter().any(|(other, ..)| *other == name.0) {
                findings
                    .error(codes::DUPLICATE_NAME, name.span, format!("two faults called `{}`", shorten(&name.0)))
                    .label("the second")
                    .help("give it another name");
                continue;
            }
            let ends = action.as_ref().is_none_or(|action| matches!(action.lasting(), Lasting::For(_)));
            named.push((&name.0, index as u16, ends));
        }
        NamedFaults(named)
    }

    fn find(&self, name: &str, span: Span, findings: &mut Findings) -> Option<(u16, bool)> {
        let found = self.0.iter().find(|(known, ..)| *known == name).map(|(_, index, ends)| (*index, *ends));
        if found.is_none() {
            let known: Vec<&str> = self.0.iter().map(|(name, ..)| *name).collect();
            let help = if known.is_empty() {
                Some(format!("give the other fault the key `name: {}`", shorten(name)))
            } else {
                suggestion(name, &known, "named fault")
            };
            findings
                .error(codes::BAD_FAULT, span, format!("unknown fault `{}`", shorten(name)))
                .label("no fault has this name")
                .maybe_help(help);
        }
        found
    }
}

/// A fault that waits for itself, or for one that waits for it, never strikes.
fn wait_in_circles(list: &[At<Fault>], triggers: &[Option<Trigger>], findings: &mut Findings) {
    let waits_for = |fault: usize| match &triggers[fault] {
        Some(Trigger::When { condition: Condition::FaultStarted(other) | Condition::FaultEnded(other), .. }) => {
            Some(usize::from(*other))
        }
        _ => None,
    };
    for (index, fault) in list.iter().enumerate() {
        // As many steps as there are faults lead back to it, or never will.
        let mut chain = std::iter::successors(waits_for(index), |at| waits_for(*at)).take(list.len());
        if let (true, Some(when)) = (chain.any(|at| at == index), &fault.when) {
            findings
                .error(codes::NEVER_HAPPENS, when.0.span, "a fault that waits for itself")
                .label("this never comes true")
                .help("give one of the faults an `at`");
        }
    }
}

fn trigger(
    fault: &Fault,
    names: &Names,
    named: &NamedFaults<'_>,
    duration: Nanos,
    findings: &mut Findings,
) -> Option<Trigger> {
    let mut late = |at: Nanos, span: Span| {
        if at >= duration {
            findings
                .error(codes::NEVER_HAPPENS, span, "a fault after the end")
                .label(format!("the run ends at {duration}"))
                .help("move it, or make `duration` longer");
        }
    };
    if let Some(at) = &fault.at {
        late(at.latest, at.span);
    }
    if let Some(after) = &fault.after {
        late(after.0, after.span);
    }
    if let (None, Some(every)) = (&fault.at, &fault.every) {
        late(every.latest, every.span);
    }
    misplaced(fault, findings);
    if let Some(when) = &fault.when {
        let condition = Resolver { names, findings }.condition(&when.0, named)?;
        let after = fault.after.as_ref().map_or(Nanos::ZERO, |at| at.0);
        let delay = fault.delay.as_ref().map_or(Nanos::ZERO.into(), |at| at.value);
        return Some(Trigger::When { condition, after, delay });
    }
    if let Some(every) = &fault.every {
        if every.earliest == Nanos::ZERO {
            findings
                .error(codes::MALFORMED, every.span, "`every` without time between")
                .label("must be longer than nothing")
                .help("write `every: 10s`");
            return None;
        }
        let first = fault.at.as_ref().map_or(every.value, |at| at.value);
        let times = fault.times.as_ref().map(|at| at.0 as u32);
        let span = duration.saturating_sub(first.earliest).0;
        let occurrences = (span / every.earliest.0 + 1).min(times.map_or(u64::MAX, u64::from));
        if occurrences > MAX_OCCURRENCES {
            findings
                .error(codes::OUT_OF_BOUNDS, every.span, format!("it would strike {occurrences} times"))
                .label(format!("at most {MAX_OCCURRENCES}"))
                .help("make `every` longer, or set `times`");
        }
        return Some(Trigger::Every { first, every: every.value, times });
    }
    fault.at.as_ref().map(|at| match at.value {
        Moment { earliest, latest } if earliest == latest => Trigger::At(earliest),
        stretch => Trigger::Within(stretch),
    })
}

/// Triggers that cannot stand together.
fn misplaced(fault: &Fault, findings: &mut Findings) {
    let mut refuse = |span: Option<Span>, what: &str, label: &str| {
        if let Some(span) = span {
            findings.error(codes::BAD_FAULT, span, what).label(label);
        }
    };
    let waits = fault.when.is_some();
    refuse(
        fault.at.as_ref().filter(|_| waits).map(|at| at.span),
        "`at` beside `when`",
        "use `after` for the earliest time",
    );
    refuse(
        fault.every.as_ref().filter(|_| waits).map(|at| at.span),
        "`every` beside `when`",
        "a fault that waits strikes once",
    );
    refuse(
        fault.times.as_ref().filter(|_| fault.every.is_none()).map(|at| at.span),
        "`times` without `every`",
        "nothing is repeated",
    );
    refuse(fault.after.as_ref().filter(|_| !waits).map(|at| at.span), "`after` without `when`", "use `at`");
    refuse(fault.delay.as_ref().filter(|_| !waits).map(|at| at.span), "`delay` without `when`", "use `at`");
}

/// Which targets a fault can have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fits {
    /// Any process.
    Process,
    /// Brokers.
    Broker,
    /// Processes with a disk: brokers and controllers.
    Server,
    /// Applications that work on what they read.
    Reader,
    /// One side of a link: any process, and `others`.
    Side,
}

struct Resolver<'a> {
    names: &'a Names,
    findings: &'a mut Findings,
}

impl Resolver<'_> {
    fn action(&mut self, fault: &Fault) -> Option<Action> {
        let said = match &fault.does.value {
            Does::Breaks(said) => said,
            Does::CreateTopic(_)
            | Does::AddPartitions(_)
            | Does::SetConfig(_)
            | Does::ElectLeaders(_)
            | Does::ReassignPartitions(_)
            | Does::CancelReassignment(_)
            | Does::AbortTransaction(_)
            | Does::ResetOffsets(_)
            | Does::DeleteGroup(_)
            | Does::DeleteOffsets(_)
            | Does::DeleteRecords(_)
            | Does::RemoveMembers(_) => {
                let node = self.names.operations.get(&fault.does.span).copied()?;
                return Some(Action::Administer { node });
            }
        };
        let sides = match (&said.whom, said.row.sides) {
            (Whom::Victims(broker, process), sides) => {
                let fits = match sides {
                    Sides::Servers => Fits::Server,
                    _ if said.row.key == "service.outage" => Fits::Reader,
                    _ => Fits::Process,
                };
                vec![self.victims(broker.as_ref(), process.as_ref(), fault.does.span, fits)?]
            }
            (Whom::OneWay(from, to), _) => {
                let (from, to) = self.directed(from, to)?;
                vec![from, to]
            }
            (Whom::Between(between), sides) => self.sides(between, sides == Sides::Two)?,
        };
        Some(said.build(sides))
    }

    /// Whom a process or disk fault hits: `broker` or `process`.
    fn victims(
        &mut self,
        broker: Option<&At<OneOrMore<TargetPhrase>>>,
        process: Option<&At<OneOrMore<TargetPhrase>>>,
        key: Span,
        fits: Fits,
    ) -> Option<Vec<Target>> {
        match (broker, process) {
            (Some(broker), None) => self.targets(broker, if fits == Fits::Reader { fits } else { Fits::Broker }),
            (None, Some(process)) => self.targets(process, fits),
            (Some(_), Some(both)) => {
                self.findings
                    .error(codes::CONTRADICTION, both.span, "`process` beside `broker`")
                    .label("a broker is a process: keep one of the two");
                None
            }
            (None, None) => {
                let help = match fits {
                    Fits::Broker | Fits::Server => "add `broker: leader of topic-0`",
                    Fits::Reader => "add `process: name-0`, `process: group name` or `process: member of name`",
                    _ => "add `broker: leader of topic-0`, or `process: name-0`",
                };
                self.findings.error(codes::MISSING_KEY, key, "the fault hits nobody").label("whom?").help(help);
                None
            }
        }
    }

    fn directed(
        &mut self,
        from: &At<OneOrMore<TargetPhrase>>,
        to: &At<OneOrMore<TargetPhrase>>,
    ) -> Option<(Vec<Target>, Vec<Target>)> {
        let (from, to_targets) = (self.targets(from, Fits::Side), self.targets(to, Fits::Side));
        let (from, to_targets) = (from?, to_targets?);
        self.others_once(&[&from, &to_targets], to.span);
        Some((from, to_targets))
    }

    fn sides(&mut self, between: &At<List<OneOrMore<TargetPhrase>>>, exactly_two: bool) -> Option<Vec<Vec<Target>>> {
        let count = between.value.0.len();
        if count < 2 || (exactly_two && count > 2) {
            let label = if exactly_two { "two sides" } else { "two sides or more" };
            self.findings
                .error(codes::IMPOSSIBLE, between.span, format!("`between` has {}", counted(count as u64, "side")))
                .label(label)
                .help("write `[[broker 1], [others]]`");
            return None;
        }
        let sides: Vec<_> = between.value.0.iter().map(|side| self.targets(side, Fits::Side)).collect();
        let sides = sides.into_iter().collect::<Option<Vec<_>>>()?;
        let all: Vec<&Vec<Target>> = sides.iter().collect();
        self.others_once(&all, between.span);
        Some(sides)
    }

    /// `others` are those that no other side names: there can be one such side, and not all.
    fn others_once(&mut self, sides: &[&Vec<Target>], span: Span) {
        let with_others = sides.iter().filter(|side| side.contains(&Target::Others)).count();
        if with_others > 1 {
            self.findings.error(codes::WRONG_TARGET, span, "`others` on two sides").label("others than whom?");
        }
    }

    fn targets(&mut self, list: &At<OneOrMore<TargetPhrase>>, fits: Fits) -> Option<Vec<Target>> {
        if list.value.0.is_empty() {
            self.findings.error(codes::EMPTY_SECTION, list.span, "no target").label("name at least one");
            return None;
        }
        let mut all = Vec::new();
        let mut complete = true;
        for phrase in &list.value.0 {
            match self.target(&phrase.0, phrase.span, fits) {
                Some(targets) => all.extend(targets),
                None => complete = false,
            }
        }
        complete.then_some(all)
    }

    fn target(&mut self, name: &TargetName, span: Span, fits: Fits) -> Option<Vec<Target>> {
        let catalog = &self.names.catalog;
        let one = |target: Target| Some(vec![target]);
        let found = match name {
            TargetName::Broker(id) => {
                one(Target::Node(catalog.broker_node(self.names.broker(*id, span, self.findings)?)))
            }
            TargetName::AllBrokers => one(Target::AllBrokers),
            TargetName::RandomBroker => one(Target::RandomBroker),
            TargetName::LeaderOf(tp) => one(Target::LeaderOf(self.names.partition(tp, span, self.findings)?)),
            TargetName::FollowerOf(tp) => one(Target::FollowerOf(self.names.partition(tp, span, self.findings)?)),
            TargetName::CoordinatorOf(group) => {
                one(Target::CoordinatorOf(self.names.group(group, span, self.findings)?))
            }
            TargetName::TransactionCoordinatorOf(id) => {
                one(Target::TransactionCoordinatorOf(self.names.transactional_id(id, span, self.findings)?))
            }
            TargetName::ActiveController => one(Target::ActiveController),
            TargetName::StandbyControllers => one(Target::StandbyControllers),
            TargetName::AllControllers => one(Target::AllControllers),
            TargetName::Controller(id) => one(Target::Node(self.controller(*id, span)?)),
            TargetName::MemberOf(group) => one(Target::MemberOf(self.names.group(group, span, self.findings)?)),
            TargetName::Group(group) => {
                let id = self.names.group(group, span, self.findings)?;
                Some(self.processes(|role, _| role.group() == Some(id)))
            }
            TargetName::Producer(producer) => self.producer(producer, span),
            TargetName::Rack(rack) => self.rack(rack, span, fits),
            TargetName::Others => one(Target::Others),
            TargetName::Process(process) => self.process(process, span),
            TargetName::Unreadable => None,
        }?;
        self.fits(&found, span, fits).then_some(found)
    }

    /// A controller by its `node.id`.
    fn controller(&mut self, id: u64, span: Span) -> Option<NodeId> {
        let catalog = &self.names.catalog;
        let wanted = |(known, _): &(ControllerId, _)| u64::from(known.0) == id;
        if let Some((_, node)) = catalog.controllers().find(wanted) {
            return Some(node);
        }
        let known: Vec<String> = catalog.controllers().map(|(id, _)| format!("`controller {id}`")).collect();
        let help = match known.len() {
            1 => format!("there is one, {}; `metadata: {{ kraft: {{ controllers: 3 }} }}` makes it three", known[0]),
            _ => format!("there are {}", known.join(", ")),
        };
        self.findings
            .error(codes::UNKNOWN_CONTROLLER, span, format!("unknown controller {id}"))
            .label("no controller has this id")
            .help(help);
        None
    }

    fn processes(&self, matches: impl Fn(NodeRole, &str) -> bool) -> Vec<Target> {
        let nodes = self.names.catalog.nodes.iter().enumerate();
        nodes.filter(|(_, node)| matches(node.role, &node.name)).map(|(i, _)| Target::Node(NodeId(i as u16))).collect()
    }

    /// `rack a`: who stands there; its brokers alone, where brokers are hit.
    fn rack(&mut self, name: &str, span: Span, fits: Fits) -> Option<Vec<Target>> {
        let catalog = &self.names.catalog;
        let fitting = |role: NodeRole| match fits {
            Fits::Broker => matches!(role, NodeRole::Broker(_)),
            Fits::Server => matches!(role, NodeRole::Broker(_) | NodeRole::Controller(_)),
            Fits::Reader => role.group().is_some(),
            Fits::Process | Fits::Side => true,
        };
        let found: Vec<Target> = (0..)
            .map(NodeId)
            .zip(&catalog.nodes)
            .filter(|(_, node)| fitting(node.role) && node.rack.is_some_and(|rack| catalog.rack_name(rack) == name))
            .map(|(node, _)| Target::Node(node))
            .collect();
        if !found.is_empty() {
            return Some(found);
        }
        let racks: Vec<&str> = catalog.racks.iter().map(String::as_str).collect();
        let (title, label) = match catalog.rack(name) {
            None => (format!("unknown rack `{}`", shorten(name)), "no process stands there"),
            Some(_) => (format!("rack `{}` has nobody whom this fault hits", shorten(name)), "not there"),
        };
        let help = match racks.as_slice() {
            [] => Some("say `cluster: { racks: [a, b, c] }`".to_owned()),
            racks => suggestion(name, racks, "rack"),
        };
        self.findings.error(codes::UNKNOWN_PROCESS, span, title).label(label).maybe_help(help);
        None
    }

    /// `producer checkout` (all its processes) or `producer checkout-0`.
    fn producer(&mut self, name: &str, span: Span) -> Option<Vec<Target>> {
        let of = |process: &str| process == name || process.rsplit_once('-').is_some_and(|(owner, _)| owner == name);
        let found = self.processes(|role, process| role.has_producer() && of(process));
        if found.is_empty() {
            let processes = self.names.catalog.nodes.iter().filter(|node| node.role.has_producer());
            let mut names: Vec<&str> =
                processes.filter_map(|node| node.name.rsplit_once('-')).map(|(owner, _)| owner).collect();
            names.dedup();
            let help = suggestion(name, &names, "producer");
            self.findings
                .error(codes::UNKNOWN_PROCESS, span, format!("unknown producer `{}`", shorten(name)))
                .label("not in `producers`")
                .maybe_help(help);
            return None;
        }
        Some(found)
    }

    fn process(&mut self, name: &str, span: Span) -> Option<Vec<Target>> {
        let catalog = &self.names.catalog;
        if let Some(node) =
            self.names.processes.get(name).copied().filter(|node| catalog.nodes[node.index()].role != NodeRole::Admin)
        {
            return Some(vec![Target::Node(node)]);
        }
        let clients: Vec<&str> = catalog
            .nodes
            .iter()
            .filter(|n| matches!(n.role, NodeRole::Application(_)))
            .map(|n| n.name.as_str())
            .collect();
        let owner = clients.iter().filter_map(|process| process.rsplit_once('-')).any(|(owner, _)| owner == name);
        let help = match (owner, self.names.groups.get(name)) {
            (_, Some(_)) => {
                Some(format!("write `group {name}` for all its members, `member of {name}` for one, or `{name}-0`"))
            }
            (true, None) => Some(format!("write `producer {name}`, or `{name}-0`")),
            (false, None) => suggestion(name, &clients, "client"),
        };
        self.findings
            .error(codes::UNKNOWN_PROCESS, span, format!("unknown process `{}`", shorten(name)))
            .label("not a process")
            .maybe_help(help);
        None
    }

    fn fits(&mut self, targets: &[Target], span: Span, fits: Fits) -> bool {
        let is_broker = |target: &Target| match target {
            Target::Node(node) => self.names.catalog.broker_of(*node).is_some(),
            Target::LeaderOf(_)
            | Target::FollowerOf(_)
            | Target::CoordinatorOf(_)
            | Target::TransactionCoordinatorOf(_)
            | Target::RandomBroker
            | Target::AllBrokers => true,
            Target::ActiveController
            | Target::StandbyControllers
            | Target::AllControllers
            | Target::MemberOf(_)
            | Target::Others => false,
        };
        let is_controller = |target: &Target| match target {
            Target::Node(node) => self.names.catalog.controller_of(*node).is_some(),
            Target::ActiveController | Target::StandbyControllers | Target::AllControllers => true,
            _ => false,
        };
        let serves = |target: &Target| is_broker(target) || is_controller(target);
        let reads = |target: &Target| match target {
            Target::Node(node) => self.names.catalog.nodes[node.index()].role.group().is_some(),
            Target::MemberOf(_) => true,
            _ => false,
        };
        let label = match fits {
            Fits::Side => return true,
            Fits::Reader if !targets.iter().all(reads) => "it works on no records, and calls no service for them",
            Fits::Reader => return true,
            Fits::Process if targets.contains(&Target::Others) => "`others` has a meaning only between two sides",
            Fits::Broker if !targets.iter().all(is_broker) => "not a broker",
            Fits::Server if !targets.iter().all(serves) => "neither a broker nor a controller",
            Fits::Process | Fits::Broker | Fits::Server => return true,
        };
        let help = match fits {
            Fits::Broker => "this fault hits brokers: `broker 1`, `leader of topic-0`, `all brokers`, ...",
            Fits::Server => "this fault hits servers: `broker 1`, `leader of topic-0`, `active controller`, ...",
            Fits::Reader => "this fault hits applications that read: `billing-0`, `group billing`, `member of billing`",
            Fits::Process | Fits::Side => "name the processes",
        };
        self.findings.error(codes::WRONG_TARGET, span, "this target does not fit the fault").label(label).help(help);
        false
    }

    fn condition(&mut self, at: &At<ConditionName>, named: &NamedFaults<'_>) -> Option<Condition> {
        let span = at.span;
        Some(match &at.value {
            ConditionName::LagAbove(group, n) => Condition::LagAbove(self.names.group(group, span, self.findings)?, *n),
            ConditionName::LagBelow(group, n) => Condition::LagBelow(self.names.group(group, span, self.findings)?, *n),
            ConditionName::IsrAtMost(tp, n) => Condition::IsrAtMost(self.names.partition(tp, span, self.findings)?, *n),
            ConditionName::IsrAtLeast(tp, n) => {
                Condition::IsrAtLeast(self.names.partition(tp, span, self.findings)?, *n)
            }
            ConditionName::LeaderIs(tp, broker) => {
                let tp = self.names.partition(tp, span, self.findings);
                let broker = self.names.broker(*broker, span, self.findings);
                Condition::LeaderIs(tp?, broker?)
            }
            ConditionName::Leaderless(tp) => Condition::Leaderless(self.names.partition(tp, span, self.findings)?),
            ConditionName::GroupStable(group) => {
                Condition::GroupStable(self.names.group(group, span, self.findings)?)
            }
            ConditionName::AckedAtLeast(tp, n) => {
                Condition::AckedAtLeast(self.names.partition(tp, span, self.findings)?, *n)
            }
            ConditionName::UnreplicatedAtLeast(tp, n) => {
                Condition::UnreplicatedAtLeast(self.names.partition(tp, span, self.findings)?, *n)
            }
            ConditionName::Fenced(broker) => Condition::Fenced(self.names.broker(*broker, span, self.findings)?),
            ConditionName::Unfenced(broker) => Condition::Unfenced(self.names.broker(*broker, span, self.findings)?),
            ConditionName::Running(process, up) => {
                let Target::Node(node) = *self.target(process, span, Fits::Process)?.first()? else { return None };
                if *up { Condition::Up(node) } else { Condition::Down(node) }
            }
            ConditionName::FaultStarted(name) => Condition::FaultStarted(named.find(name, span, self.findings)?.0),
            ConditionName::FaultEnded(name) => {
                let (fault, ends) = named.find(name, span, self.findings)?;
                if !ends {
                    self.findings
                        .error(codes::NEVER_HAPPENS, span, format!("the fault `{}` has no end", shorten(name)))
                        .label("this never comes true")
                        .help("wait for `started`, with a `delay`, or for what follows, such as `process name-0: up`");
                    return None;
                }
                Condition::FaultEnded(fault)
            }
            ConditionName::State(state) => {
                Condition::State(super::expect::statement(state, span, self.names, self.findings)?)
            }
        })
    }
}
