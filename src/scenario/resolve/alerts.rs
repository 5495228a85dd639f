//! Alerts: names looked up.

use super::Names;
use super::expect::statement;
use crate::check::alerts::{AlertRule, EVERY};
use crate::scenario::codes;
use crate::scenario::file::File;
use crate::scenario::file::alert::Alert;
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, shorten};
use crate::sim::time::Nanos;

/// The shortest time from one look to the next.
const SHORTEST: Nanos = Nanos::from_millis(100);

/// The alerts of a file, in its order.
pub(super) fn alerts(file: &File, names: &Names, findings: &mut Findings) -> Vec<AlertRule> {
    let mut rules: Vec<AlertRule> = Vec::new();
    for at in file.alerts.iter().flat_map(|list| &list.0) {
        let name = &at.name.value.0;
        if rules.iter().any(|rule| rule.name == *name) {
            findings
                .error(codes::CONTRADICTION, at.name.span, format!("two alerts `{}`", shorten(name)))
                .label("the second of that name");
        }
        rules.extend(rule(at, names, findings));
    }
    rules
}

fn rule(alert: &At<Alert>, names: &Names, findings: &mut Findings) -> Option<AlertRule> {
    let says = &alert.when.value.says;
    let when: Vec<_> = says.iter().map(|said| statement(&said.state, said.subject.span, names, findings)).collect();
    if let Some(every) = alert.every.as_ref().filter(|every| every.value.0 < SHORTEST) {
        findings
            .error(codes::OUT_OF_BOUNDS, every.span, "nobody looks so often")
            .label(format!("at least {}ms", SHORTEST.as_millis()));
    }
    let words = |said: &super::super::file::expect::Stated| {
        format!("{}: {}", said.subject.split_whitespace().collect::<Vec<_>>().join(" "), said.said)
    };
    Some(AlertRule {
        name: alert.name.value.0.clone(),
        when: when.into_iter().collect::<Option<_>>()?,
        words: says.iter().map(words).collect::<Vec<_>>().join(", "),
        lasting: alert.when.value.lasting.as_ref().map_or(Nanos::ZERO, |at| at.value.0),
        every: alert.every.as_ref().map_or(EVERY, |at| at.value.0),
    })
}
