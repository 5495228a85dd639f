//! A run as people read it.

use std::fmt::Write;

use super::Report;
use super::fit::{fit, fitted};
use super::harm;
use super::next::{Spelling, cure, next_step};
use super::series::blocked::BlockedSends;
use super::series::ordinary;
use super::timeline::TimelineLine;
use crate::check::contract;
use crate::check::ledger::TransactionTotals;
use crate::check::outcome::Outcome;
use crate::history::owners::{OwnedGroup, OwnerSpans};
use crate::history::words::line;
use crate::protocol::rack_traffic::{Carriage, RackTraffic};
use crate::run::figures::{crossed, short, thousands};
use crate::run::verdict::place;
use crate::run::verdict::{Item, Standing, describe};
use crate::sim::time::Nanos;

/// How to print.
#[derive(Clone, Debug)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Escape sequences for colour.
    pub colour: bool,
    /// Most lines of the timeline; none: all.
    pub timeline: Option<usize>,
    /// List every invariant.
    pub verbose: bool,
    /// How long the run took on this machine.
    pub took: Option<std::time::Duration>,
    /// How runs beside this one are spelled.
    pub spelling: Spelling,
    /// How to run it again, such as `leader-crash:7 --variant cure`.
    pub again: String,
    /// Where the plots are.
    pub plots: Option<String>,
    /// The command that makes the run a page.
    pub page: Option<String>,
}

const INDENT: &str = "  ";

/// Prints a report.
pub fn print(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    header(&mut out, report, style);
    timeline(&mut out, report.timeline.lines(), style.timeline, style.width);
    sparklines(&mut out, report);
    ledger(&mut out, report, style);
    machines(&mut out, report, style);
    alerts(&mut out, report, style);
    verdict(&mut out, report, style);
    footer(&mut out, report, style);
    fit(&out, style.width)
}

/// The timeline alone, at most so many lines of it.
pub fn timeline_alone(lines: &[TimelineLine], most: usize, width: usize) -> String {
    let mut out = String::new();
    timeline(&mut out, lines, Some(most), width);
    fit(&out, width)
}

/// A label in the first column of a block.
fn labelled(out: &mut String, label: &str, text: &str, width: usize) {
    let room = width.saturating_sub(INDENT.len() + 18).max(30);
    for (i, line) in wrap(text, room).into_iter().enumerate() {
        let label = if i == 0 { label } else { "" };
        let _ = writeln!(out, "{INDENT}{label:<18}{line}");
    }
}

/// The lines of a text whose paragraphs are an empty line apart.
pub fn paragraphs(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (i, paragraph) in text.split("\n\n").enumerate() {
        if i > 0 {
            lines.push(String::new());
        }
        lines.extend(wrap(paragraph, width.max(30)));
    }
    lines
}

/// A text in lines of at most `width` characters.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

fn header(out: &mut String, report: &Report, style: &Style) {
    let brokers = report.setup.catalog.brokers().count();
    let took = style.took.map_or(String::new(), |took| format!(" in {} ms", took.as_millis().max(1)));
    let cut = report.cut.map_or(String::new(), |_| ", cut by --until".into());
    let _ = writeln!(
        out,
        "{}{}   seed {}   {brokers} broker{}, kraft, Kafka {}   {} simulated{cut}{took}",
        bold(&report.scenario, style),
        report.variant.as_ref().map_or(String::new(), |variant| format!(", variant {variant}")),
        report.setup.seed,
        if brokers == 1 { "" } else { "s" },
        report.setup.rules.in_short(),
        seconds(report.end),
    );
    for paragraph in about(report) {
        for line in wrap(&paragraph, style.width.saturating_sub(2).max(40)) {
            let _ = writeln!(out, "{line}");
        }
    }
    out.push('\n');
}

/// What the run shows, or what would have been shown without the changes.
fn about(report: &Report) -> Vec<String> {
    let mut paragraphs = Vec::new();
    if report.interrupted {
        paragraphs.push(format!("Interrupted: this is what is known at {}.", report.end));
    }
    if !report.changes.is_empty() {
        let changes: Vec<String> = report.changes.iter().map(|change| change.option().1.trim().to_owned()).collect();
        paragraphs.push(format!("Changed: {}", changes.join(", ")));
    }
    match (report.summary.is_empty(), report.changes.is_empty()) {
        (true, _) => {}
        (false, true) => paragraphs.push(report.summary.clone()),
        (false, false) => paragraphs.push(format!("Unchanged it shows: {}", report.summary)),
    }
    paragraphs
}

fn seconds(t: Nanos) -> String {
    if t.0.is_multiple_of(1_000_000_000) { format!("{}s", t.0 / 1_000_000_000) } else { t.to_string() }
}

fn timeline(out: &mut String, lines: &[TimelineLine], most: Option<usize>, width: usize) {
    let most = most.unwrap_or(usize::MAX).max(2);
    let left_out = lines.len().saturating_sub(most);
    let head = if left_out > 0 { most * 2 / 3 } else { lines.len() };
    for (i, line) in lines.iter().enumerate() {
        if i == head && left_out > 0 {
            let _ = writeln!(out, "{INDENT}{:>10}  ... {left_out} more lines (--timeline all)", "");
        }
        if i < head || i >= head + left_out {
            let who = fitted(&line.who, 14);
            let room = width.saturating_sub(INDENT.len() + 10 + 2 + 15).max(30);
            for (row, text) in wrap(&line.text, room).into_iter().enumerate() {
                let (at, who) = if row == 0 { (line.at.to_string(), who.as_str()) } else { (String::new(), "") };
                let _ = writeln!(out, "{INDENT}{at:>10}  {who:<15}{text}");
            }
        }
    }
    out.push('\n');
}

fn sparklines(out: &mut String, report: &Report) {
    let series = &report.series;
    let per_second = |n: u64| n * 1_000_000_000 / series.width.0;
    let acked: Vec<Option<u64>> = series.bins.iter().map(|b| Some(per_second(b.acked))).collect();
    let max = acked.iter().flatten().copied().max().unwrap_or(0);
    if max > 0 {
        let top = ordinary(acked.iter().flatten().copied().collect());
        let burst = if top < max { format!("  (↑ beyond {}/s)", thousands(top)) } else { String::new() };
        let _ = writeln!(out, "{INDENT}{:<18}{}  max {}/s{burst}", "acknowledged", spark(&acked, top), thousands(max));
    }
    for lag in &series.lags {
        let name = &report.setup.catalog.groups[lag.group.index()];
        let label = fitted(&format!("lag {name}"), 17);
        let known = lag.total.iter().enumerate().filter_map(|(i, v)| Some((i, (*v)?)));
        let Some((at, max)) = known.max_by_key(|(i, v)| (*v, usize::MAX - i)) else {
            let _ = writeln!(out, "{INDENT}{label:<18}unknown: the group never committed, and never had a position");
            continue;
        };
        let when = Nanos(series.width.0 * (at as u64 + 1)).min(report.end);
        let text = if max == 0 { "max 0".into() } else { format!("max {} at {when}", thousands(max)) };
        let _ = writeln!(out, "{INDENT}{label:<18}{}  {text}", spark(&lag.total, max));
    }
    for group in &series.owners.groups {
        let name = &report.setup.catalog.groups[group.group.index()];
        for (what, text) in owners(report, group) {
            let _ = writeln!(out, "{INDENT}{:<18}{text}", fitted(&format!("{what} {name}"), 17));
        }
    }
    let latency = series.produce_latency();
    if let (Some(p50), Some(p99)) = (latency.quantile(500), latency.quantile(990)) {
        let _ = writeln!(
            out,
            "{INDENT}{:<18}p50 {}  p99 {}  max {}",
            "produce latency",
            short(p50),
            short(p99),
            short(latency.max())
        );
    }
    if let Some(traffic) = &report.rack_traffic {
        for (i, (label, text)) in rack_traffic(traffic).into_iter().enumerate() {
            let head = if i == 0 { "crossed racks" } else { "" };
            let _ = writeln!(out, "{INDENT}{head:<18}{label:<13}{text}");
        }
    }
    out.push('\n');
}

/// For how long a group's partitions had no owner, in how many rebalances, and for how long two; nothing where each always had
/// one.
fn owners(report: &Report, group: &OwnedGroup) -> Vec<(&'static str, String)> {
    let rebalances = report.series.rebalances[group.group.index()].len();
    let plural = if rebalances == 1 { "" } else { "s" };
    let spans = |spans: &OwnerSpans| {
        let longest = spans.longest?;
        let place = report.setup.catalog.tp_name(longest.tp);
        let (total, lasted) = (short(spans.total), short(longest.lasted));
        Some(format!("{total} in all, longest {lasted} ({place} from {})", longest.since))
    };
    let unserved = spans(&group.unserved).map(|text| ("unserved", format!("{text}, {rebalances} rebalance{plural}")));
    let overlap = spans(&group.overlapping).map(|text| ("overlap", text));
    unserved.into_iter().chain(overlap).collect()
}

/// What batches were carried for, and how much of it across racks.
pub fn rack_traffic(traffic: &RackTraffic) -> [(&'static str, String); Carriage::ALL.len()] {
    Carriage::ALL.map(|carriage| {
        let label = match carriage {
            Carriage::Produce => "producers",
            Carriage::Consume => "consumers",
            Carriage::Replicate => "replication",
        };
        (label, crossed(&traffic.of(carriage)))
    })
}

/// Forty columns of a series, each the largest of what it covers. What is beyond `top` is an arrow, what is
/// unknown a blank.
fn spark(values: &[Option<u64>], top: u64) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let columns = values.len().clamp(1, 40);
    let top = top.max(1);
    (0..columns)
        .map(|c| {
            let (from, to) =
                (c * values.len() / columns, ((c + 1) * values.len() / columns).max(c * values.len() / columns + 1));
            match values.get(from..to.min(values.len())).and_then(|v| v.iter().flatten().max()) {
                None => ' ',
                Some(value) if *value > top => '↑',
                Some(value) => BARS[(u128::from(*value) * 7).div_ceil(u128::from(top)) as usize],
            }
        })
        .collect()
}

/// How often, for how long, and what for.
fn blocked_sends(blocked: &BlockedSends) -> String {
    let times = if blocked.times == 1 { "once".into() } else { format!("{} times", thousands(blocked.times)) };
    let why = match (blocked.for_memory, blocked.times - blocked.for_memory) {
        (_, 0) => "waiting for buffer.memory".into(),
        (0, _) => "waiting for metadata".into(),
        (memory, metadata) => {
            format!("waiting for buffer.memory {}, for metadata {}", thousands(memory), thousands(metadata))
        }
    };
    format!("{times}, {} in all, longest {}, {why}", short(blocked.total), short(blocked.longest))
}

fn ledger(out: &mut String, report: &Report, style: &Style) {
    let ledger = &report.judgement.ledger;
    let figures = |pairs: &[(&str, u64)]| {
        pairs.iter().map(|(name, n)| format!("{name} {}", thousands(*n))).collect::<Vec<_>>().join("   ")
    };
    let row = |out: &mut String, label: &str, pairs: &[(&str, u64)]| {
        let _ = writeln!(out, "{INDENT}{label:<18}{}", figures(pairs));
    };
    let mut first = vec![
        ("sent", ledger.sent),
        ("acked", ledger.acked),
        ("failed", ledger.failed),
        ("pending", ledger.pending),
        ("in the log", ledger.in_the_log),
    ];
    if ledger.deleted > 0 {
        first.push(("deleted from it", ledger.deleted));
    }
    if ledger.compacted > 0 {
        first.push(("compacted away", ledger.compacted));
    }
    if ledger.rejected > 0 {
        first.push(("rejected by send()", ledger.rejected));
    }
    row(out, "delivery ledger", &first);
    row(
        out,
        "",
        &[
            ("lost after ack", ledger.lost_after_ack),
            ("lost unacked", ledger.lost_unacked),
            ("duplicated", ledger.duplicated),
            ("out of order", ledger.out_of_order),
        ],
    );
    let blocked = &report.series.blocked;
    if blocked.times > 0 {
        let _ = writeln!(out, "{INDENT}{:<18}{}", "send() blocked", blocked_sends(blocked));
    }
    transactions(out, "transactions", &ledger.transactions);
    if ledger.rows.written > 0 {
        let rows = &ledger.rows;
        row(
            out,
            "rows",
            &[
                ("in the database", rows.written),
                ("never to be sent", rows.forgotten),
                ("without a record in the log", rows.without_record),
            ],
        );
    }
    for harm in harm::harm(&report.setup, ledger) {
        labelled(out, &format!("  {}", harm.kind), &harm.text, style.width);
    }
    broken_up(out, "by producer", &harm::by_producer(&report.setup, ledger));
    broken_up(out, "by topic", &harm::by_topic(&report.setup, ledger));
    broken_up(out, "by partition", &harm::by_partition(&report.setup, ledger));
    for group in &ledger.groups {
        let name = fitted(&format!("group {}", report.setup.catalog.groups[group.group.index()]), 17);
        let mut figures =
            vec![("processed once", group.once), ("more than once", group.repeated), ("never", group.never)];
        if group.deleted_unread > 0 {
            figures.push(("of these deleted", group.deleted_unread));
        }
        if group.skipped > 0 {
            figures.push(("given up", group.skipped));
        }
        for (what, count) in [
            ("to a retry topic", group.retried),
            ("dead letters", group.dead),
            ("overtaken", group.overtaken),
            ("archived", group.archived),
            ("compacted away before", group.compacted),
            ("stale keys", group.stale_keys),
        ] {
            if count > 0 {
                figures.push((what, count));
            }
        }
        if group.vanished > 0 {
            figures.push(("since lost from the log", group.vanished));
        }
        row(out, &name, &figures);
        transactions(out, "  in transactions", &group.transactions);
        if !group.effects.is_none() {
            let effects = &group.effects;
            let mut figures = vec![("once", effects.once), ("more than once", effects.again), ("lost", effects.lost)];
            if effects.recognised > 0 {
                figures.push(("seen to be there", effects.recognised));
            }
            row(out, "  effects outside", &figures);
            if let Some(text) = harm::effect_again(&report.setup, effects) {
                labelled(out, "", &text, style.width);
            }
        }
        let firsts = [
            ("twice", &group.first_repeated),
            ("never", &group.first_never),
            ("given up", &group.first_skipped),
            ("overtaken", &group.first_overtaken),
        ];
        let firsts: Vec<String> = firsts
            .iter()
            .filter_map(|(what, first)| Some(format!("first {what} {}", harm::place(&report.setup, first.as_ref()?))))
            .collect();
        if !firsts.is_empty() {
            labelled(out, "", &firsts.join(", "), style.width);
        }
    }
}

/// How transactions ended, and their records; nothing where there were none.
fn transactions(out: &mut String, label: &str, totals: &TransactionTotals) {
    let all = [
        ("begun", totals.begun, true),
        ("committed", totals.committed, true),
        ("aborted", totals.aborted, true),
        ("unknown", totals.unknown, false),
        ("timed out", totals.timed_out, false),
        ("hanging", totals.hanging, false),
    ];
    let records = [
        ("committed", totals.records_committed, true),
        ("aborted", totals.records_aborted, true),
        ("undecided", totals.records_undecided, false),
    ];
    let words = |all: &[(&str, u64, bool)]| {
        let told = all.iter().filter(|(_, n, always)| *always || *n > 0);
        told.map(|(name, n, _)| format!("{name} {}", thousands(*n))).collect::<Vec<_>>().join("   ")
    };
    if totals.begun > 0 {
        let _ = writeln!(out, "{INDENT}{label:<18}{}", words(&all));
    }
    if totals.records_committed + totals.records_aborted + totals.records_undecided > 0 {
        let _ = writeln!(out, "{INDENT}{:<18}{}", "  their records", words(&records));
    }
}

/// The ledger once more, by producer, topic or partition: a line each.
fn broken_up(out: &mut String, label: &str, rows: &[harm::HarmRow]) {
    let whose = rows.iter().map(|row| row.whose.chars().count()).max().unwrap_or(0);
    for (i, row) in rows.iter().enumerate() {
        let label = if i == 0 { label } else { "" };
        let line = format!("{INDENT}{label:<18}{:<whose$}  {}", row.whose, row.figures);
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// Most firings of an alert that are told.
const FIRINGS: usize = 3;

/// What became of the scenario's alerts.
fn alerts(out: &mut String, report: &Report, style: &Style) {
    for (i, story) in report.alerts.iter().enumerate() {
        let rule = &story.rule;
        let lasting = if rule.lasting == Nanos::ZERO { String::new() } else { format!(" for {}", rule.lasting) };
        let about = format!("{}: {}{lasting}, looked at every {}", rule.name, rule.words, rule.every);
        labelled(out, if i == 0 { "alerts" } else { "" }, &about, style.width);
        for line in story.words(&report.setup, FIRINGS) {
            labelled(out, "", &line, style.width);
        }
    }
}

fn verdict(out: &mut String, report: &Report, style: &Style) {
    if let Some(line) = contract::producers(&report.setup) {
        labelled(out, "promised", &line, style.width);
    }
    if let Some(line) = contract::groups(&report.setup) {
        labelled(out, "", &line, style.width);
    }
    if let Some(line) = contract::chains(&report.setup) {
        labelled(out, "  end to end", &line, style.width);
    }
    if let Some(line) = report.luck() {
        labelled(out, "observed", &line, style.width);
    }
    out.push('\n');
    for item in &report.verdict.items {
        verdict_line(out, item, style);
    }
    for unsimulated in &report.verdict.unsimulated {
        let mark = if unsimulated.allowed { "    ".into() } else { paint("?   ", Colour::Yellow, style) };
        entry(out, &mark, "not simulated", &unsimulated.text, style);
    }
    let refused = |text: &str| report.setup.ignored.iter().any(|ignored| ignored.to_string() == text);
    if report.verdict.unsimulated.iter().any(|u| !u.allowed && refused(&u.text)) {
        let text = "what is simulated is another cluster than the file's; --allow-ignored judges that one";
        entry(out, "    ", "", text, style);
    }
    let judged = |item: &Item| item.expected.is_some() && item.standing != Standing::Met;
    if !report.changes.is_empty() && report.verdict.items.iter().any(judged) {
        let text = "what is expected is what the scenario says of itself, without --set and --with";
        labelled(out, "", text, style.width);
    }
    let place = place(&report.setup);
    let mentioned = |id: &str| report.verdict.items.iter().any(|i| i.name == id);
    let rest: Vec<_> = report.judgement.findings.iter().filter(|f| !mentioned(f.invariant.id)).collect();
    if style.verbose {
        for finding in rest {
            let mark = match (&finding.outcome, finding.outcome.mark()) {
                (Outcome::Holds { .. }, mark) => paint(mark, Colour::Green, style),
                (Outcome::Violated { .. }, mark) => paint(mark, Colour::Red, style),
                (_, mark) => mark.into(),
            };
            entry(
                out,
                &mark,
                &format!("{:<3} {}", finding.invariant.code, finding.invariant.id),
                &describe(finding, &place),
                style,
            );
        }
    } else {
        let count = |word: &str| rest.iter().filter(|f| f.outcome.word() == word).count();
        let text = format!(
            "{} hold, {} not promised, {} not exercised (-v lists them)",
            count("holds"),
            count("not promised"),
            count("not exercised")
        );
        entry(out, "    ", "other invariants", &text, style);
    }
    out.push('\n');
}

fn verdict_line(out: &mut String, item: &Item, style: &Style) {
    let sometimes = item.name.strip_prefix("sometimes ");
    let mark = match (item.standing, sometimes) {
        (Standing::Met, Some(_)) => paint("seen", Colour::Green, style),
        (Standing::Met, None) => paint("ok  ", Colour::Green, style),
        (Standing::Broken, _) => paint("FAIL", Colour::Red, style),
        (Standing::Inconclusive, _) => paint("?   ", Colour::Yellow, style),
    };
    if let (Some(expected), true) = (&item.expected, item.name.starts_with("ledger ")) {
        let exactly = expected.starts_with(|c: char| c.is_ascii_digit());
        let found = if exactly && item.standing == Standing::Met {
            item.found.clone()
        } else {
            format!("{} (expected: {expected})", item.found)
        };
        return entry(out, &mark, &item.name, &found, style);
    }
    let expected = match (&item.expected, item.standing) {
        (Some(expected), Standing::Broken | Standing::Inconclusive) => format!("expected: {expected}; "),
        (Some(expected), Standing::Met) if expected == "violated" => "as expected, ".into(),
        (None, _) => "nobody expected this: ".into(),
        _ => String::new(),
    };
    entry(out, &mark, sometimes.unwrap_or(&item.name), &format!("{expected}{}", item.found), style);
}

fn entry(out: &mut String, mark: &str, name: &str, text: &str, style: &Style) {
    let room = style.width.saturating_sub(INDENT.len() + 6 + 28).max(30);
    // A name that is too long for its column has a line of its own.
    let long = name.chars().count() > 26;
    if long {
        let _ = writeln!(out, "{INDENT}{mark}  {name}");
    }
    for (i, line) in wrap(text, room).into_iter().enumerate() {
        if i == 0 && !long {
            let _ = writeln!(out, "{INDENT}{mark}  {name:<28}{line}");
        } else {
            let _ = writeln!(out, "{INDENT}      {:<28}{line}", "");
        }
    }
}

/// What was used of machines that have an end.
fn machines(out: &mut String, report: &Report, style: &Style) {
    for (number, fact) in report.series.machines.iter().enumerate() {
        let label = if number == 0 { "machines" } else { "" };
        labelled(out, label, &line(fact, &report.setup.catalog), style.width);
    }
}

fn footer(out: &mut String, report: &Report, style: &Style) {
    // What is taken home from the scenario need not be true of what was made of it.
    if !report.teaches.is_empty() && report.changes.is_empty() {
        labelled(out, "take home", &report.teaches, style.width);
    }
    variants(out, report, style);
    let next = next_step(report, &style.spelling);
    let _ = writeln!(out, "{INDENT}{:<18}{}", "next", next.command);
    if !next.why.is_empty() {
        labelled(out, "", &next.why, style.width);
    }
    if let Some((label, command)) = cure(report, &style.spelling) {
        let _ = writeln!(out, "{INDENT}{label:<18}{command}");
    }
    let _ = writeln!(out, "{INDENT}{:<18}kafkasim run {}", "again", style.again);
    if let Some(plots) = &style.plots {
        let _ = writeln!(out, "{INDENT}{:<18}{plots}", "plots");
    }
    if let Some(page) = &style.page {
        let _ = writeln!(out, "{INDENT}{:<18}{page}", "page");
    }
    let _ = writeln!(
        out,
        "{INDENT}{:<18}{}   {} facts, {} events",
        "digest",
        report.digest,
        thousands(report.digest.facts()),
        thousands(report.events)
    );
}

/// What else there is to run, by names: one step is enough at a time.
fn variants(out: &mut String, report: &Report, style: &Style) {
    if report.variant.is_none() && report.changes.is_empty() && !report.variants.is_empty() {
        let names: Vec<&str> = report.variants.iter().map(|variant| variant.name.as_str()).collect();
        labelled(out, "variants", &format!("--variant {}", names.join(" | ")), style.width);
    }
}

#[derive(Clone, Copy)]
enum Colour {
    Green,
    Red,
    Yellow,
}

fn paint(text: &str, colour: Colour, style: &Style) -> String {
    let code = match colour {
        Colour::Green => "32",
        Colour::Red => "1;31",
        Colour::Yellow => "33",
    };
    if style.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.into() }
}

fn bold(text: &str, style: &Style) -> String {
    if style.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.into() }
}
