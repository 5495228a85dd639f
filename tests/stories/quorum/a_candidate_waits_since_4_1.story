# Candidates that split the votes: since 4.1 one waits until its election timeout is over.
# Kafka: KafkaRaftClient.maybeHandleElectionLoss (raft 4.1, KAFKA-18345)

given voters=3 seed=7 version=4.1 controller.quorum.election.timeout.ms=2
pass 60ms
----
