//! Messages of share groups, as a person reads them: see `display`.

use std::fmt::{self, Display, Formatter};

use super::{Names, Shown, fails, list, outcomes};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{Offset, TopicId, Tp};
use crate::protocol::messages::*;

impl Display for AcknowledgementBatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let range = run(self.first, self.last);
        match self.types.as_slice() {
            [all] => write!(f, "{} {range}", all.name()),
            each => write!(f, "{range} {}", each.iter().map(|kind| kind.name()).collect::<Vec<_>>().join("/")),
        }
    }
}

fn run(first: Offset, last: Offset) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

/// `orders-0 ACCEPT 3-5, orders-1`: partitions with what is acknowledged of them.
fn acknowledged(names: &Names, partitions: &[SharePartitionAcknowledgements]) -> String {
    list(partitions.iter().map(|partition| {
        let batches: Vec<String> = partition.acknowledgements.iter().map(|batch| format!(" {batch}")).collect();
        format!("{}{}", names.tp(partition.tp), batches.join(""))
    }))
}

/// ` (opens)`, ` (closes)`: what a share session epoch says that is not a count.
fn session(epoch: i32) -> &'static str {
    match epoch {
        share_session_epoch::INITIAL => " (opens the session)",
        share_session_epoch::FINAL => " (closes the session)",
        _ => "",
    }
}

impl Display for Shown<'_, ShareGroupHeartbeatRequest> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (names, r) = (self.names, self.what);
        write!(f, " {} as {} at epoch {}", names.group(r.group), names.member(r.member), r.member_epoch)?;
        match &r.topics {
            Some(topics) => write!(f, ", subscribed to {}", list(topics.iter().map(|topic| names.topic(*topic)))),
            None => Ok(()),
        }
    }
}

impl Display for Shown<'_, ShareFetchRequest> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (names, r) = (self.names, self.what);
        write!(f, " {} as {}: {}", names.group(r.group), names.member(r.member), acknowledged(names, &r.partitions))?;
        f.write_str(session(r.session_epoch))
    }
}

impl Display for Shown<'_, ShareAcknowledgeRequest> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (names, r) = (self.names, self.what);
        write!(f, " {} as {}: {}", names.group(r.group), names.member(r.member), acknowledged(names, &r.partitions))?;
        f.write_str(session(r.session_epoch))
    }
}

impl Display for Shown<'_, ShareGroupStateRequest> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        match self.what {
            ShareGroupStateRequest::Initialize(group, partitions) => {
                let one = |(tp, epoch, start): &_| format!("{} from {start} (state epoch {epoch})", names.tp(*tp));
                write!(f, " {}: {}", names.group(*group), list(partitions.iter().map(one)))
            }
            ShareGroupStateRequest::Read(group, partitions)
            | ShareGroupStateRequest::ReadSummary(group, partitions) => {
                let tps = names.tps(partitions.iter().map(|(tp, _)| *tp));
                write!(f, " {}: {tps}", names.group(*group))
            }
            ShareGroupStateRequest::Write(group, partitions) => {
                let one = |write: &WriteShareGroupState| {
                    let batches: Vec<String> = write.batches.iter().map(|batch| format!(" {batch}")).collect();
                    format!("{} start {}{}", names.tp(write.tp), write.start_offset, batches.join(""))
                };
                write!(f, " {}: {}", names.group(*group), list(partitions.iter().map(one)))
            }
            ShareGroupStateRequest::Delete(group, partitions) => {
                write!(f, " {}: {}", names.group(*group), names.tps(partitions.iter().copied()))
            }
        }
    }
}

impl Display for PersisterStateBatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} x{}", self.state.name(), run(self.first, self.last), self.delivery_count)
    }
}

impl Display for Shown<'_, ShareGroupHeartbeatResponse> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (names, r) = (self.names, self.what);
        if r.error.is_err() {
            return f.write_str(&fails(r.error));
        }
        write!(f, " {} at epoch {}", names.member(r.member), r.member_epoch)?;
        match &r.assignment {
            Some(partitions) => write!(f, ", fetches from {}", names.tps(partitions.iter().copied())),
            None => Ok(()),
        }
    }
}

impl Display for Shown<'_, ShareFetchResponse> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (names, r) = (self.names, self.what);
        f.write_str(&fails(r.error))?;
        let one = |data: &ShareFetchData| {
            let acquired = data.acquired.iter().map(|a| format!(" {} x{}", run(a.first, a.last), a.delivery_count));
            let (fetch, acknowledge) = (fails(data.error), fails(data.acknowledge_error));
            format!("{}{fetch}{acknowledge}{}", names.tp(data.tp), acquired.collect::<Vec<_>>().join(""))
        };
        if r.partitions.is_empty() { Ok(()) } else { write!(f, " {}", list(r.partitions.iter().map(one))) }
    }
}

impl Display for Shown<'_, ShareAcknowledgeResponse> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let r = self.what;
        f.write_str(&fails(r.error))?;
        let results: Vec<_> = r.partitions.iter().map(|(tp, error, _)| (*tp, *error)).collect();
        write!(f, " {}", outcomes(self.names, &results))
    }
}

impl Display for Shown<'_, ShareGroupStateResponse> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        match self.what {
            ShareGroupStateResponse::Initialize(results)
            | ShareGroupStateResponse::Write(results)
            | ShareGroupStateResponse::Delete(results) => write!(f, " {}", outcomes(names, results)),
            ShareGroupStateResponse::Read(results) => {
                let one = |(tp, result): &(_, Result<SharePartitionState, _>)| match result {
                    Ok(state) => {
                        let batches: Vec<String> = state.batches.iter().map(|batch| format!(" {batch}")).collect();
                        format!("{} start {}{}", names.tp(*tp), state.start_offset, batches.join(""))
                    }
                    Err(error) => format!("{}{}", names.tp(*tp), fails(*error)),
                };
                write!(f, " {}", list(results.iter().map(one)))
            }
            ShareGroupStateResponse::ReadSummary(results) => {
                let one = |(tp, result): &(_, Result<(SharePartitionState, _), _>)| match result {
                    Ok((state, _)) => format!("{} start {}", names.tp(*tp), state.start_offset),
                    Err(error) => format!("{}{}", names.tp(*tp), fails(*error)),
                };
                write!(f, " {}", list(results.iter().map(one)))
            }
        }
    }
}

impl Display for Shown<'_, AlterShareGroupOffsetsRequest> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (names, r) = (self.names, self.what);
        let one = |(tp, offset): &(Tp, Offset)| format!("{}@{offset}", names.tp(*tp));
        write!(f, " {}: {}", names.group(r.group), list(r.offsets.iter().map(one)))
    }
}

impl Display for Shown<'_, AlterShareGroupOffsetsResponse> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.what.error.is_err() {
            true => f.write_str(&fails(self.what.error)),
            false => write!(f, " {}", outcomes(self.names, &self.what.results)),
        }
    }
}

impl Display for Shown<'_, DeleteShareGroupOffsetsResponse> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let one = |(topic, error): &(TopicId, ErrorCode)| format!("{}{}", self.names.topic(*topic), fails(*error));
        match self.what.error.is_err() {
            true => f.write_str(&fails(self.what.error)),
            false => write!(f, " {}", list(self.what.results.iter().map(one))),
        }
    }
}
