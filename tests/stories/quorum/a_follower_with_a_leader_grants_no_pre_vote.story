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
  controller 100: Follower in epoch 1, log end 6, committed 5
  controller 101: Leader in epoch 1, log end 6, committed 6, active
  controller 102: Follower in epoch 1, log end 6, committed 5
4.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
4.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
4.308s controller 102 knows the metadata log to be committed up to 6
4.310s controller 101 knows the metadata log to be committed up to 7
4.808s controller 102 knows the metadata log to be committed up to 7
4.810s controller 101 knows the metadata log to be committed up to 8
5.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
5.308s controller 102 knows the metadata log to be committed up to 8
5.310s controller 101 knows the metadata log to be committed up to 9
5.808s controller 102 knows the metadata log to be committed up to 9
5.808s controller 100 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.809s controller 102 says Vote answered: rejected; controller 101 leads epoch 1
5.810s controller 101 knows the metadata log to be committed up to 10
6.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
6.308s controller 102 knows the metadata log to be committed up to 10
6.310s controller 101 knows the metadata log to be committed up to 11
6.808s controller 102 knows the metadata log to be committed up to 11
6.810s controller 101 knows the metadata log to be committed up to 12
7.006s controller 100 follows controller 101 in epoch 1
7.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
7.308s controller 102 knows the metadata log to be committed up to 12
7.310s controller 101 knows the metadata log to be committed up to 13
7.808s controller 102 knows the metadata log to be committed up to 13
7.810s controller 101 knows the metadata log to be committed up to 14
8.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
8.308s controller 102 knows the metadata log to be committed up to 14
8.310s controller 101 knows the metadata log to be committed up to 15
8.808s controller 102 knows the metadata log to be committed up to 15
8.810s controller 101 knows the metadata log to be committed up to 16
  controller 100: Follower in epoch 1, log end 6, committed 5
  controller 101: Leader in epoch 1, log end 16, committed 16, active
  controller 102: Follower in epoch 1, log end 16, committed 15
