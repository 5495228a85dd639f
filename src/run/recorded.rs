//! A history that was read from a file, judged as a run is.

use std::rc::Rc;

use super::cut;
use super::judged::Judged;
use super::latencies::Latencies;
use super::verdict::{Answers, Verdict, place, questions};
use crate::check::Judge;
use crate::check::alerts::Alerts;
use crate::check::expect::{QuestionAnswer, Questions};
use crate::history::Observer;
use crate::history::fact::Fact;
use crate::history::jsonl::Imported;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;

/// Judges the facts of a file, against the expectations of its scenario if that is known. `others` see every
/// fact, too.
pub fn judge(history: &Imported, scenario: Option<&Scenario>, others: &mut dyn Observer) -> Judged {
    let setup = Rc::new(history.setup.clone());
    let expect = scenario.map_or(&[][..], |scenario| scenario.expect.as_slice());
    // What is asked names processes and partitions by number: the numbers must be those of this history.
    let fits = scenario.is_none_or(|s| s.world().catalog == setup.catalog);
    let asked = (Questions::new(&setup, questions(expect).filter(|_| fits)), Latencies::new(&setup, expect));
    let rules = scenario.filter(|_| fits).map_or(&[][..], |scenario| scenario.alerts.as_slice());
    let alerts = Alerts::new(&setup, rules);
    let mut observers = ((Judge::new(setup.clone()), (asked, alerts)), others);
    history.entries.iter().for_each(|entry| observers.observe(entry));
    let ((judge, ((questions, latencies), alerts)), _) = observers;
    let judgement = judge.finish();
    let end = history.entries.last().map_or(Nanos::ZERO, |entry| entry.at);
    let cut = history.origin.as_ref().and_then(|origin| origin.until).filter(|until| end >= *until);
    // A history that was written down no further shows no more than a run that was ended.
    let ended = matches!(history.entries.last().map(|entry| entry.fact), Some(Fact::RunEnded {}));
    let unknown = QuestionAnswer { fits: None, found: "the history has other names than its scenario".into() };
    let answered = if fits {
        questions.finish(cut.is_some() || !ended)
    } else {
        self::questions(expect).map(|_| unknown.clone()).collect()
    };
    let cut_off = cut.is_some() || !ended;
    let answers = Answers { questions: answered, latencies, alerts: alerts.finish(), rack_traffic: None, cut: cut_off };
    let mut verdict = Verdict::new(expect, &judgement, &answers, &place(&setup));
    if cut.is_some() {
        cut::excuse(expect, &mut verdict.items, &judgement, end);
    }
    Judged {
        interrupted: false,
        cut,
        end,
        events: history.entries.last().map_or(0, |entry| entry.event + 1),
        digest: history.digest.clone(),
        warnings: Vec::new(),
        causes: None,
        setup,
        judgement,
        alerts: answers.alerts,
        rack_traffic: None,
        verdict,
    }
}
