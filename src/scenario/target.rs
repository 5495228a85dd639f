//! Phrases that name what a fault hits or waits for: `leader of orders-0`, `broker 1`.

use super::phrase::{STATE_FORMS, Said, StateError, StateName};
use super::unit::Problem;

/// What a fault hits, as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TargetName {
    /// `broker 1`
    Broker(u64),
    /// `all brokers`
    AllBrokers,
    /// `random broker`
    RandomBroker,
    /// `active controller`
    ActiveController,
    /// `controller 101`
    Controller(u64),
    /// `standby controllers`: all but the active one.
    StandbyControllers,
    /// `all controllers`
    AllControllers,
    /// `leader of orders-0`
    LeaderOf(String),
    /// `follower of orders-0`
    FollowerOf(String),
    /// `coordinator of billing`
    CoordinatorOf(String),
    /// `coordinator of transaction billing-0`
    TransactionCoordinatorOf(String),
    /// `member of billing`: some running one.
    MemberOf(String),
    /// `group billing`: all members.
    Group(String),
    /// `rack a`: all that stands there; its brokers, where a fault hits brokers.
    Rack(String),
    /// `producer checkout`: all its processes, or one by its own name.
    Producer(String),
    /// `others`
    Others,
    /// `checkout-0`
    Process(String),
    /// Not a target, which is reported already.
    Unreadable,
}

/// The forms, for help texts.
pub(super) const TARGET_FORMS: &[&str] = &[
    "broker 1",
    "all brokers",
    "random broker",
    "leader of topic-0",
    "follower of topic-0",
    "coordinator of group",
    "coordinator of transaction id",
    "active controller",
    "controller 101",
    "standby controllers",
    "all controllers",
    "producer name",
    "group name",
    "member of group",
    "rack name",
    "others",
];

impl TargetName {
    /// Reads a phrase.
    pub(super) fn parse(text: &str) -> Result<TargetName, Problem> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let name = |name: &str| name.to_owned();
        Ok(match words.as_slice() {
            ["broker", "*"] | ["all" | "every", "broker" | "brokers"] => TargetName::AllBrokers,
            ["broker", id] => TargetName::Broker(
                super::unit::whole(id).map_err(|problem| problem.help("brokers are numbered: `broker 1`"))?,
            ),
            ["random", "broker"] => TargetName::RandomBroker,
            ["active", "controller"] | ["controller"] | ["controller", "leader"] => TargetName::ActiveController,
            ["standby", "controllers" | "controller"] | ["controller", "followers"] => TargetName::StandbyControllers,
            ["all" | "every", "controllers" | "controller"] | ["controller", "all" | "*"] => TargetName::AllControllers,
            ["controller", id] => TargetName::Controller(
                super::unit::whole(id)
                    .map_err(|problem| problem.help("controllers have Kafka's ids, from 100 on: `controller 100`"))?,
            ),
            ["leader", "of", tp] => TargetName::LeaderOf(name(tp)),
            ["follower", "of", tp] => TargetName::FollowerOf(name(tp)),
            ["coordinator", "of", "transaction", id] => TargetName::TransactionCoordinatorOf(name(id)),
            ["coordinator", "of", group] => TargetName::CoordinatorOf(name(group)),
            ["member", "of", group] => TargetName::MemberOf(name(group)),
            ["group", group] => TargetName::Group(name(group)),
            ["producer", producer] => TargetName::Producer(name(producer)),
            ["rack", rack] => TargetName::Rack(name(rack)),
            ["others"] => TargetName::Others,
            [id] if id.bytes().all(|b| b.is_ascii_digit()) => {
                return Err(Problem::new("a number alone").help(format!("write `broker {id}`")));
            }
            [process] => TargetName::Process(name(process)),
            _ => {
                let near = super::findings::nearest(
                    words.first().unwrap_or(&""),
                    [
                        "broker",
                        "random",
                        "leader",
                        "follower",
                        "coordinator",
                        "member",
                        "group",
                        "producer",
                        "rack",
                        "active",
                        "controller",
                        "standby",
                    ],
                );
                let form = near.and_then(|near| TARGET_FORMS.iter().find(|form| form.starts_with(near)));
                let help = form.map_or_else(
                    || format!("write one of {}", super::findings::list(TARGET_FORMS)),
                    |form| format!("did you mean `{form}`?"),
                );
                return Err(Problem::new("not a target").help(help));
            }
        })
    }
}

/// What a fault waits for, as written: a subject (the key) and what is said of it (the value).
#[derive(Clone, PartialEq, Debug)]
pub(super) enum ConditionName {
    /// `lag of billing: above 1000`
    LagAbove(String, u64),
    /// `lag of billing: below 10`
    LagBelow(String, u64),
    /// `isr of orders-0: at most 1`
    IsrAtMost(String, u16),
    /// `isr of orders-0: at least 3`
    IsrAtLeast(String, u16),
    /// `leader of orders-0: broker 2`
    LeaderIs(String, u64),
    /// `leader of orders-0: none`
    Leaderless(String),
    /// `group billing: stable`
    GroupStable(String),
    /// `acked of orders-0: at least 1000`
    AckedAtLeast(String, u64),
    /// `unreplicated of orders-0: at least 10`
    UnreplicatedAtLeast(String, u64),
    /// `broker 2: fenced`
    Fenced(u64),
    /// `broker 2: unfenced`
    Unfenced(u64),
    /// `broker 2: up`, `process checkout-0: down`
    Running(TargetName, bool),
    /// `fault outage: started`
    FaultStarted(String),
    /// `fault outage: ended`
    FaultEnded(String),
    /// Any other state that `expect` knows as well: `epoch of orders-0: at least 3`.
    State(StateName),
}

/// The forms of subjects and what can be said of them.
pub(super) const CONDITION_FORMS: &[(&str, &str)] = &[
    ("lag of group", "above 1000, below 10"),
    ("isr of topic-0", "at most 1, at least 3"),
    ("leader of topic-0", "broker 2, none"),
    ("group name", "stable"),
    ("acked of topic-0", "at least 1000"),
    ("unreplicated of topic-0", "at least 10"),
    ("broker 2", "fenced, unfenced, up, down"),
    ("process name-0", "up, down"),
    ("fault name", "started, ended"),
    ("epoch of topic-0", "3, at least 1"),
    ("high watermark of topic-0", "at least 100"),
    ("log end of topic-0", "at least 100"),
    ("generation of group", "2, at least 2"),
    ("members of group", "3, at most 2"),
    ("offset of group on topic-0", "at least 100"),
    ("transaction id", "ongoing, prepare commit, prepare abort, complete commit, complete abort, empty"),
];

/// Reads a condition that is a state of `expect`.
fn state(subject: &str, predicate: &str) -> Result<ConditionName, ConditionError> {
    StateName::parse(subject, Said::Text(predicate)).map(ConditionName::State).map_err(|error| match error {
        StateError::Subject(problem) => ConditionError::Subject(problem),
        StateError::Predicate(problem) => ConditionError::Predicate(problem),
    })
}

/// Which side of a condition cannot be read.
pub(super) enum ConditionError {
    /// The key.
    Subject(Problem),
    /// The value.
    Predicate(Problem),
}

impl ConditionName {
    /// Reads a condition.
    pub(super) fn parse(subject: &str, predicate: &str) -> Result<ConditionName, ConditionError> {
        let whole = subject;
        let subject: Vec<&str> = subject.split_whitespace().collect();
        let words: Vec<&str> = predicate.split_whitespace().collect();
        let form = match subject.as_slice() {
            [first @ ("lag" | "isr" | "leader" | "acked" | "unreplicated"), "of", _]
            | [first @ ("group" | "broker" | "process" | "fault"), _] => *first,
            _ if STATE_FORMS.iter().any(|(begin, ..)| Some(begin) == subject.first()) => {
                return state(whole, predicate);
            }
            _ => {
                let subjects: Vec<&str> = CONDITION_FORMS.iter().map(|(subject, _)| *subject).collect();
                let help = format!("write one of {}", super::findings::list(&subjects));
                return Err(ConditionError::Subject(Problem::new("not something to wait for").help(help)));
            }
        };
        let name = subject[subject.len() - 1].to_owned();
        let number = |text: &str| super::unit::whole(text).map_err(ConditionError::Predicate);
        let small = |text: &str| number(text).map(|n| u16::try_from(n).unwrap_or(u16::MAX));
        Ok(match (form, words.as_slice()) {
            ("lag", ["above", n]) => ConditionName::LagAbove(name, number(n)?),
            ("lag", ["below", n]) => ConditionName::LagBelow(name, number(n)?),
            ("isr", ["at", "most", n]) => ConditionName::IsrAtMost(name, small(n)?),
            ("isr", ["at", "least", n]) => ConditionName::IsrAtLeast(name, small(n)?),
            ("leader", ["broker", n]) => ConditionName::LeaderIs(name, number(n)?),
            ("leader", ["none"]) => ConditionName::Leaderless(name),
            ("group", ["stable"]) => ConditionName::GroupStable(name),
            ("acked", ["at", "least", n]) => ConditionName::AckedAtLeast(name, number(n)?),
            ("unreplicated", ["at", "least", n]) => ConditionName::UnreplicatedAtLeast(name, number(n)?),
            ("broker", [state @ ("fenced" | "unfenced")]) => {
                let broker = super::unit::whole(&name).map_err(ConditionError::Subject)?;
                if *state == "fenced" { ConditionName::Fenced(broker) } else { ConditionName::Unfenced(broker) }
            }
            ("broker", [state @ ("up" | "down")]) => {
                let broker = super::unit::whole(&name).map_err(ConditionError::Subject)?;
                ConditionName::Running(TargetName::Broker(broker), *state == "up")
            }
            ("process", [state @ ("up" | "down")]) => ConditionName::Running(TargetName::Process(name), *state == "up"),
            ("fault", ["started"]) => ConditionName::FaultStarted(name),
            ("fault", ["ended"]) => ConditionName::FaultEnded(name),
            _ if StateName::parse(whole, Said::Text(predicate)).is_ok() => return state(whole, predicate),
            _ => {
                let said =
                    CONDITION_FORMS.iter().find(|(subject, _)| subject.starts_with(form)).map_or("", |(_, said)| said);
                let said: Vec<&str> = said.split(", ").collect();
                return Err(ConditionError::Predicate(
                    Problem::new("cannot be said of it")
                        .help(format!("write {}", super::findings::list(&said).replace(" and ", " or "))),
                ));
            }
        })
    }
}
