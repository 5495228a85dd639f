# In 4.0 a follower that has a record hears of its commit with the next one, or after 500 ms.
# Kafka: KafkaRaftClient.handleFetchRequest (raft 4.0)

given voters=3 seed=4 version=4.0
pass 4s
look
skip
pass 1s
----
4.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
4.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
4.308s controller 100 knows the metadata log to be committed up to 6
4.308s controller 102 knows the metadata log to be committed up to 6
4.310s controller 101 knows the metadata log to be committed up to 7
4.808s controller 100 knows the metadata log to be committed up to 7
4.808s controller 102 knows the metadata log to be committed up to 7
4.810s controller 101 knows the metadata log to be committed up to 8
