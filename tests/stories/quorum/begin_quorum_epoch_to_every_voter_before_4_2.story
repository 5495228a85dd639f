# The leader tells every voter twice in a fetch timeout that it leads.
# Kafka: KafkaRaftClient.maybeSendBeginQuorumEpochRequests (raft 4.1)

given voters=3 seed=4 version=4.1
pass 4s
skip
pass 1s
----
4.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
4.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
4.310s controller 101 knows the metadata log to be committed up to 7
4.310s controller 100 knows the metadata log to be committed up to 7
4.310s controller 102 knows the metadata log to be committed up to 7
4.810s controller 101 knows the metadata log to be committed up to 8
4.810s controller 100 knows the metadata log to be committed up to 8
4.810s controller 102 knows the metadata log to be committed up to 8
