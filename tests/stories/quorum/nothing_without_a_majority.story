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
10.000s controller 101 has read its metadata log up to 6; the newest epoch is 1
10.000s controller 101 has resigned in epoch 1
10.002s controller 101 says EndQuorumEpoch controller 101 resigns epoch 1; - should follow
10.052s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
10.052s controller 101 says Vote answered: granted; controller 101 leads epoch 1
10.053s controller 102 stands for election in epoch 2
10.053s controller 102 votes for itself in epoch 2
10.054s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
10.054s controller 101 knows no leader in epoch 2
10.054s controller 101 votes for controller 102 in epoch 2
10.054s controller 101 says Vote answered: granted; nobody leads epoch 2
10.057s controller 102 is elected leader of the quorum, epoch 2, from offset 6
10.057s controller 102 leads the quorum in epoch 2
10.059s controller 102 says BeginQuorumEpoch controller 102 leads epoch 2
10.059s controller 101 follows controller 102 in epoch 2
10.063s controller 102 knows the metadata log to be committed up to 7
10.063s controller 102 is the active controller, epoch 2
10.563s controller 101 knows the metadata log to be committed up to 7
10.590s controller 102 knows the metadata log to be committed up to 8
11.059s controller 102 says BeginQuorumEpoch controller 102 leads epoch 2
11.088s controller 101 knows the metadata log to be committed up to 8
11.090s controller 102 knows the metadata log to be committed up to 9
11.588s controller 101 knows the metadata log to be committed up to 9
11.590s controller 102 knows the metadata log to be committed up to 10
12.059s controller 102 says BeginQuorumEpoch controller 102 leads epoch 2
12.088s controller 101 knows the metadata log to be committed up to 10
12.090s controller 102 knows the metadata log to be committed up to 11
12.588s controller 101 knows the metadata log to be committed up to 11
12.590s controller 102 knows the metadata log to be committed up to 12
13.059s controller 102 says BeginQuorumEpoch controller 102 leads epoch 2
13.088s controller 101 knows the metadata log to be committed up to 12
13.090s controller 102 knows the metadata log to be committed up to 13
13.588s controller 101 knows the metadata log to be committed up to 13
13.590s controller 102 knows the metadata log to be committed up to 14
  controller 100: does not run
  controller 101: Follower in epoch 2, log end 14, committed 13
  controller 102: Leader in epoch 2, log end 14, committed 14, active
