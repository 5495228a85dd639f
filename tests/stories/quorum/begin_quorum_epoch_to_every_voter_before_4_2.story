# The leader tells every voter twice in a fetch timeout that it leads.
# Kafka: KafkaRaftClient.maybeSendBeginQuorumEpochRequests (raft 4.1)

given voters=3 seed=4 version=4.1
pass 4s
skip
pass 1s
----
