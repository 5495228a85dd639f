# A voter that knows no leader asks the others whether they would elect it, then stands in the next epoch; a majority makes it leader.
# Kafka: KafkaRaftClient.transitionToProspective, handleVoteRequest, onBecomeLeader (raft; KIP-595, KIP-996)

given voters=3
pass 3s
skip
look
----
