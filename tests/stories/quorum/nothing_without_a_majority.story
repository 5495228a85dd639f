# Of three voters one alone leads nobody; as a second one starts, one of them is elected.
# Kafka: EpochElection.isVoteGranted (raft)

given voters=3 seed=4
pass 4s
crash 100
crash 101
skip
pass 6s
look
skip
start 101
pass 4s
look
----
