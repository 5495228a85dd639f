# A voter that has not fetched successfully for controller.quorum.fetch.timeout.ms asks for votes; who had led starts as resigned in its old epoch.
# Kafka: KafkaRaftClient.pollFollowerAsVoter, QuorumState.initialize (raft)

given voters=3 seed=4
pass 4s
skip
crash active
pass 3s
look
----
