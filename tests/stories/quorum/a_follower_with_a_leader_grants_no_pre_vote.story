# A voter that has fetched from its leader would not elect another one: who cannot reach the leader alone changes nothing, and its epoch does not rise.
# Kafka: FollowerState.canGrantVote (raft; KIP-996)

given voters=3 seed=4
pass 4s
skip
look
cut 100 101
pass 5s
look
----
