# Voters flush before they count: what was committed is there after all of them have lost their power, and a vote is not given twice.
# Kafka: KafkaRaftClient.appendAsFollower, flushLeaderLog, FileQuorumStateStore (raft)

given voters=3 seed=4
pass 4s
skip
look
power-loss 100
power-loss 101
power-loss 102
start 100
start 101
start 102
pass 4s
look
----
