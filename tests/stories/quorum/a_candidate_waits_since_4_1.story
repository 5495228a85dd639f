# Candidates that split the votes: since 4.1 one waits until its election timeout is over.
# Kafka: KafkaRaftClient.maybeHandleElectionLoss (raft 4.1, KAFKA-18345)

given voters=5 seed=4 version=4.1
pass 4s
skip
crash active
pass 2100ms
----
5.810s controller 100 asks whether it would be elected, epoch 1, controller 101 led
5.810s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.810s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.810s controller 102 asks whether it would be elected, epoch 1, controller 101 led
5.810s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.810s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.810s controller 103 asks whether it would be elected, epoch 1, controller 101 led
5.810s controller 103 says Vote pre-vote for controller 103 epoch 1, whose log ends at 6 epoch 1
5.810s controller 103 says Vote pre-vote for controller 103 epoch 1, whose log ends at 6 epoch 1
5.810s controller 104 asks whether it would be elected, epoch 1, controller 101 led
5.810s controller 104 says Vote pre-vote for controller 104 epoch 1, whose log ends at 6 epoch 1
5.810s controller 104 says Vote pre-vote for controller 104 epoch 1, whose log ends at 6 epoch 1
5.811s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.811s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.811s controller 103 says Vote pre-vote for controller 103 epoch 1, whose log ends at 6 epoch 1
5.811s controller 104 says Vote pre-vote for controller 104 epoch 1, whose log ends at 6 epoch 1
5.811s controller 103 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 104 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 103 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 104 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 102 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 104 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 100 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 102 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 102 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 100 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 100 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 103 says Vote answered: granted; controller 101 leads epoch 1
5.811s controller 100 stands for election in epoch 2
5.811s controller 100 votes for itself in epoch 2
5.811s controller 102 stands for election in epoch 2
5.811s controller 102 votes for itself in epoch 2
5.811s controller 103 stands for election in epoch 2
5.811s controller 103 votes for itself in epoch 2
5.811s controller 104 stands for election in epoch 2
5.811s controller 104 votes for itself in epoch 2
5.812s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.812s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.812s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.812s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.812s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.812s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.812s controller 103 says Vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.812s controller 103 says Vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.812s controller 103 says Vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.812s controller 104 says Vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.812s controller 104 says Vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.812s controller 104 says Vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.813s controller 102 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 103 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 104 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 100 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 103 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 104 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 100 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 102 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 104 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 100 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 102 says Vote answered: rejected; nobody leads epoch 2
5.813s controller 103 says Vote answered: rejected; nobody leads epoch 2
