//! Which records belong to transactions of which nobody was told that they are committed.
//!
//! A recorder beside a client sees its calls, not the markers. So this is known for certain of those only whose
//! commitTransaction() has returned; who reads what is committed may never be given the others.

use std::collections::BTreeSet;

use litemap::LiteMap;

use crate::history::exchange::read::{Id, Stage, TransactionCall};

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    /// By client: the values of the transaction that it has begun last.
    open: LiteMap<Id, Vec<Id>>,
    /// The values of all others that are not known to be committed.
    uncommitted: BTreeSet<Id>,
}

impl Transactions {
    /// A client begins to send a value.
    pub(super) fn sent(&mut self, client: Id, value: Id) {
        if let Some(open) = self.open.get_mut(&client) {
            open.push(value);
        }
    }
    /// A client calls, or its call returns.
    pub(super) fn called(&mut self, client: Id, call: TransactionCall, stage: Stage) {
        match (call, stage) {
            (TransactionCall::Begin, Stage::Invoke) => {
                let before = self.open.insert(client, Vec::new());
                self.uncommitted.extend(before.into_iter().flatten());
            }
            (TransactionCall::Commit, Stage::Ok) => drop(self.open.remove(&client)),
            _ => {}
        }
    }
    /// Nothing comes any more.
    pub(super) fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.uncommitted.extend(open.values().flatten());
    }
    /// Whether a value was sent in a transaction that is not known to be committed.
    pub(super) fn is_uncommitted(&self, value: Id) -> bool {
        self.uncommitted.contains(&value)
    }
    /// How many there are.
    pub(super) fn uncommitted(&self) -> usize {
        self.uncommitted.len()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::exchange::{ExchangeJudgement, judge};
    use crate::check::outcome::Outcome;
    use crate::history::exchange::read::read;

    const HEADER: &str = r#"{"format":"kafkasim-exchange","version":1,"source":"a test","kafka":"4.0.0","groups":{"billing":{"members":["billing-0"]}}}"#;
    const GROUP: &str =
        r#"{"t":0,"obs":"group","group":"billing","state":"Stable","members":{"billing-0":["t-0"]},"coordinator":1}"#;

    /// `p-0` commits three transactions of one record, but ends the second one like that; `billing-0` polls the first and the
    /// third record and commits, and in the end somebody reads all of them.
    fn judged(end: &str) -> ExchangeJudgement {
        let mut lines = vec![HEADER.to_owned(), GROUP.to_owned()];
        let mut op = 0;
        let mut call = |client: &str, f: &str, more: &str| {
            op += 1;
            for stage in ["invoke", "ok"] {
                lines.push(format!(r#"{{"t":{op},"client":"{client}","op":{op},"type":"{stage}","f":"{f}"{more}}}"#));
            }
        };
        let record = |offset: &i64| format!(r#"{{"value":"p-0/{offset}","tp":"t-0","offset":{offset}}}"#);
        let records = |offsets: &[i64]| {
            let records: Vec<String> = offsets.iter().map(record).collect();
            format!(r#","records":[{}]"#, records.join(","))
        };
        for (offset, end) in [(0, "commit-txn"), (2, end), (4, "commit-txn")] {
            call("p-0", "begin", "");
            call("p-0", "send", &records(&[offset]));
            call("p-0", end, "");
        }
        call("billing-0", "poll", &records(&[0, 4]));
        call("billing-0", "commit", r#","offsets":{"t-0":6}"#);
        call("final-reader", "assign", r#","tps":["t-0"]"#);
        call("final-reader", "poll", &records(&[0, 2, 4]));
        judge(&read(lines.join("\n").as_bytes()).expect("it is a history"))
    }
    fn misses(judgement: &ExchangeJudgement) -> bool {
        let outcome = &judgement.finding("at-least-once").expect("it is judged").outcome;
        assert!(!matches!(outcome, Outcome::NotExercised { .. }));
        matches!(outcome, Outcome::Violated { .. })
    }

    #[test]
    fn who_reads_what_is_committed_misses_no_record_of_an_aborted_transaction() {
        let judgement = judged("abort-txn");
        assert_eq!((judgement.ledger.groups[0].never, misses(&judgement)), (0, false));
        assert!(judgement.notes.iter().any(|note| note.contains("committed: 1;")), "{:?}", judgement.notes);
    }

    #[test]
    fn a_committed_record_that_nobody_got_is_missing() {
        let judgement = judged("commit-txn");
        assert_eq!((judgement.ledger.groups[0].never, misses(&judgement)), (1, true));
    }
}
