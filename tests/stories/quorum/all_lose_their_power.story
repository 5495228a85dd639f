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
  controller 100: Follower in epoch 1, log end 6, committed 5
  controller 101: Leader in epoch 1, log end 6, committed 6, active
  controller 102: Follower in epoch 1, log end 6, committed 5
4.000s controller 100 has read its metadata log up to 6; the newest epoch is 1, where it voted for controller 101
4.000s controller 100 follows controller 101 in epoch 1
4.000s controller 101 has read its metadata log up to 6; the newest epoch is 1
4.000s controller 101 has resigned in epoch 1
4.000s controller 102 has read its metadata log up to 6; the newest epoch is 1, where it voted for controller 101
4.000s controller 102 follows controller 101 in epoch 1
4.002s controller 101 says EndQuorumEpoch controller 101 resigns epoch 1; - should follow
4.002s controller 101 says EndQuorumEpoch controller 101 resigns epoch 1; - should follow
5.003s controller 100 asks whether it would be elected, epoch 1, controller 101 led
5.003s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.003s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.003s controller 102 asks whether it would be elected, epoch 1, controller 101 led
5.003s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.003s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.003s controller 101 says Vote answered: granted; controller 101 leads epoch 1
5.003s controller 102 says Vote answered: granted; controller 101 leads epoch 1
5.003s controller 100 says Vote answered: granted; controller 101 leads epoch 1
5.003s controller 101 says Vote answered: granted; controller 101 leads epoch 1
5.004s controller 100 stands for election in epoch 2
5.004s controller 100 votes for itself in epoch 2
5.004s controller 102 stands for election in epoch 2
5.004s controller 102 votes for itself in epoch 2
5.005s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.005s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.005s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.005s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.005s controller 101 knows no leader in epoch 2
5.005s controller 101 votes for controller 100 in epoch 2
5.005s controller 101 says Vote answered: granted; nobody leads epoch 2
5.005s controller 102 says Vote answered: rejected; nobody leads epoch 2
5.005s controller 100 says Vote answered: rejected; nobody leads epoch 2
5.007s controller 101 says Vote answered: rejected; nobody leads epoch 2
5.008s controller 100 is elected leader of the quorum, epoch 2, from offset 6
5.008s controller 100 leads the quorum in epoch 2
5.008s controller 102 asks whether it would be elected, epoch 2
5.008s controller 102 says Vote pre-vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.008s controller 102 says Vote pre-vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.008s controller 101 says Vote answered: granted; nobody leads epoch 2
5.009s controller 102 stands for election in epoch 3
5.009s controller 102 votes for itself in epoch 3
5.010s controller 102 says Vote for controller 102 epoch 3, whose log ends at 6 epoch 1
5.010s controller 100 says BeginQuorumEpoch controller 100 leads epoch 2
5.010s controller 100 says BeginQuorumEpoch controller 100 leads epoch 2
5.010s controller 100 says Vote answered: rejected; controller 100 leads epoch 2
5.010s controller 101 knows no leader in epoch 3
5.010s controller 101 votes for controller 102 in epoch 3
5.010s controller 101 says Vote answered: granted; nobody leads epoch 3
5.010s controller 102 says Vote for controller 102 epoch 3, whose log ends at 6 epoch 1
5.011s controller 100 knows no leader in epoch 3
5.012s controller 100 says Vote answered: rejected; nobody leads epoch 3
5.013s controller 102 is elected leader of the quorum, epoch 3, from offset 6
5.013s controller 102 leads the quorum in epoch 3
5.015s controller 102 says BeginQuorumEpoch controller 102 leads epoch 3
5.015s controller 102 says BeginQuorumEpoch controller 102 leads epoch 3
5.015s controller 100 follows controller 102 in epoch 3
5.015s controller 101 follows controller 102 in epoch 3
5.017s controller 100 cuts its metadata log from 7 to 6
5.019s controller 102 knows the metadata log to be committed up to 7
5.019s controller 102 is the active controller, epoch 3
5.519s controller 101 knows the metadata log to be committed up to 7
5.520s controller 100 knows the metadata log to be committed up to 7
5.546s controller 102 knows the metadata log to be committed up to 8
6.015s controller 102 says BeginQuorumEpoch controller 102 leads epoch 3
6.015s controller 102 says BeginQuorumEpoch controller 102 leads epoch 3
6.044s controller 100 knows the metadata log to be committed up to 8
6.044s controller 101 knows the metadata log to be committed up to 8
6.046s controller 102 knows the metadata log to be committed up to 9
6.544s controller 100 knows the metadata log to be committed up to 9
6.544s controller 101 knows the metadata log to be committed up to 9
6.546s controller 102 knows the metadata log to be committed up to 10
7.015s controller 102 says BeginQuorumEpoch controller 102 leads epoch 3
7.015s controller 102 says BeginQuorumEpoch controller 102 leads epoch 3
7.044s controller 100 knows the metadata log to be committed up to 10
7.044s controller 101 knows the metadata log to be committed up to 10
7.046s controller 102 knows the metadata log to be committed up to 11
7.544s controller 100 knows the metadata log to be committed up to 11
7.544s controller 101 knows the metadata log to be committed up to 11
7.546s controller 102 knows the metadata log to be committed up to 12
  controller 100: Follower in epoch 3, log end 12, committed 11
  controller 101: Follower in epoch 3, log end 12, committed 11
  controller 102: Leader in epoch 3, log end 12, committed 12, active
