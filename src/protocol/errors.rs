//! Kafka's error codes (`clients/.../common/protocol/Errors.java`), those that the model can produce.

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal, $class:ident, $exception:literal;)*) => {
        /// An error code of the Kafka protocol.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
        #[repr(i16)]
        pub enum ErrorCode {
            /// Success.
            #[default]
            #[serde(rename = "NONE")]
            None = 0,
            $(#[doc = concat!("`", $text, "`.")] $(#[$doc])* #[serde(rename = $text)] $name = $code,)*
        }
        impl ErrorCode {
            /// All errors, by number; success is none.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$name),*];
            /// Kafka's name, such as `NOT_LEADER_OR_FOLLOWER`.
            pub fn name(self) -> &'static str {
                match self { ErrorCode::None => "NONE", $(ErrorCode::$name => $text,)* }
            }
            /// Kafka's number.
            pub fn code(self) -> i16 {
                self as i16
            }
            /// The simple name of the exception class that it becomes in a Java client (`Errors.exception`).
            pub fn exception(self) -> &'static str {
                match self { ErrorCode::None => "none", $(ErrorCode::$name => $exception,)* }
            }
            fn class(self) -> Class {
                match self { ErrorCode::None => Class::Fatal, $(ErrorCode::$name => Class::$class,)* }
            }
        }
    };
}

/// What a client may do about an error.
#[derive(PartialEq)]
enum Class {
    /// Not a `RetriableException`.
    Fatal,
    /// A `RetriableException`.
    Retriable,
    /// An `InvalidMetadataException`: retriable, after a metadata refresh.
    Refresh,
}

errors! {
    /// What has no better name: a bug, or an append that the log can never take.
    UnknownServerError = -1, "UNKNOWN_SERVER_ERROR", Fatal, "UnknownServerException";
    OffsetOutOfRange = 1, "OFFSET_OUT_OF_RANGE", Fatal, "OffsetOutOfRangeException";
    CorruptMessage = 2, "CORRUPT_MESSAGE", Retriable, "CorruptRecordException";
    UnknownTopicOrPartition = 3, "UNKNOWN_TOPIC_OR_PARTITION", Refresh, "UnknownTopicOrPartitionException";
    LeaderNotAvailable = 5, "LEADER_NOT_AVAILABLE", Refresh, "LeaderNotAvailableException";
    NotLeaderOrFollower = 6, "NOT_LEADER_OR_FOLLOWER", Refresh, "NotLeaderOrFollowerException";
    RequestTimedOut = 7, "REQUEST_TIMED_OUT", Retriable, "TimeoutException";
    BrokerNotAvailable = 8, "BROKER_NOT_AVAILABLE", Fatal, "BrokerNotAvailableException";
    ReplicaNotAvailable = 9, "REPLICA_NOT_AVAILABLE", Refresh, "ReplicaNotAvailableException";
    MessageTooLarge = 10, "MESSAGE_TOO_LARGE", Fatal, "RecordTooLargeException";
    NetworkException = 13, "NETWORK_EXCEPTION", Refresh, "NetworkException";
    CoordinatorLoadInProgress = 14, "COORDINATOR_LOAD_IN_PROGRESS", Retriable, "CoordinatorLoadInProgressException";
    CoordinatorNotAvailable = 15, "COORDINATOR_NOT_AVAILABLE", Retriable, "CoordinatorNotAvailableException";
    NotCoordinator = 16, "NOT_COORDINATOR", Retriable, "NotCoordinatorException";
    InvalidTopicException = 17, "INVALID_TOPIC_EXCEPTION", Fatal, "InvalidTopicException";
    RecordListTooLarge = 18, "RECORD_LIST_TOO_LARGE", Fatal, "RecordBatchTooLargeException";
    NotEnoughReplicas = 19, "NOT_ENOUGH_REPLICAS", Retriable, "NotEnoughReplicasException";
    NotEnoughReplicasAfterAppend = 20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", Retriable, "NotEnoughReplicasAfterAppendException";
    InvalidRequiredAcks = 21, "INVALID_REQUIRED_ACKS", Fatal, "InvalidRequiredAcksException";
    IllegalGeneration = 22, "ILLEGAL_GENERATION", Fatal, "IllegalGenerationException";
    InconsistentGroupProtocol = 23, "INCONSISTENT_GROUP_PROTOCOL", Fatal, "InconsistentGroupProtocolException";
    InvalidGroupId = 24, "INVALID_GROUP_ID", Fatal, "InvalidGroupIdException";
    UnknownMemberId = 25, "UNKNOWN_MEMBER_ID", Fatal, "UnknownMemberIdException";
    InvalidSessionTimeout = 26, "INVALID_SESSION_TIMEOUT", Fatal, "InvalidSessionTimeoutException";
    RebalanceInProgress = 27, "REBALANCE_IN_PROGRESS", Fatal, "RebalanceInProgressException";
    InvalidTimestamp = 32, "INVALID_TIMESTAMP", Fatal, "InvalidTimestampException";
    UnsupportedVersion = 35, "UNSUPPORTED_VERSION", Fatal, "UnsupportedVersionException";
    TopicAlreadyExists = 36, "TOPIC_ALREADY_EXISTS", Fatal, "TopicExistsException";
    InvalidPartitions = 37, "INVALID_PARTITIONS", Fatal, "InvalidPartitionsException";
    InvalidReplicationFactor = 38, "INVALID_REPLICATION_FACTOR", Fatal, "InvalidReplicationFactorException";
    InvalidReplicaAssignment = 39, "INVALID_REPLICA_ASSIGNMENT", Fatal, "InvalidReplicaAssignmentException";
    NotController = 41, "NOT_CONTROLLER", Retriable, "NotControllerException";
    InvalidRequest = 42, "INVALID_REQUEST", Fatal, "InvalidRequestException";
    PolicyViolation = 44, "POLICY_VIOLATION", Fatal, "PolicyViolationException";
    OutOfOrderSequenceNumber = 45, "OUT_OF_ORDER_SEQUENCE_NUMBER", Fatal, "OutOfOrderSequenceException";
    InvalidProducerEpoch = 47, "INVALID_PRODUCER_EPOCH", Fatal, "InvalidProducerEpochException";
    InvalidTxnState = 48, "INVALID_TXN_STATE", Fatal, "InvalidTxnStateException";
    InvalidProducerIdMapping = 49, "INVALID_PRODUCER_ID_MAPPING", Fatal, "InvalidPidMappingException";
    InvalidTransactionTimeout = 50, "INVALID_TRANSACTION_TIMEOUT", Fatal, "InvalidTxnTimeoutException";
    ConcurrentTransactions = 51, "CONCURRENT_TRANSACTIONS", Retriable, "ConcurrentTransactionsException";
    TransactionCoordinatorFenced = 52, "TRANSACTION_COORDINATOR_FENCED", Fatal, "TransactionCoordinatorFencedException";
    OperationNotAttempted = 55, "OPERATION_NOT_ATTEMPTED", Fatal, "OperationNotAttemptedException";
    KafkaStorageError = 56, "KAFKA_STORAGE_ERROR", Refresh, "KafkaStorageException";
    NonEmptyGroup = 68, "NON_EMPTY_GROUP", Fatal, "GroupNotEmptyException";
    GroupIdNotFound = 69, "GROUP_ID_NOT_FOUND", Fatal, "GroupIdNotFoundException";
    FetchSessionIdNotFound = 70, "FETCH_SESSION_ID_NOT_FOUND", Retriable, "FetchSessionIdNotFoundException";
    InvalidFetchSessionEpoch = 71, "INVALID_FETCH_SESSION_EPOCH", Retriable, "InvalidFetchSessionEpochException";
    FencedLeaderEpoch = 74, "FENCED_LEADER_EPOCH", Refresh, "FencedLeaderEpochException";
    UnknownLeaderEpoch = 75, "UNKNOWN_LEADER_EPOCH", Retriable, "UnknownLeaderEpochException";
    StaleBrokerEpoch = 77, "STALE_BROKER_EPOCH", Fatal, "StaleBrokerEpochException";
    OffsetNotAvailable = 78, "OFFSET_NOT_AVAILABLE", Retriable, "OffsetNotAvailableException";
    MemberIdRequired = 79, "MEMBER_ID_REQUIRED", Fatal, "MemberIdRequiredException";
    GroupMaxSizeReached = 81, "GROUP_MAX_SIZE_REACHED", Fatal, "GroupMaxSizeReachedException";
    FencedInstanceId = 82, "FENCED_INSTANCE_ID", Fatal, "FencedInstanceIdException";
    ElectionNotNeeded = 84, "ELECTION_NOT_NEEDED", Refresh, "ElectionNotNeededException";
    NoReassignmentInProgress = 85, "NO_REASSIGNMENT_IN_PROGRESS", Fatal, "NoReassignmentInProgressException";
    GroupSubscribedToTopic = 86, "GROUP_SUBSCRIBED_TO_TOPIC", Fatal, "GroupSubscribedToTopicException";
    InvalidRecord = 87, "INVALID_RECORD", Fatal, "InvalidRecordException";
    UnstableOffsetCommit = 88, "UNSTABLE_OFFSET_COMMIT", Retriable, "UnstableOffsetCommitException";
    ProducerFenced = 90, "PRODUCER_FENCED", Fatal, "ProducerFencedException";
    InvalidUpdateVersion = 95, "INVALID_UPDATE_VERSION", Fatal, "InvalidUpdateVersionException";
    UnknownTopicId = 100, "UNKNOWN_TOPIC_ID", Refresh, "UnknownTopicIdException";
    DuplicateBrokerRegistration = 101, "DUPLICATE_BROKER_REGISTRATION", Fatal, "DuplicateBrokerRegistrationException";
    IneligibleReplica = 107, "INELIGIBLE_REPLICA", Fatal, "IneligibleReplicaException";
    NewLeaderElected = 108, "NEW_LEADER_ELECTED", Fatal, "NewLeaderElectedException";
    FencedMemberEpoch = 110, "FENCED_MEMBER_EPOCH", Fatal, "FencedMemberEpochException";
    UnreleasedInstanceId = 111, "UNRELEASED_INSTANCE_ID", Fatal, "UnreleasedInstanceIdException";
    UnsupportedAssignor = 112, "UNSUPPORTED_ASSIGNOR", Fatal, "UnsupportedAssignorException";
    StaleMemberEpoch = 113, "STALE_MEMBER_EPOCH", Fatal, "StaleMemberEpochException";
    TransactionAbortable = 120, "TRANSACTION_ABORTABLE", Fatal, "TransactionAbortableException";
    InvalidRecordState = 121, "INVALID_RECORD_STATE", Fatal, "InvalidRecordStateException";
    ShareSessionNotFound = 122, "SHARE_SESSION_NOT_FOUND", Retriable, "ShareSessionNotFoundException";
    InvalidShareSessionEpoch = 123, "INVALID_SHARE_SESSION_EPOCH", Retriable, "InvalidShareSessionEpochException";
    FencedStateEpoch = 124, "FENCED_STATE_EPOCH", Fatal, "FencedStateEpochException";
    InvalidRegularExpression = 128, "INVALID_REGULAR_EXPRESSION", Fatal, "InvalidRegularExpression";
    ShareSessionLimitReached = 133, "SHARE_SESSION_LIMIT_REACHED", Retriable, "ShareSessionLimitReachedException";
}

impl ErrorCode {
    /// Whether it is an error at all.
    pub fn is_err(self) -> bool {
        self != ErrorCode::None
    }
    /// Whether it is success.
    pub fn is_ok(self) -> bool {
        self == ErrorCode::None
    }
    /// Whether a client may send the same request again (`RetriableException`).
    pub fn is_retriable(self) -> bool {
        self.class() != Class::Fatal
    }
    /// Whether the client must refresh its metadata first (`InvalidMetadataException`).
    pub fn is_invalid_metadata(self) -> bool {
        self.class() == Class::Refresh
    }
    /// Whether, as the answer to one produce attempt, it promises that *this attempt* appended
    /// nothing. A timeout, a lost connection, a lost leadership (the append may have been parked)
    /// and NOT_ENOUGH_REPLICAS_AFTER_APPEND promise nothing.
    pub fn promises_absence(self) -> bool {
        !matches!(
            self,
            ErrorCode::None
                | ErrorCode::RequestTimedOut
                | ErrorCode::NetworkException
                | ErrorCode::NotLeaderOrFollower
                | ErrorCode::NotEnoughReplicasAfterAppend
                | ErrorCode::KafkaStorageError
        )
    }
}
