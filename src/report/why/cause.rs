//! Causes: why a record was lost, doubled, misplaced or not processed, by name and in Kafka's words.
//!
//! A story names one of them. What exactly happened its sentence says, with the names and times of the run.

use crate::check::excuse::{Excuse, Loss, OffsetsMoved};
use crate::history::fact::OffsetRemovalReason;

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: $meaning:literal,)*) => {
        /// Why something happened to a record, or to an invariant.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum StoryCause {
            $(#[doc = $meaning] $variant,)*
        }

        impl StoryCause {
            /// All of them.
            pub const ALL: &[StoryCause] = &[$(StoryCause::$variant,)*];

            /// Its name: `truncated-by-new-leader`.
            pub fn name(self) -> &'static str {
                match self { $(StoryCause::$variant => $name,)* }
            }
            /// What it is, wherever it happens.
            pub fn meaning(self) -> &'static str {
                match self { $(StoryCause::$variant => $meaning,)* }
            }
        }
    };
}

causes! {
    // --- it is in no log, or never was -------------------------------------------------------
    Acks0RequestLost = "acks0-request-lost":
        "With acks=0 a record counts as delivered once it is handed to the network, and its request was lost on the way.",
    Acks0Refused = "acks0-refused":
        "With acks=0 the producer reads no answer, so it does not learn that the broker refused the record.",
    TruncatedByNewLeader = "truncated-by-new-leader":
        "A leader acknowledged the record before any other replica had copied it; the leader elected next never had it, and whoever had it was truncated to follow.",
    DeposedLeader = "deposed-leader":
        "A leader that was cut off, and had been deposed without knowing it, went on accepting records; all of that is truncated when it follows again.",
    UncleanElection = "unclean-election":
        "A replica outside the ISR was elected, as unclean.leader.election.enable=true allows, and lacked what the ISR had.",
    PowerLoss = "power-loss-before-flush":
        "Every replica that had the record lost power before it was flushed: Kafka acknowledges what is in the page caches of its replicas.",
    LyingDisk = "lying-disk":
        "A disk confirmed a flush and had not done it, and the power went.",
    DiskLost = "disk-lost":
        "The disk with the last copy is gone.",
    OldEpochRewritten = "old-epoch-rewritten":
        "A broker was back from a power loss before its session was over, and went on as leader of its old epoch without what it had lost.",
    Refused = "refused":
        "The broker refused the record, and the producer was told so.",
    DeliveryTimeout = "delivery-timeout":
        "delivery.timeout.ms was over before the record was acknowledged.",
    Fenced = "producer-fenced":
        "The producer was fenced: a newer instance has its transactional.id.",
    TransactionAborted = "transaction-aborted":
        "The transaction of the record was aborted.",
    ProducerDied = "producer-died":
        "The producer's process ended with the record in its memory.",
    UnderWay = "still-under-way":
        "The run ended before the record had arrived.",

    // --- it is in the log more than once, or behind a later one ------------------------------
    RetryWithoutIdempotence = "retry-without-idempotence":
        "The acknowledgement was lost or late, the producer sent the record again, and without idempotence the leader could not recognise it.",
    ProducerForgotten = "producer-state-expired":
        "The retry came after the leader had forgotten the producer (producer.id.expiration.ms), so it was taken for new.",
    NewProducerEpoch = "retry-in-a-new-epoch":
        "The retry was sent under a new producer epoch, or to a leader that knew only later batches, so it was not recognised.",
    ApplicationResend = "application-resend":
        "send() had failed, the application called it again, and the first attempt was in the log all the same.",
    SentAfterRestart = "sent-again-after-restart":
        "The producer died before it knew what had arrived, and its next life sent the record again under another producer id.",
    WaitsForAcks0Answer = "waits-for-acks0-answer":
        "The client waits for an answer to acks=0, which never comes, and sends everything again.",
    GivenUpButWritten = "given-up-but-written":
        "The producer gave the record up without knowing the outcome, and it is in the log.",
    RetryOvertaken = "retry-overtaken":
        "An attempt failed and was repeated while later batches were in flight and were accepted.",
    SideBySide = "connections-side-by-side":
        "With acks=0 a connection that was replaced is read beside the new one, so that requests change places.",

    // --- a group processed it again ----------------------------------------------------------
    InTheLogTwice = "in-the-log-twice":
        "The log holds the record twice, and a group that reads both processes both.",
    CrashBeforeCommit = "crash-before-commit":
        "The consumer died after it had processed the record and before its offset was committed.",
    PollTimeout = "max-poll-interval-exceeded":
        "The consumer took longer than max.poll.interval.ms, left the group, and could not commit what it had processed.",
    Zombie = "session-expired":
        "The consumer was taken for dead (session.timeout.ms) while it lived, and somebody else began before what it had processed.",
    OneIdTwice = "one-instance-id-twice":
        "Two processes had one group.instance.id. The newer took the older one's place and its partitions, and the older read on until it heard that it was fenced.",
    RebalanceBeforeCommit = "rebalance-before-commit":
        "The partition went to another member before the offset of what was processed was committed.",
    CommitLost = "committed-offset-lost":
        "The group's committed offset was lost or set back with __consumer_offsets.",
    OffsetSetBack = "committed-offset-set-back":
        "A newer committed offset was replaced by an older one, of a member that was no longer one and was not refused.",
    OffsetsOutliveAbort = "offsets-outlive-an-abort":
        "An abort left offsets in the producer (TransactionManager.pendingTxnOffsetCommits), and they went with a later transaction.",
    ClassicMembersStranded = "classic-members-stranded":
        "The last member of the new protocol left a group that may not go back to the classic one, and since 4.3 no heartbeat tells the classic members to rejoin: its partitions are nobody's until somebody joins.",
    ShareLockForgotten = "acquisition-lock-forgotten":
        "An acquisition lock ran out while a change of the record was being written down, which came to nothing: before 4.2 the leader forgets that lock (KAFKA-19476), and the member holds the record until its share session ends.",
    ShareGapSkipped = "share-gap-skipped":
        "Nothing was written down of the record, and something of a later one, as the leader changed: in 4.0 the new one never delivers it (KAFKA-18494).",
    ShareStartMovedBack = "share-start-moved-back":
        "The share-partition start offset lay within a batch of the log as the leader changed, or began anew: before 4.2 it delivers the batch from its first record on, and moves the start offset back there (KAFKA-19954).",
    AcquisitionLockRanOut = "acquisition-lock-ran-out":
        "A member of a share group held the record for longer than group.share.record.lock.duration.ms, and it was delivered again.",
    ReleasedForAnotherTry = "released-for-another-try":
        "A member of a share group released the record, and it was delivered again.",
    ShareSessionClosed = "share-session-closed":
        "A member of a share group was gone with its share session before its acknowledgement was written down, and the record was delivered again.",
    AcknowledgementLost = "acknowledgement-lost":
        "What a member of a share group said of the record was not written down, and a leader knows only what is.",
    DeliveredTooOften = "delivered-too-often":
        "The record was delivered group.share.delivery.count.limit times and never accepted: the share group gave it up.",
    Rejected = "rejected":
        "A member of a share group rejected the record: nobody of the group is given it again.",
    AssignedByHand = "assigned-by-hand":
        "A consumer took the partition with assign(), under the name of a group whose members read it as well: nobody coordinates the two.",
    ResetToEarliest = "reset-to-earliest":
        "No valid offset was committed, and auto.offset.reset=earliest begins at the beginning.",
    OffsetsReset = "offsets-reset":
        "An administrator reset the group's committed offsets.",
    OffsetsDeleted = "offsets-deleted":
        "An administrator deleted the group's committed offsets, or the group.",
    OffsetsExpired = "offsets-expired":
        "The group's committed offsets had expired (offsets.retention.minutes), and auto.offset.reset decided.",
    SetBack = "position-set-back":
        "The position was moved: by seek(), or back since the log was truncated under it.",
    AbortedAndRepeated = "aborted-and-repeated":
        "The transaction with the record's offset was aborted, so the record was processed again; what left Kafka on the first try was not taken back.",

    // --- a group never processed it ----------------------------------------------------------
    CommitBeforeProcessing = "commit-before-processing":
        "The offset was committed before the record was processed, and the consumer died or lost the partition in between.",
    CommitPastOpen = "commit-past-what-is-open":
        "The offset of a later record was committed, which a thread was done with, while this one was open; the consumer died or lost the partition.",
    AutoCommit = "auto-commit-before-processing":
        "Auto-commit committed what poll() had returned and the application had not yet processed.",
    RetentionOvertookTheReader = "retention-overtook-the-reader":
        "The record was deleted by retention.ms or retention.bytes before the group had read it: brokers ask no reader.",
    ResetToLatest = "reset-to-latest":
        "The reader began at the latest offset (auto.offset.reset=latest), behind the record.",
    SkippedPoison = "skipped-poison":
        "The application could not process the record and went on without it.",
    PositionAfterAbort = "went-on-after-abort":
        "The transaction was aborted, and the application polled on instead of going back to the offsets it had read.",
    LeftOutAsDone = "left-out-as-done":
        "The application found the record's effect done already and left it out.",
    LogReplaced = "read-before-the-log-changed":
        "The group had passed this offset when another record stood there; the log was truncated and written anew.",
    NoPosition = "no-offset-and-no-policy":
        "There is no valid committed offset and no auto.offset.reset that would say where to begin: poll() throws.",
    NotReached = "not-reached":
        "The group had not come to the record when the run ended.",
    BehindPoison = "behind-a-poison-record":
        "A record before it cannot be processed, and the application tries that one again and again.",
    BehindOpenTransaction = "behind-an-open-transaction":
        "A transaction before it is not decided, so read_committed consumers are not given it.",

    // --- the order of a key is lost ------------------------------------------------------------
    OvertakenInRetryTopic = "overtaken-in-a-retry-topic":
        "The record waited in a retry topic, and the group went on with later ones of its key.",
    OvertakenByThread = "overtaken-by-a-thread":
        "Threads work on the records side by side, and keep no order of keys.",

    // --- an invariant ------------------------------------------------------------------------
    ReadUncommitted = "reads-uncommitted":
        "The consumer reads with isolation.level=read_uncommitted: it is given what is undecided, and what is aborted later.",
    LateEndTxn = "late-endtxn":
        "A late copy of an EndTxn request ended the next transaction of the same producer (KAFKA-17754, transaction.version below 2).",
    HangingTransaction = "hanging-transaction":
        "A record came after the end of its transaction and opened one that its coordinator does not know and nobody ends.",
    OffsetsOutside = "offsets-outside-the-transaction":
        "The application commits its offsets outside of the transaction of what it sends: one may happen without the other.",
    PartitionersDiffer = "partitioners-differ":
        "Two clients place the same key by different partitioners, or by different counts of partitions.",
    LateRequest = "late-request":
        "A request that its sender had given up was carried out late.",
    RunEndedEarly = "run-ended-early":
        "The run ended before what was begun could come to its end.",
    NobodyInCharge = "nobody-in-charge":
        "There was no live leader, coordinator or controller, or too few replicas.",
    AsConfigured = "as-configured":
        "The configuration does not promise it.",
    KafkaDoesSo = "known-behaviour":
        "Kafka does so; the sentence names where.",
    Unexplained = "unexplained":
        "Nothing that is known here leads to it.",
}

impl StoryCause {
    /// What moved a group's offsets.
    pub fn of_move(how: OffsetsMoved) -> StoryCause {
        match how {
            OffsetsMoved::Reset => StoryCause::OffsetsReset,
            OffsetsMoved::Removed(OffsetRemovalReason::Expired) => StoryCause::OffsetsExpired,
            OffsetsMoved::Removed(_) => StoryCause::OffsetsDeleted,
        }
    }
    /// The cause behind a promise that is none.
    pub fn of_excuse(excuse: &Excuse) -> StoryCause {
        match excuse {
            Excuse::Acks(_) | Excuse::NotIdempotent(_) | Excuse::MayLose(..) | Excuse::MayRepeat(..) => {
                StoryCause::AsConfigured
            }
            Excuse::RetriesBlindly(_) => StoryCause::RetryWithoutIdempotence,
            Excuse::RetriesOvertake(..) | Excuse::SplitOvertaken(_) | Excuse::OvertakenBlindly(_) => {
                StoryCause::RetryOvertaken
            }
            Excuse::SideBySide(_) => StoryCause::SideBySide,
            Excuse::CommitsFirst(_) => StoryCause::CommitBeforeProcessing,
            Excuse::CommitsLate(_) => StoryCause::RebalanceBeforeCommit,
            Excuse::TakesOldRows(_) => StoryCause::Zombie,
            Excuse::Seeks(_) => StoryCause::SetBack,
            Excuse::HandsOff(_) | Excuse::InBackground(_) | Excuse::CommitsAhead(_) | Excuse::CommitsWhatFailed(_) => {
                StoryCause::AutoCommit
            }
            Excuse::CommitsHighest(_) => StoryCause::CommitPastOpen,
            Excuse::SendsAgain(_) => StoryCause::ApplicationResend,
            Excuse::Skips(_) => StoryCause::SkippedPoison,
            Excuse::VerificationOff(_) => StoryCause::HangingTransaction,
            Excuse::ReadsUncommitted(_) => StoryCause::ReadUncommitted,
            Excuse::OffsetsOutside(_) | Excuse::NoGroupMetadata(_) => StoryCause::OffsetsOutside,
            Excuse::GoesOn(_) => StoryCause::PositionAfterAbort,
            Excuse::LeavesOut(_) => StoryCause::LeftOutAsDone,
            Excuse::Lost(_, loss) => match loss {
                Loss::Unclean => StoryCause::UncleanElection,
                Loss::LastReplica | Loss::TooMany(_) | Loss::Unnoticed(_) => StoryCause::PowerLoss,
                Loss::Unregistered(_) => StoryCause::OldEpochRewritten,
            },
            Excuse::BackInOldEpoch(_) => StoryCause::OldEpochRewritten,
            Excuse::Forgotten(..) | Excuse::IdForgotten(_) => StoryCause::ProducerForgotten,
            Excuse::LateRetry(_) => StoryCause::NewProducerEpoch,
            Excuse::DiedWithRecords(_) => StoryCause::ProducerDied,
            Excuse::Leapt(_) => StoryCause::ResetToLatest,
            Excuse::Stuck(_) => StoryCause::BehindPoison,
            Excuse::OffsetsMoved(_, how) => StoryCause::of_move(*how),
            Excuse::SetBack(_) => StoryCause::SetBack,
            Excuse::Deleted(..) => StoryCause::RetentionOvertookTheReader,
            Excuse::StartNotCheckpointed(_)
            | Excuse::OwnAssignor(_)
            | Excuse::NoProgressPromised(_)
            | Excuse::AnyOffsetIsStored(_) => StoryCause::KafkaDoesSo,
            Excuse::GivenUpRequest(_) | Excuse::GivenUpCommit => StoryCause::LateRequest,
            Excuse::RetriesCommits(_) => StoryCause::OffsetSetBack,
            Excuse::CutsMore
            | Excuse::NotRepeated
            | Excuse::ForgotProposal(_)
            | Excuse::NeverValidated
            | Excuse::AsksOnce
            | Excuse::NoLatestOffset(..)
            | Excuse::SentAfterFailing(_)
            | Excuse::Paused(_)
            | Excuse::WaitsForId(_)
            | Excuse::WaitsForTransaction(_)
            | Excuse::PutBack(_)
            | Excuse::HeartbeatsGivenUp(_)
            | Excuse::FetchesGivenUp(..)
            | Excuse::HandedOver(..)
            | Excuse::WritesGivenUp(_) => StoryCause::KafkaDoesSo,
            Excuse::NobodyGivesId(_)
            | Excuse::ControllerDown(_)
            | Excuse::NoQuorum(..)
            | Excuse::NoActiveController
            | Excuse::VotersForgot
            | Excuse::NoLeader(_)
            | Excuse::NoOffsetsTopic(_)
            | Excuse::NoCoordinator(..)
            | Excuse::TooFewReplicas(_)
            | Excuse::NoTransactionCoordinator(..)
            | Excuse::DeposedCoordinator(_)
            | Excuse::DeposedAnswers(_) => StoryCause::NobodyInCharge,
            Excuse::FaultsAtStart
            | Excuse::FaultsAtRebalance(..)
            | Excuse::FaultsInTransaction(_)
            | Excuse::CatchingUp(_)
            | Excuse::StillSending(_)
            | Excuse::StillAtWork(_)
            | Excuse::UnknownYet(_)
            | Excuse::TooEarly(..) => StoryCause::RunEndedEarly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_name_of_its_own_and_a_sentence() {
        let mut names: Vec<&str> = StoryCause::ALL.iter().map(|cause| cause.name()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), StoryCause::ALL.len());
        assert!(StoryCause::ALL.iter().all(|cause| cause.meaning().ends_with('.')));
    }
}
