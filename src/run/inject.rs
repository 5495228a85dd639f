//! A fault, written in short, as the scenario's own parser reads it.

use super::figures::exact;
use crate::sim::time::Nanos;

/// Keys that say when.
const TRIGGERS: [&str; 3] = ["at", "every", "when"];

/// The whole text of a fault: it strikes at `at` if it does not say when, and `crash: broker 1` or `pause: billing-0 for
/// 5s` become the long form.
pub fn whole(text: &str, at: Nanos) -> String {
    let text = text.trim();
    let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text).trim();
    let parts: Vec<String> = parts(text).into_iter().map(long).collect();
    let says_when = parts.iter().any(|part| TRIGGERS.iter().any(|key| key_of(part) == Some(*key)));
    let when = if says_when { String::new() } else { format!("at: {}, ", exact(at)) };
    format!("{when}{}", parts.join(", "))
}

/// The entries of a map, as they are written.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_i32, 0);
    for (place, c) in text.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[from..place].trim());
                from = place + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts
}

fn key_of(part: &str) -> Option<&str> {
    part.split_once(':').map(|(key, _)| key.trim())
}

/// Faults of one process, whose target may stand alone.
fn long(part: &str) -> String {
    let Some((key, value)) = part.split_once(':') else { return part.to_owned() };
    let (key, value) = (key.trim(), value.trim());
    let whom = match key {
        "crash" | "stop" | "start" | "pause" | "service.outage" => "process",
        "power.loss" | "disk.stall" | "disk.slow" | "disk.full" | "disk.fail" | "disk.read.errors"
        | "disk.lying.flush" => "broker",
        _ => return part.to_owned(),
    };
    if value.is_empty() || value.starts_with(['{', '[']) {
        return part.to_owned();
    }
    match value.split_once(" for ") {
        Some((target, time)) => format!("{key}: {{ {whom}: {}, for: {} }}", target.trim(), time.trim()),
        None => format!("{key}: {{ {whom}: {value} }}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_form_becomes_a_fault() {
        for (short, long) in [
            ("crash: broker 1", "at: 12s, crash: { process: broker 1 }"),
            ("{ crash: leader of orders-0 }", "at: 12s, crash: { process: leader of orders-0 }"),
            ("pause: billing-0 for 5s", "at: 12s, pause: { process: billing-0, for: 5s }"),
            ("disk.full: broker 2", "at: 12s, disk.full: { broker: broker 2 }"),
            (
                "partition: { between: [[broker 1], [others]], for: 5s }",
                "at: 12s, partition: { between: [[broker 1], [others]], for: 5s }",
            ),
            ("at: 20s, crash: {broker: broker 1}", "at: 20s, crash: {broker: broker 1}"),
            (
                "when: { lag of billing: above 10 }, crash: broker 1",
                "when: { lag of billing: above 10 }, crash: { process: broker 1 }",
            ),
        ] {
            assert_eq!(whole(short, Nanos::from_secs(12)), long);
        }
    }
}
