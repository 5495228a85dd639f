//! The words of the output and of Kafka that a reader may stumble over.

/// A word, other forms under which it is looked for, and what it means.
pub struct Word {
    /// As it is printed.
    pub word: &'static str,
    /// Other forms.
    pub aliases: &'static [&'static str],
    /// What it means, in two or three sentences.
    pub text: &'static str,
}

const fn word(word: &'static str, aliases: &'static [&'static str], text: &'static str) -> Word {
    Word { word, aliases, text }
}

/// All of them, by name.
pub const WORDS: &[Word] = &[
    word(
        "Burrow",
        &["burrow", "status of a group", "stalled", "rewound"],
        "A monitor that judges a group without a threshold, by its last ten commits in each partition: OK; WARN, it gets on and falls behind; STALL, it commits the same offset again and again; STOP, it commits no more; REWIND, it went back. It sees commits, and asks for high watermarks every 10 s. A group that had kept up is called stopped after 100 s.",
    ),
    word(
        "KAFKA-17754",
        &["kafka-17754"],
        "A late EndTxn of a transaction that is over ends the next one of the same producer epoch. It can happen under transaction.version 1, where the epoch stays the same from one transaction to the next; with version 2 (KIP-890, part 2) every transaction has an epoch of its own.",
    ),
    word(
        "KAFKA-18494",
        &["kafka-18494"],
        "In 4.0 the new leader of a share group's partition takes what the share coordinator has written down for all that there is. A record before others of which nothing is written, since a member held it, is never delivered again, and the start offset does not move over it. Since 4.1 such gaps are fetched.",
    ),
    word(
        "KAFKA-19476",
        &["kafka-19476"],
        "Before 4.2 an acquisition lock that runs out while a change of the record is being written down is forgotten. If the share coordinator refuses the change, or does not answer, the member holds the record until its share session ends.",
    ),
    word(
        "KAFKA-19954",
        &["kafka-19954"],
        "Before 4.2 a leader that has loaded a share-partition delivers the first batch of the log from its first record on, also if the share-partition start offset lies within it and nothing is written down of what is there. What the group has accepted is delivered again, and the start offset moves back.",
    ),
    word(
        "KAFKA-20734",
        &["kafka-20734"],
        "Since 4.3 a coordinator takes a partition without a leader for a deleted one and sends no marker to it. If the partition gets a leader again, the transaction stays undecided there, and who reads what is committed waits.",
    ),
    word(
        "SubscriptionPattern",
        &["re2j", "re2/j", "matches", "server-side pattern"],
        "A pattern for names of topics that a member of the new protocol leaves to the group coordinator, which matches it with RE2/J and shares the topics out (KIP-848). It matches anew when there are new topics and a heartbeat comes, but not within 10 s of the last time; a member that matches itself (subscribe(Pattern)) looks only when its metadata are older than metadata.max.age.ms.",
    ),
    word(
        "UnderMinIsrPartitionCount",
        &["UnderMinIsr", "under min ISR", "AtMinIsrPartitionCount"],
        "A broker's metric: partitions that it leads and whose ISR is smaller than min.insync.replicas. acks=all is refused there, and the high watermark stands still. AtMinIsrPartitionCount is the warning before: one more loss, and it is so.",
    ),
    word(
        "UnderReplicatedPartitions",
        &["under-replicated", "under-replicated partitions"],
        "A broker's metric: partitions that it leads and whose ISR, as it knows it, lacks a replica. In a rolling restart it is never 0. A leader that was deposed and does not know it says 0.",
    ),
    word(
        "acquisition lock",
        &["acquired", "lock"],
        "A member of a share group holds the records that it was given for group.share.record.lock.duration.ms (30 s). If it has not acknowledged them by then they are free, and somebody gets them again; whatever it says of them later is INVALID_RECORD_STATE.",
    ),
    word(
        "again",
        &[],
        "The command that gives the same run, to the last event: a run depends on scenario, variant, changes, seed and version, and on nothing else.",
    ),
    word(
        "alert",
        &["alerts"],
        "A rule under `alerts:` that is held against the cluster every 10 s, as a monitoring system does. It fires at the first look at which its condition has held for as long as `for` says, and is resolved at the first one at which it does not hold.",
    ),
    word(
        "archived",
        &["given up by a share group"],
        "A record that nobody of a share group will see again, though nobody accepted it: it was delivered group.share.delivery.count.limit times (5), or a member rejected it, or there is no record of an application's at its offset. It stays in the log: other groups read it.",
    ),
    word(
        "assignor",
        &["partition.assignment.strategy", "range", "roundrobin", "sticky", "uniform", "assignment"],
        "What deals the partitions of a group's topics to its members. In a classic group the leader member does it: range gives each a stretch of every topic, roundrobin one after the other, sticky and cooperative-sticky leave as much as they can where it was. In the new protocol (KIP-848) the coordinator does it: uniform, the default, evenly and sticky; range as before. An assignor of one's own is not looked at by anybody.",
    ),
    word(
        "at least once",
        &["at-least-once delivery"],
        "Nothing is lost, something may be done twice: what an application gets that commits offsets after it has processed.",
    ),
    word(
        "at most once",
        &[],
        "Nothing is done twice, something may be lost: what an application gets that commits offsets before it has processed.",
    ),
    word(
        "backpressure",
        &["pause", "paused"],
        "Whoever is slow slows down whoever is before him. A producer's send() blocks when buffer.memory is full; a consumer takes what it can, for it polls, and the rest waits in the log. An application that puts records into a queue of its own has to see to it itself: pause() when it is full, poll on, resume() when there is room.",
    ),
    word(
        "batch",
        &["batches"],
        "Records of one producer for one partition that travel and are stored together. linger.ms and batch.size decide how large it gets; an idempotent producer numbers its records.",
    ),
    word(
        "capsule",
        &[],
        "A file that holds a run and what came of it: the whole text of the scenario, the seed, the version, the verdict, digests along the history. `kafkasim replay FILE` makes it again and compares; every command that takes a scenario takes it.",
    ),
    word(
        "check quorum",
        &[],
        "A leader of the quorum from which no majority of the controllers fetches for one and a half fetch timeouts resigns: it could commit nothing.",
    ),
    word(
        "commit",
        &["commits", "committed offset", "auto-commit", "commitSync", "commitAsync"],
        "A group writes down, for each partition, the offset of the next record that it wants: everything before it counts as done. enable.auto.commit does so inside poll(), every auto.commit.interval.ms, and in close(); commitSync() waits for the answer, commitAsync() has it in a callback and does not try again. Who dies begins again at the last commit.",
    ),
    word(
        "compaction",
        &["compacted", "log cleaner", "cleaner", "dirty"],
        "With cleanup.policy=compact a log keeps of each key the last record. A broker's log cleaner writes closed segments anew when enough of a log is dirty, that is, was not cleaned yet (min.cleanable.dirty.ratio, half). Offsets stay what they were, and where records were there are holes.",
    ),
    word(
        "consumer group",
        &["group", "group.id"],
        "Consumers with the same group.id share the partitions of what they subscribe to: each partition has one reader in the group. Groups know nothing of each other, and each has its own committed offsets. The coordinator, a broker, keeps the members and the offsets.",
    ),
    word(
        "controller",
        &["kraft"],
        "The node that decides who leads which partition and which brokers are alive. It writes that into a log of its own, which brokers read. Of several controllers one is the active one: the leader of their quorum.",
    ),
    word(
        "controller epoch",
        &["raft epoch"],
        "The number of an election among several controllers: each leader of the quorum has one of its own, and nobody votes twice in it. What a leader of an older epoch writes is committed by nobody.",
    ),
    word(
        "cooperative",
        &["eager", "cooperative-sticky", "incremental rebalancing"],
        "How a classic group rebalances (KIP-429). Eager: everybody gives up everything before it joins, and nobody reads until the new assignment is there. Cooperative: each keeps what it has, gives up what somebody else is to have, and that one gets it in a second rebalance; whoever is not concerned reads on.",
    ),
    word(
        "coordinator",
        &["group coordinator"],
        "The broker that looks after a consumer group: it leads the partition of __consumer_offsets that holds the group's commits.",
    ),
    word(
        "coverage",
        &["states and transitions"],
        "What the runs of a swarm have reached together: faults in each phase of a partition, group or transaction, kinds of elections, errors, invariants that were put to the test. A swarm that reaches nothing new any more has little left to find with these options.",
    ),
    word(
        "crash injected",
        &["crash"],
        "A fault of the scenario has ended a process without warning (kill -9). What the process had handed to its operating system survives; what was in its memory does not.",
    ),
    word(
        "crossed racks",
        &["bytes across racks", "cross-rack traffic", "rack_traffic"],
        "Bytes of record batches whose sender stands in one rack and whose receiver in another, out of all that were sent: by producers to leaders, to consumers, and to followers. They are counted as they lie in the log, compressed and with the batch's header, each time that a batch is sent. What has no exact size in the model is not counted: requests beside their batches, fetches that find nothing, metadata, heartbeats. Where no broker stands in a rack nothing is measured.",
    ),
    word(
        "dead letter",
        &["dead letters", "dead-letter", "dlt", "dlq"],
        "A record that an application gives up and puts aside, in a topic or on a list, instead of processing it. Its headers say where it comes from, how often it was tried and why that failed. Somebody has to look for it.",
    ),
    word(
        "delivery count",
        &["deliveries"],
        "How often a record was given to a member of a share group. It rises with every delivery and never falls; at the limit (5) what is not accepted is archived. Counts are written down with acknowledgements and releases: after a change of leader one may be too low.",
    ),
    word(
        "delivery ledger",
        &["ledger"],
        "What became of every record: once as the log has it, and once per consumer group. It is counted by the simulator, which sees everything, not by a client.",
    ),
    word(
        "digest",
        &[],
        "A number made from every fact of the run. Two runs with the same digest had the same history.",
    ),
    word(
        "epoch",
        &["leader epoch", "leader-epoch"],
        "How many times a partition has got a leader. Requests carry it, so that a former leader and its followers notice that they are out of date; logs are cut where the epochs begin to differ.",
    ),
    word(
        "exactly once",
        &["eos"],
        "No loss and no repetition, as far as Kafka reaches: idempotent producers and transactions. An effect outside of Kafka has to see to it itself.",
    ),
    word(
        "exercised",
        &["not exercised"],
        "How often an invariant could have been broken. One that was not exercised says nothing: the run never came near it.",
    ),
    word(
        "fact",
        &["facts"],
        "What happened, in Kafka's words: a batch was appended, a leader elected, a record processed. All facts in order are the history; everything that is printed is made from it.",
    ),
    word(
        "faults over",
        &["final phase", "drain"],
        "At `duration` the faults end and the producers stop; groups read what is left, for at most `final.phase`. So what is missing afterwards is lost, and not only late.",
    ),
    word(
        "fenced",
        &["fencing", "broker fenced"],
        "The controller has heard nothing from a broker for broker.session.timeout.ms, or the broker is stopping: it leads nothing and leaves every ISR until it is back.",
    ),
    word(
        "generation",
        &["rebalance", "stable"],
        "A consumer group's round of agreeing who reads what. A member that joins or leaves begins the next one; what members of an older generation commit is refused. In the new protocol (KIP-848) the coordinator computes targets for a new group epoch, and each member goes there by itself; commits go on meanwhile.",
    ),
    word(
        "generation.fence",
        &["RowFenced", "with-the-sink", "fencing token"],
        "An application that keeps its offsets in its database (`commit: with-the-sink`) is refused there if the partition was given to somebody else in a later generation than to it. Without the fence a zombie, a member that was taken for dead and goes on, writes rows and sets the offset back.",
    ),
    word(
        "group epoch",
        &["member epoch", "new protocol", "KIP-848", "reconciling", "assigning"],
        "In a group of the new protocol (group.protocol=consumer) the coordinator assigns: each change of members, topics or partitions makes a new group epoch (ASSIGNING until there are targets for it), and each member gets there by itself (RECONCILING until all have): it gives up what it has to, says so with a heartbeat, and takes what others have released. Its own epoch is the last one that it has reached; commits name it.",
    ),
    word(
        "group.metadata",
        &["ConsumerGroupMetadata", "sendOffsetsToTransaction"],
        "What goes with the offsets of a transaction: member and generation, so that those of a member that was replaced are refused (KIP-447), or the group's name alone, as clients before it send.",
    ),
    word(
        "heartbeat",
        &["heartbeat.interval.ms"],
        "A member says that it is alive, every heartbeat.interval.ms, and hears in the answer whether its group rebalances. A thread of its own sends it, so heartbeats say nothing of the application: that is watched by max.poll.interval.ms.",
    ),
    word(
        "high watermark",
        &["hw"],
        "Up to here all members of the ISR have a partition's log. Consumers see nothing beyond, and what is below survives a clean election.",
    ),
    word("holds", &["ok"], "An invariant was put to the test (so many times) and never broke."),
    word(
        "idempotence",
        &["idempotent", "recognises", "duplicate"],
        "The producer numbers its batches per partition, and a leader drops what it has already: retries leave no copies and change no order. It is on by default with acks=all.",
    ),
    word(
        "inconclusive",
        &["?"],
        "The run could not show what was expected of it: nothing exercised it, or something that it asked for was not simulated. Exit code 3.",
    ),
    word(
        "invariant",
        &["invariants"],
        "A sentence that must be true at every moment of a run. `expect` says for each what becomes of it: it holds, is violated, is not promised, or is not exercised.",
    ),
    word(
        "isr",
        &["in-sync replicas", "isr is"],
        "The replicas of a partition that keep up with the leader, the leader among them. Only they count for acks=all, and only they, and those of the ELR, may lead after a clean election. Who has not caught up for replica.lag.time.max.ms leaves.",
    ),
    word(
        "lag",
        &[],
        "High watermark less committed offset, over a group's partitions: what has been committed to the log and not to the group. Plots count before the first commit from where the group began to read; Kafka's tools print a dash then.",
    ),
    word(
        "lag in time",
        &["lag.time", "time lag"],
        "How long the first record that a group has not committed, and that may be read, has been in the log. Zero where there is none: markers of transactions are no records, and what lies behind the high watermark is not readable. Unknown where the group has never committed.",
    ),
    word(
        "last stable offset",
        &["LSO", "read_committed", "read_uncommitted"],
        "The offset before which no transaction is open. A consumer with isolation.level=read_committed gets what lies below it, without what was aborted; one with read_uncommitted, the default, gets everything below the high watermark. An open transaction holds the LSO back, and every reader of committed data with it.",
    ),
    word(
        "log start",
        &["log start offset", "retention", "deleted"],
        "The first offset that a replica's log still has. It moves when segments are deleted: their youngest record is older than retention.ms, or the others hold retention.bytes without them. Each broker looks by its own clock, every log.retention.check.interval.ms, and asks no reader; who asks for what lies before hears OFFSET_OUT_OF_RANGE.",
    ),
    word(
        "lost after ack",
        &["lost"],
        "Records that the application was told were delivered, and that are in no log at the end. The one figure that has to be 0 where acks=all is to mean something.",
    ),
    word(
        "member",
        &["members", "member id"],
        "One consumer of a group, under an id that it has got from its coordinator. A restart makes a new member, unless it has a group.instance.id. A member is lost when it leaves, when its session ends, or when it does not join a rebalance in time.",
    ),
    word(
        "metrics",
        &["openmetrics", "OpenMetrics", "Prometheus", "Grafana", "scrape"],
        "What a monitoring system would have scraped of a run: time series under Kafka's names as Strimzi's exporter rules spell them. `kafkasim trace leader-crash --to openmetrics` writes them for Prometheus. A broker's figures are what that broker believes; what a history does not have is left out.",
    ),
    word(
        "next",
        &[],
        "One step that fits what happened: why a record was lost or an invariant broken, a variant that helps, the same with a hundred seeds.",
    ),
    word(
        "no leader",
        &["leaderless", "offline"],
        "None of the replicas that may lead is alive. The partition can be neither written nor read until one is back, or an unclean election takes another.",
    ),
    word(
        "not promised",
        &["promised"],
        "This configuration does not claim it (acks=1 does not claim that acknowledged records survive), so Kafka is not accused when it breaks.",
    ),
    word(
        "on.abort",
        &[],
        "What an application that reads, works and writes does after an aborted transaction: go back to the committed offsets, or go on where it is, which leaves out what was aborted.",
    ),
    word(
        "outbox",
        &["transactional outbox"],
        "A service writes a row to its database and nothing else; a relay reads the rows and sends each until it is acknowledged. Nothing is forgotten, something may be sent twice; whoever reads knows it by the row's id.",
    ),
    word(
        "overtaken",
        &[],
        "A record that a group was not done with when it was done with a later one of the same key and partition: it waited in a retry topic, or threads keep no order. In the log both are in order.",
    ),
    word(
        "page",
        &["html", "report.html"],
        "The command that writes the run to one file for a browser: a timeline that one moves along, logs, groups, plots, messages, and why single records were harmed. It opens from disk and asks nothing of a network.",
    ),
    word(
        "poll",
        &["poll()", "max.poll.records", "poll.timeout"],
        "The one call in which a consumer does everything: it sends and reads requests, takes part in rebalances, commits automatically, and returns up to max.poll.records of what was fetched. Who does not call it for max.poll.interval.ms is taken for stuck, and leaves its group.",
    ),
    word(
        "position",
        &["positions", "seek"],
        "The offset of the next record that a consumer will be given in a partition. It moves with poll() and seek(), is in memory only, and is what a commit without offsets commits. After a start it is the committed offset; if there is none, auto.offset.reset decides.",
    ),
    word(
        "preferred leader",
        &["preferred"],
        "The first of a partition's replicas. It gets the leadership back some time after it has returned to the ISR, so that the load stays spread.",
    ),
    word(
        "rack",
        &["broker.rack", "client.rack", "racks"],
        "A name for what fails together and is near: a rack, a zone, a site. broker.rack says where a broker stands, so that the controller puts the replicas of a partition into different ones; client.rack says it of a client, so that a consumer may read from a follower beside it. In a scenario `rack` says how far a process is without Kafka hearing of it.",
    ),
    word(
        "read replica",
        &["preferred read replica", "reads-from"],
        "The in-sync follower from which a consumer reads a partition, because the leader has named it (KIP-392). The leader's word holds for the consumer's metadata.max.age.ms, or until the follower does not answer, answers with an error, or there is another leader; then the leader is asked again. Kafka's tools do not show it; the timeline and `show lag` do.",
    ),
    word(
        "records-lag",
        &["records-lag-max"],
        "A consumer's own metric: the high watermark in the fetch to which poll() came last, less its position; where only what is committed is read, the last stable offset less its position, which is 0 while a transaction holds records back. It knows nothing of what is committed, and stays where it is while poll() returns nothing. `records-lag-max` is the largest of the last 60 s.",
    ),
    word(
        "records-lead",
        &["records-lead-min"],
        "A consumer's own metric: its position less the start of the log. When it comes near 0, retention is about to delete what the consumer has not read. `records-lead-min` is the smallest of the last 60 s.",
    ),
    word(
        "registered",
        &["old session barred it", "unfenced"],
        "A started broker asks the controller for admission. While the session of its former life is valid it is refused; once registered and caught up it is unfenced, and opens its port.",
    ),
    word(
        "retry topic",
        &["retry.topics", "retry topics"],
        "A topic to which an application sends a record that it could not process, to read it again after a delay. Nothing waits behind the record; the order of its key is lost. Its reader pauses a partition until the record is due at which it stands.",
    ),
    word(
        "robust",
        &["neighbouring seeds"],
        "How many of the twenty seeds after the one of a shrunk run fail in the same way. Twenty: it always fails; one or two: it takes luck.",
    ),
    word(
        "seed",
        &[],
        "The number from which all randomness of a run is drawn. The same seed gives the same run; another one other delays, other keys, and perhaps another outcome.",
    ),
    word(
        "sent",
        &["send"],
        "The application called send(), and the record got a place in a batch. Whether a request left is another matter: a producer goes on sending while a leader is dead.",
    ),
    word(
        "service outage",
        &["service.outage"],
        "What an application calls for every record that it works on is down, a database or a service: each attempt fails while it lasts. on.poison says what follows; to the application it looks like a record that cannot be processed.",
    ),
    word(
        "session",
        &["session.timeout.ms", "session timeout"],
        "How long a coordinator waits for a heartbeat before it takes a member for dead: session.timeout.ms, 45 s; in the new protocol group.consumer.session.timeout.ms of the brokers. Until then the partitions of a member that has crashed are read by nobody.",
    ),
    word(
        "shard",
        &["shards"],
        "A part of a sweep's seeds, for one of several machines: `--shard 3/8` is every eighth, from the third on. `kafkasim merge` puts what they printed together.",
    ),
    word(
        "share group",
        &["share groups", "share consumer", "KafkaShareConsumer", "queue"],
        "A group whose members share partitions record by record (KIP-932): each record is given to one of them, locked for it, and acknowledged by itself. There may be more members than partitions; there is no order, and no committed offset: the leader of each partition keeps what is open, and the share coordinator writes it down.",
    ),
    word(
        "share-partition start offset",
        &["SPSO", "start offset of a share group"],
        "Where a share group begins in a partition: everything before it is accepted or archived. It moves on as the oldest open record is done with; one record that is held or released again and again holds it back, and nothing else.",
    ),
    word(
        "sometimes",
        &["seen"],
        "Something that has to happen at some moment of a run, so that a quiet run is not taken for a safe one. If it never does, the run is inconclusive.",
    ),
    word(
        "stands still",
        &["no position"],
        "A consumer has had more to read on a partition for ten seconds, has nothing in hand or has read others meanwhile, and the partition's leader lives; still it read nothing there.",
    ),
    word(
        "static member",
        &["static membership", "group.instance.id"],
        "A member of a group with an identity of its own, `group.instance.id` (KIP-345). It may go and come back within session.timeout.ms, and keeps its partitions without a rebalance: close() does not leave the group. Of two processes with one id the newer fences the older. `{n}` in a scenario is the number of the process.",
    ),
    word(
        "swarm",
        &[],
        "A sweep in which each seed draws its own faults, and more if it is asked to, within what the cluster is built to bear; then a core of it is healed and has to go on. What decides the promises stays as the scenario has it.",
    ),
    word(
        "take home",
        &[],
        "What the scenario teaches, in its own words. It is left out when the scenario was changed by --set or --with, since it need not be true then.",
    ),
    word(
        "token",
        &[],
        "One line that names a run of the library and what came of it: scenario, seed, changes, version, verdict, digests. It goes into a chat message as it is; `kafkasim replay TOKEN` makes the run again and compares.",
    ),
    word(
        "tombstone",
        &["tombstones", "delete horizon", "stale key"],
        "A record with a key and no value: to a compacted topic it says that the key is gone. The first cleaning that keeps it writes into its batch from when on it may go, delete.retention.ms later (a day); a later cleaning takes it out. A reader that is away for longer than that keeps the old value.",
    ),
    word(
        "transaction.version",
        &[],
        "The feature level of transactions in a cluster. With 0 and 1 a producer adds partitions itself and keeps its epoch; with 2 (KIP-890, part 2) brokers add them and every transaction has an epoch of its own. `rules: { transaction.version: 1 }` in a scenario.",
    ),
    word(
        "transactional.id",
        &["transactional id"],
        "The identity of a transactional producer, across restarts. initTransactions() with it aborts what the instance before has left open, and fences it. `{n}` in a scenario is the number of the process.",
    ),
    word(
        "truncates",
        &["truncation", "cut"],
        "A follower removes the end of its log where the leader's differs. What it removes was never committed, unless the election was unclean or a disk forgot something.",
    ),
    word(
        "unbroken",
        &[],
        "As an expectation: an invariant was put to the test and never broke, neither where it is promised nor where it is not. It asks for more than `holds`.",
    ),
    word(
        "unclean election",
        &["unclean"],
        "A replica outside the ISR leads, because no other is alive and unclean.leader.election.enable allows it. What it lacks is lost.",
    ),
    word(
        "unsubscribe",
        &["subscribe", "unsubscribe()", "subscribe()", "SubscriptionChanged"],
        "subscribe() with other topics is granted by the next rebalance, or in the new protocol the next heartbeat; until then a member has what it had. unsubscribe() gives everything up, leaves the group and commits nothing, whereas close() commits if auto-commit is on.",
    ),
    word(
        "variant",
        &["variants", "cure"],
        "The same scenario with something changed and with expectations of its own: a cure, or a counter-example. `kafkasim run NAME --variant cure`.",
    ),
    word(
        "violated",
        &["fail", "broken"],
        "An invariant was broken, and the first witness is named. Expected or not is another question: `as expected` if the scenario says so.",
    ),
    word(
        "will send again",
        &["send again", "retry"],
        "A producer's request failed in a way that may be repeated. Its batches go back to the head of their queues, to be sent after retry.backoff.ms.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_ascend_and_none_has_two_meanings() {
        assert!(WORDS.windows(2).all(|pair| pair[0].word < pair[1].word));
        let mut all: Vec<&str> = WORDS.iter().flat_map(|w| w.aliases.iter().copied().chain([w.word])).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
