//! What a log cleaner does, in words.

use crate::history::fact::Fact;
use crate::protocol::catalog::Catalog;
use crate::sim::time::Nanos;

/// Who did what; none for other facts.
pub(super) fn words(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    Some(match *fact {
        Fact::LogCleaned { broker, tp, from, to, bytes_before, bytes_after, keys } => {
            let text = format!(
                "compacts {} up to {to} (dirty from {from}): {keys} keys, {bytes_before} B become {bytes_after} B",
                catalog.tp_name(tp)
            );
            (super::broker(broker), text)
        }
        Fact::RecordsCompacted { broker, tp, first, low, high, copied } => {
            let count = low.count_ones() + high.count_ones();
            let what = if count == 1 { "1 record".to_owned() } else { format!("{count} records") };
            let how = if copied { "is sent a log without" } else { "takes out" };
            (super::broker(broker), format!("{how} {what} of {}, from {first} on", catalog.tp_name(tp)))
        }
        Fact::KeyAppended { broker, tp, offset, key, tombstone } => {
            let what = if tombstone { "a tombstone" } else { "a value" };
            (super::broker(broker), format!("has {what} of key-{key} at {}@{offset}", catalog.tp_name(tp)))
        }
        Fact::DeleteHorizonSet { broker, tp, first, last, horizon } => {
            let when = match horizon {
                Nanos::MAX => "never".to_owned(),
                at => format!("from {at} on"),
            };
            let text = format!(
                "finds tombstones, or a marker, in {}@{first}..{last}: they may go {when}",
                catalog.tp_name(tp)
            );
            (super::broker(broker), text)
        }
        _ => return None,
    })
}
