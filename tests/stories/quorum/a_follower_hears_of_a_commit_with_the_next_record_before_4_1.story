# In 4.0 a follower that has a record hears of its commit with the next one, or after 500 ms.
# Kafka: KafkaRaftClient.handleFetchRequest (raft 4.0)

given voters=3 seed=4 version=4.0
pass 4s
look
skip
pass 1s
----
