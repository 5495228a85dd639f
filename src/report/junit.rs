//! A run as JUnit XML, for test reports of build servers.

use std::fmt::Write;
use std::time::Duration;

use super::Report;
use crate::check::outcome::{Finding, Outcome};
use crate::run::verdict::{Item, Standing};

/// The report as JUnit XML. The first test case is the run as a whole: it is skipped, and says why, when the run
/// was inconclusive (exit code 3). Then one per expectation, and one per other invariant that held. What was not
/// promised or not exercised has not passed and has not failed: it is listed among the properties.
///
/// `took` is how long the run took on this machine, `text` what a person would be shown.
pub fn junit(report: &Report, took: Duration, text: &str) -> String {
    let items = &report.verdict.items;
    let rest: Vec<&Finding> =
        report.judgement.findings.iter().filter(|f| items.iter().all(|item| item.name != f.invariant.id)).collect();
    let held: Vec<&str> =
        rest.iter().filter(|f| matches!(f.outcome, Outcome::Holds { .. })).map(|f| f.invariant.id).collect();
    let variant = report.variant.as_ref().map_or(String::new(), |variant| format!(" --variant {variant}"));
    let suite = escape(&format!("{}:{}{variant}", report.scenario, report.setup.seed));
    let all = report.verdict.standing();
    let missing: Vec<&str> =
        report.verdict.unsimulated.iter().filter(|u| !u.allowed).map(|u| u.text.as_str()).collect();
    let count = |standing| items.iter().filter(|i| i.standing == standing).count() + usize::from(all == standing);
    let seconds = format!("{}.{:03}", took.as_secs(), took.subsec_millis());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let _ = writeln!(
        out,
        "  <testsuite name=\"{suite}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{seconds}\">",
        1 + items.len() + missing.len() + held.len(),
        count(Standing::Broken),
        count(Standing::Inconclusive) + missing.len()
    );
    properties(&mut out, report, &rest);
    case(&mut out, &suite, "run", &seconds, &whole(report, all));
    for item in items {
        case(&mut out, &suite, &item.name, "0", &expectation(item));
    }
    for (text, number) in missing.iter().zip(1..) {
        case(
            &mut out,
            &suite,
            &format!("simulated {number}"),
            "0",
            &format!("<skipped message=\"{}\"/>", escape(text)),
        );
    }
    for id in held {
        case(&mut out, &suite, id, "0", "");
    }
    let _ = writeln!(out, "    <system-out>{}</system-out>\n  </testsuite>\n</testsuites>", escape(text));
    out
}

fn properties(out: &mut String, report: &Report, rest: &[&Finding]) {
    let named = |outcome: &str| {
        rest.iter().filter(|f| f.outcome.word() == outcome).map(|f| f.invariant.id).collect::<Vec<_>>().join(", ")
    };
    let properties = [
        ("seed", report.setup.seed.to_string()),
        ("simulated seconds", format!("{}.{:09}", report.end.0 / 1_000_000_000, report.end.0 % 1_000_000_000)),
        ("digest", report.digest.to_string()),
        ("not promised", named("not promised")),
        ("not exercised", named("not exercised")),
    ];
    let _ = writeln!(out, "    <properties>");
    for (name, value) in properties {
        let _ = writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escape(&value));
    }
    let _ = writeln!(out, "    </properties>");
}

fn case(out: &mut String, suite: &str, name: &str, seconds: &str, inside: &str) {
    let name = escape(name);
    let _ = writeln!(out, "    <testcase classname=\"{suite}\" name=\"{name}\" time=\"{seconds}\">{inside}</testcase>");
}

/// The run as a whole: what its exit code says.
fn whole(report: &Report, standing: Standing) -> String {
    let items = report.verdict.items.iter().filter(|item| item.standing == standing);
    let mut names: Vec<&str> = items.map(|item| item.name.as_str()).collect();
    if standing == Standing::Inconclusive && report.verdict.unsimulated.iter().any(|u| !u.allowed) {
        names.push("what was not simulated");
    }
    let names = escape(&names.join(", "));
    match standing {
        _ if report.interrupted => format!("<skipped message=\"interrupted at {}\"/>", report.end),
        Standing::Met => String::new(),
        Standing::Broken => format!("<failure message=\"not as expected: {names}\"/>"),
        Standing::Inconclusive => {
            format!("<skipped message=\"inconclusive (exit code 3), the run could not show: {names}\"/>")
        }
    }
}

fn expectation(item: &Item) -> String {
    let found = escape(&item.found);
    let expected = escape(item.expected.as_deref().unwrap_or("not violated"));
    match item.standing {
        Standing::Met => String::new(),
        Standing::Broken => format!("<failure message=\"{found}\">expected: {expected}; {found}</failure>"),
        Standing::Inconclusive => format!("<skipped message=\"inconclusive: expected: {expected}; {found}\"/>"),
    }
}

/// Text for an element or an attribute. XML has no way to write most control characters.
pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Run;
    use crate::scenario::{self, ScenarioText};

    /// As little as can be inconclusive.
    const TEXT: &str = "{name: tiny, duration: 8s, final.phase: 0s, topics: {orders: {}}, producers: {p: {topic: orders, rate: \
                        10/s}}, expect: [sometimes: leader-elected, sometimes: truncation, ledger: {lost.after.ack: at least 1}]}";

    #[test]
    fn what_could_not_be_shown_is_skipped_and_says_so() {
        let (mut scenario, _) = scenario::parse(&ScenarioText::new("tiny.yaml", TEXT), &[]).expect("valid");
        scenario.expect.truncate(2);
        let report = Report::of(&Run::new(&scenario, 1)).expect("runs");
        let xml = junit(&report, Duration::from_millis(1234), "as people see it: a < b");
        assert!(xml.contains("<testcase classname=\"tiny:1\" name=\"run\" time=\"1.234\"><skipped message=\"inconclusive (exit code 3)"), "{xml}");
        assert!(xml.contains("name=\"sometimes truncation\" time=\"0\"><skipped message=\"inconclusive: expected: seen; never seen\"/>"), "{xml}");
        assert!(xml.contains("a &lt; b</system-out>"));
        // Nothing else is skipped, so that this is seen.
        assert_eq!(xml.matches("<skipped").count(), 1 + report.verdict.items.len());
    }

    #[test]
    fn what_broke_fails_the_run_and_its_own_case() {
        let (scenario, _) = scenario::parse(&ScenarioText::new("tiny.yaml", TEXT), &[]).expect("valid");
        let report = Report::of(&Run::new(&scenario, 1)).expect("runs");
        let xml = junit(&report, Duration::ZERO, "");
        assert!(
            xml.contains("name=\"run\" time=\"0.000\"><failure message=\"not as expected: ledger lost.after.ack\"/>"),
            "{xml}"
        );
        assert!(xml.contains("<failure message=\"0\">expected: at least 1; 0</failure>"), "{xml}");
        assert!(xml.contains("failures=\"2\" errors=\"0\""), "{xml}");
    }
}
