//! What a fault does, as it is written: one table of actions. A row says the key, whom it hits, which other
//! keys it has, and what is made of it; reading, `--set`, messages and the schema follow from that.

use std::sync::LazyLock;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::fault::{TargetPhrase, Time};
use super::leaf::{Bandwidth, Span};
use crate::protocol::api::Api;
use crate::scenario::decode::{Decode, Key, List, MapReader, OneOrMore, Shape, Whole, leaf};
use crate::scenario::findings::{Findings, list, suggestion};
use crate::scenario::node::{At, YamlNode, YamlValue};
#[cfg(test)]
use crate::scenario::schema::Object;
use crate::scenario::unit::Problem;
use crate::sim::time::Nanos;
use crate::world::spec::{Action, Moment, Target};

type Targets = OneOrMore<TargetPhrase>;

/// How an action says whom it hits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) enum Sides {
    /// `broker` or `process`: any process.
    Processes,
    /// `broker` or `process`: processes with a disk and a machine of their own, that is, brokers and controllers.
    Servers,
    /// `from` and `to`.
    OneWay,
    /// `between`, two sides.
    Two,
    /// `between`, two sides or more.
    Groups,
}

/// A key beside those that say whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    RestartAfter,
    For,
    Factor,
    By,
    Bandwidth,
    Api,
}

impl Part {
    fn key(self) -> &'static str {
        match self {
            Part::RestartAfter => "restart.after",
            Part::For => "for",
            Part::Factor => "factor",
            Part::By => "by",
            Part::Bandwidth => "bandwidth",
            Part::Api => "api",
        }
    }
    #[cfg(test)]
    fn schema(self, generator: &mut SchemaGenerator) -> Schema {
        match self {
            Part::RestartAfter | Part::For => generator.subschema_for::<Time>(),
            Part::By => generator.subschema_for::<Span>(),
            Part::Factor => generator.subschema_for::<Factor>(),
            Part::Bandwidth => generator.subschema_for::<Bandwidth>(),
            Part::Api => generator.subschema_for::<OneOrMore<ApiName>>(),
        }
    }
}

type Factor = Whole<2, 1_000_000>;

/// A kind of request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct ApiName(Api);

impl Decode for ApiName {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let parse = |text: &str| {
            Api::ALL.iter().copied().find(|api| api.name() == text.trim()).ok_or_else(|| {
                let names: Vec<&str> = Api::ALL.iter().map(|api| api.name()).collect();
                let near = suggestion(text, &names, "kind of request");
                Problem::new("not a kind of request").help(near.unwrap_or_else(|| format!("there is {}", list(&names))))
            })
        };
        leaf(node, "a kind of request", parse, findings).map(ApiName)
    }
}
#[cfg(test)]
impl JsonSchema for ApiName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Api".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Api::ALL.iter().map(|api| api.name()).collect();
        json_schema!({"type": "string", "description": "A kind of request, as Kafka calls it.", "enum": names})
    }
}

/// One action.
#[derive(Debug)]
pub(in crate::scenario) struct Row {
    pub key: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "the schema says it"))]
    doc: &'static str,
    pub sides: Sides,
    /// The key, whether it must be there, what it says.
    parts: &'static [(Part, bool, &'static str)],
    /// From the sides, in the order of their keys.
    build: fn(Vec<Vec<Target>>, &WrittenAction) -> Action,
}

const MUST: bool = true;
const MAY: bool = false;
const RESTART: (Part, bool, &str) = (
    Part::RestartAfter,
    MAY,
    "Started again this long after it has ended, or between which two times. Default: stays down.",
);
const FOR: (Part, bool, &str) = (Part::For, MUST, "For how long, or between which two times.");
const UNTIL_FINAL: (Part, bool, &str) =
    (Part::For, MAY, "For how long, or between which two times. Default: until the final phase.");
const UNTIL_REPAIR: (Part, bool, &str) =
    (Part::For, MAY, "For how long, or between which two times. Default: it is never repaired.");

static ACTIONS: &[Row] = &[
    Row {
        key: "crash",
        doc: "kill -9: memory is lost, the page cache is not.",
        sides: Sides::Processes,
        parts: &[RESTART],
        build: |sides, said| Action::Crash { targets: one(sides), restart_after: said.restart_after },
    },
    Row {
        key: "power.loss",
        doc: "The machine loses power: what was not flushed may be lost, and nobody is told.",
        sides: Sides::Servers,
        parts: &[RESTART],
        build: |sides, said| Action::PowerLoss { targets: one(sides), restart_after: said.restart_after },
    },
    Row {
        key: "stop",
        doc: "SIGTERM: a clean stop.",
        sides: Sides::Processes,
        parts: &[RESTART],
        build: |sides, said| Action::Stop { targets: one(sides), restart_after: said.restart_after },
    },
    Row {
        key: "start",
        doc: "A process that is down is started: one that crashed, stopped, or halted by its own fault.",
        sides: Sides::Processes,
        parts: &[],
        build: |sides, _| Action::Start { targets: one(sides) },
    },
    Row {
        key: "pause",
        doc: "SIGSTOP or a long GC pause: nothing runs, then everything is late.",
        sides: Sides::Processes,
        parts: &[FOR],
        build: |sides, said| Action::Pause { targets: one(sides), duration: said.time() },
    },
    Row {
        key: "partition",
        doc: "No bytes between groups of processes; within a group all is well.",
        sides: Sides::Groups,
        parts: &[UNTIL_FINAL],
        build: |groups, said| Action::Partition { groups, duration: said.duration },
    },
    Row {
        key: "cut",
        doc: "No bytes in one direction. What is sent the other way still arrives, until its sender misses the acknowledgements.",
        sides: Sides::OneWay,
        parts: &[UNTIL_FINAL],
        build: |sides, said| two(sides, |from, to| Action::Cut { from, to, duration: said.duration }),
    },
    Row {
        key: "block.connects",
        doc: "No new connections in one direction; those that exist live on.",
        sides: Sides::OneWay,
        parts: &[UNTIL_FINAL],
        build: |sides, said| two(sides, |from, to| Action::BlockConnects { from, to, duration: said.duration }),
    },
    Row {
        key: "slow.link",
        doc: "Latency between two sides is multiplied.",
        sides: Sides::Two,
        parts: &[(Part::Factor, MUST, "How many times slower."), UNTIL_FINAL],
        build: |sides, said| {
            let (factor, duration) = (said.factor, said.duration);
            two(sides, |between, and| Action::SlowLink { between, and, factor, duration })
        },
    },
    Row {
        key: "delay.link",
        doc: "What is sent in one direction takes longer by a fixed time.",
        sides: Sides::OneWay,
        parts: &[(Part::By, MUST, "How much longer."), UNTIL_FINAL],
        build: |sides, said| {
            two(sides, |from, to| Action::DelayLink { from, to, by: said.by, duration: said.duration })
        },
    },
    Row {
        key: "narrow.link",
        doc: "What is sent in one direction has to pass a narrow place.",
        sides: Sides::OneWay,
        parts: &[(Part::Bandwidth, MUST, "Bytes per second that pass."), UNTIL_FINAL],
        build: |sides, said| {
            let (bandwidth, duration) = (said.bandwidth, said.duration);
            two(sides, |from, to| Action::NarrowLink { from, to, bandwidth, duration })
        },
    },
    Row {
        key: "clog",
        doc: "What arrives in one direction is held back, then comes all at once.",
        sides: Sides::OneWay,
        parts: &[FOR],
        build: |sides, said| two(sides, |from, to| Action::Clog { from, to, duration: said.time() }),
    },
    Row {
        key: "reset.connections",
        doc: "All open connections between two sides are reset.",
        sides: Sides::Two,
        parts: &[],
        build: |sides, _| two(sides, |between, and| Action::ResetConnections { between, and }),
    },
    Row {
        key: "hold.requests",
        doc: "Requests of some kinds wait on their way, and whatever is sent behind them on the same connection.",
        sides: Sides::OneWay,
        parts: &[(Part::Api, MUST, "The kinds of requests."), FOR],
        build: |sides, said| {
            let (apis, duration) = (said.apis.clone(), said.time());
            two(sides, |from, to| Action::HoldRequests { apis, from, to, duration })
        },
    },
    Row {
        key: "drop.requests",
        doc: "Requests of some kinds are lost on their way. They are never answered, nor is what is sent behind them on the same connection until the client closes it.",
        sides: Sides::OneWay,
        parts: &[(Part::Api, MUST, "The kinds of requests."), UNTIL_FINAL],
        build: |sides, said| {
            let (apis, duration) = (said.apis.clone(), said.duration);
            two(sides, |from, to| Action::DropRequests { apis, from, to, duration })
        },
    },
    Row {
        key: "hold.answers",
        doc: "Answers to some kinds of requests wait on their way, and whatever is sent behind them on the same connection.",
        sides: Sides::OneWay,
        parts: &[(Part::Api, MUST, "The kinds of requests that are answered."), FOR],
        build: |sides, said| {
            let (apis, duration) = (said.apis.clone(), said.time());
            two(sides, |from, to| Action::HoldAnswers { apis, from, to, duration })
        },
    },
    Row {
        key: "drop.answers",
        doc: "Answers to some kinds of requests are lost on their way, though the requests were executed; so is what is sent behind them on the same connection until the client closes it.",
        sides: Sides::OneWay,
        parts: &[(Part::Api, MUST, "The kinds of requests that are answered."), UNTIL_FINAL],
        build: |sides, said| {
            let (apis, duration) = (said.apis.clone(), said.duration);
            two(sides, |from, to| Action::DropAnswers { apis, from, to, duration })
        },
    },
    Row {
        key: "service.outage",
        doc: "What applications call for every record that they work on is down, a database or a service: each attempt fails, and `on.poison` says what follows.",
        sides: Sides::Processes,
        parts: &[UNTIL_FINAL],
        build: |sides, said| Action::ServiceOutage { targets: one(sides), duration: said.duration },
    },
    Row {
        key: "disk.stall",
        doc: "Every disk call takes until the end of the stall.",
        sides: Sides::Servers,
        parts: &[FOR],
        build: |sides, said| Action::DiskStall { targets: one(sides), duration: said.time() },
    },
    Row {
        key: "disk.slow",
        doc: "The disk is slower by a factor.",
        sides: Sides::Servers,
        parts: &[(Part::Factor, MUST, "How many times slower."), UNTIL_FINAL],
        build: |sides, said| Action::DiskSlow { targets: one(sides), factor: said.factor, duration: said.duration },
    },
    Row {
        key: "disk.full",
        doc: "Writes fail for want of space.",
        sides: Sides::Servers,
        parts: &[(Part::For, MAY, "Until somebody makes room. Default: nobody does.")],
        build: |sides, said| Action::DiskFull { targets: one(sides), duration: said.duration },
    },
    Row {
        key: "disk.fail",
        doc: "Every disk call fails.",
        sides: Sides::Servers,
        parts: &[UNTIL_REPAIR],
        build: |sides, said| Action::DiskFail { targets: one(sides), duration: said.duration },
    },
    Row {
        key: "disk.read.errors",
        doc: "Reads from the disk fail, writes do not.",
        sides: Sides::Servers,
        parts: &[UNTIL_REPAIR],
        build: |sides, said| Action::DiskReadErrors { targets: one(sides), duration: said.duration },
    },
    Row {
        key: "disk.lying.flush",
        doc: "The disk says that a flush is done and keeps the bytes in a volatile cache: a power loss takes them.",
        sides: Sides::Servers,
        parts: &[UNTIL_REPAIR],
        build: |sides, said| Action::DiskLyingFlush { targets: one(sides), duration: said.duration },
    },
];

fn one(mut sides: Vec<Vec<Target>>) -> Vec<Target> {
    sides.swap_remove(0)
}
fn two<T>(sides: Vec<Vec<Target>>, build: impl FnOnce(Vec<Target>, Vec<Target>) -> T) -> T {
    let [first, second]: [Vec<Target>; 2] = sides.try_into().expect("an action between two has two sides");
    build(first, second)
}

/// Whom an action hits, as written.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Whom {
    /// `broker`, `process`.
    Victims(Option<At<Targets>>, Option<At<Targets>>),
    /// `from`, `to`.
    OneWay(At<Targets>, At<Targets>),
    /// `between`.
    Between(At<List<Targets>>),
}

/// An action as written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct WrittenAction {
    pub row: &'static Row,
    pub whom: Whom,
    restart_after: Option<Moment>,
    duration: Option<Moment>,
    factor: u32,
    by: Nanos,
    bandwidth: u64,
    apis: Vec<Api>,
}

impl WrittenAction {
    /// Reads the value of an action's key: a map; for some, whom it hits is enough.
    pub(super) fn read(key: &At<String>, node: &YamlNode, findings: &mut Findings) -> Option<WrittenAction> {
        let row = ACTIONS.iter().find(|row| row.key == key.as_str())?;
        if row.takes_targets_alone() && matches!(node.value, YamlValue::Text(_) | YamlValue::List(_)) {
            let targets = Targets::decode(node, findings)?;
            return Some(WrittenAction::new(row, Whom::Victims(None, Some(At { value: targets, span: node.span }))));
        }
        let short = matches!(node.value, YamlValue::Text(_) | YamlValue::List(_));
        let node = At { value: node.value.clone(), span: if short { node.span } else { key.span } };
        let mut map = MapReader::open(&node, row.noun(), findings)?;
        let whom = row.read_whom(&mut map, findings);
        let mut complete = true;
        let mut said = WrittenAction::new(row, Whom::Victims(None, None));
        for (part, must, _) in row.parts {
            complete &= said.take(*part, *must, &mut map, findings);
        }
        map.close(&row.keys(), findings);
        said.whom = whom?;
        complete.then_some(said)
    }

    fn new(row: &'static Row, whom: Whom) -> WrittenAction {
        let (by, bandwidth) = (Nanos::ZERO, u64::MAX);
        WrittenAction { row, whom, restart_after: None, duration: None, factor: 1, by, bandwidth, apis: Vec::new() }
    }

    /// Reads one key. Returns whether all is well with it.
    fn take(&mut self, part: Part, must: bool, map: &mut MapReader<'_>, findings: &mut Findings) -> bool {
        fn value<T: Decode>(part: Part, must: bool, map: &mut MapReader<'_>, findings: &mut Findings) -> Option<At<T>> {
            if must { map.required(part.key(), findings) } else { map.optional(part.key(), findings) }
        }
        let there = map.has_value(part.key());
        let read = match part {
            Part::RestartAfter => {
                value::<Time>(part, must, map, findings).map(|at| self.restart_after = Some(at.value.0))
            }
            Part::For => value::<Time>(part, must, map, findings).map(|at| self.duration = Some(at.value.0)),
            Part::Factor => value::<Factor>(part, must, map, findings).map(|at| self.factor = at.0 as u32),
            Part::By => value::<Span>(part, must, map, findings).map(|at| self.by = at.0),
            Part::Bandwidth => value::<Bandwidth>(part, must, map, findings).map(|at| self.bandwidth = at.0),
            Part::Api => value::<OneOrMore<ApiName>>(part, must, map, findings)
                .map(|at| self.apis = at.value.0.iter().map(|api| api.value.0).collect()),
        };
        read.is_some() || !(must || there)
    }

    /// What it is made into, once it is known who is on its sides.
    pub(in crate::scenario) fn build(&self, sides: Vec<Vec<Target>>) -> Action {
        (self.row.build)(sides, self)
    }

    fn time(&self) -> Moment {
        self.duration.expect("an action that must say for how long has said it")
    }
}

impl Row {
    fn noun(&self) -> &'static str {
        match self.sides {
            Sides::Processes | Sides::Servers => "fault",
            Sides::OneWay | Sides::Two => "link fault",
            Sides::Groups => "partition",
        }
    }

    /// Whether `crash: broker 1` says it all.
    fn takes_targets_alone(&self) -> bool {
        matches!(self.sides, Sides::Processes | Sides::Servers) && self.parts.iter().all(|(_, must, _)| !must)
    }

    /// The keys that say whom, and what they say.
    fn side_keys(&self) -> &'static [(&'static str, &'static str)] {
        match self.sides {
            Sides::Processes => {
                &[("broker", "The broker or brokers."), ("process", "The process or processes, brokers or clients.")]
            }
            Sides::Servers => &[
                ("broker", "The broker or brokers."),
                ("process", "The brokers or controllers, by the names of their processes."),
            ],
            Sides::OneWay => &[("from", "From whom."), ("to", "To whom.")],
            Sides::Two => &[("between", "The two sides: `[[leader of orders-0], [others]]`.")],
            Sides::Groups => &[("between", "The groups: `[[broker 1], [others]]`.")],
        }
    }

    fn keys(&self) -> Vec<&'static str> {
        let sides = self.side_keys().iter().map(|(key, _)| *key);
        sides.chain(self.parts.iter().map(|(part, ..)| part.key())).collect()
    }

    /// Whom the map says. `None`: what it says cannot be read, and is reported.
    fn read_whom(&self, map: &mut MapReader<'_>, findings: &mut Findings) -> Option<Whom> {
        match self.sides {
            Sides::Processes | Sides::Servers => {
                let written = map.has_value("broker") || map.has_value("process");
                let (broker, process) = (map.optional("broker", findings), map.optional("process", findings));
                (broker.is_some() || process.is_some() || !written).then_some(Whom::Victims(broker, process))
            }
            Sides::OneWay => {
                let (from, to) = (map.required("from", findings), map.required("to", findings));
                Some(Whom::OneWay(from?, to?))
            }
            Sides::Two | Sides::Groups => map.required("between", findings).map(Whom::Between),
        }
    }

    #[cfg(test)]
    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let mut object = Object::new(self.doc);
        let between = matches!(self.sides, Sides::Two | Sides::Groups);
        for (key, doc) in self.side_keys() {
            let one = generator.subschema_for::<Targets>();
            let schema = if between { generator.subschema_for::<List<Targets>>() } else { one };
            object.key(key, doc, !matches!(self.sides, Sides::Processes | Sides::Servers), schema);
        }
        for (part, must, doc) in self.parts {
            object.key(part.key(), doc, *must, part.schema(generator));
        }
        let map = object.finish();
        if self.takes_targets_alone() {
            let targets = generator.subschema_for::<Targets>();
            json_schema!({"anyOf": [targets, map]})
        } else {
            map
        }
    }
}

/// The keys of all actions.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|row| row.key)
}

/// What can follow an action's key in a path: the keys of all of them; which fit is found out on reading.
pub(super) fn shape() -> Shape {
    static SHAPES: LazyLock<Vec<Key>> = LazyLock::new(|| {
        let targets = ["broker", "process", "from", "to"].map(|key| (key, Targets::shape as fn() -> Shape));
        let parts = [Part::RestartAfter, Part::For, Part::Factor, Part::By, Part::Bandwidth];
        let leaves = parts.map(|part| (part.key(), Shape::leaf as fn() -> Shape));
        let lists: [Key; 2] = [("between", List::<Targets>::shape), (Part::Api.key(), OneOrMore::<ApiName>::shape)];
        targets.into_iter().chain(leaves).chain(lists).collect()
    });
    Shape::Keys(&SHAPES)
}

/// Adds a key for each action to the schema of a fault.
#[cfg(test)]
pub(super) fn schemas(object: &mut Object, generator: &mut SchemaGenerator) {
    for row in ACTIONS {
        object.key(row.key, row.doc, false, row.schema(generator));
    }
}
