//! The one grammar of times, counts and states that `expect` and `when` share.
//!
//! A bound is `5`, `at least 5`, `at most 5`, `above 5`, `below 5`, `between 5 and 9`, and of times also
//! `never`, `once`, `twice`, `3 times`. A state is a subject and what is said of it: `leader of orders-0:
//! broker 2`, `lag of billing: below 10`.

use super::findings::{list, suggestion};
use super::unit::{self, Problem};
use crate::check::expect::{Bound, GroupState, StatusWord, Window};
use crate::protocol::batch::TransactionState;
use crate::sim::time::Nanos;

/// Reads a bound on numbers that `number` reads.
pub(super) fn bound_of(text: &str, number: fn(&str) -> Result<u64, Problem>) -> Result<Bound, Problem> {
    let text = text.trim();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let after = |word: &str| text.strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
    if let Some(rest) = after("between") {
        let (low, high) =
            rest.split_once(" and ").ok_or_else(|| Problem::new("no `and`").help("write `between 5 and 9`"))?;
        let (low, high) = (number(low)?, number(high)?);
        if low > high {
            return Err(Problem::new("nothing lies between").help("exchange the two"));
        }
        return Ok(Bound::Between(low, high));
    }
    if let Some(rest) = after("at least") {
        return number(rest).map(Bound::AtLeast);
    }
    if let Some(rest) = after("at most") {
        return number(rest).map(Bound::AtMost);
    }
    if let Some(rest) = after("above").or_else(|| after("more than")) {
        let n = number(rest)?;
        return n.checked_add(1).map(Bound::AtLeast).ok_or_else(|| Problem::new("nothing is above"));
    }
    if let Some(rest) = after("below").or_else(|| after("less than")) {
        let n = number(rest)?;
        return n.checked_sub(1).map(Bound::AtMost).ok_or_else(|| Problem::new("nothing is below"));
    }
    for (sign, word) in [(">=", "at least"), ("<=", "at most"), (">", "above"), ("<", "below")] {
        if let Some(rest) = text.strip_prefix(sign) {
            return Err(Problem::new("no sign").help(format!("write `{word} {}`", rest.trim())));
        }
    }
    number(&text).map(Bound::Exactly)
}

/// A bound on whole numbers.
pub(super) fn bound(text: &str) -> Result<Bound, Problem> {
    bound_of(text, unit::whole)
}

/// A bound on times, in nanoseconds.
pub(super) fn bound_of_time(text: &str) -> Result<Bound, Problem> {
    bound_of(text, |text| unit::duration(text).map(|span| span.0))
}

/// How often: a bound, in the words that one uses of times.
pub(super) fn times(text: &str) -> Result<Bound, Problem> {
    match text.trim() {
        "never" => return Ok(Bound::Exactly(0)),
        "once" => return Ok(Bound::Exactly(1)),
        "twice" => return Ok(Bound::Exactly(2)),
        "at least once" => return Ok(Bound::AtLeast(1)),
        "at most once" => return Ok(Bound::AtMost(1)),
        _ => {}
    }
    let bare = text.trim().strip_suffix("times").or_else(|| text.trim().strip_suffix("time")).unwrap_or(text);
    bound(bare).map_err(|problem| match problem.help {
        Some(_) => problem,
        None => problem.help("write `once`, `3 times`, `never`, `at least 2`, `at most 5 times`"),
    })
}

/// A part of the run: `between 40s and 45s`.
pub(super) fn between(text: &str) -> Result<Window, Problem> {
    let example = "write `40s and 45s`";
    let text = text.trim();
    let text = text.strip_prefix("between ").unwrap_or(text);
    let (from, to) = text.split_once(" and ").ok_or_else(|| Problem::new("no `and`").help(example))?;
    let (from, to) = (unit::duration(from)?, unit::duration(to)?);
    if from > to {
        return Err(Problem::new("it ends before it begins").help("exchange the two"));
    }
    Ok(Window { from, to })
}

/// When something happens for the first time; none: never.
pub(super) fn fires(text: &str) -> Result<Option<Window>, Problem> {
    let whole = Window::default();
    let text = text.trim();
    match text.split_once(' ') {
        _ if text == "never" => Ok(None),
        Some(("before", to)) => Ok(Some(Window { to: unit::duration(to)?, ..whole })),
        Some(("after", from)) => Ok(Some(Window { from: unit::duration(from)?, ..whole })),
        Some(("between", _)) => between(text).map(Some),
        _ => Err(Problem::new("no time").help("write `before 40s`, `after 30s`, `between 30s and 40s` or `never`")),
    }
}

/// What can be said of a cluster, as written.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum StateName {
    /// `leader of orders-0: broker 2`, `none`
    Leader(String, Option<u64>),
    /// `isr of orders-0: [1, 2]`
    Isr(String, Vec<u64>),
    /// `isr of orders-0: at least 2`
    IsrSize(String, Bound),
    /// `epoch of orders-0: 3`
    Epoch(String, Bound),
    /// `high watermark of orders-0: at least 100`
    HighWatermark(String, Bound),
    /// `log end of orders-0: at least 100`
    LogEnd(String, Bound),
    /// `acked of orders-0: at least 100`
    Acked(String, Bound),
    /// `unreplicated of orders-0: at least 100`
    Unreplicated(String, Bound),
    /// `lag of billing: below 10`
    Lag(String, Bound),
    /// `lag.time of billing: above 10s`
    LagTime(String, Bound),
    /// `status of billing: stalled`
    Status(String, StatusWord),
    /// `group billing: stable`
    Group(String, GroupState),
    /// `generation of billing: 2`, or of the new protocol `group epoch of billing: 2`
    Generation(String, Bound),
    /// `members of billing: 3`
    Members(String, Bound),
    /// `offset of billing on orders-0: at least 100`
    Committed(String, String, Bound),
    /// `transaction billing-0: ongoing`
    Transaction(String, TransactionState),
    /// `broker 2: fenced`
    Broker(u64, bool),
}

/// The forms: (how a subject begins, the whole subject, what can be said of it).
pub(super) const STATE_FORMS: &[(&str, &str, &str)] = &[
    ("leader", "leader of topic-0", "broker 2, none"),
    ("isr", "isr of topic-0", "[1, 2], at least 2"),
    ("epoch", "epoch of topic-0", "3, at least 1"),
    ("high", "high watermark of topic-0", "at least 100"),
    ("log", "log end of topic-0", "at least 100"),
    ("acked", "acked of topic-0", "at least 1000"),
    ("unreplicated", "unreplicated of topic-0", "at least 10"),
    ("lag", "lag of group", "below 10, above 1000"),
    ("lag.time", "lag.time of group", "below 1s, above 10s"),
    ("status", "status of group", "ok, warning, error, stopped, stalled, rewound, not found"),
    ("group", "group name", "stable, empty, preparing rebalance, completing rebalance, assigning, reconciling, dead"),
    ("group", "group epoch of group", "2, at least 2"),
    ("generation", "generation of group", "2, at least 2"),
    ("members", "members of group", "3, at most 2"),
    ("offset", "offset of group on topic-0", "at least 100"),
    ("transaction", "transaction id", "ongoing, prepare commit, prepare abort, complete commit, complete abort, empty"),
    ("broker", "broker 2", "fenced, unfenced"),
];

/// Which side of a state cannot be read.
#[derive(Debug)]
pub(super) enum StateError {
    /// The subject.
    Subject(Problem),
    /// What is said of it.
    Predicate(Problem),
}

impl StateName {
    /// Reads a state. `brokers`: what is said, if it is a list of numbers.
    pub(super) fn parse(subject: &str, said: Said<'_>) -> Result<StateName, StateError> {
        let words: Vec<&str> = subject.split_whitespace().collect();
        let of = |name: &str| name.to_owned();
        match words.as_slice() {
            ["leader", "of", tp] => said.leader().map(|leader| StateName::Leader(of(tp), leader)),
            ["isr", "of", tp] => match said {
                Said::Brokers(brokers) => Ok(StateName::Isr(of(tp), brokers.to_vec())),
                Said::Text(text) => bound(text).map(|bound| StateName::IsrSize(of(tp), bound)),
            },
            ["epoch" | "leader-epoch", "of", tp] => said.bound().map(|bound| StateName::Epoch(of(tp), bound)),
            ["high", "watermark", "of", tp] => said.bound().map(|bound| StateName::HighWatermark(of(tp), bound)),
            ["log", "end", "of", tp] => said.bound().map(|bound| StateName::LogEnd(of(tp), bound)),
            ["acked", "of", tp] => said.bound().map(|bound| StateName::Acked(of(tp), bound)),
            ["unreplicated", "of", tp] => said.bound().map(|bound| StateName::Unreplicated(of(tp), bound)),
            ["lag", "of", group] => said.bound().map(|bound| StateName::Lag(of(group), bound)),
            ["lag.time", "of", group] => said.bound_of_time().map(|bound| StateName::LagTime(of(group), bound)),
            ["status", "of", group] => said.status().map(|status| StateName::Status(of(group), status)),
            ["group", group] => said.group_state().map(|state| StateName::Group(of(group), state)),
            // What the new protocol calls it.
            ["generation", "of", group] | ["group", "epoch", "of", group] => {
                said.bound().map(|bound| StateName::Generation(of(group), bound))
            }
            ["members", "of", group] => said.bound().map(|bound| StateName::Members(of(group), bound)),
            ["offset", "of", group, "on", tp] => {
                said.bound().map(|bound| StateName::Committed(of(group), of(tp), bound))
            }
            ["transaction", id] => said.transaction_state().map(|state| StateName::Transaction(of(id), state)),
            ["broker", id] => {
                let id = unit::whole(id).map_err(StateError::Subject)?;
                said.fenced().map(|fenced| StateName::Broker(id, fenced))
            }
            _ => return Err(StateError::Subject(unknown_subject(&words))),
        }
        .map_err(|problem| StateError::Predicate(with_forms(problem, &words)))
    }
}

fn unknown_subject(words: &[&str]) -> Problem {
    let form = words.first().and_then(|first| STATE_FORMS.iter().find(|(begin, ..)| begin == first));
    let help = match form {
        Some((_, form, _)) => format!("write `{form}`"),
        None => {
            let firsts: Vec<&str> = STATE_FORMS.iter().map(|(begin, ..)| *begin).collect();
            let near = super::findings::nearest(words.first().unwrap_or(&""), firsts.iter().copied());
            let form = near.and_then(|near| STATE_FORMS.iter().find(|(begin, ..)| *begin == near));
            form.map_or_else(
                || format!("there is {}", list(&STATE_FORMS.iter().map(|(_, form, _)| *form).collect::<Vec<_>>())),
                |(_, form, _)| format!("did you mean `{form}`?"),
            )
        }
    };
    Problem::new("not something that has a state").help(help)
}

fn with_forms(problem: Problem, words: &[&str]) -> Problem {
    if problem.help.is_some() {
        return problem;
    }
    let said = STATE_FORMS.iter().find(|(begin, ..)| Some(begin) == words.first()).map_or("", |(.., said)| said);
    let forms = if said.starts_with('[') { vec!["[1, 2]", "at least 2"] } else { said.split(", ").collect() };
    problem.help(format!("write {}", list(&forms).replace(" and ", " or ")))
}

/// What is said of a subject.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said<'a> {
    /// A text.
    Text(&'a str),
    /// A list of broker ids.
    Brokers(&'a [u64]),
}

impl Said<'_> {
    fn text(&self) -> Result<&str, Problem> {
        match self {
            Said::Text(text) => Ok(text.trim()),
            Said::Brokers(_) => Err(Problem::new("cannot be a list")),
        }
    }
    fn bound(&self) -> Result<Bound, Problem> {
        bound(self.text()?)
    }
    fn bound_of_time(&self) -> Result<Bound, Problem> {
        bound_of_time(self.text()?)
    }
    fn status(&self) -> Result<StatusWord, Problem> {
        one_of(self.text()?, &StatusWord::ALL, StatusWord::word, "no status of a group")
    }
    fn leader(&self) -> Result<Option<u64>, Problem> {
        leader(self.text()?)
    }
    fn fenced(&self) -> Result<bool, Problem> {
        match self.text()? {
            "fenced" => Ok(true),
            "unfenced" => Ok(false),
            _ => Err(Problem::new("cannot be said of a broker")),
        }
    }
    fn group_state(&self) -> Result<GroupState, Problem> {
        let states = [
            GroupState::Empty,
            GroupState::PreparingRebalance,
            GroupState::CompletingRebalance,
            GroupState::Stable,
            GroupState::Dead,
            GroupState::Assigning,
            GroupState::Reconciling,
        ];
        one_of(self.text()?, &states, GroupState::name, "no state of a group")
    }
    fn transaction_state(&self) -> Result<TransactionState, Problem> {
        let states = [
            TransactionState::Empty,
            TransactionState::Ongoing,
            TransactionState::PrepareCommit,
            TransactionState::PrepareAbort,
            TransactionState::CompleteCommit,
            TransactionState::CompleteAbort,
        ];
        one_of(self.text()?, &states, TransactionState::name, "no state of a transaction")
    }
}

/// The state that a text names: `PrepareCommit`, `prepare commit`.
fn one_of<T: Copy>(text: &str, states: &[T], name: fn(T) -> &'static str, none: &str) -> Result<T, Problem> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    states.iter().copied().find(|state| plain(name(*state)) == plain(text)).ok_or_else(|| {
        let names: Vec<&str> = states.iter().map(|state| name(*state)).collect();
        Problem { help: suggestion(text, &names, "state"), ..Problem::new(none) }
    })
}

/// A leader: `broker 2`, `2` or `none`.
pub(super) fn leader(text: &str) -> Result<Option<u64>, Problem> {
    let text = text.trim();
    if text == "none" {
        return Ok(None);
    }
    let id = text.strip_prefix("broker").unwrap_or(text).trim();
    unit::whole(id).map(Some).map_err(|_| Problem::new("not a broker").help("write `broker 2`, or `none`"))
}

/// A time, or the end of the run.
pub(super) fn moment(text: &str) -> Result<Option<Nanos>, Problem> {
    if text.trim() == "end" { Ok(None) } else { unit::duration(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_in_words() {
        assert_eq!(bound("5"), Ok(Bound::Exactly(5)));
        assert_eq!(bound("at  least 5"), Ok(Bound::AtLeast(5)));
        assert_eq!(bound("above 5"), Ok(Bound::AtLeast(6)));
        assert_eq!(bound("below 5"), Ok(Bound::AtMost(4)));
        assert_eq!(bound("between 5 and 9"), Ok(Bound::Between(5, 9)));
        assert_eq!(bound("below 0").unwrap_err().what, "nothing is below");
        assert_eq!(bound(">= 5").unwrap_err().help.as_deref(), Some("write `at least 5`"));
        assert_eq!(times("once"), Ok(Bound::Exactly(1)));
        assert_eq!(times("at most 3 times"), Ok(Bound::AtMost(3)));
        assert_eq!(times("never"), Ok(Bound::Exactly(0)));
        assert_eq!(bound_of_time("below 2s"), Ok(Bound::AtMost(1_999_999_999)));
        assert_eq!(between("40s and 45s"), Ok(Window { from: Nanos::from_secs(40), to: Nanos::from_secs(45) }));
        assert!(between("45s and 40s").is_err());
    }

    #[test]
    fn states_are_read() {
        let state = |subject: &str, said: &str| StateName::parse(subject, Said::Text(said)).unwrap();
        assert_eq!(state("leader of a-0", "broker 2"), StateName::Leader("a-0".into(), Some(2)));
        assert_eq!(state("leader of a-0", "none"), StateName::Leader("a-0".into(), None));
        assert_eq!(
            state("group g", "preparing rebalance"),
            StateName::Group("g".into(), GroupState::PreparingRebalance)
        );
        assert_eq!(
            state("offset of g on a-0", "at least 7"),
            StateName::Committed("g".into(), "a-0".into(), Bound::AtLeast(7))
        );
        let help = |subject: &str, said: &str| match StateName::parse(subject, Said::Text(said)).unwrap_err() {
            StateError::Subject(problem) | StateError::Predicate(problem) => problem.help.unwrap(),
        };
        assert_eq!(help("leeder of a-0", "broker 2"), "did you mean `leader of topic-0`?");
        assert_eq!(help("high mark of a-0", "5"), "write `high watermark of topic-0`");
        assert_eq!(help("broker 2", "gone"), "write `fenced` or `unfenced`");
        assert_eq!(help("group g", "stabel"), "did you mean `Stable`?");
    }
}
