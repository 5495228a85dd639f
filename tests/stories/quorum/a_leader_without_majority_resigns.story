# A leader from which no majority has fetched for one and a half fetch timeouts resigns, and moves on to the next epoch without a vote.
# Kafka: LeaderState.timeUntilCheckQuorumExpires, KafkaRaftClient.pollLeader, pollResigned (raft; KIP-595)

given voters=3 seed=4
pass 4s
skip
look
cut 100 101
cut 100 102
cut 101 102
pass 3600ms
look
----
