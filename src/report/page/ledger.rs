//! The delivery ledger in tables.

use super::html::Esc;
use super::table;
use crate::check::ledger::{Totals, TransactionTotals};
use crate::history::owners::{OwnedGroup, OwnerSpans};
use crate::protocol::rack_traffic::Carriage;
use crate::report::{Report, harm, human};
use crate::run::figures::thousands;

/// A column's head, and its figure.
type Column<T> = (&'static str, fn(&T) -> u64);

/// The most rows of a table that breaks the ledger up.
const MOST: usize = 50;

pub fn section(report: &Report) -> String {
    let ledger = &report.judgement.ledger;
    let catalog = &report.setup.catalog;
    let mut out = String::from(
        "<p>What became of every record, counted by the simulator, which sees everything. Why single records were harmed stands \
         under <a href=\"#messages\">messages and records</a>.</p>\n",
    );
    let producers = ledger.producers.iter().map(|(node, totals)| (catalog.node_name(*node).to_owned(), totals));
    let topics = ledger.topics.iter().map(|(topic, totals)| (catalog.topics[topic.index()].name.clone(), totals));
    let partitions = ledger.partitions.iter().map(|(tp, totals)| (catalog.tp_name(*tp), totals));
    out.push_str(&totals("Records", std::iter::once(("all".to_owned(), &ledger.totals)), 1));
    out.push_str(&totals("Records by producer", producers, 2));
    out.push_str(&totals("Records by topic", topics, 2));
    out.push_str(&totals("Records by partition", partitions, 2));
    out.push_str(&groups(report));
    out.push_str(&transactions(report));
    out.push_str(&owners(report));
    out.push_str(&rack_traffic(report));
    out
}

/// For how long partitions had no owner, or two; nothing where each always had one.
fn owners(report: &Report) -> String {
    let catalog = &report.setup.catalog;
    let row = |group: &OwnedGroup, what: &str, spans: &OwnerSpans| {
        let longest = spans.longest?;
        Some(vec![
            Esc(&catalog.groups[group.group.index()]).to_string(),
            what.to_owned(),
            thousands(report.series.rebalances[group.group.index()].len() as u64),
            spans.total.to_string(),
            longest.lasted.to_string(),
            format!("{} from {}", Esc(&catalog.tp_name(longest.tp)), longest.since),
        ])
    };
    let both = |group| [row(group, "no owner", &group.unserved), row(group, "two owners", &group.overlapping)];
    let rows: Vec<Vec<String>> = report.series.owners.groups.iter().flat_map(both).flatten().collect();
    if rows.is_empty() {
        return String::new();
    }
    let note = "<p class=\"note\">A partition is a process's as long as its application believes so; counting begins when it is somebody's \
                for the first time, and the times of all partitions are added up. Kafka promises only that one of two owners \
                can commit.</p>\n";
    table("Owners of partitions", &["Group", "Partitions with", "Rebalances", "In all", "Longest", "Which"], &rows)
        + note
}

/// Bytes of record batches, and how many crossed racks; nothing where nobody has measured it.
fn rack_traffic(report: &Report) -> String {
    let Some(traffic) = &report.rack_traffic else { return String::new() };
    let row = |(carriage, (label, _)): (Carriage, (&str, String))| {
        let carried = traffic.of(carriage);
        let crossed = carried.known_crossed().map_or_else(|| "not known".to_owned(), thousands);
        vec![label.to_owned(), crossed, thousands(carried.total()), thousands(carried.unplaced)]
    };
    let rows: Vec<Vec<String>> = Carriage::ALL.into_iter().zip(human::rack_traffic(traffic)).map(row).collect();
    let note = "<p class=\"note\">Bytes of record batches as they lie in the log, each time that one was sent. Requests beside \
                their batches, and fetches that found nothing, are not counted.</p>\n";
    table("Bytes across racks", &["For", "Crossed racks", "In all", "From or to a process without a rack"], &rows)
        + note
}

fn totals<'t>(label: &str, all: impl Iterator<Item = (String, &'t Totals)>, least: usize) -> String {
    let all: Vec<(String, &Totals)> = all.collect();
    if all.len() < least {
        return String::new();
    }
    let mut columns: Vec<Column<Totals>> = vec![
        ("Sent", |t| t.sent),
        ("Acked", |t| t.acked),
        ("Failed", |t| t.failed),
        ("Pending", |t| t.pending),
        ("In the log", |t| t.in_the_log),
        ("Lost after ack", |t| t.lost_after_ack),
        ("Lost unacked", |t| t.lost_unacked),
        ("Duplicated", |t| t.duplicated),
        ("Out of order", |t| t.out_of_order),
    ];
    if all.iter().any(|(_, totals)| totals.deleted > 0) {
        columns.insert(5, ("Deleted from it", |t| t.deleted));
    }
    let heads: Vec<&str> = std::iter::once("Whose").chain(columns.iter().map(|(head, _)| *head)).collect();
    let row = |(whose, totals): &(String, &Totals)| {
        let figures = columns.iter().map(|(_, of)| thousands(of(totals)));
        std::iter::once(Esc(whose).to_string()).chain(figures).collect()
    };
    let rows: Vec<Vec<String>> = all.iter().take(MOST).map(row).collect();
    let more = all.len().saturating_sub(MOST);
    let more = if more > 0 { format!("<p class=\"note\">{more} more are left out.</p>\n") } else { String::new() };
    table(label, &heads, &rows) + &more
}

fn groups(report: &Report) -> String {
    let groups = &report.judgement.ledger.groups;
    if groups.is_empty() {
        return String::new();
    }
    let first = |placed: &Option<_>| {
        placed.as_ref().map_or(String::new(), |placed| Esc(harm::place(&report.setup, placed)).to_string())
    };
    // Share groups alone give records up by themselves.
    let archives = !report.setup.catalog.share_groups.is_empty();
    let mut rows: Vec<Vec<String>> = groups
        .iter()
        .map(|group| {
            vec![
                Esc(&report.setup.catalog.groups[group.group.index()]).to_string(),
                thousands(group.once),
                thousands(group.repeated),
                first(&group.first_repeated),
                thousands(group.never),
                first(&group.first_never),
                thousands(group.skipped),
                thousands(group.retried),
                thousands(group.dead),
                thousands(group.overtaken),
                first(&group.first_overtaken),
                thousands(group.vanished),
            ]
        })
        .collect();
    let mut heads = vec![
        "Group",
        "Processed once",
        "More than once",
        "the first",
        "Never",
        "the first",
        "Given up",
        "To a retry topic",
        "Dead letters",
        "Overtaken",
        "the first",
        "Since lost from the log",
    ];
    if archives {
        heads.push("Archived");
        rows.iter_mut().zip(groups).for_each(|(row, group)| row.push(thousands(group.archived)));
    }
    if groups.iter().any(|group| group.compacted + group.stale_keys > 0) {
        heads.extend(["Compacted away before", "Stale keys"]);
        rows.iter_mut().zip(groups).for_each(|(row, group)| {
            row.extend([thousands(group.compacted), thousands(group.stale_keys)]);
        });
    }
    table("What groups did with the records", &heads, &rows)
}

fn transactions(report: &Report) -> String {
    let ledger = &report.judgement.ledger;
    let all = std::iter::once(("producers".to_owned(), &ledger.transactions));
    let groups = ledger
        .groups
        .iter()
        .map(|group| (format!("group {}", report.setup.catalog.groups[group.group.index()]), &group.transactions));
    let columns: [Column<TransactionTotals>; 9] = [
        ("Begun", |t| t.begun),
        ("Committed", |t| t.committed),
        ("Aborted", |t| t.aborted),
        ("Unknown", |t| t.unknown),
        ("Timed out", |t| t.timed_out),
        ("Hanging", |t| t.hanging),
        ("Records committed", |t| t.records_committed),
        ("Records aborted", |t| t.records_aborted),
        ("Records undecided", |t| t.records_undecided),
    ];
    let told = all.chain(groups).filter(|(_, totals)| **totals != TransactionTotals::default());
    let rows: Vec<Vec<String>> = told
        .map(|(whose, totals)| {
            let figures = columns.iter().map(|(_, of)| thousands(of(totals)));
            std::iter::once(Esc(whose).to_string()).chain(figures).collect()
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let heads: Vec<&str> = std::iter::once("Whose").chain(columns.iter().map(|(head, _)| *head)).collect();
    table("Transactions", &heads, &rows)
}
