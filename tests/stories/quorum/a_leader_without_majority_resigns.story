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
  controller 100: Follower in epoch 1, log end 6, committed 5
  controller 101: Leader in epoch 1, log end 6, committed 6, active
  controller 102: Follower in epoch 1, log end 6, committed 5
4.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
4.279s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
5.808s controller 100 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.808s controller 102 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
7.006s controller 100 follows controller 101 in epoch 1
7.309s controller 101 has resigned in epoch 1
7.561s controller 102 follows controller 101 in epoch 1
  controller 100: Follower in epoch 1, log end 6, committed 5
  controller 101: Resigned in epoch 1, log end 13, committed 6, active
  controller 102: Follower in epoch 1, log end 6, committed 5
