//! What Kafka's errors mean, for people who meet one: where it comes from and what a client does about it.

use super::errors::ErrorCode;

/// What an error says, in one or two sentences.
pub fn meaning(error: ErrorCode) -> &'static str {
    match error {
        ErrorCode::None => "Success.",
        ErrorCode::UnknownServerError => "The broker failed in a way that has no name of its own.",
        ErrorCode::OffsetOutOfRange => {
            "A consumer or follower asked for an offset that the log does not have (any more). A consumer does what auto.offset.reset says."
        }
        ErrorCode::CorruptMessage => "A batch arrived damaged: its checksum does not fit. It is sent or fetched again.",
        ErrorCode::UnknownTopicOrPartition => {
            "The broker does not have this partition, or does not know it yet. The client asks for metadata and tries again."
        }
        ErrorCode::LeaderNotAvailable => "The partition has no leader at the moment. The client waits and tries again.",
        ErrorCode::NotLeaderOrFollower => {
            "The request came to a broker that does not lead the partition (any more): the client's metadata is old. It asks for new metadata and goes to the leader. Whether a produce request was appended before the leadership went is not known."
        }
        ErrorCode::RequestTimedOut => {
            "No answer came in time: the client gave the request up after request.timeout.ms, or the broker waited that long for followers. What was sent may have been written."
        }
        ErrorCode::ReplicaNotAvailable => "The broker is to have a replica of this partition and does not have it yet.",
        ErrorCode::MessageTooLarge => "The batch is larger than max.message.bytes. The producer splits it, or fails.",
        ErrorCode::NetworkException => {
            "The connection broke before the answer came. What was sent may have been written; the client asks for metadata and tries again."
        }
        ErrorCode::CoordinatorLoadInProgress => {
            "The group's coordinator has moved and still reads the group's state from __consumer_offsets. The client tries again."
        }
        ErrorCode::CoordinatorNotAvailable => {
            "There is no coordinator for the group at the moment. The client looks for it again."
        }
        ErrorCode::NotCoordinator => {
            "The broker does not coordinate this group (any more). The client looks for the coordinator again."
        }
        ErrorCode::InvalidTopicException => "The topic's name is not one that Kafka allows.",
        ErrorCode::RecordListTooLarge => "The batch is larger than a segment (segment.bytes), so no log can take it.",
        ErrorCode::NotEnoughReplicas => {
            "acks=all, and fewer replicas are in sync than min.insync.replicas demands. Nothing was written; the producer tries again until delivery.timeout.ms."
        }
        ErrorCode::NotEnoughReplicasAfterAppend => {
            "As NOT_ENOUGH_REPLICAS, but the ISR shrank after the leader had written the batch. Sent again without idempotence, it is in the log twice."
        }
        ErrorCode::InvalidRequiredAcks => "acks is neither 0 nor 1 nor all.",
        ErrorCode::IllegalGeneration => {
            "The member speaks for a generation of its group that is over: there was a rebalance without it. A commit with it fails."
        }
        ErrorCode::InconsistentGroupProtocol => "The member has no assignor in common with the others of its group.",
        ErrorCode::InvalidGroupId => "The name of the group is empty: a member of nothing cannot join.",
        ErrorCode::FencedInstanceId => {
            "Another process has joined with the same group.instance.id and has the member's place now. The consumer's poll() or commit throws; it is not to join again."
        }
        ErrorCode::UnknownMemberId => {
            "The coordinator does not know this member (any more): its session ended, or it has left. The consumer joins anew."
        }
        ErrorCode::FencedMemberEpoch => {
            "The member's epoch is not the one that the coordinator has (KIP-848): the partitions are lost, and the consumer joins anew with epoch 0."
        }
        ErrorCode::StaleMemberEpoch => {
            "The member's epoch has moved on, or it speaks for one that the coordinator does not know (KIP-848). A commit is sent again with the newer epoch once the member knows it; commitSync() throws CommitFailedException if it never does."
        }
        ErrorCode::UnreleasedInstanceId => {
            "Another member has this group.instance.id and has not left (KIP-848). After a crash that is so until its session ends: the restarted consumer fails, which a classic one would not."
        }
        ErrorCode::UnsupportedAssignor => {
            "group.remote.assignor is none of the coordinator's group.consumer.assignors."
        }
        ErrorCode::InvalidRegularExpression => {
            "RE2/J, with which the group coordinator matches topics, does not take the SubscriptionPattern: it knows no look-around and no back-references, which java.util.regex does."
        }
        ErrorCode::InvalidSessionTimeout => {
            "The member's session.timeout.ms is not between the broker's group.min.session.timeout.ms and group.max.session.timeout.ms."
        }
        ErrorCode::RebalanceInProgress => {
            "The group is being rebalanced. Heartbeats tell members so; they are to stop, commit and join again."
        }
        ErrorCode::InvalidTimestamp => "A record's timestamp is too far from the broker's clock.",
        ErrorCode::TopicAlreadyExists => "A topic of this name exists.",
        ErrorCode::InvalidPartitions => "A topic can only get more partitions than it has.",
        ErrorCode::InvalidReplicationFactor => {
            "There are fewer brokers than replicas are asked for, or a reassignment that was not to change their number does."
        }
        ErrorCode::InvalidReplicaAssignment => {
            "The replicas that were asked for are not possible: the same broker twice, or one that is not there."
        }
        ErrorCode::NoReassignmentInProgress => "A reassignment was to be taken back, and none is under way.",
        ErrorCode::BrokerNotAvailable => "A controller that is stopping does not serve its log any more.",
        ErrorCode::NotController => "The request is for the active controller, and this is another node.",
        ErrorCode::UnsupportedVersion => "The broker does not have this API, or not in this version.",
        ErrorCode::InvalidRequest => "The request contradicts itself.",
        ErrorCode::PolicyViolation => {
            "The topic's configs do not allow it: records of a topic that is only compacted cannot be deleted."
        }
        ErrorCode::OutOfOrderSequenceNumber => {
            "An idempotent producer's batch does not follow the last one that the leader has of it: something between them is missing. The producer begins a new epoch, or fails."
        }
        ErrorCode::InvalidProducerEpoch => "A newer instance of the producer has spoken; this one is fenced.",
        ErrorCode::InvalidTxnState => "The transaction is not in a state in which that can be done.",
        ErrorCode::InvalidProducerIdMapping => {
            "The transaction coordinator knows the transactional id under another producer id, or not at all (any more: transactional.id.expiration.ms). Since 4.0 the producer has to be closed."
        }
        ErrorCode::InvalidTransactionTimeout => {
            "transaction.timeout.ms is above the brokers' transaction.max.timeout.ms. The producer cannot begin."
        }
        ErrorCode::ConcurrentTransactions => {
            "The transaction before is decided, and its markers are still being written. The client tries again."
        }
        ErrorCode::TransactionCoordinatorFenced => "The transaction coordinator has moved; this one no longer decides.",
        ErrorCode::OperationNotAttempted => "Something else in the same request failed, so this part was not tried.",
        ErrorCode::KafkaStorageError => {
            "The broker cannot write to its disk. Its replicas there go offline; the client turns to the next leader."
        }
        ErrorCode::NonEmptyGroup => "The group has members, and only one without can be removed.",
        ErrorCode::GroupSubscribedToTopic => {
            "A member of the group subscribes to the topic: its offsets cannot be removed now."
        }
        ErrorCode::GroupIdNotFound => "There is no group of this name.",
        ErrorCode::FetchSessionIdNotFound => {
            "The broker has forgotten the fetch session. The client begins a new one; nothing is lost."
        }
        ErrorCode::InvalidFetchSessionEpoch => {
            "The fetch session is not where the client thinks it is. The client begins a new one; nothing is lost."
        }
        ErrorCode::FencedLeaderEpoch => {
            "The client or follower knows an older leader epoch than the broker: it missed an election, and asks for metadata."
        }
        ErrorCode::UnknownLeaderEpoch => {
            "The client or follower knows a newer leader epoch than the broker, which has not heard of the election yet. It tries again."
        }
        ErrorCode::StaleBrokerEpoch => {
            "The broker speaks for a former life of its own: it has been registered anew since."
        }
        ErrorCode::OffsetNotAvailable => {
            "The leader is new and does not know yet up to where everything is committed. The consumer tries again."
        }
        ErrorCode::MemberIdRequired => {
            "The first JoinGroup of a consumer: the coordinator has given it an id, with which it joins again (KIP-394). No failure."
        }
        ErrorCode::GroupMaxSizeReached => "The group has as many members as group.max.size allows.",
        ErrorCode::ElectionNotNeeded => {
            "The partition has the leader that it is to have, or for an unclean election a leader at all."
        }
        ErrorCode::InvalidRecord => "A record is not one that the topic can take.",
        ErrorCode::UnstableOffsetCommit => "The offsets belong to a transaction that is not decided yet.",
        ErrorCode::ProducerFenced => {
            "A newer instance with the same transactional id has begun, or the transaction took longer than transaction.timeout.ms. This producer has to be closed."
        }
        ErrorCode::InvalidUpdateVersion => {
            "The leader proposed another ISR on the basis of a state of the partition that is no longer the last. It asks again with the newest."
        }
        ErrorCode::UnknownTopicId => "The broker does not know a topic of this id, or not yet.",
        ErrorCode::DuplicateBrokerRegistration => {
            "A broker asks to be registered while the session of its former life is still valid. It asks again until that is over (broker.session.timeout.ms)."
        }
        ErrorCode::IneligibleReplica => {
            "The leader proposed a replica for the ISR that must not be in it: its broker is fenced or shutting down."
        }
        ErrorCode::NewLeaderElected => {
            "The change of the ISR led to another leader, and the one that asked for it no longer leads."
        }
        ErrorCode::TransactionAbortable => {
            "The transaction cannot be committed, because the coordinator does not know it or its partition. The application aborts it and begins anew."
        }
        ErrorCode::InvalidRecordState => {
            "A member of a share group acknowledged a record that it does not hold (any more): its acquisition lock ran out, or the share session was closed. The record may have been delivered to another member, or will be."
        }
        ErrorCode::ShareSessionNotFound => {
            "The broker has no share session of this member: it is new here, was restarted, or has closed the session. The client opens a new one; what was acquired in the old one is released."
        }
        ErrorCode::InvalidShareSessionEpoch => {
            "The share session is not where the client thinks it is. The client opens a new one."
        }
        ErrorCode::FencedStateEpoch => {
            "The state of a share-partition has been begun anew (by an administrator, or as its group was deleted), and the broker writes of the one before. It reads it again."
        }
        ErrorCode::ShareSessionLimitReached => {
            "The broker has as many share sessions as group.share.max.share.sessions allows. The client tries again."
        }
    }
}
