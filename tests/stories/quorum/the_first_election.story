# A voter that knows no leader asks the others whether they would elect it, then stands in the next epoch; a majority makes it leader.
# Kafka: KafkaRaftClient.transitionToProspective, handleVoteRequest, onBecomeLeader (raft; KIP-595, KIP-996)

given voters=3
pass 1700ms
look
----
0.000s controller 100 has read its metadata log up to 0; the newest epoch is 0
0.000s controller 101 has read its metadata log up to 0; the newest epoch is 0
0.000s controller 102 has read its metadata log up to 0; the newest epoch is 0
1.111s controller 101 asks whether it would be elected, epoch 0
1.111s controller 101 says Vote pre-vote for controller 101 epoch 0, whose log ends at 0 epoch 0
1.111s controller 101 says Vote pre-vote for controller 101 epoch 0, whose log ends at 0 epoch 0
1.111s controller 100 says Vote answered: granted; nobody leads epoch 0
1.111s controller 102 says Vote answered: granted; nobody leads epoch 0
1.112s controller 101 stands for election in epoch 1
1.112s controller 101 votes for itself in epoch 1
1.113s controller 101 says Vote for controller 101 epoch 1, whose log ends at 0 epoch 0
1.113s controller 101 says Vote for controller 101 epoch 1, whose log ends at 0 epoch 0
1.113s controller 100 knows no leader in epoch 1
1.113s controller 100 votes for controller 101 in epoch 1
1.113s controller 100 says Vote answered: granted; nobody leads epoch 1
1.113s controller 102 knows no leader in epoch 1
1.113s controller 102 votes for controller 101 in epoch 1
1.113s controller 102 says Vote answered: granted; nobody leads epoch 1
1.116s controller 101 is elected leader of the quorum, epoch 1, from offset 0
1.116s controller 101 leads the quorum in epoch 1
1.118s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
1.118s controller 101 says BeginQuorumEpoch controller 101 leads epoch 1
1.118s controller 100 follows controller 101 in epoch 1
1.118s controller 102 follows controller 101 in epoch 1
1.122s controller 101 knows the metadata log to be committed up to 1
1.122s controller 101 is the active controller, epoch 1
1.622s controller 100 knows the metadata log to be committed up to 1
1.622s controller 102 knows the metadata log to be committed up to 1
1.649s controller 101 knows the metadata log to be committed up to 2
  controller 100: Follower in epoch 1, log end 2, committed 1
  controller 101: Leader in epoch 1, log end 2, committed 2, active
  controller 102: Follower in epoch 1, log end 2, committed 1
