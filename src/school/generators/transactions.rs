//! Questions about transactions and what is done exactly once.

use super::draw::{Draw, counted, number, option, run};
use super::{Generator, Sketch};
use crate::history::fact::Fact;
use crate::school::laboratory::Failure;
use crate::school::library::Level;
use crate::sim::time::Nanos;

type Made = Result<Option<Sketch>, Failure>;

const TOPIC: &str = "semantics";

pub(super) const READ_COMMITTED: Generator =
    Generator { name: "read-committed", level: Level::Advanced, topic: TOPIC, make: read_committed };

fn read_committed(draw: &mut Draw<'_>) -> Made {
    let run = run("open-transaction", draw.between(1, 50), &[]);
    let at = draw.between(12, 30);
    let (mut stable, mut watermark, mut end) = (None, None, None);
    draw.watch(&run, Nanos::from_secs(at), &mut |setup, entry| {
        let here = |tp| setup.catalog.tp_name(tp) == "orders-0";
        match entry.fact {
            Fact::LastStableOffsetMoved { tp, last_stable_offset, .. } if here(tp) => {
                stable = Some(last_stable_offset.0)
            }
            Fact::HighWatermarkAdvanced { tp, high_watermark, log_end, .. } if here(tp) => {
                (watermark, end) = (Some(high_watermark.0), Some(log_end.0));
            }
            _ => {}
        }
    })?;
    let (Some(stable), Some(watermark), Some(end)) = (stable, watermark, end) else { return Ok(None) };
    if stable + 2 > watermark {
        return Ok(None);
    }
    Ok(Some(Sketch {
        asks: format!(
            "orders-0: log end offset {end}, high watermark {watermark}, last stable offset {stable}. Another producer, without transactions, has written the newest records. Which is the last offset that a read_committed consumer can get past in a fetch now?"
        ),
        run: Some(run),
        right: option(
            (stable - 1).to_string(),
            "read_committed is given what lies below the last stable offset: the first record of the oldest transaction that is open. What others have written behind it has to wait.",
        ),
        wrong: vec![
            option(
                (watermark - 1).to_string(),
                "That is where read_uncommitted ends. Records that belong to no transaction wait as well, if an open transaction began before them.",
            ),
            option(stable.to_string(), "The last stable offset is the first that is not stable."),
            option((end - 1).to_string(), "What is above the high watermark nobody is given."),
        ],
        evidence: vec![
            ("last stable offset".into(), stable.to_string()),
            ("high watermark".into(), watermark.to_string()),
            ("log end offset".into(), end.to_string()),
        ],
        next: "For how long can one producer that has died hold up all these readers?",
    }))
}

pub(super) const MARKERS: Generator =
    Generator { name: "markers", level: Level::Intermediate, topic: TOPIC, make: markers };

fn markers(draw: &mut Draw<'_>) -> Made {
    let (records, transactions) = (draw.between(2, 9), draw.between(1, 4));
    let sent = records * transactions;
    let changes = [format!(
        "producers={{slow: {{topic: orders, rate: 20/s, limit: {sent}, config: {{transactional.id: slow}}, transaction: {{records: {records}}}}}}}"
    )];
    let run = run("open-transaction", draw.between(1, 50), &changes);
    let found = draw.look(&run, &["log end of orders-0 at end", "ledger transactions.committed", "ledger acked"])?;
    let Some(end) = number(&found[0]) else { return Ok(None) };
    if number(&found[1]) != Some(transactions) || number(&found[2]) != Some(sent) {
        return Ok(None);
    }
    Ok(Some(Sketch {
        asks: format!(
            "A partition is empty. A producer commits {} of {records} records in it, and nothing else is written. What is the log end offset now?",
            counted(transactions, "transaction")
        ),
        run: Some(run),
        right: option(
            end.to_string(),
            "Each transaction leaves one marker in each partition that it wrote to, and a marker takes an offset like a record.",
        ),
        wrong: vec![
            option(sent.to_string(), "The markers are in the log as well, and take offsets."),
            option(
                (sent + 2 * transactions).to_string(),
                "There is a marker for the end of a transaction, none for its beginning.",
            ),
            option((sent + 1).to_string(), "One marker for each transaction."),
            option((end - 1).to_string(), "The log end offset is the next one to be given away."),
        ],
        evidence: vec![
            ("log end".into(), found[0].clone()),
            ("committed".into(), found[1].clone()),
            ("records acknowledged".into(), found[2].clone()),
        ],
        next: "What does that do to a lag that is computed from offsets?",
    }))
}

pub(super) const STATE: Generator =
    Generator { name: "transaction-state", level: Level::Advanced, topic: TOPIC, make: state };

fn state(draw: &mut Draw<'_>) -> Made {
    let timeout = draw.one_of(&[5, 30]);
    let changes = [
        format!(
            "producers={{slow: {{topic: orders, rate: 10/s, config: {{transactional.id: slow, transaction.timeout.ms: {}}}, transaction: {{records: 500}}}}}}",
            timeout * 1000
        ),
        "faults=[{at: 12s, crash: {process: slow-0}}]".into(),
        "expect=[]".into(),
        "duration=60s".into(),
    ];
    let run = run("transaction-timeout", draw.between(1, 50), &changes);
    let found = draw.look(&run, &["transaction slow at 30s", "ledger transactions.timed.out"])?;
    let state = found[0].clone();
    let words = state.to_lowercase();
    let (ongoing, aborted) = (words.contains("ongoing"), words.contains("abort"));
    let began = "The producer has begun to send at once";
    let right = match (ongoing, aborted) {
        (true, false) => option(
            "open: nobody has ended it, and readers of committed records wait",
            format!(
                "{began}, and the transaction may take {timeout} s. Until then the coordinator does nothing, however dead the producer is."
            ),
        ),
        (false, true) => option(
            "aborted by the coordinator",
            format!(
                "It took longer than transaction.timeout.ms ({timeout} s); the coordinator looks every 10 s and aborts what has."
            ),
        ),
        _ => return Ok(None),
    };
    let wrong = [
        (
            "open: nobody has ended it, and readers of committed records wait",
            "The coordinator looks every 10 s for transactions that have taken longer than their timeout, and aborts them.",
        ),
        (
            "aborted by the coordinator",
            "It does not know that the producer is dead; it only knows the timeout, which is not over.",
        ),
        ("aborted when its connection was closed", "Brokers do not go by connections."),
        ("committed as far as it got", "Nothing commits a transaction but its producer's commitTransaction()."),
    ];
    Ok(Some(Sketch {
        asks: format!(
            "A transactional producer (transaction.timeout.ms={}) begins a transaction near the start, sends ten records a second, and crashes at 12 s in the middle of it. It does not come back. How does the transaction stand at 30 s?",
            timeout * 1000
        ),
        run: Some(run),
        right: right.clone(),
        wrong: wrong.into_iter().filter(|(says, _)| *says != right.0).map(|(a, b)| option(a, b)).collect(),
        evidence: vec![("transaction slow at 30s".into(), state), ("timed out".into(), found[1].clone())],
        next: "What would an instance do that is started with the same transactional.id?",
    }))
}

pub(super) const WIRING: Generator =
    Generator { name: "wiring", level: Level::Intermediate, topic: TOPIC, make: wiring };

fn wiring(draw: &mut Draw<'_>) -> Made {
    let variant = draw.one_of(&[None, Some("at-least-once"), Some("at-most-once")]);
    let mut run = run("read-process-write", draw.between(1, 50), &[]);
    run.variant = variant.map(str::to_owned);
    let found =
        draw.look(&run, &["ledger processed.once of group printing", "ledger processed.again of group printing"])?;
    let Some(once) = number(&found[0]) else { return Ok(None) };
    let text = match variant {
        None => "sends the invoices and the offsets in one transaction (sendOffsetsToTransaction)",
        Some("at-least-once") => "waits until its invoices are acknowledged and then commits its offsets",
        Some(_) => "commits its offsets and then makes the invoices",
    };
    let right = match once {
        1500 => option(
            "1,500: each order has one",
            "What was written and not committed is aborted, what was read is read again, and readers of committed records see one invoice for each order.",
        ),
        n if n > 1500 => option(
            "more than 1,500: some orders have two",
            "The crash came between the invoices and the commit: what was done since the last commit is done again.",
        ),
        _ => option(
            "fewer than 1,500: some orders have none",
            "What was committed and not yet done when it crashed, nobody does.",
        ),
    };
    let wrong = [
        (
            "1,500: each order has one",
            "Only where invoices and offsets are committed together do they agree after a crash.",
        ),
        (
            "more than 1,500: some orders have two",
            "What is done twice is either aborted, or never done twice because it was committed before.",
        ),
        ("fewer than 1,500: some orders have none", "Nothing is committed here before it is done."),
    ];
    Ok(Some(Sketch {
        asks: format!(
            "A service reads 1,500 orders, makes an invoice for each, and {text}. It crashes once in the middle of a batch and is started again. How many invoices does a read_committed consumer see in the end?"
        ),
        run: Some(run),
        right: right.clone(),
        wrong: wrong.into_iter().filter(|(says, _)| *says != right.0).map(|(a, b)| option(a, b)).collect(),
        evidence: vec![("invoices processed".into(), found[0].clone()), ("again".into(), found[1].clone())],
        next: "The service also sends an e-mail for each order. How many e-mails are sent?",
    }))
}
