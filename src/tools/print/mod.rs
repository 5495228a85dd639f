//! What the tools say in Kafka's form, byte for byte.

mod failure;
mod group;
mod lag;
mod log;
mod offsets_topic;
mod producers;
mod quorum;
mod topics;
mod transactions;

pub use group::group;
pub use lag::lag;
pub use log::log;
pub use offsets_topic::offsets_topic;
pub use producers::producers;
pub use quorum::{quorum_failed, quorum_replication, quorum_status};
pub use topics::topics;
pub use transactions::{
    DESCRIBE_PRODUCERS, DESCRIBE_TRANSACTIONS, LIST_TRANSACTIONS, hanging_transactions, transaction, transactions,
    transactions_failed,
};

/// What a tool says, and how it ends.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ToolOutput {
    /// On standard output.
    pub out: String,
    /// On standard error.
    pub err: String,
    /// It exits with 1. (Some tools print an error and exit with 0.)
    pub failed: bool,
}

/// A table as `ToolsUtils.prettyPrintTable` prints it: columns as wide as their longest cell, a tab behind each.
fn tabbed(headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let first = headers.iter().map(ToString::to_string).collect();
    let rows: Vec<Vec<String>> = std::iter::once(first).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..headers.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}\t"));
        cells.collect::<String>() + "\n"
    };
    rows.iter().map(line).collect()
}

/// A table as Kafka's tools print it: a blank line, then left-aligned columns of at least these widths;
/// one of width 0 is not padded.
fn table(rows: &[Vec<String>], least: &[usize]) -> String {
    let longest =
        |c: usize| rows.iter().filter_map(|row| row.get(c)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let width = |(c, least): (usize, &usize)| if *least == 0 { 0 } else { longest(c).max(*least) };
    let widths: Vec<usize> = least.iter().enumerate().map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join(" ")
    };
    rows.iter().map(line).fold(String::from("\n"), |out, line| out + &line + "\n")
}
