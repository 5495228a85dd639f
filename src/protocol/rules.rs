//! Rules of versions: what Kafka's releases do differently, as far as it is modelled.
//!
//! One row per rule, as `configs!` has one line per config: its name, its values, since which version each
//! of them holds, who changed it, and what it is about. A run resolves them once, when the world is built, to
//! a [`Rules`] value: plain, copied, read as a field. Nodes, checks and tools ask the same value, which stands
//! in the header of a history, too. What differs in a config's default or range stands
//! with the config.
//!
//! A version stands for its first release: 4.1 is 4.1.0. What patches brought stands in the book.
//!
//! # What was gone through
//!
//! The sources of 4.0.0, 4.1.0, 4.2.0 and 4.3.0, and the classes of 4.3.0 and 4.4.0, of everything that the
//! model follows; the book's chapter "Versions of Kafka" has the list.
//!
//! ```
//! use kafkasim::protocol::rules::{EligibleLeaderReplicas, KafkaVersion, Rules};
//! assert_eq!(Rules::of(KafkaVersion::V4_0).eligible_leader_replicas, EligibleLeaderReplicas::Off);
//! assert_eq!(Rules::of(KafkaVersion::V4_3).eligible_leader_replicas, EligibleLeaderReplicas::On);
//! ```

/// The description of one rule.
#[derive(Clone, Debug)]
pub struct RuleEntry {
    /// Its name, in the manner of Kafka's configs.
    pub name: &'static str,
    /// What it decides.
    pub effect: &'static str,
    /// Its values, oldest first.
    pub values: Vec<RuleValue>,
}

/// A value of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleValue {
    /// Its word.
    pub word: &'static str,
    /// The first version in which it holds.
    pub since: KafkaVersion,
    /// The KIP, issue or pull request that brought it; empty for what is oldest.
    pub issue: &'static str,
    /// What it means.
    pub effect: &'static str,
}

/// Declares the rules. A row: the name, the field and its type, what it decides; then its values, each with the
/// version since which it holds and the KIP or issue that changed it.
macro_rules! rules {
    ($(
        $name:literal => $field:ident: $ty:ident, $effect:literal, {
            $( $value:ident = $word:literal since $since:ident $issue:literal: $meaning:literal; )*
        }
    )*) => {
        $(
            #[doc = concat!("`", $name, "`: ", $effect, ".")]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            pub enum $ty { $(
                #[doc = concat!("`", $word, "`: ", $meaning, ".")]
                $value,
            )* }
            impl $ty {
                /// All values, oldest first.
                pub const ALL: &'static [$ty] = &[$($ty::$value),*];
                /// The word for it.
                pub const fn name(self) -> &'static str {
                    match self { $($ty::$value => $word,)* }
                }
                /// The version since which it holds.
                const fn since(self) -> KafkaVersion {
                    match self { $($ty::$value => KafkaVersion::$since,)* }
                }
                /// The value in a version: the newest that is not newer than the version.
                fn of(version: KafkaVersion) -> $ty {
                    let known = $ty::ALL.iter().rev().copied().find(|value| value.since() <= version);
                    known.expect("every rule has a value since the oldest version")
                }
            }
        )*

        /// The rules in force.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct Rules { $(
            #[doc = concat!("`", $name, "`: ", $effect, ".")]
            pub $field: $ty,
        )*
            /// The feature level `transaction.version` that the cluster has finalized; it is set apart from the version,
            /// as a cluster's features are.
            pub transaction_version: TransactionVersion,
        }

        impl Rules {
            /// The rules of a version, with the features that a new cluster of it has.
            pub fn of(version: KafkaVersion) -> Rules {
                Rules { $($field: $ty::of(version),)* transaction_version: TransactionVersion::default() }
            }
            /// The descriptions, in order of declaration.
            pub fn entries() -> Vec<RuleEntry> {
                vec![$(RuleEntry {
                    name: $name,
                    effect: $effect,
                    values: vec![$(RuleValue {
                        word: $word, since: KafkaVersion::$since, issue: $issue, effect: $meaning,
                    },)*],
                },)*]
            }
            /// The word of each rule's value, by name.
            pub fn words(&self) -> Vec<(&'static str, &'static str)> {
                vec![$(($name, self.$field.name()),)*]
            }
        }
    };
}

rules! {
    "kafka.version" => version: KafkaVersion, "the release whose rules hold, for brokers, controller, clients and tools alike", {
        V4_0 = "4.0" since V4_0 "": "4.0.0";
        V4_1 = "4.1" since V4_1 "": "4.1.0";
        V4_2 = "4.2" since V4_2 "": "4.2.0";
        V4_3 = "4.3" since V4_3 "": "4.3.0";
        V4_4 = "4.4" since V4_4 "": "4.4.0";
    }

    // --- controller ------------------------------------------------------------------------
    "eligible.leader.replicas.version" => eligible_leader_replicas: EligibleLeaderReplicas, "what becomes of replicas that leave an ISR below min.insync.replicas, in a cluster that was formatted with the version", {
        Off = "off" since V4_0 "": "the last member of an ISR stays in it, and nobody but it can lead";
        On = "on" since V4_1 "KIP-966": "they stay eligible while they keep what is committed: a stop that was not clean ends that";
    }
    "last.known.leader.election" => last_known_leader_election: LastKnownLeaderElection, "when the last leader of a partition without ISR and eligible replicas is elected, at the price of what it lost", {
        Anyway = "anyway" since V4_0 "": "even while it is fenced or stopping";
        WhenActive = "when active" since V4_1 "KAFKA-19522": "once it may lead";
    }
    "last.known.leader.record" => last_known_leader_record: LastKnownLeaderRecord, "when the last leader is remembered", {
        WithEmptyIsr = "with an empty ISR" since V4_0 "": "as the ISR becomes empty, whoever leads then";
        WhenLeaderless = "when leaderless" since V4_2 "apache/kafka#20629": "as the partition loses its leader, once";
    }
    "reassignment.completion" => reassignment_completion: ReassignmentCompletion, "when replicas that go make way for those that come", {
        TargetInSync = "target in sync" since V4_0 "KAFKA-15665": "once all that are to stay are in sync";
        AddingInSync = "adding in sync" since V4_3 "KAFKA-19975": "once those that come are in sync; where there will be fewer than before, all that are to stay";
    }

    // --- a quorum of several controllers -----------------------------------------------------
    "raft.election.lost" => raft_election_lost: RaftElectionLost, "what a candidate does that so many voters have refused that it cannot win", {
        BacksOff = "backs off" since V4_0 "": "it tries again after a random time that doubles from one try to the next, at most controller.quorum.election.backoff.max.ms";
        WaitsOut = "waits" since V4_1 "KAFKA-18345": "it waits until its election timeout is over";
    }
    "raft.high.watermark.propagation" => raft_high_watermark: RaftHighWatermark, "when who follows the metadata log hears that records are committed which he has already", {
        WithNextRecord = "with the next record" since V4_0 "": "with the answer to his next fetch, which waits for a record, at most 500 ms";
        AtOnce = "at once" since V4_1 "KIP-1166": "his fetch tells what he knows, and is answered as soon as there is more to know";
    }
    "raft.begin.quorum.epoch" => raft_begin_quorum_epoch: RaftBeginQuorumEpoch, "to whom the leader of the quorum sends BeginQuorumEpoch every half of controller.quorum.fetch.timeout.ms", {
        EveryVoter = "every voter" since V4_0 "": "to every other voter";
        SilentVoters = "silent voters" since V4_2 "KAFKA-16926": "to those that have not fetched for as long";
    }

    // --- broker ----------------------------------------------------------------------------
    "broker.heartbeat.retry" => heartbeat_retry: HeartbeatRetry, "how a broker goes on after a registration or heartbeat that failed, and when one has failed", {
        Backoff = "backoff" since V4_0 "": "after 100 ms, doubling up to half the session timeout; unanswered after half of it";
        Interval = "interval" since V4_1 "KAFKA-19294": "after broker.heartbeat.interval.ms; unanswered after as long";
    }
    "isr.order" => isr_order: IsrOrder, "in which order a leader proposes the members of an ISR", {
        Joined = "joined" since V4_0 "": "as they were, whoever joins at the end";
        Hashed = "hashed" since V4_2 "KAFKA-19301": "by their hashes: ascending, as long as ids are below 16";
    }
    "produce.topic" => produce_topic: ProduceTopic, "how a producer names a topic, and so how a broker that does not know it yet refuses", {
        ByName = "by name" since V4_0 "": "UNKNOWN_TOPIC_OR_PARTITION";
        ById = "by id" since V4_1 "KIP-516": "UNKNOWN_TOPIC_ID";
    }

    // --- transactions ----------------------------------------------------------------------
    "transaction.fence.epoch" => fence_epoch: FenceEpoch, "how far the epoch rises when a transaction of transaction.version 2 is fenced", {
        Twice = "twice" since V4_0 "": "by one for the fence and by one for the abort, so that the new owner of the id is three ahead of the old";
        Once = "once" since V4_1 "KAFKA-19367": "by one";
    }
    "transaction.fence.exhausted" => fence_exhausted: FenceExhausted, "what becomes of a producer id whose last epoch is fenced (transaction.version 2)", {
        Kept = "kept" since V4_0 "": "it stays, with an epoch that nobody may use";
        Rotated = "rotated" since V4_3 "KAFKA-20090": "another one takes its place as the abort is over";
    }
    "transaction.log.memory" => transaction_log_memory: TransactionLogMemory, "what a new transaction coordinator knows of a producer id that was rotated", {
        Nothing = "nothing" since V4_0 "": "neither the one before nor the next: a retry that crosses a failover is fenced";
        Ids = "ids" since V4_3 "KAFKA-20310": "the one before and the next; not the epoch before the last (KAFKA-20357 comes after 4.4), so that a retry is fenced all the same";
    }
    "transaction.marker.epoch" => marker_epoch: MarkerEpoch, "which markers of transaction.version 2 a partition takes", {
        NotLower = "not lower" since V4_0 "": "those whose epoch is not below the producer's: a late copy ends the next transaction";
        Higher = "higher" since V4_2 "KAFKA-19446": "those with a higher epoch, or the same while no transaction is open";
    }
    "transaction.marker.leaderless" => leaderless_marker: LeaderlessMarker, "what becomes of the marker for a partition without a leader", {
        Waits = "waits" since V4_0 "": "it is sent once there is one";
        Dropped = "dropped" since V4_3 "KAFKA-17573": "the partition is taken for deleted: its records stay undecided (KAFKA-20734)";
    }
    "transaction.marker.handshake" => marker_handshake: MarkerHandshake, "how a coordinator's connection to a leader begins", {
        None = "none" since V4_0 "": "with the markers";
        ApiVersions = "ApiVersions" since V4_3 "KAFKA-19446": "with the question which versions the leader speaks";
    }
    "transaction.offsets.marker.timeout" => offsets_marker_timeout: OffsetsMarkerTimeout, "how long a marker in __consumer_offsets may take to be replicated", {
        RequestTimeout = "request.timeout.ms" since V4_0 "": "as long as in any other partition";
        CommitTimeout = "offsets.commit.timeout.ms" since V4_3 "MINOR": "as long as a commit; then it is written again";
    }
    "transaction.stale.epoch" => stale_epoch: StaleEpoch, "how a leader refuses a transactional batch with an epoch below the one that it knows", {
        ByCoordinator = "by coordinator" since V4_0 "": "it asks the coordinator first";
        AtOnce = "at once" since V4_1 "KAFKA-18042": "without asking";
    }
    "transaction.unverified.epoch" => unverified_epoch: UnverifiedEpoch, "what a leader answers to a batch with an old epoch that nobody has verified", {
        InvalidTxnState = "INVALID_TXN_STATE" since V4_0 "": "which ends the producer";
        InvalidProducerEpoch = "INVALID_PRODUCER_EPOCH" since V4_2 "KAFKA-19690": "which ends the transaction";
    }
    "group.offset.record" => offset_record: OffsetRecord, "how the group coordinator writes a committed offset", {
        Version3 = "version 3" since V4_0 "": "without the topic's id";
        Version4 = "version 4" since V4_1 "KAFKA-19141": "with it, 18 bytes more, outside transactions";
        Always = "always" since V4_4 "KIP-1319": "with it in transactions, too";
    }
    "transaction.first.sequence" => first_sequence: FirstSequence, "where a producer of transaction.version 2 may begin in a partition that knows nothing of it", {
        Any = "any" since V4_0 "": "anywhere";
        Zero = "0" since V4_1 "KAFKA-18202": "at 0: what it sent before may still come";
    }

    // --- consumer groups of the new protocol -------------------------------------------------
    "group.consumer.first.epoch" => first_group_epoch: FirstGroupEpoch, "at which epoch a group is made", {
        Zero = "0" since V4_0 "": "its first member raises it to 1, whatever it subscribes to";
        One = "1" since V4_3 "KAFKA-20268": "epoch 1 has an assignment, without partitions; its first member raises it to 2 if it subscribes to something";
    }
    "group.consumer.topics.record" => topics_record: TopicsRecord, "how the group coordinator writes how many partitions the subscribed topics have", {
        PartitionMetadata = "partition metadata" since V4_0 "": "in a record of its own";
        Hash = "hash" since V4_1 "KIP-1101": "as a hash in the record of the group epoch, with the racks in which their replicas stand (KAFKA-17747)";
    }
    "group.consumer.fenced.rejoin" => fenced_rejoin: FencedRejoin, "what becomes of a known member that joins anew with epoch 0", {
        Fenced = "fenced" since V4_0 "": "FENCED_MEMBER_EPOCH, unless its epoch before was 0: it cannot join until its session is over";
        Accepted = "accepted" since V4_2 "KAFKA-19233": "it is as if nothing had been assigned to it";
    }
    "group.consumer.revoked.epoch" => revoked_epoch: RevokedEpoch, "at which epoch a member goes on that has given partitions up and has to give up more", {
        Next = "next" since V4_0 "": "one further, so that two members may have had a partition in the same epoch";
        Same = "same" since V4_2 "KAFKA-19974": "the same";
    }
    "group.consumer.own.revocation" => own_revocation: OwnRevocation, "what a partition is for a member that was to give it up and is to have it after all", {
        Unreleased = "unreleased" since V4_0 "": "one that somebody has not released yet: the member gets it a heartbeat later";
        Own = "own" since V4_2 "KAFKA-19449": "free for it (in 4.1.2, too)";
    }
    "group.consumer.unsubscribed" => unsubscribed: Unsubscribed, "when a member has to give up partitions of a topic that it does not subscribe to any more", {
        WithTarget = "with its target" since V4_0 "": "as its target says so, which an open revocation delays";
        AtOnce = "at once" since V4_2 "KAFKA-19431": "as its subscription changes";
        AtOnceAnew = "at once, anew" since V4_3 "MINOR": "as its subscription changes; its epoch before is not accepted any more";
    }
    "group.consumer.commit.epoch" => commit_epoch: CommitEpoch, "with which member epoch a member may commit an offset", {
        Present = "present" since V4_0 "": "its present one";
        SinceAssigned = "since assigned" since V4_3 "KIP-1251": "any from the one in which it was given the partition";
    }
    "group.consumer.uniform.extra" => uniform_extra: UniformExtra, "who gets one partition more where the uniform assignor cannot share them evenly", {
        FirstMembers = "first members" since V4_0 "": "the first members, whatever they had: a partition may move that could have stayed";
        WhoHasIt = "who has it" since V4_1 "KAFKA-18688": "the first members that have it already, and the last ones as far as that is not enough";
    }
    "group.consumer.assignor.change" => assignor_change: AssignorChange, "when another assignor takes effect", {
        NextEpoch = "next epoch" since V4_0 "": "with the next group epoch";
        AtOnce = "at once" since V4_4 "KAFKA-20434": "as most members want it: that raises the group epoch";
    }
    "group.consumer.empty.epoch" => empty_epoch: EmptyEpoch, "of which epoch the assignment of a group is that has lost its last member", {
        Before = "before" since V4_0 "": "of the epoch before";
        Present = "present" since V4_4 "KAFKA-20442": "of the present one";
    }
    "group.consumer.full.instance" => full_instance: FullInstance, "whether a static member may come back to a full group", {
        Refused = "refused" since V4_0 "": "GROUP_MAX_SIZE_REACHED: its id is a new one";
        Welcome = "welcome" since V4_4 "KAFKA-20601": "it takes the place that it has";
    }
    "group.consumer.regex.removed" => regex_removed: RegexRemoved, "what becomes of a group whose member has no SubscriptionPattern any more", {
        Unnoticed = "unnoticed" since V4_0 "": "the targets stay until something else makes others; who comes back with the classic protocol even keeps the pattern";
        Rebalances = "rebalances" since V4_2 "KAFKA-19720, KAFKA-19899": "it rebalances (in 4.1.2, too)";
    }
    "group.consumer.classic.rejoin" => classic_rejoin: ClassicRejoin, "when a member of the classic protocol in such a group is told to rejoin", {
        GroupEpoch = "group epoch" since V4_0 "": "as the group epoch rises";
        AssignmentEpoch = "assignment epoch" since V4_3 "KAFKA-20272": "as there is a new assignment";
    }
    "group.consumer.classic.disabled" => classic_disabled: ClassicDisabled, "whether a member of the classic protocol may join such a group under group.consumer.migration.policy=disabled", {
        Welcome = "welcome" since V4_0 "": "it may, and the group stays mixed";
        Refused = "refused" since V4_4 "KAFKA-20640": "INCONSISTENT_GROUP_PROTOCOL (in 4.3.1, too)";
    }
    "group.consumer.downgrade.instance" => downgrade_instance: DowngradeInstance, "what a group does that becomes a classic one because an instance comes back with the classic protocol", {
        Stable = "stable" since V4_0 "": "it is STABLE with the targets, whatever the instance subscribes to now";
        Rebalances = "rebalances" since V4_2 "KAFKA-19546": "it rebalances if the subscription has changed (in 4.1.1, too)";
        RebalancesIfStale = "rebalances if stale" since V4_3 "KAFKA-20272": "it rebalances if the targets are not those of the group epoch";
    }
    "group.consumer.transaction.stale" => transaction_stale: TransactionStale, "how offsets of a transaction are refused whose member epoch is not the right one", {
        IllegalGeneration = "ILLEGAL_GENERATION" since V4_0 "": "as in a classic group";
        StaleMemberEpoch = "STALE_MEMBER_EPOCH" since V4_4 "KIP-1319": "as outside a transaction";
    }

    // --- share groups: coordinators -----------------------------------------------------------
    "share.groups" => share_groups: ShareGroups, "how ready share groups are (KIP-932)", {
        EarlyAccess = "early access" since V4_0 "": "off, unless brokers have unstable.api.versions.enable and share among group.coordinator.rebalance.protocols";
        Preview = "preview" since V4_1 "KIP-932": "off, until the cluster's feature share.version is upgraded to 1";
        Production = "production" since V4_2 "KIP-932": "on in a new cluster";
    }
    "share.initialization" => share_initialization: ShareInitialization, "when a share-partition gets a state", {
        OnFirstUse = "on first use" since V4_0 "": "as its leader reads it for the first time; members have all partitions at once";
        BeforeAssignment = "before assignment" since V4_1 "KIP-932": "the group coordinator has it initialized first, and assigns no partition before; one that has none is refused with INVALID_REQUEST";
    }
    "share.initialization.retry" => share_initialization_retry: ShareInitializationRetry, "after how long the group coordinator asks again for the state of a share-partition that is still being initialized", {
        TwiceCommitTimeout = "twice offsets.commit.timeout.ms" since V4_0 "": "which is 10 s, as it stands";
        OwnInterval = "30 s" since V4_2 "KIP-932": "a config of its own, which is internal (group.share.initialize.retry.interval.ms)";
    }
    "share.assignor" => share_assignor: ShareAssignor, "how the assignor `simple` shares partitions among members", {
        Everything = "everything" since V4_0 "": "every member has all partitions of its topics";
        ByHash = "by hash" since V4_1 "KIP-932": "every member gets a partition by the hash of its id, and what nobody has then is dealt in turn";
        Evenly = "evenly" since V4_2 "KIP-932": "every partition has as many readers as others, and who reads it goes on as far as that allows";
    }
    "share.heartbeat.full" => share_full_heartbeat: ShareFullHeartbeat, "whether a member that says in a heartbeat to what it subscribes is told what it has", {
        IfChanged = "if changed" since V4_0 "": "only if that has changed, or it joins: an answer that was lost is not given again";
        Always = "always" since V4_1 "KIP-932": "it is, so that it may ask after an error";
    }
    "share.assignment.pending" => share_assignment_pending: ShareAssignmentPending, "when the group epoch rises because share-partitions with a state are not assigned", {
        AnyDifference = "any difference" since V4_0 "": "whenever they are not exactly those that members have: with every heartbeat while one of them is of a topic that nobody subscribes to any more";
        Subscribed = "subscribed" since V4_2 "KIP-932": "when they are of a topic that somebody subscribes to";
        UnlessPending = "unless pending" since V4_3 "KAFKA-20291": "the same, but not while the assignment is behind the group epoch already";
    }
    "share.state.write.epochs" => share_write_epochs: ShareWriteEpochs, "whether a write of a share-partition's state takes over the epochs of who writes", {
        Taken = "taken" since V4_0 "": "a higher state epoch makes a new snapshot";
        Kept = "kept" since V4_2 "KIP-932": "only a read raises the leader epoch, and only an initialization the state epoch";
    }
    "share.state.delivered" => share_state_delivered: ShareStateDelivered, "whether the state of a share-partition counts what is done behind its start", {
        Unknown = "unknown" since V4_0 "": "it does not, so that there is no lag of share groups";
        Counted = "counted" since V4_2 "KIP-1226": "it does";
    }
    "share.state.first.update" => share_first_update: ShareFirstUpdate, "whether the first change of a share-partition's state counts towards the next snapshot", {
        Free = "free" since V4_0 "": "it does not: the first snapshot comes one change late";
        Counts = "counts" since V4_3 "KIP-932": "it does";
    }
    "share.persister.network" => share_persister_network: SharePersisterNetwork, "what becomes of a call to a share coordinator whose connection is lost", {
        Unanswered = "unanswered" since V4_0 "": "nothing: whoever waits for it waits for ever";
        Fails = "fails" since V4_1 "KIP-932": "it fails with NETWORK_EXCEPTION";
        Retried = "retried" since V4_2 "KIP-932": "it is tried again, as after COORDINATOR_NOT_AVAILABLE";
    }

    // --- producer --------------------------------------------------------------------------
    "expired.batch.memory" => expired_batch_memory: ExpiredBatchMemory, "when the memory of a batch that expires in flight is free for others", {
        AtOnce = "at once" since V4_0 "": "as it expires, although the network may still read from it";
        WhenAnswered = "when answered" since V4_2 "KAFKA-19012": "as its request is answered or its connection is gone";
    }
    "split.batch.size" => split_batch_size: SplitBatchSize, "how large the parts are of a batch that a broker found too large", {
        BatchSize = "batch.size" since V4_0 "": "up to batch.size, so that a part that is still too large stays as it is";
        Halved = "halved" since V4_2 "KAFKA-8350": "up to batch.size; a part that is still too large is cut in half";
    }
    "transaction.retries.exhausted" => retries_exhausted: RetriesExhausted, "with what a transaction fails of which a send has failed for a reason that might have passed", {
        AsItIs = "as it is" since V4_0 "": "with that reason, such as TimeoutException, which looks as if the call could be made again";
        AbortsTransaction = "aborts" since V4_1 "KAFKA-19176": "with TransactionAbortableException, also after INVALID_TXN_STATE";
    }
    "transaction.abort.refused" => abort_refused: AbortRefused, "what the answer TRANSACTION_ABORTABLE to an abort means", {
        Abortable = "abortable" since V4_0 "": "the call throws it, and the producer stays in the middle of the abort";
        Fatal = "fatal" since V4_1 "KAFKA-19250": "the producer has to be closed";
    }
    "transaction.group.not.found" => txn_group_mismatch: TxnGroupMismatch, "what the answer GROUP_ID_NOT_FOUND to offsets of a transaction means", {
        Fatal = "fatal" since V4_0 "": "nobody sends it, and the producer does not expect it";
        Abortable = "abortable" since V4_4 "KIP-1319": "CommitFailedException, as for a generation that is over";
    }

    // --- consumer --------------------------------------------------------------------------
    "consumer.heartbeat.backoff" => heartbeat_backoff: HeartbeatBackoff, "how long a member of a consumer group (group.protocol=consumer) pauses after a heartbeat that failed", {
        AllOrNothing = "all or nothing" since V4_0 "": "not at all or for retry.backoff.max.ms, by chance: max.poll.interval.ms is taken for the jitter";
        Exponential = "exponential" since V4_2 "KAFKA-19813": "for retry.backoff.ms, doubling up to retry.backoff.max.ms";
    }
    "consumer.heartbeat.rack" => heartbeat_rack: HeartbeatRack, "whether such a member tells its coordinator its client.rack; no assignor of a coordinator asks for it", {
        Untold = "untold" since V4_0 "": "it does not";
        WhenJoining = "when joining" since V4_1 "KAFKA-17747": "whenever it joins";
    }
    "consumer.leave.refused" => leave_refused: LeaveRefused, "what close() of such a member does when the coordinator refuses to let it go", {
        Waits = "waits" since V4_0 "": "it waits until its time is over";
        Ends = "ends" since V4_1 "KAFKA-19300": "it goes on";
    }
    "consumer.regex.metadata" => regex_metadata: RegexMetadata, "which topics a consumer asks about that has subscribed to a SubscriptionPattern", {
        AllTopics = "all topics" since V4_0 "": "all that there are";
        AssignedTopics = "assigned topics" since V4_1 "KAFKA-18117": "those of which it is to have partitions";
    }
    "consumer.leave.unknown.group" => leave_unknown_group: LeaveUnknownGroup, "what the answer GROUP_ID_NOT_FOUND means to such a member that has said that it leaves", {
        Fatal = "fatal" since V4_0 "": "an error for good, which a poll() after that throws";
        Left = "left" since V4_3 "apache/kafka#21239": "that it has left";
    }
    "consumer.reconciliation.start" => reconciliation_start: ReconciliationStart, "when such a member that does not commit by itself begins to give up what it is to give up", {
        AnyTime = "any time" since V4_0 "": "as it hears of it, also while the application is at work: nothing more of that is fetched or handed out";
        WithPoll = "with poll()" since V4_3 "KAFKA-20332": "as poll() is called next";
    }
    "consumer.assignment.applied" => assignment_applied: AssignmentApplied, "when such a member takes a new assignment if the application has no rebalance listener", {
        AnyTime = "any time" since V4_0 "": "as it comes to that, also while the application is at work";
        WithPoll = "with poll()" since V4_3 "KAFKA-20106": "as poll() is called next, as with a listener";
    }
    "consumer.unsubscribed.partitions" => unsubscribed_partitions: UnsubscribedPartitions, "what a consumer does with a partition that it still has after subscribe() of other topics, until a rebalance takes it", {
        Read = "read" since V4_0 "": "it goes on reading it";
        LeftAlone = "left alone" since V4_1 "KAFKA-19356": "it fetches nothing from it any more";
    }
    "consumer.close.commits" => close_commits: CloseCommits, "what becomes of commitAsync() of such a member that waits for a coordinator when it is closed", {
        Wait = "wait" since V4_0 "": "close() waits for it until its time is over, and nobody looks for the coordinator any more";
        Fail = "fail" since V4_2 "KAFKA-19357": "it fails at once with CommitFailedException";
    }
    "consumer.auto.commit.positions" => auto_commit_positions: AutoCommitPositions, "which positions an automatic commit of such a member takes, in the poll() in which it is due", {
        BeforeHandOut = "before the hand-out" since V4_0 "": "those before this poll() hands out anything: poll() waits for the background thread (KAFKA-18641)";
        Raced = "raced" since V4_2 "KAFKA-18376": "by chance also those behind what this poll() hands out: the two threads race, and who dies at work may lose it";
    }
    "consumer.poll.positions" => poll_positions: PollPositions, "what poll() of such a member does while it looks up where to begin in a partition", {
        Waits = "waits" since V4_0 "": "it waits for that, and hands out what is buffered of others when its time is over";
        GoesOn = "goes on" since V4_2 "KAFKA-18376": "it hands out what is buffered of others, and fetches more of them only as it does";
    }

    "consumer.close.membership" => close_membership: CloseMembership, "whether close() of a consumer may be told what becomes of the membership", {
        Fixed = "fixed" since V4_0 "": "no: a dynamic member leaves, a static one stays";
        Choice = "choice" since V4_1 "KIP-1092": "yes, with CloseOptions";
    }

    // --- share groups: the leaders of their partitions -----------------------------------------
    "share.acquire.limits" => share_acquire_limits: ShareAcquireLimits, "how much a member of a share group acquires with one fetch", {
        AllRead = "all that was read" since V4_0 "": "the whole batches that were read, as one";
        Request = "as asked" since V4_1 "KAFKA-19018": "whole batches up to max.poll.records, apart where batches of the log begin";
    }
    "share.acquire.modes" => share_acquire_modes: ShareAcquireModes, "whether share.acquire.mode counts", {
        BatchOptimized = "batch_optimized" since V4_0 "": "whole batches are acquired, beyond max.poll.records if need be";
        AsAsked = "as asked" since V4_2 "KIP-1206": "with record_limit no more than max.poll.records";
    }
    "share.record.locks" => share_record_locks: ShareRecordLocks, "when a leader looks at group.share.partition.max.record.locks", {
        BeforeFetch = "before a fetch" since V4_0 "": "a fetch that begins below the bound may pass it by all that it reads";
        WhileAcquiring = "while acquiring" since V4_2 "KAFKA-19555": "and no more is acquired than up to the bound, or to the end of a batch";
    }
    "share.throttling" => share_throttling: ShareThrottling, "what becomes of records that were delivered half as often as they may be", {
        Off = "off" since V4_0 "": "they are delivered together as before: one bad record may have its whole batch given up";
        On = "on" since V4_2 "KAFKA-17541": "fewer and fewer of them are delivered together, and each goes alone with its last delivery";
    }
    "share.state.gaps" => share_state_gaps: ShareStateGaps, "what a new leader makes of offsets between those that are written down", {
        Skipped = "skipped" since V4_0 "": "nobody gets them any more, and the start does not move over them";
        Acquired = "acquired" since V4_1 "KAFKA-18494": "they are fetched and delivered";
    }
    "share.stale.batches" => share_stale_batches: ShareStaleBatches, "what becomes of available records that are not in the log any more, because it was compacted", {
        Available = "available" since V4_0 "": "they stay so, and each fetch begins with them";
        Archived = "archived" since V4_1 "KAFKA-17351": "they are given up when a fetch finds others in their place";
    }
    "share.start.within.batch" => share_start_within_batch: ShareStartWithinBatch, "what a member gets of a batch of the log in which the start lies", {
        FromBatch = "all of it" since V4_0 "": "also what is done with, and the start moves back";
        FromStart = "from the start" since V4_2 "KAFKA-19954": "what is not done with";
    }
    "share.log.start.archiving" => share_log_start_archiving: ShareLogStartArchiving, "which available records are given up when the log begins behind them", {
        FirstBatch = "first batch" since V4_0 "": "those of the first batch in flight, and those of the first that is kept by offset";
        All = "all" since V4_2 "KAFKA-19630": "all of them";
    }
    "share.transitions" => share_transitions: ShareTransitions, "what a leader makes of records whose change is being written down", {
        Loose = "loose" since V4_0 "": "those that are released are fetched for at once, though not to be had; a lock that runs out meanwhile is forgotten, and if the write fails the member holds the record until its session ends";
        Strict = "strict" since V4_2 "KAFKA-19476": "nothing, until it is written; if that fails, a lock that has run out counts";
    }
    "share.close.delivery.count" => share_close_count: ShareCloseCount, "whether a delivery counts whose share session ends before it is acknowledged", {
        Kept = "counts" since V4_0 "": "it counts";
        TakenBack = "does not count" since V4_1 "KAFKA-17541": "it does not: a member that crashes with a record gets it again and again";
        KeptAgain = "counts again" since V4_2 "KAFKA-19972": "it counts";
    }
    "share.close.offsets" => share_close_offsets: ShareCloseOffsets, "which records of a batch that is kept by offset are released when a share session ends", {
        UpToAnother = "up to another member's" since V4_0 "": "the member's, up to the first that somebody else holds; the others when their locks run out";
        All = "all" since V4_2 "KAFKA-19953": "all that the member holds";
    }
    "share.session.disconnect" => share_session_disconnect: ShareSessionDisconnect, "what becomes of a share session whose connection is gone", {
        Stays = "stays" since V4_0 "": "nothing: what was acquired in it is free as its locks run out";
        Closed = "closed" since V4_1 "KAFKA-19015": "it is closed, and what was acquired in it released";
    }
    "share.session.reopened" => share_session_reopened: ShareSessionReopened, "which share session ends with a connection, if its member has opened another on another one since", {
        AnyOfMember = "the member's" since V4_0 "": "the new one";
        OwnOnly = "its own" since V4_2 "KAFKA-19950": "none: the old one is over";
    }
    "share.session.limit" => share_session_limit: ShareSessionLimit, "what a member hears whose share session would be one too many", {
        NotFound = "SHARE_SESSION_NOT_FOUND" since V4_0 "": "this, at once, unless a session was not used for two minutes";
        LimitReached = "SHARE_SESSION_LIMIT_REACHED" since V4_1 "KAFKA-19231": "this, after its fetch.max.wait.ms";
    }
    "share.isolation" => share_isolation: ShareIsolation, "how far a share group reads", {
        HighWatermark = "high watermark" since V4_0 "": "all that is replicated";
        OfGroup = "of the group" since V4_1 "KAFKA-16729": "as its share.isolation.level says";
    }
    "share.fetch.rotation" => share_fetch_rotation: ShareFetchRotation, "with which partition a share fetch begins", {
        Session = "session" since V4_0 "": "in the order of the session, in which whatever returned records goes last";
        RoundRobin = "round robin" since V4_1 "KAFKA-17951": "from there with the next one each time";
    }
    "share.renew" => share_renew: ShareRenew, "whether a member may renew its lock of a record", {
        Unknown = "unknown" since V4_0 "": "INVALID_REQUEST";
        Known = "known" since V4_2 "KIP-1222": "its time begins anew";
    }
    "share.delivery.complete.count" => share_delivery_complete_count: ShareDeliveryCompleteCount, "whether it is written down how many records in flight are done with", {
        Unknown = "unknown" since V4_0 "": "it is not";
        Written = "written" since V4_2 "KIP-1226": "it is, and the lag of a share group can be told";
    }

    // --- share groups: client ----------------------------------------------------------------
    "share.acknowledge.leader" => share_acknowledge_leader: ShareAcknowledgeLeader, "to whom a member of a share group acknowledges records of a partition whose leader has changed", {
        Any = "any" since V4_0 "": "with a ShareFetch to the leader that it knows now, which has never acquired them; by themselves to every broker that has the partition in its share session";
        WhereFetched = "where fetched" since V4_1 "KAFKA-18769": "to nobody: they fail with NotLeaderOrFollowerException as the member knows of the change";
    }
    "share.acknowledge.session" => share_acknowledge_session: ShareAcknowledgeSession, "what becomes of acknowledgements whose share session is gone", {
        Sent = "sent" since V4_0 "": "they go with the ShareFetch that opens the next one, which is refused for it; in a ShareAcknowledge SHARE_SESSION_NOT_FOUND";
        InvalidEpoch = "INVALID_SHARE_SESSION_EPOCH" since V4_1 "KAFKA-18198": "they fail with that error; in a ShareAcknowledge SHARE_SESSION_NOT_FOUND";
        NotLeader = "NOT_LEADER_OR_FOLLOWER" since V4_3 "KAFKA-20330": "they fail with that error";
    }
    "share.acknowledge.unsendable" => share_acknowledge_unsendable: ShareAcknowledgeUnsendable, "what commitSync() and commitAsync() of a member of a share group do with acknowledgements of a partition that is not in the share session any more", {
        Forgotten = "forgotten" since V4_0 "": "nobody hears of them";
        Fail = "fail" since V4_3 "KAFKA-20330": "they fail with NotLeaderOrFollowerException";
    }
    "share.acknowledge.unanswered" => share_acknowledge_unanswered: ShareAcknowledgeUnanswered, "what becomes of acknowledgements that went with a ShareFetch whose answer does not speak of them", {
        Forgotten = "forgotten" since V4_0 "": "nobody hears of them";
        FailIfAnswered = "fail if answered" since V4_1 "KAFKA-18779": "they fail with InvalidRecordStateException, with the next ShareFetch that is not refused as a whole";
        Fail = "fail" since V4_2 "KAFKA-19485": "they fail, with the error that the ShareFetch is refused with as a whole";
    }
    "share.gaps" => share_gaps: ShareGaps, "how a member of a share group acknowledges that nothing but control records and holes was acquired", {
        Forgotten = "forgotten" since V4_0 "": "not at all: they are acquired until the lock runs out";
        WithFetch = "with fetch" since V4_1 "apache/kafka#19295": "with the next ShareFetch";
        Alone = "alone" since V4_2 "apache/kafka#20794": "with a ShareAcknowledge";
    }
    "share.fetch.limit" => share_fetch_limit: ShareFetchLimit, "how much a member of a share group asks for", {
        Bytes = "bytes" since V4_0 "": "as much as a broker gives: max.poll.records bounds what poll() hands out, and the locks of the rest run meanwhile";
        Records = "records" since V4_1 "KIP-932": "max.poll.records";
    }
    "share.session.refused" => share_session_refused: ShareSessionRefused, "what a member of a share group does whom a broker gives no share session", {
        GoesOn = "goes on" since V4_0 "": "it takes it for opened";
        BeginsAnew = "begins anew" since V4_1 "KAFKA-19232": "it tries again";
    }

    // --- tools -----------------------------------------------------------------------------
    "tools.assignment.order" => assignment_order: AssignmentOrder, "how kafka-consumer-groups --members --verbose sorts partitions", {
        AsTexts = "as texts" since V4_0 "": "0,1,10,2";
        AsNumbers = "as numbers" since V4_1 "MINOR": "0,1,2,10";
    }
    "tools.unknown.topic" => unknown_topic: UnknownTopic, "how kafka-topics --describe calls a topic that does not exist", {
        Optional = "Optional" since V4_0 "": "Topic 'Optional[orders]' does not exist as expected";
        Name = "name" since V4_1 "MINOR": "Topic 'orders' does not exist as expected";
    }
    "tools.transaction.log" => transaction_log_form: TransactionLogForm, "how kafka-dump-log --transaction-log-decoder shows records", {
        Text = "text" since V4_0 "": "transaction_metadata::transactionalId=billing, and some of the fields";
        Json = "JSON" since V4_1 "KAFKA-18207": "as --offsets-decoder does, the state as a number";
        JsonWithNames = "JSON with names" since V4_4 "KAFKA-20712": "the state by its name";
    }
    "tools.group.offsets" => group_offsets: GroupOffsets, "how kafka-consumer-groups --describe lists partitions, and what it does about one without a leader", {
        Unsorted = "unsorted" since V4_0 "": "in the order of a hash map; it waits for a leader, and fails";
        Sorted = "sorted" since V4_2 "KAFKA-19435": "by topic and partition; one without a leader has no end and no lag";
    }
}

/// Feature level `transaction.version` (`server-common/.../TransactionVersion.java`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum TransactionVersion {
    /// 0: the protocol of KIP-98, with verification (KIP-890, part 1).
    V0,
    /// 1: the same, with a flexible format of the log's records.
    V1,
    /// 2: every transaction has an epoch of its own, and brokers add partitions to it (KIP-890, part 2). New clusters of
    /// 4.0 and later have it.
    #[default]
    V2,
}

impl TransactionVersion {
    /// All levels.
    pub const ALL: [TransactionVersion; 3] = [TransactionVersion::V0, TransactionVersion::V1, TransactionVersion::V2];
    /// The level.
    pub const fn level(self) -> u8 {
        self as u8
    }
    /// Whether brokers add partitions, and the epoch rises with each transaction (KIP-890, part 2).
    pub const fn supports_epoch_bump(self) -> bool {
        matches!(self, TransactionVersion::V2)
    }
    /// The version of that level.
    pub fn of_level(level: u64) -> Option<TransactionVersion> {
        TransactionVersion::ALL.into_iter().find(|version| u64::from(version.level()) == level)
    }
    /// The level that a text names.
    pub fn find(text: &str) -> Option<TransactionVersion> {
        TransactionVersion::ALL.into_iter().find(|version| text == version.level().to_string())
    }
}

impl OffsetRecord {
    /// Whether a record has its topic's id.
    pub const fn has_topic_id(self, transactional: bool) -> bool {
        match self {
            OffsetRecord::Version3 => false,
            OffsetRecord::Version4 => !transactional,
            OffsetRecord::Always => true,
        }
    }
}

impl KafkaVersion {
    /// The newest that was gone through.
    pub const NEWEST: KafkaVersion = KafkaVersion::V4_4;
    /// The release that stands for the version, such as `4.0.0`.
    pub const fn release(self) -> &'static str {
        match self {
            KafkaVersion::V4_0 => "4.0.0",
            KafkaVersion::V4_1 => "4.1.0",
            KafkaVersion::V4_2 => "4.2.0",
            KafkaVersion::V4_3 => "4.3.0",
            KafkaVersion::V4_4 => "4.4.0",
        }
    }
    /// The version of a release or of its line: `4.1`, `4.1.0`. Of later patches nothing is known.
    pub fn find(text: &str) -> Option<KafkaVersion> {
        KafkaVersion::ALL.iter().copied().find(|version| text == version.name() || text == version.release())
    }
}

/// What holds where nothing else is said.
impl Default for KafkaVersion {
    fn default() -> KafkaVersion {
        KafkaVersion::NEWEST
    }
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::of(KafkaVersion::default())
    }
}

/// Between the release and a feature level that is not the usual one, in a header.
const FEATURE: &str = ", transaction.version=";

/// As the release that stands for the version: all rules follow from it. A feature level that a new cluster would not
/// have is named: `4.4.0, transaction.version=1`.
impl std::fmt::Display for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.version.release())?;
        match self.transaction_version == TransactionVersion::default() {
            true => Ok(()),
            false => write!(f, "{FEATURE}{}", self.transaction_version.level()),
        }
    }
}

impl Rules {
    /// Whether the epoch that fences a transaction of this version counts beside that of the abort which follows.
    pub fn fence_counts(self, version: TransactionVersion) -> bool {
        !version.supports_epoch_bump() || self.fence_epoch == FenceEpoch::Twice
    }
    /// The same with the version in place of its release: `4.4`, `4.4, transaction.version=1`.
    pub fn in_short(&self) -> String {
        self.to_string().replacen(self.version.release(), self.version.name(), 1)
    }
}

impl std::str::FromStr for Rules {
    type Err = String;
    fn from_str(text: &str) -> Result<Rules, String> {
        let unknown = || format!("Kafka `{text}` is not one that is known");
        let (version, feature) =
            text.split_once(FEATURE).map_or((text, None), |(version, level)| (version, Some(level)));
        let rules = KafkaVersion::find(version).map(Rules::of).ok_or_else(unknown)?;
        let level = feature.map(|level| TransactionVersion::find(level).ok_or_else(unknown)).transpose()?;
        Ok(Rules { transaction_version: level.unwrap_or_default(), ..rules })
    }
}

impl serde::Serialize for Rules {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Rules {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Rules, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_the_newest_values_that_are_not_newer_than_itself() {
        for version in KafkaVersion::ALL {
            let words = Rules::of(*version).words();
            for (entry, (name, word)) in Rules::entries().iter().zip(words) {
                let expected = entry.values.iter().rfind(|value| value.since <= *version).expect("one of the oldest");
                assert_eq!((entry.name, expected.word), (name, word), "{}", version.name());
            }
        }
    }

    #[test]
    fn a_rule_has_two_values_that_follow_each_other_and_says_who_changed_it() {
        for entry in Rules::entries() {
            let values = &entry.values;
            assert!(values.len() > 1 && values[0].since == KafkaVersion::V4_0, "{}", entry.name);
            assert!(values.windows(2).all(|pair| pair[0].since < pair[1].since), "{}", entry.name);
            // Kafka marks a change without an issue as MINOR.
            let known = ["KIP-", "KAFKA-", "apache/kafka#", "MINOR"];
            let told = |value: &RuleValue| known.iter().any(|start| value.issue.starts_with(start));
            assert!(entry.name == "kafka.version" || values[1..].iter().all(told), "{}", entry.name);
        }
    }

    #[test]
    fn a_version_is_found_by_its_name_and_by_its_release() {
        assert_eq!(KafkaVersion::find("4.2"), Some(KafkaVersion::V4_2));
        assert_eq!(KafkaVersion::find("4.2.0"), Some(KafkaVersion::V4_2));
        assert_eq!((KafkaVersion::find("4.2.1"), KafkaVersion::find("")), (None, None));
        let header = serde_json::to_string(&Rules::of(KafkaVersion::V4_3)).expect("a text");
        assert_eq!(header, "\"4.3.0\"");
        assert_eq!(serde_json::from_str::<Rules>(&header).expect("its own"), Rules::of(KafkaVersion::V4_3));
        assert!(serde_json::from_str::<Rules>("\"3.9.0\"").is_err());
        let older = Rules { transaction_version: TransactionVersion::V1, ..Rules::of(KafkaVersion::V4_0) };
        assert_eq!(older.to_string(), "4.0.0, transaction.version=1");
        assert_eq!(older.to_string().parse(), Ok(older));
        assert!("4.0.0, transaction.version=7".parse::<Rules>().is_err());
    }
}
