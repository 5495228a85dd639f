# A voter that has not fetched successfully for controller.quorum.fetch.timeout.ms asks for votes; who had led starts as resigned in its old epoch.
# Kafka: KafkaRaftClient.pollFollowerAsVoter, QuorumState.initialize (raft)

given voters=3 seed=4
pass 4s
skip
crash active
pass 3s
look
start 101
pass 100ms
look
----
5.808s controller 100 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.808s controller 102 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.809s controller 102 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 100 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 100 stands for election in epoch 2
5.809s controller 100 votes for itself in epoch 2
5.809s controller 102 stands for election in epoch 2
5.809s controller 102 votes for itself in epoch 2
5.810s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.810s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.811s controller 102 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 100 says Vote answered: rejected; nobody leads epoch 2
6.859s controller 100 asks whether it would be elected, epoch 2
6.859s controller 100 says Vote pre-vote for controller 100 epoch 2, whose log ends at 6 epoch 1
6.860s controller 102 says Vote answered: granted; nobody leads epoch 2
6.860s controller 100 stands for election in epoch 3
6.860s controller 100 votes for itself in epoch 3
6.861s controller 100 says Vote for controller 100 epoch 3, whose log ends at 6 epoch 1
6.862s controller 102 knows no leader in epoch 3
6.862s controller 102 votes for controller 100 in epoch 3
6.862s controller 102 says Vote answered: granted; nobody leads epoch 3
6.864s controller 100 is elected leader of the quorum, epoch 3, from offset 6
6.864s controller 100 leads the quorum in epoch 3
6.866s controller 100 says BeginQuorumEpoch controller 100 leads epoch 3
6.867s controller 102 follows controller 100 in epoch 3
6.870s controller 100 knows the metadata log to be committed up to 7
6.870s controller 100 is the active controller, epoch 3
  controller 100: Leader in epoch 3, log end 7, committed 7, active
  controller 101: does not run
  controller 102: Follower in epoch 3, log end 7, committed 5
7.000s controller 101 has read its metadata log up to 6; the newest epoch is 1
7.000s controller 101 has resigned in epoch 1
7.002s controller 101 says EndQuorumEpoch controller 101 resigns epoch 1; - should follow
7.002s controller 101 says EndQuorumEpoch controller 101 resigns epoch 1; - should follow
7.003s controller 101 follows controller 100 in epoch 3
7.005s controller 101 knows the metadata log to be committed up to 7
  controller 100: Leader in epoch 3, log end 7, committed 7, active
  controller 101: Follower in epoch 3, log end 7, committed 7
  controller 102: Follower in epoch 3, log end 7, committed 5
