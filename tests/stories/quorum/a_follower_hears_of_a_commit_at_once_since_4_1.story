# Since 4.1 a follower tells what it knows to be committed, and hears of more at once.
# Kafka: KafkaRaftClient.isHighWatermarkUpdated (raft 4.1, KIP-1166)

given voters=3 seed=4 version=4.1
pass 4s
look
skip
pass 1s
----
