# Since 4.2 it tells only those that have not fetched lately.
# Kafka: LeaderState.needToSendBeginQuorumRequests (raft 4.2, KAFKA-16926)

given voters=3 seed=4 version=4.2
pass 4s
skip
pass 1s
----
4.310s controller 101 knows the metadata log to be committed up to 7
4.310s controller 100 knows the metadata log to be committed up to 7
4.310s controller 102 knows the metadata log to be committed up to 7
4.810s controller 101 knows the metadata log to be committed up to 8
4.810s controller 100 knows the metadata log to be committed up to 8
4.810s controller 102 knows the metadata log to be committed up to 8
