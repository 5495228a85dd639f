# A leader that is told to stop resigns first: the voter with the longest log stands at once, and the process ends as it leads.
# Kafka: KafkaRaftClient.pollLeader, handleEndQuorumEpochRequest, maybeCompleteShutdown (raft)

given voters=3 seed=4
pass 4s
skip
shutdown active
pass 500ms
look
----
4.000s controller 101 has resigned in epoch 1
4.000s controller 101 says EndQuorumEpoch controller 101 resigns epoch 1; 100, 102 should follow
4.000s controller 101 says EndQuorumEpoch controller 101 resigns epoch 1; 100, 102 should follow
4.000s controller 100 asks whether it would be elected, epoch 1, controller 101 led
4.000s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
4.001s controller 101 says Vote answered: granted; controller 101 leads epoch 1
4.001s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
4.001s controller 100 stands for election in epoch 2
4.001s controller 100 votes for itself in epoch 2
4.002s controller 102 says Vote answered: rejected; controller 101 leads epoch 1
4.002s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
4.002s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
4.003s controller 101 knows no leader in epoch 2
4.003s controller 101 votes for controller 100 in epoch 2
4.003s controller 101 is no longer the active controller of epoch 1
4.003s controller 101 says Vote answered: granted; nobody leads epoch 2
4.003s controller 102 knows no leader in epoch 2
4.003s controller 102 votes for controller 100 in epoch 2
4.003s controller 102 says Vote answered: granted; nobody leads epoch 2
4.005s controller 100 is elected leader of the quorum, epoch 2, from offset 6
4.005s controller 100 leads the quorum in epoch 2
4.007s controller 100 says BeginQuorumEpoch controller 100 leads epoch 2
4.007s controller 100 says BeginQuorumEpoch controller 100 leads epoch 2
4.008s controller 101 follows controller 100 in epoch 2
4.008s controller 102 follows controller 100 in epoch 2
4.009s controller 101 stops
4.011s controller 100 knows the metadata log to be committed up to 7
4.011s controller 100 is the active controller, epoch 2
  controller 100: Leader in epoch 2, log end 7, committed 7, active
  controller 101: does not run
  controller 102: Follower in epoch 2, log end 7, committed 5
