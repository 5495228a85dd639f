//! Kafka's error codes (`clients/.../common/protocol/Errors.java`), those that the model can produce.

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal, $class:ident;)*) => {
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
            /// All of them but [`ErrorCode::None`].
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),*];
            /// Kafka's name, such as `NOT_LEADER_OR_FOLLOWER`.
            pub fn name(self) -> &'static str {
                match self { ErrorCode::None => "NONE", $(ErrorCode::$name => $text,)* }
            }
            /// Kafka's number.
            pub fn code(self) -> i16 {
                self as i16
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
    UnknownServerError = -1, "UNKNOWN_SERVER_ERROR", Fatal;
    OffsetOutOfRange = 1, "OFFSET_OUT_OF_RANGE", Fatal;
    CorruptMessage = 2, "CORRUPT_MESSAGE", Retriable;
    UnknownTopicOrPartition = 3, "UNKNOWN_TOPIC_OR_PARTITION", Refresh;
    LeaderNotAvailable = 5, "LEADER_NOT_AVAILABLE", Refresh;
    NotLeaderOrFollower = 6, "NOT_LEADER_OR_FOLLOWER", Refresh;
    RequestTimedOut = 7, "REQUEST_TIMED_OUT", Retriable;
    ReplicaNotAvailable = 9, "REPLICA_NOT_AVAILABLE", Refresh;
    MessageTooLarge = 10, "MESSAGE_TOO_LARGE", Fatal;
    NetworkException = 13, "NETWORK_EXCEPTION", Refresh;
    CoordinatorLoadInProgress = 14, "COORDINATOR_LOAD_IN_PROGRESS", Retriable;
    CoordinatorNotAvailable = 15, "COORDINATOR_NOT_AVAILABLE", Retriable;
    NotCoordinator = 16, "NOT_COORDINATOR", Retriable;
    InvalidTopicException = 17, "INVALID_TOPIC_EXCEPTION", Fatal;
    RecordListTooLarge = 18, "RECORD_LIST_TOO_LARGE", Fatal;
    NotEnoughReplicas = 19, "NOT_ENOUGH_REPLICAS", Retriable;
    NotEnoughReplicasAfterAppend = 20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", Retriable;
    InvalidRequiredAcks = 21, "INVALID_REQUIRED_ACKS", Fatal;
    IllegalGeneration = 22, "ILLEGAL_GENERATION", Fatal;
    InconsistentGroupProtocol = 23, "INCONSISTENT_GROUP_PROTOCOL", Fatal;
    UnknownMemberId = 25, "UNKNOWN_MEMBER_ID", Fatal;
    InvalidSessionTimeout = 26, "INVALID_SESSION_TIMEOUT", Fatal;
    RebalanceInProgress = 27, "REBALANCE_IN_PROGRESS", Fatal;
    InvalidTimestamp = 32, "INVALID_TIMESTAMP", Fatal;
    TopicAlreadyExists = 36, "TOPIC_ALREADY_EXISTS", Fatal;
    InvalidPartitions = 37, "INVALID_PARTITIONS", Fatal;
    InvalidReplicationFactor = 38, "INVALID_REPLICATION_FACTOR", Fatal;
    InvalidReplicaAssignment = 39, "INVALID_REPLICA_ASSIGNMENT", Fatal;
    NotController = 41, "NOT_CONTROLLER", Retriable;
    InvalidRequest = 42, "INVALID_REQUEST", Fatal;
    OutOfOrderSequenceNumber = 45, "OUT_OF_ORDER_SEQUENCE_NUMBER", Fatal;
    InvalidProducerEpoch = 47, "INVALID_PRODUCER_EPOCH", Fatal;
    InvalidTxnState = 48, "INVALID_TXN_STATE", Fatal;
    TransactionCoordinatorFenced = 52, "TRANSACTION_COORDINATOR_FENCED", Fatal;
    OperationNotAttempted = 55, "OPERATION_NOT_ATTEMPTED", Fatal;
    KafkaStorageError = 56, "KAFKA_STORAGE_ERROR", Refresh;
    GroupIdNotFound = 69, "GROUP_ID_NOT_FOUND", Fatal;
    FetchSessionIdNotFound = 70, "FETCH_SESSION_ID_NOT_FOUND", Retriable;
    InvalidFetchSessionEpoch = 71, "INVALID_FETCH_SESSION_EPOCH", Retriable;
    FencedLeaderEpoch = 74, "FENCED_LEADER_EPOCH", Refresh;
    UnknownLeaderEpoch = 75, "UNKNOWN_LEADER_EPOCH", Retriable;
    StaleBrokerEpoch = 77, "STALE_BROKER_EPOCH", Fatal;
    OffsetNotAvailable = 78, "OFFSET_NOT_AVAILABLE", Retriable;
    MemberIdRequired = 79, "MEMBER_ID_REQUIRED", Fatal;
    GroupMaxSizeReached = 81, "GROUP_MAX_SIZE_REACHED", Fatal;
    ElectionNotNeeded = 84, "ELECTION_NOT_NEEDED", Refresh;
    InvalidRecord = 87, "INVALID_RECORD", Fatal;
    UnstableOffsetCommit = 88, "UNSTABLE_OFFSET_COMMIT", Retriable;
    InvalidUpdateVersion = 95, "INVALID_UPDATE_VERSION", Fatal;
    UnknownTopicId = 100, "UNKNOWN_TOPIC_ID", Refresh;
    DuplicateBrokerRegistration = 101, "DUPLICATE_BROKER_REGISTRATION", Fatal;
    IneligibleReplica = 107, "INELIGIBLE_REPLICA", Fatal;
    NewLeaderElected = 108, "NEW_LEADER_ELECTED", Fatal;
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
