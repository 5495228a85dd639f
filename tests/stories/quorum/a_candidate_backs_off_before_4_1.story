# Candidates that split the votes: in 4.0 one tries again after a random pause.
# Kafka: KafkaRaftClient.binaryExponentialElectionBackoffMs (raft 4.0)

given voters=3 seed=7 version=4.0 controller.quorum.election.timeout.ms=2
pass 60ms
----
