//! What goes wrong in a run, within the budget, and when all is well again.

use super::dice::Dice;
use super::genome::{Gene, Genome, WHOLE};
use super::grounds::Grounds;
use super::options::SwarmOptions;
use super::trouble::{Strike, Trouble};
use super::victim::{Seat, Victims};
use crate::sim::time::Nanos;

/// What was drawn of a run's faults.
#[derive(Clone, Debug, Default)]
pub(super) struct FaultPlan {
    /// Each as one would write it behind `--with`.
    pub faults: Vec<String>,
    /// From when on nothing is wrong with the core; none: some fault waits for something that may come at any time, or a broker
    /// that is cut off or stands still keeps clients with it, whose metadata may name no other.
    pub healed: Option<Nanos>,
    /// Whether some fault was silent, so that somebody finds out by a timeout.
    pub silent: bool,
}

/// The longest time in which nothing is drawn to go wrong.
const WARM_UP: Nanos = Nanos::from_secs(8);

/// Draws the faults. Those that would be beyond the budget are left out.
pub(super) fn plan(grounds: &Grounds, options: &SwarmOptions, genome: &Genome) -> FaultPlan {
    let mut dice = Dice::new(genome.healing, "healing");
    let from = options.warm_up.unwrap_or(WARM_UP.min(Nanos(grounds.duration.0 / 6)));
    // Whatever is drawn has to begin before the end of the run.
    let from = from.min(grounds.duration.saturating_sub(Nanos::from_millis(2)));
    let healed = from + Nanos((grounds.duration - from).0 / 100 * dice.between(35, 85));
    let away = away(grounds, options, &mut dice);
    let victims = Victims::new(grounds, &mut dice, &away, options.over_budget);
    let end = if options.over_budget { grounds.duration } else { healed };
    let mut plan = Planner { grounds, options, victims, end, absences: Vec::new(), plan: FaultPlan::default() };
    plan.plan.healed = Some(healed);
    for number in away {
        let at = dice.moment(from, end);
        let strike = Trouble::departure(&mut dice, number);
        let keeps_clients = strike.keeps_clients;
        plan.add(at, &format!("at: {}ms", at.as_millis()), strike, false);
        if keeps_clients {
            plan.plan.healed = None;
        }
    }
    // Who stays away counts, too.
    let room = (options.most_faults as usize).saturating_sub(plan.plan.faults.len());
    for gene in genome.genes.iter().take(room) {
        let at = from + Nanos((u128::from((end - from).0) * u128::from(gene.at) / u128::from(WHOLE)) as u64);
        plan.gene(gene, Nanos::from_millis(at.as_millis()));
    }
    plan.plan
}

/// Who stays away for good: outside of the core nothing is mended.
fn away(grounds: &Grounds, options: &SwarmOptions, dice: &mut Dice) -> Vec<u64> {
    let most = if options.over_budget { grounds.brokers.saturating_sub(1) } else { grounds.budget.away as u64 };
    let count = if dice.once_in(3) { dice.between(0, most) } else { 0 };
    let mut all: Vec<u64> = (1..=grounds.brokers).collect();
    (0..count).map(|_| all.remove(dice.between(0, all.len() as u64 - 1) as usize)).collect()
}

struct Planner<'g> {
    grounds: &'g Grounds,
    options: &'g SwarmOptions,
    victims: Victims<'g>,
    /// When all faults of the core are over.
    end: Nanos,
    /// From when to when a broker or a controller is away.
    absences: Vec<(Seat, Nanos, Nanos)>,
    plan: FaultPlan,
}

impl Planner<'_> {
    fn gene(&mut self, gene: &Gene, at: Nanos) {
        let limit = if self.options.over_budget { Nanos::MAX } else { self.end.saturating_sub(at) };
        let Some(strike) = gene.trouble.strike(self.grounds, &self.victims, (gene.victim, gene.span), limit) else {
            return;
        };
        let mut dice = Dice::new(gene.trigger, "trigger");
        let millis = at.as_millis();
        // What is to be mended at a time cannot wait for something that may come after it.
        let condition = if gene.waits() && strike.then.is_none() { self.victims.condition(&mut dice) } else { None };
        if let Some(condition) = condition {
            let delay = if dice.coin() {
                String::new()
            } else {
                format!(", delay: {}ms", dice.span(Nanos::from_millis(1), Nanos::from_secs(5)).as_millis())
            };
            return self.add(at, &format!("when: {{ {condition} }}, after: {millis}ms{delay}"), strike, true);
        }
        if strike.takes.is_none() && strike.then.is_none() && dice.once_in(6) {
            let pause = strike.span.saturating_add(dice.span(Nanos::from_millis(50), Nanos::from_secs(4)));
            let most = (self.end.saturating_sub(at).0 / pause.0.max(1)).min(5);
            let times = dice.between(1, most);
            return self.add(
                at,
                &format!("at: {millis}ms, every: {}ms, times: {times}", pause.as_millis().max(1)),
                strike,
                false,
            );
        }
        self.add(at, &format!("at: {millis}ms"), strike, false);
    }

    fn add(&mut self, at: Nanos, trigger: &str, strike: Strike, waits: bool) {
        if let Some(seat) = strike.takes {
            // Who goes for good must not be the last of an ISR that others have still to come back to.
            let begin = if strike.span == Nanos::MAX { at.saturating_sub(self.grounds.recovery.crashed) } else { at };
            let absence = (seat, begin, if waits { Nanos::MAX } else { at.saturating_add(strike.span) });
            if !self.options.over_budget && self.at_a_time(absence) >= self.grounds.budget.may_be_down(seat) {
                return;
            }
            self.absences.push(absence);
        }
        self.plan.silent |= strike.silent;
        if waits {
            self.plan.healed = None;
        }
        self.plan.faults.push(format!("{trigger}, may.miss: true, {}", strike.action));
        if let Some((later, action)) = strike.then {
            let at = at.saturating_add(later).min(self.grounds.duration.saturating_sub(Nanos::from_millis(1)));
            self.plan.faults.push(format!("at: {}ms, may.miss: true, {action}", at.as_millis()));
        }
    }
    /// How many of the same kind are away at most at some moment of this time.
    fn at_a_time(&self, (seat, from, to): (Seat, Nanos, Nanos)) -> usize {
        let same = self.absences.iter().filter(|(taken, begin, end)| *taken == seat && *begin <= to && from <= *end);
        let meanwhile: Vec<(Nanos, Nanos)> = same.map(|(_, begin, end)| (*begin, *end)).collect();
        let at = |moment: Nanos| meanwhile.iter().filter(|(begin, end)| (*begin..=*end).contains(&moment)).count();
        meanwhile.iter().map(|(begin, _)| at(*begin.max(&from))).max().unwrap_or(0)
    }
}
