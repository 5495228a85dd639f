//! Alerts, rehearsed: rules that a monitoring system holds against a cluster at an interval.
//!
//! An alert is as Prometheus has it (`rules/alerting.go`): it is *pending* from the first look at which its condition holds,
//! *fires* at the first look at which it has held at every one for as long as `for` says, and is *resolved* at the first one
//! at which it does not hold. What is unknown does not hold. Between two looks nobody sees anything.

use crate::check::expect::{Bound, QuestionAnswer, StateView, Statement, Window};
use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::sim::time::Nanos;

/// How often a monitoring system looks, where the scenario does not say.
pub const EVERY: Nanos = Nanos::from_secs(10);

/// An alert's rule.
#[derive(Clone, PartialEq, Debug)]
pub struct AlertRule {
    /// What the scenario calls it.
    pub name: String,
    /// All of this must hold.
    pub when: Vec<Statement>,
    /// The same in the words of the scenario: `lag of billing: above 1000`.
    pub words: String,
    /// `for`: so long.
    pub lasting: Nanos,
    /// From one look to the next; the first is at time zero.
    pub every: Nanos,
}

/// That an alert fired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Firing {
    /// The first look at which the condition held.
    pub seen: Nanos,
    /// When it fired.
    pub fired: Nanos,
    /// When it was resolved; none: it still fired when the run ended.
    pub resolved: Option<Nanos>,
    /// The last fault that had begun when the condition was seen: its number in the setup, and when it began.
    pub fault: Option<(u16, Nanos)>,
}

/// What became of an alert in a run.
#[derive(Clone, PartialEq, Debug)]
pub struct AlertStory {
    /// The rule.
    pub rule: AlertRule,
    /// Each time that it fired.
    pub firings: Vec<Firing>,
    /// How long the condition held at the longest without that it fired, by what was seen; none: it was never seen.
    pub longest_pending: Option<Nanos>,
    /// When the run ended.
    pub end: Nanos,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Inactive,
    Pending { since: Nanos, fault: Option<(u16, Nanos)> },
    Firing,
}

#[derive(Clone, Debug)]
struct Watched {
    story: AlertStory,
    state: State,
    next: Nanos,
}

impl Watched {
    fn look(&mut self, now: Nanos, holds: bool, fault: Option<(u16, Nanos)>) {
        self.next = now + self.story.rule.every;
        self.state = match (self.state, holds) {
            (State::Inactive, false) => State::Inactive,
            (State::Firing, true) => State::Firing,
            (State::Firing, false) => {
                if let Some(firing) = self.story.firings.last_mut() {
                    firing.resolved = Some(now);
                }
                State::Inactive
            }
            (State::Pending { .. }, false) => State::Inactive,
            (State::Inactive, true) => self.goes_on(now, now, fault),
            (State::Pending { since, fault }, true) => self.goes_on(now, since, fault),
        };
    }
    /// The condition has held since then.
    fn goes_on(&mut self, now: Nanos, since: Nanos, fault: Option<(u16, Nanos)>) -> State {
        let held = now.saturating_sub(since);
        if held < self.story.rule.lasting {
            self.story.longest_pending = self.story.longest_pending.max(Some(held));
            return State::Pending { since, fault };
        }
        self.story.firings.push(Firing { seen: since, fired: now, resolved: None, fault });
        State::Firing
    }
}

/// The fold. It looks at nothing where there is no alert.
#[derive(Clone, Debug)]
pub struct Alerts {
    view: StateView,
    watched: Vec<Watched>,
    fault: Option<(u16, Nanos)>,
    now: Nanos,
}

impl Alerts {
    /// Before the first fact.
    pub fn new(setup: &Setup, rules: &[AlertRule]) -> Alerts {
        let monitored = rules.iter().flat_map(|rule| &rule.when).any(Statement::is_monitored);
        let watched = |rule: &AlertRule| Watched {
            story: AlertStory { rule: rule.clone(), firings: Vec::new(), longest_pending: None, end: Nanos::ZERO },
            state: State::Inactive,
            next: Nanos::ZERO,
        };
        Alerts {
            view: StateView::new(&setup.catalog).monitoring(monitored),
            watched: rules.iter().map(watched).collect(),
            fault: None,
            now: Nanos::ZERO,
        }
    }
    /// What became of them, in the order of the rules.
    pub fn finish(mut self) -> Vec<AlertStory> {
        self.look_until(Nanos(self.now.0 + 1));
        let end = self.now;
        self.watched.into_iter().map(|watched| AlertStory { end, ..watched.story }).collect()
    }

    /// Looks wherever it is due before a time, in the order of time.
    fn look_until(&mut self, until: Nanos) {
        let due = |watched: &[Watched]| {
            let due = watched.iter().enumerate().filter(|(_, watched)| watched.next < until);
            due.map(|(index, watched)| (watched.next, index)).min()
        };
        while let Some((at, index)) = due(&self.watched) {
            self.view.advance_to(at);
            let (view, watched) = (&self.view, &mut self.watched[index]);
            let holds = watched.story.rule.when.iter().all(|statement| view.holds(statement) == Some(true));
            watched.look(at, holds, self.fault);
        }
    }
}

impl Observer for Alerts {
    fn observe(&mut self, entry: &Entry) {
        if self.watched.is_empty() {
            return;
        }
        if entry.at > self.now {
            self.look_until(entry.at);
        }
        self.now = entry.at;
        if let Fact::FaultStarted { fault, .. } = entry.fact {
            self.fault = Some((fault, entry.at));
        }
        self.view.observe(entry);
    }
}

impl AlertStory {
    /// Whether it fired as somebody expects: for the first time in this part of the run, and so often.
    /// `cut`: the run was ended before its time.
    pub fn answer(&self, first: Option<Window>, times: Bound, cut: bool) -> QuestionAnswer {
        let count = self.firings.len() as u64;
        let fired = self.firings.first().map(|firing| firing.fired);
        let late = first.is_some_and(|window| fired.is_some_and(|at| !window.has(at)));
        let missed = first.is_some_and(|window| fired.is_none() && window.is_shown(self.end, cut));
        let open = first.is_some() && fired.is_none();
        let fits = if times.passed(count) || late || missed {
            Some(false)
        } else if open || cut && !times.reached(count) {
            None
        } else {
            Some(times.admits(count) && (first.is_none() || fired.is_some()))
        };
        QuestionAnswer { fits, found: self.in_short() }
    }
    /// `fired 3 times, first at 40.000s`.
    fn in_short(&self) -> String {
        match self.firings.as_slice() {
            [] => self.never(),
            [only] => format!("fired once, at {}", only.fired),
            [first, ..] => format!("fired {} times, first at {}", self.firings.len(), first.fired),
        }
    }
    fn never(&self) -> String {
        match self.longest_pending {
            None => "never fired: its condition was never seen".into(),
            Some(held) => {
                format!(
                    "never fired: its condition was seen for {held} at the longest, and must be for {}",
                    self.rule.lasting
                )
            }
        }
    }
    /// What became of it, in words: that it never fired, or each time that it did, at most `most` of them.
    pub fn words(&self, setup: &Setup, most: usize) -> Vec<String> {
        if self.firings.is_empty() {
            return vec![self.never()];
        }
        let mut lines: Vec<String> = self.firings.iter().take(most).map(|firing| firing.words(setup)).collect();
        if self.firings.len() > most {
            lines.push(format!("and {} times more", self.firings.len() - most));
        }
        lines
    }
}

impl Firing {
    /// The label of the fault, if there was one.
    pub fn fault_label<'s>(&self, setup: &'s Setup) -> Option<&'s str> {
        let (fault, _) = self.fault?;
        setup.faults.get(usize::from(fault)).map(|fault| fault.label.as_str())
    }
    fn words(&self, setup: &Setup) -> String {
        let seen = if self.seen < self.fired { format!(", seen since {}", self.seen) } else { String::new() };
        let fault = match (self.fault, self.fault_label(setup)) {
            (Some((_, began)), Some(label)) => {
                format!(", {} after {label} ({began})", self.fired.saturating_sub(began))
            }
            _ => String::new(),
        };
        let resolved = match self.resolved {
            Some(at) => format!("resolved at {at}, after {}", at.saturating_sub(self.fired)),
            None => "not resolved".into(),
        };
        format!("fired at {}{seen}{fault}; {resolved}", self.fired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{PartitionEpoch, *};

    const ORDERS: Tp = Tp(0);

    fn setup() -> Setup {
        let mut setup = Setup::default();
        setup.catalog.add_topic("orders", 1);
        setup
    }
    fn rule(lasting: u64) -> AlertRule {
        AlertRule {
            name: "alone".into(),
            when: vec![Statement::IsrSize(ORDERS, Bound::AtMost(1))],
            words: "isr of orders-0: at most 1".into(),
            lasting: Nanos::from_secs(lasting),
            every: EVERY,
        }
    }
    /// The ISR has so many brokers from then on, in seconds; the run ends at the last of them.
    fn story(lasting: u64, isr: &[(u64, u8)]) -> AlertStory {
        let mut alerts = Alerts::new(&setup(), &[rule(lasting)]);
        let tell = |alerts: &mut Alerts, at: u64, fact: Fact| {
            alerts.observe(&Entry { at: Nanos::from_secs(at), event: 0, fact });
        };
        let replicas: BrokerList = [BrokerId(1), BrokerId(2)].into_iter().collect();
        tell(&mut alerts, 0, Fact::PartitionCreated { tp: ORDERS, replicas, leader: Some(BrokerId(1)) });
        for (at, size) in isr {
            let isr: BrokerList = (1..=*size).map(BrokerId).collect();
            let (leader, leader_epoch, partition_epoch) = (Some(BrokerId(1)), LeaderEpoch(0), PartitionEpoch(0));
            let election = crate::history::fact::Election::Clean;
            let tp = ORDERS;
            tell(&mut alerts, *at, Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election });
        }
        alerts.finish().remove(0)
    }
    fn seconds(story: &AlertStory) -> Vec<(u64, u64, Option<u64>)> {
        let s = |at: Nanos| at.as_millis() / 1000;
        story.firings.iter().map(|firing| (s(firing.seen), s(firing.fired), firing.resolved.map(s))).collect()
    }

    #[test]
    fn it_fires_at_the_look_at_which_it_has_held_for_long_enough() {
        let story = story(30, &[(0, 2), (21, 1), (75, 2), (100, 2)]);
        // Seen at 30 s, fired at 60 s, gone at 80 s.
        assert_eq!(seconds(&story), [(30, 60, Some(80))]);
        assert_eq!(
            story.words(&setup(), 3),
            ["fired at 60.000s, seen since 30.000s; resolved at 80.000s, after 20.000s"]
        );
    }

    #[test]
    fn what_is_over_between_two_looks_was_not_seen() {
        assert_eq!(
            story(0, &[(0, 2), (21, 1), (29, 2), (60, 2)]).words(&setup(), 3),
            ["never fired: its condition was never seen"]
        );
    }

    #[test]
    fn what_does_not_last_is_said() {
        let story = story(30, &[(0, 2), (21, 1), (45, 2), (60, 2)]);
        let said = "never fired: its condition was seen for 10.000s at the longest, and must be for 30.000s";
        assert_eq!(story.words(&setup(), 3), [said]);
    }

    #[test]
    fn what_happens_at_the_time_of_a_look_is_seen() {
        assert_eq!(seconds(&story(0, &[(0, 2), (20, 1), (25, 1)])), [(20, 20, None)]);
        assert_eq!(seconds(&story(0, &[(0, 2), (15, 2), (20, 1)])), [(20, 20, None)], "at the end, too");
    }

    #[test]
    fn what_is_expected_of_it() {
        let fires = |to: u64| Some(Window { from: Nanos::ZERO, to: Nanos::from_secs(to) });
        let fired = story(0, &[(0, 2), (21, 1), (45, 2), (61, 1), (75, 2), (90, 2)]);
        assert_eq!(seconds(&fired), [(30, 30, Some(50)), (70, 70, Some(80))]);
        let fits = |first, times, cut| fired.answer(first, times, cut).fits;
        assert_eq!(fits(fires(40), Bound::AtLeast(1), false), Some(true));
        assert_eq!(fits(fires(29), Bound::AtLeast(1), true), Some(false));
        assert_eq!(fits(None, Bound::Exactly(2), false), Some(true));
        assert_eq!(fits(None, Bound::Exactly(2), true), None, "the rest may have a third");
        assert_eq!(fits(None, Bound::Exactly(0), true), Some(false));
        let silent = story(0, &[(0, 2), (90, 2)]);
        assert_eq!(silent.answer(None, Bound::Exactly(0), false).fits, Some(true));
        assert_eq!(silent.answer(fires(40), Bound::AtLeast(1), false).fits, Some(false));
        assert_eq!(silent.answer(fires(95), Bound::AtLeast(1), true).fits, None, "it may come");
        assert_eq!(silent.answer(fires(40), Bound::AtLeast(1), true).fits, Some(false), "that time is over");
    }
}
