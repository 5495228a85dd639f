# A leader that is told to stop resigns first: the voter with the longest log stands at once, and the process ends as it leads.
# Kafka: KafkaRaftClient.pollLeader, handleEndQuorumEpochRequest, maybeCompleteShutdown (raft)

given voters=3 seed=4
pass 4s
skip
shutdown active
pass 500ms
look
----
