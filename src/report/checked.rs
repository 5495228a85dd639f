//! What the checks say of an exchange history, for people and for machines.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::check::exchange::{ExchangeJudgement, NamedRecords};
use crate::check::jepsen::jepsen;
use crate::check::outcome::{Finding, Outcome};
use crate::history::exchange::read::{Content, Id, OperationKind, Recorded, Sight, Stage};
use crate::run::figures::thousands;
use crate::run::verdict::describe;

/// The most lines of a record's life.
const LIFE: usize = 12;

fn place(_: &Finding) -> String {
    // Witnesses of exchange histories name their place in words.
    String::new()
}

/// `bounce, recorded by a program on a real Kafka cluster`.
fn title(recorded: &Recorded) -> String {
    let header = &recorded.header;
    let name = if header.scenario.is_empty() { "history" } else { &header.scenario };
    // A real cluster has no seed.
    if header.seed > 0 { format!("{name}:{}", header.seed) } else { name.to_owned() }
}

/// For people.
pub fn human(recorded: &Recorded, judgement: &ExchangeJudgement, why: bool) -> String {
    let header = &recorded.header;
    let mut out = format!(
        "{}   recorded by {}, kafka {}   {} lines\n\n",
        title(recorded),
        if header.source.is_empty() { "somebody" } else { &header.source },
        if header.kafka.is_empty() { "of unknown version" } else { &header.kafka },
        thousands(recorded.lines.len() as u64),
    );
    ledger(&mut out, judgement);
    for finding in &judgement.findings {
        let mark = finding.outcome.mark();
        let invariant = &finding.invariant;
        // Jepsen's name for what is broken, beside ours.
        let broken = matches!(finding.outcome, Outcome::Violated { .. });
        let also = jepsen(invariant.id).filter(|_| broken).map_or(String::new(), |name| format!(" [Jepsen: {name}]"));
        let _ = writeln!(out, "  {mark}  {:<3} {:<22}{}{also}", invariant.code, invariant.id, sentence(finding));
    }
    if !judgement.notes.is_empty() {
        out.push('\n');
    }
    for note in &judgement.notes {
        let _ = writeln!(out, "  note  {note}");
    }
    if why {
        out.push('\n');
        out += &lives(recorded, judgement);
    }
    out
}

/// As [`describe`], with the witness of what was not promised in words too.
fn sentence(finding: &Finding) -> String {
    let text = describe(finding, &place);
    match &finding.outcome {
        Outcome::NotPromised { first: Some(first), .. } => format!("{text}: {} (line {})", first.text, first.event),
        Outcome::Violated { first, .. } => format!("{text} (line {})", first.event),
        _ => text,
    }
}

fn ledger(out: &mut String, judgement: &ExchangeJudgement) {
    let l = &judgement.ledger;
    let n = thousands;
    let _ = writeln!(
        out,
        "  {:<18}sent {}   acked {}   failed {}   unknown {}   in the log {}",
        "delivery ledger",
        n(l.sent),
        n(l.acked),
        n(l.failed),
        n(l.unknown),
        n(l.in_the_log)
    );
    let _ = writeln!(
        out,
        "  {:<18}lost after ack {} of {} acknowledged   lost unacked {}   duplicated {}   out of order {}",
        "",
        n(l.lost_after_ack.count),
        n(l.acked),
        n(l.lost_unacked),
        n(l.duplicated.count),
        n(l.out_of_order.count)
    );
    if l.unacked_in_the_log + l.unread > 0 {
        let _ = writeln!(
            out,
            "  {:<18}in the log unacked {}   acked, and nobody read that far {}",
            "",
            n(l.unacked_in_the_log),
            n(l.unread)
        );
    }
    for group in &l.groups {
        let what = if group.effects { "processed" } else { "polled" };
        let _ = writeln!(
            out,
            "  {:<18}{what} once {}   again {}   never {}   not in the log any more {}",
            group.group,
            n(group.once),
            n(group.repeated),
            n(group.never),
            n(group.vanished)
        );
    }
    for (what, named) in [("lost", &l.lost_after_ack), ("duplicated", &l.duplicated), ("out of order", &l.out_of_order)]
    {
        if named.count > 0 {
            let _ = writeln!(out, "  {what:<18}{}", names(named));
        }
    }
    out.push('\n');
}

fn names(named: &NamedRecords) -> String {
    let mut text = named.first.join(", ");
    let more = named.count - named.first.len() as u64;
    if more > 0 {
        text += &format!(" and {} more", thousands(more));
    }
    text
}

/// The life of the first lost, doubled and disordered record, as far as it was recorded.
fn lives(recorded: &Recorded, judgement: &ExchangeJudgement) -> String {
    let l = &judgement.ledger;
    let mut out = String::new();
    for (what, named) in [("lost", &l.lost_after_ack), ("duplicated", &l.duplicated), ("out of order", &l.out_of_order)]
    {
        if let Some(value) = named.value {
            let _ = writeln!(out, "why {what}: the life of {}", recorded.values.name(value));
            out += &life(recorded, value);
        }
    }
    let broken = |f: &&Finding| matches!(f.outcome, Outcome::Violated { .. });
    for finding in judgement.findings.iter().filter(broken) {
        let Outcome::Violated { first, .. } = &finding.outcome else { continue };
        let _ = writeln!(out, "why {}: line {}, {}: {}", finding.invariant.id, first.event, first.at, first.text);
    }
    if out.is_empty() { "why: nothing was lost, doubled, disordered or violated\n".into() } else { out }
}

fn life(recorded: &Recorded, value: Id) -> String {
    let mut out = String::new();
    let mut lines = Vec::new();
    let mut partition = None;
    for line in &recorded.lines {
        let told = match &line.content {
            Content::Operation { client, stage, what, .. } => {
                let who = recorded.clients.name(*client);
                match what {
                    OperationKind::Send(records) | OperationKind::Poll(records) => {
                        records.iter().find(|r| r.value == value).map(|record| {
                            partition = partition.or(record.tp);
                            let place =
                                record.tp.map(|tp| format!(" at {}", recorded.partitions.name(tp))).unwrap_or_default();
                            let offset = record.offset.map(|o| format!("@{o}")).unwrap_or_default();
                            let did = match (what, stage) {
                                (OperationKind::Send(_), Stage::Invoke) => "sends it",
                                (OperationKind::Send(_), Stage::Ok) => "hears that it is acknowledged",
                                (OperationKind::Send(_), Stage::Fail) => "hears that it failed",
                                (OperationKind::Send(_), Stage::Info) => "hears nothing certain of it",
                                _ => "reads it",
                            };
                            (who, format!("{did}{place}{offset}"))
                        })
                    }
                    OperationKind::Effect(v) if *v == value && *stage == Stage::Ok => {
                        Some((who, "has processed it".to_string()))
                    }
                    _ => None,
                }
            }
            Content::Sight(Sight::Partition { tp, leader, epoch }) if partition == Some(*tp) => {
                let leader = leader.map_or("nobody".into(), |id| format!("broker {id}"));
                Some(("controller", format!("{leader} leads {} in epoch {epoch}", recorded.partitions.name(*tp))))
            }
            Content::Sight(_) => None,
        };
        if let Some((who, text)) = told {
            lines.push(format!("  {:>10}  {who:<15}{text} (line {})\n", line.at.to_string(), line.number));
        }
    }
    let more = lines.len().saturating_sub(LIFE);
    lines.truncate(LIFE);
    lines.iter().for_each(|line| out += line);
    if more > 0 {
        let _ = writeln!(out, "  {:>10}  ... {more} more lines", "");
    }
    out
}

/// As one JSON document.
pub fn json(recorded: &Recorded, judgement: &ExchangeJudgement) -> Value {
    let l = &judgement.ledger;
    let named = |named: &NamedRecords| json!({ "count": named.count, "first": named.first });
    let finding = |f: &Finding| {
        let first = f.outcome.first();
        let (exercised, broken) = match &f.outcome {
            Outcome::Holds { exercised, .. } => (Some(*exercised), 0),
            Outcome::Violated { count, exercised, .. } => (Some(*exercised), *count),
            Outcome::NotPromised { broken, .. } => (None, *broken),
            Outcome::NotExercised { .. } => (Some(0), 0),
        };
        json!({
            "id": f.invariant.id, "code": f.invariant.code, "statement": f.invariant.statement,
            "jepsen": jepsen(f.invariant.id), "outcome": f.outcome.word(), "text": sentence(f), "exercised": exercised, "broken": broken,
            "first": first.map(|w| json!({ "t_ns": w.at, "line": w.event, "text": w.text })),
        })
    };
    json!({
        "format": "kafkasim-check", "version": 1, "source": concat!("kafkasim ", env!("CARGO_PKG_VERSION")),
        "recorded_by": recorded.header.source, "kafka": recorded.header.kafka,
        "scenario": recorded.header.scenario, "seed": recorded.header.seed, "lines": recorded.lines.len(),
        "verdict": word(judgement),
        "ledger": {
            "sent": l.sent, "acked": l.acked, "failed": l.failed, "unknown": l.unknown, "in_the_log": l.in_the_log,
            "lost_after_ack": named(&l.lost_after_ack), "unread": l.unread, "lost_unacked": l.lost_unacked,
            "unacked_in_the_log": l.unacked_in_the_log, "duplicated": named(&l.duplicated),
            "out_of_order": named(&l.out_of_order),
            "groups": l.groups.iter().map(|g| json!({
                "group": g.group, "of": if g.effects { "effects" } else { "polls" }, "once": g.once,
                "repeated": g.repeated, "never": g.never, "vanished": g.vanished,
            })).collect::<Vec<_>>(),
        },
        "invariants": judgement.findings.iter().map(finding).collect::<Vec<_>>(),
        "notes": judgement.notes,
    })
}

/// How a judgement stands: `met`, `broken`, or `inconclusive` where nothing could have been broken.
pub fn word(judgement: &ExchangeJudgement) -> &'static str {
    let any = |is: fn(&Outcome) -> bool| judgement.findings.iter().any(|f| is(&f.outcome));
    if any(|o| matches!(o, Outcome::Violated { .. })) {
        "broken"
    } else if any(|o| matches!(o, Outcome::Holds { .. })) {
        "met"
    } else {
        "inconclusive"
    }
}

/// As JUnit XML: a test case per check.
pub fn junit(recorded: &Recorded, judgement: &ExchangeJudgement) -> String {
    let suite = escape(&title(recorded));
    let count = |is: fn(&Outcome) -> bool| judgement.findings.iter().filter(|f| is(&f.outcome)).count();
    let failures = count(|o| matches!(o, Outcome::Violated { .. }));
    let skipped = count(|o| matches!(o, Outcome::NotPromised { .. } | Outcome::NotExercised { .. }));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{suite}\" tests=\"{}\" failures=\"{failures}\" skipped=\"{skipped}\">\n",
        judgement.findings.len()
    );
    for finding in &judgement.findings {
        let text = escape(&sentence(finding));
        let inside = match finding.outcome {
            Outcome::Holds { .. } => String::new(),
            Outcome::Violated { .. } => {
                format!("<failure message=\"{text}\">{}</failure>", escape(finding.invariant.statement))
            }
            _ => format!("<skipped message=\"{text}\"/>"),
        };
        let _ =
            writeln!(out, "    <testcase classname=\"{suite}\" name=\"{}\">{inside}</testcase>", finding.invariant.id);
    }
    out + "  </testsuite>\n</testsuites>\n"
}

/// What XML cannot hold becomes a replacement character.
fn escape(text: &str) -> String {
    let printable = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    let text: String = text.chars().map(printable).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As GitHub workflow commands.
pub fn github(recorded: &Recorded, judgement: &ExchangeJudgement) -> String {
    let name = title(recorded);
    let mut out = String::new();
    for finding in &judgement.findings {
        let level = match &finding.outcome {
            Outcome::Violated { .. } => "error",
            Outcome::NotPromised { broken, .. } if *broken > 0 => "notice",
            _ => continue,
        };
        let title = data(&format!("{name} {}", finding.invariant.id), true);
        let _ = writeln!(out, "::{level} title={title}::{}", data(&sentence(finding), false));
    }
    let _ = writeln!(out, "::notice title={}::{}", data(&name, true), word(judgement));
    out
}

/// Escapes the data (or a property) of a workflow command.
fn data(text: &str, property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}
