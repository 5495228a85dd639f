//! The debugger itself: a run at one moment, and the commands that move it.

use super::command::{Place, Refusal, StepCommand, Stride};
use super::follow::{Followed, RecordSeeker};
use super::moment::StepMoment;
use super::trail::StepTrail;
use crate::history::fact::{Entry, Fact};
use crate::history::words::words;
use crate::protocol::ids::{Offset, Tp};
use crate::run::breakpoints::{BreakWhen, Breakpoint, Lookout, NoBreakpoint};
use crate::run::figures::{exact, thousands};
use crate::run::{Run, inject, past};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::{self, Override, Scenario};
use crate::sim::time::Nanos;

/// See the module.
pub struct Debugger {
    scenario: Scenario,
    seed: u64,
    until: Option<Nanos>,
    trail: StepTrail,
    moment: StepMoment,
    /// The time that it stands at: of the last event, or later, where a time was asked for.
    clock: Nanos,
    breakpoints: Vec<Breakpoint>,
    followed: Option<Followed>,
    /// How many of the scenario's changes were injected here; they are the last.
    injected: usize,
}

/// What comes of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// It stands elsewhere; why it stopped there.
    Moved(String),
    /// The run is another one from here on, or is no more; what was done.
    Changed(String),
    /// Something to read.
    Said(String),
    /// The state is to be shown.
    Show,
    /// What can be said is to be shown.
    Help,
    /// It is over.
    Quit,
}

impl Debugger {
    /// At the beginning of a run.
    pub fn new(scenario: Scenario, seed: u64, until: Option<Nanos>) -> Debugger {
        let moment = beginning(&scenario, seed, until, None);
        Debugger {
            trail: StepTrail::new(moment.clone()),
            clock: Nanos::ZERO,
            breakpoints: Vec::new(),
            followed: None,
            injected: 0,
            scenario,
            seed,
            until,
            moment,
        }
    }
    /// The moment that it stands at.
    pub fn moment(&self) -> &StepMoment {
        &self.moment
    }
    /// The time that it stands at.
    pub fn clock(&self) -> Nanos {
        self.clock
    }
    /// What is run, with all that was injected.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }
    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }
    /// Where the run is cut.
    pub fn cut(&self) -> Option<Nanos> {
        self.until
    }
    /// The breakpoints, in the order in which they were set.
    pub fn breakpoints(&self) -> &[Breakpoint] {
        &self.breakpoints
    }
    /// What was injected.
    pub fn injected(&self) -> &[Override] {
        &self.scenario.changes[self.scenario.changes.len() - self.injected..]
    }

    /// Reads a line and does what it says.
    ///
    /// # Errors
    /// It is no command, or cannot be done here; nothing has changed.
    pub fn say(&mut self, line: &str) -> Result<Reply, Refusal> {
        let command = StepCommand::parse(line, self.moment.catalog())?;
        self.obey(command)
    }

    /// Does what a command says.
    ///
    /// # Errors
    /// It cannot be done here; nothing has changed.
    pub fn obey(&mut self, command: StepCommand) -> Result<Reply, Refusal> {
        match command {
            StepCommand::Next(stride, times) => self.next(stride, times),
            StepCommand::Back(stride, times) => self.back(stride, times),
            StepCommand::To(place) => Ok(self.to(place)),
            StepCommand::Go if self.breakpoints.is_empty() => Err(Refusal::new(
                "there is no breakpoint to go to",
                "set one: `break leader-elected`, `break lag of billing: above 100`; or `to end`",
            )),
            StepCommand::Go => Ok(self.to(Place::End)),
            StepCommand::Rewind => self.rewind(),
            StepCommand::Break(text) => self.set_breakpoint(&text),
            StepCommand::Breaks => Ok(Reply::Said(self.list_breakpoints())),
            StepCommand::Clear(number) => self.clear(number),
            StepCommand::Follow(None) => {
                self.followed = None;
                self.start_over();
                Ok(Reply::Moved("no record is followed".into()))
            }
            StepCommand::Follow(Some((tp, offset))) => self.follow(tp, offset),
            StepCommand::Inject(text) => self.inject(&text),
            StepCommand::TakeBack => self.take_back(),
            StepCommand::Show => Ok(Reply::Show),
            StepCommand::Help => Ok(Reply::Help),
            StepCommand::Quit => Ok(Reply::Quit),
        }
    }

    // --- moving --------------------------------------------------------------------------------

    fn next(&mut self, stride: Stride, times: u32) -> Result<Reply, Refusal> {
        if self.moment.is_over() {
            return Err(Refusal::new("the run is over", "`back` goes back, `to 12s` to any time"));
        }
        if let Stride::Time(by) = stride {
            let by = Nanos(by.0.saturating_mul(times.into()));
            return Ok(self.to(Place::Time(self.clock.saturating_add(by))));
        }
        let mut left = times;
        while left > 0 && self.forward() {
            left -= u32::from(reaches(stride, &self.moment));
        }
        Ok(Reply::Moved(if left > 0 { self.over() } else { String::new() }))
    }

    fn back(&mut self, stride: Stride, times: u32) -> Result<Reply, Refusal> {
        if self.moment.event() == 0 && self.clock == Nanos::ZERO {
            return Err(Refusal::new("this is the start", "`next` goes on, `to 12s` to any time"));
        }
        if let Stride::Time(by) = stride {
            let by = Nanos(by.0.saturating_mul(times.into()));
            return Ok(self.to(Place::Time(self.clock.saturating_sub(by))));
        }
        let mut event = self.moment.event();
        for _ in 0..times {
            let before = match stride {
                Stride::Event => event.checked_sub(1).filter(|before| *before > 0),
                _ => self.last_before(event, |moment| reaches(stride, moment)),
            };
            let Some(before) = before else {
                self.stand(self.trail.beginning().clone());
                return Ok(Reply::Moved("this is the start".into()));
            };
            event = before;
        }
        self.go_back_to(event);
        Ok(Reply::Moved(String::new()))
    }

    /// Back to the last breakpoint.
    fn rewind(&mut self) -> Result<Reply, Refusal> {
        if self.breakpoints.is_empty() {
            return Err(Refusal::new(
                "there is no breakpoint to go back to",
                "set one: `break leader-elected`; or `to start`",
            ));
        }
        let breakpoints = self.breakpoints.clone();
        let mut found = None;
        let mut end = self.moment.event();
        for kept in self.trail.before(end) {
            let (mut moment, mut lookout) = (kept.clone(), Lookout::new(&breakpoints, kept.world()));
            while moment.event() < end && moment.step() {
                if let Some(point) =
                    lookout.look(moment.world(), &moment.told().fresh).filter(|_| moment.event() < self.moment.event())
                {
                    found = Some((moment.event(), point.text.clone()));
                }
            }
            if found.is_some() {
                break;
            }
            end = kept.event();
        }
        Ok(Reply::Moved(match found {
            Some((event, text)) => {
                self.go_back_to(event);
                format!("breakpoint: {text}")
            }
            None => {
                self.stand(self.trail.beginning().clone());
                "no breakpoint before; this is the start".into()
            }
        }))
    }

    fn to(&mut self, place: Place) -> Reply {
        let behind = match place {
            Place::Time(at) => at < self.moment.now(),
            Place::Event(event) => event < self.moment.event(),
            Place::Start => true,
            Place::End => false,
        };
        if behind {
            let moment = match place {
                Place::Time(at) => self.trail.latest(|kept| kept.now() <= at),
                Place::Event(event) => self.trail.latest(|kept| kept.event() <= event),
                Place::Start | Place::End => self.trail.beginning(),
            };
            self.stand(moment.clone());
        }
        // What lies behind was seen already: breakpoints stop who goes on.
        let breakpoints = if behind { Vec::new() } else { self.breakpoints.clone() };
        let mut lookout = Lookout::new(&breakpoints, self.moment.world());
        while self.is_before(place) && self.forward() {
            if let Some(point) = lookout.look(self.moment.world(), &self.moment.told().fresh) {
                return Reply::Moved(format!("breakpoint: {}", point.text));
            }
        }
        if let Place::Time(at) = place {
            self.clock = if self.moment.is_over() { self.moment.now() } else { at };
        }
        let over = self.moment.is_over() && place != Place::Event(self.moment.event());
        Reply::Moved(if over { self.over() } else { String::new() })
    }

    /// Whether the next event is still to be handled on the way to a place.
    fn is_before(&self, place: Place) -> bool {
        match place {
            Place::Time(at) => self.moment.next_at().is_some_and(|next| next <= at),
            Place::Event(event) => self.moment.event() < event,
            Place::Start => false,
            Place::End => true,
        }
    }

    fn over(&self) -> String {
        format!("the run is over, after {} events", thousands(self.moment.event()))
    }

    /// One event on. Returns whether there was one.
    fn forward(&mut self) -> bool {
        let went = self.moment.step();
        if went {
            self.trail.pass(&self.moment);
            self.clock = self.moment.now();
        }
        went
    }

    fn stand(&mut self, moment: StepMoment) {
        self.clock = moment.now();
        self.moment = moment;
    }

    fn go_back_to(&mut self, event: u64) {
        let kept = self.trail.latest(|kept| kept.event() <= event).clone();
        self.stand(kept);
        while self.moment.event() < event && self.forward() {}
    }

    /// The last event before one of which this is true.
    fn last_before(&self, event: u64, test: impl Fn(&StepMoment) -> bool) -> Option<u64> {
        let mut end = event.saturating_sub(1);
        for kept in self.trail.before(event) {
            let mut moment = kept.clone();
            let mut found = None;
            while moment.event() < end && moment.step() {
                found = test(&moment).then(|| moment.event()).or(found);
            }
            if found.is_some() {
                return found;
            }
            end = kept.event();
        }
        None
    }

    // --- breakpoints ---------------------------------------------------------------------------

    fn set_breakpoint(&mut self, text: &str) -> Result<Reply, Refusal> {
        let point = Breakpoint::parse(text, &self.scenario).map_err(|wrong| match wrong {
            NoBreakpoint::Condition(findings) => refused(&findings),
            NoBreakpoint::Neither { text, near } => {
                let (message, help) = NoBreakpoint::neither(&text, near);
                Refusal::new(message, help)
            }
        })?;
        let text = point.text.clone();
        let is_so = matches!(&point.awaits, BreakWhen::Becomes(condition) if self.moment.world().holds(condition));
        self.breakpoints.push(point);
        let so = if is_so { "; it is so now, and stops the run when it becomes so again" } else { "" };
        Ok(Reply::Said(format!("breakpoint {}: {text}{so}", self.breakpoints.len())))
    }

    fn list_breakpoints(&self) -> String {
        if self.breakpoints.is_empty() {
            return "no breakpoints; `break leader-elected` sets one".into();
        }
        let line = |(number, point): (usize, &Breakpoint)| format!("{}  {}", number + 1, point.text);
        self.breakpoints.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
    }

    fn clear(&mut self, number: Option<usize>) -> Result<Reply, Refusal> {
        let count = self.breakpoints.len();
        match number {
            None => self.breakpoints.clear(),
            Some(number) if (1..=count).contains(&number) => drop(self.breakpoints.remove(number - 1)),
            Some(number) => {
                let help = "`breaks` lists them; `clear` takes all";
                return Err(Refusal::new(format!("there is no breakpoint {number}"), help));
            }
        }
        Ok(Reply::Said(self.list_breakpoints()))
    }

    // --- following -----------------------------------------------------------------------------

    fn follow(&mut self, tp: Tp, offset: Offset) -> Result<Reply, Refusal> {
        let name = format!("{}@{offset}", self.moment.catalog().tp_name(tp));
        let mut finder = RecordSeeker::new(tp, offset);
        let mut world = self.trail.beginning().world().clone();
        while !finder.is_done() && world.step(&mut finder) {}
        let Some(followed) = finder.found else {
            return Err(match finder.marker {
                true => Refusal::new(
                    format!("{name} is a control record: the end of a transaction"),
                    "follow one of its records",
                ),
                false => Refusal::new(
                    format!("this run never writes {name}"),
                    format!("the partition's longest log ends at {}", finder.end),
                ),
            });
        };
        self.followed = Some(followed);
        self.start_over();
        let node = self.moment.catalog().node_name(followed.node);
        Ok(Reply::Moved(format!("{name} is record {} of {node}", followed.ordinal)))
    }

    /// Runs again from the beginning to where it stands.
    fn start_over(&mut self) {
        let (event, clock) = (self.moment.event(), self.clock);
        let moment = beginning(&self.scenario, self.seed, self.until, self.followed);
        self.trail = StepTrail::new(moment.clone());
        self.stand(moment);
        while self.moment.event() < event && self.forward() {}
        self.clock = clock;
    }

    // --- injecting -----------------------------------------------------------------------------

    /// When what is injected strikes: now, or as soon as all that happens now has happened.
    fn strikes_at(&self) -> Nanos {
        past::strikes_at(self.clock, self.moment.world())
    }

    fn inject(&mut self, text: &str) -> Result<Reply, Refusal> {
        let at = self.strikes_at();
        let text = inject::whole(text, at);
        let mut changes = self.scenario.changes.clone();
        changes.push(Override::fault(text.as_str()));
        let scenario = self.read(&changes)?;
        let mut moment = beginning(&scenario, self.seed, self.until, self.followed);
        let mut trail = StepTrail::new(moment.clone());
        while moment.event() < self.moment.event() && moment.step() {
            trail.pass(&moment);
        }
        if moment.world().digest().to_string() != self.moment.world().digest().to_string() {
            return Err(Refusal::new(
                format!("that would have changed what has happened before {}", self.clock),
                format!("an injected fault strikes here or later: leave its time out, or write `at: {}`", exact(at)),
            ));
        }
        (self.scenario, self.trail, self.moment) = (scenario, trail, moment);
        self.injected += 1;
        Ok(Reply::Changed(format!("injected: {text}")))
    }

    fn take_back(&mut self) -> Result<Reply, Refusal> {
        let Some(last) = self.injected().last().map(|change| change.option().1.to_owned()) else {
            return Err(Refusal::new("nothing was injected", "`inject crash: broker 1` injects a fault here"));
        };
        let changes = &self.scenario.changes[..self.scenario.changes.len() - 1];
        self.scenario = self.read(changes)?;
        self.injected -= 1;
        // Without it the run has other events, so only its time is the same.
        let at = self.clock;
        let moment = beginning(&self.scenario, self.seed, self.until, self.followed);
        self.trail = StepTrail::new(moment.clone());
        self.stand(moment);
        while self.is_before(Place::Time(at)) && self.forward() {}
        self.clock = if self.moment.is_over() { self.moment.now() } else { at };
        Ok(Reply::Changed(format!("taken back: {last}")))
    }

    fn read(&self, changes: &[Override]) -> Result<Scenario, Refusal> {
        let variant = self.scenario.variant.as_deref();
        match scenario::parse_variant(&self.scenario.source, variant, changes) {
            Ok((scenario, _)) => Ok(scenario),
            Err(findings) => Err(refused(&findings)),
        }
    }
}

/// The run before its first event.
fn beginning(scenario: &Scenario, seed: u64, until: Option<Nanos>, followed: Option<Followed>) -> StepMoment {
    StepMoment::new(Run::new(scenario, seed).until(until).start(), followed)
}

/// Whether a stride ends with a moment's event.
fn reaches(stride: Stride, moment: &StepMoment) -> bool {
    match stride {
        Stride::Event => true,
        Stride::Fact => moment.told().fresh.iter().any(|entry| is_readable(entry, moment)),
        Stride::Fault => moment.told_now(is_of_a_fault),
        Stride::Named(named) => moment.told_now(|fact| named.is(fact, moment.catalog())),
        Stride::Time(_) => unreachable!("a time is a place"),
    }
}

/// Whether a fact says something to a reader. What happens to the replicas of internal topics happens all the time; what
/// it means for groups and transactions their coordinators tell.
pub fn is_readable(entry: &Entry, moment: &StepMoment) -> bool {
    let coordinates = matches!(entry.fact, Fact::CoordinatorLoaded { .. } | Fact::CoordinatorUnloaded { .. });
    let internal = entry.fact.references().tp.is_some_and(|tp| moment.catalog().is_internal(tp));
    (coordinates || !internal) && words(&entry.fact, moment.catalog(), &moment.world().setup().faults).is_some()
}

fn is_of_a_fault(fact: &Fact) -> bool {
    matches!(fact, Fact::FaultStarted { .. } | Fact::FaultMissed { .. } | Fact::FaultEnded { .. })
}

/// The first thing that is wrong, with its place.
fn refused(findings: &[Diagnostic]) -> Refusal {
    let Some(first) = findings.iter().find(|finding| finding.severity == scenario::diagnostic::Severity::Error) else {
        return Refusal::new("it cannot be read", "");
    };
    let label = if first.label.is_empty() { String::new() } else { format!(": {}", first.label) };
    Refusal::new(format!("{}{label}", first.message), first.help.clone().unwrap_or_default())
}
