//! Rows that services write to their databases, each for a record that they send as well: how many there are, and which
//! of them no record in the log tells of.

use std::collections::BTreeMap;

use super::record::RecordRef;
use crate::protocol::ids::NodeId;

/// What became of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RowTotals {
    /// In the database.
    pub written: u64,
    /// In the database, and nobody will send their records (again).
    pub forgotten: u64,
    /// In the database, and no log has their records at the end.
    pub without_record: u64,
    /// Both: nobody will ever hear of them.
    pub lost: u64,
    /// In the database, and the record that was sent for it is in no log and was not acknowledged.
    pub sent_and_missing: u64,
}

impl RowTotals {
    /// The figure of that name, such as `rows.written`.
    pub fn figure(&self, name: &str) -> Option<u64> {
        Some(match name {
            "rows.written" => self.written,
            "rows.forgotten" => self.forgotten,
            "rows.without.record" => self.without_record,
            _ => return None,
        })
    }
    /// Adds another's.
    pub fn add(&mut self, other: &RowTotals) {
        self.written += other.written;
        self.forgotten += other.forgotten;
        self.without_record += other.without_record;
        self.lost += other.lost;
        self.sent_and_missing += other.sent_and_missing;
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// Its record, as it was sent first.
    sent: Option<RecordRef>,
    forgotten: bool,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct RowBook {
    rows: BTreeMap<(NodeId, u32), Row>,
}

impl RowBook {
    /// A row is in the database.
    pub fn written(&mut self, node: NodeId, row: u32) {
        self.rows.entry((node, row)).or_default();
    }
    /// Its record is sent, for the first time or again.
    pub fn sent(&mut self, row: u32, record: RecordRef) {
        self.rows.entry((record.node, row)).or_default().sent.get_or_insert(record);
    }
    /// Nobody will send it (again).
    pub fn forgotten(&mut self, node: NodeId, row: u32) {
        self.rows.entry((node, row)).or_default().forgotten = true;
    }
    /// Records that were sent for a row, are in no log, and were not acknowledged.
    pub fn without_record(
        &self,
        is_there: impl Fn(RecordRef) -> bool,
        is_acked: impl Fn(RecordRef) -> bool,
    ) -> Vec<RecordRef> {
        let sent = self.rows.values().filter_map(|row| row.sent);
        sent.filter(|record| !is_there(*record) && !is_acked(*record)).collect()
    }
    /// By process. `is_there`: whether a log has a record; `is_acked`: whether it was acknowledged.
    pub fn totals(
        &self,
        is_there: impl Fn(RecordRef) -> bool,
        is_acked: impl Fn(RecordRef) -> bool,
    ) -> BTreeMap<NodeId, RowTotals> {
        let mut totals: BTreeMap<NodeId, RowTotals> = BTreeMap::new();
        for ((node, _), row) in &self.rows {
            let missing = !row.sent.is_some_and(&is_there);
            totals.entry(*node).or_default().add(&RowTotals {
                written: 1,
                forgotten: u64::from(row.forgotten),
                without_record: u64::from(missing),
                lost: u64::from(row.forgotten && missing),
                sent_and_missing: u64::from(missing && row.sent.is_some_and(|sent| !is_acked(sent))),
            });
        }
        totals
    }
}
