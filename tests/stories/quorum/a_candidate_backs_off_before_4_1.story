# Candidates that split the votes: in 4.0 one tries again after a random pause.
# Kafka: KafkaRaftClient.binaryExponentialElectionBackoffMs (raft 4.0)

given voters=5 seed=4 version=4.0
pass 4s
skip
crash active
pass 2100ms
----
5.808s controller 100 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.808s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.808s controller 102 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.808s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.808s controller 103 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 103 says Vote pre-vote for controller 103 epoch 1, whose log ends at 6 epoch 1
5.808s controller 103 says Vote pre-vote for controller 103 epoch 1, whose log ends at 6 epoch 1
5.808s controller 104 asks whether it would be elected, epoch 1, controller 101 led
5.808s controller 104 says Vote pre-vote for controller 104 epoch 1, whose log ends at 6 epoch 1
5.808s controller 104 says Vote pre-vote for controller 104 epoch 1, whose log ends at 6 epoch 1
5.809s controller 100 says Vote pre-vote for controller 100 epoch 1, whose log ends at 6 epoch 1
5.809s controller 102 says Vote pre-vote for controller 102 epoch 1, whose log ends at 6 epoch 1
5.809s controller 103 says Vote pre-vote for controller 103 epoch 1, whose log ends at 6 epoch 1
5.809s controller 104 says Vote pre-vote for controller 104 epoch 1, whose log ends at 6 epoch 1
5.809s controller 102 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 103 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 100 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 103 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 100 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 102 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 100 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 103 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 104 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 104 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 104 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 102 says Vote answered: granted; controller 101 leads epoch 1
5.809s controller 100 stands for election in epoch 2
5.809s controller 100 votes for itself in epoch 2
5.809s controller 102 stands for election in epoch 2
5.809s controller 102 votes for itself in epoch 2
5.809s controller 103 stands for election in epoch 2
5.809s controller 103 votes for itself in epoch 2
5.809s controller 104 stands for election in epoch 2
5.809s controller 104 votes for itself in epoch 2
5.810s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.810s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.810s controller 100 says Vote for controller 100 epoch 2, whose log ends at 6 epoch 1
5.810s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.810s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.810s controller 102 says Vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.810s controller 103 says Vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.810s controller 103 says Vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.810s controller 103 says Vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.810s controller 104 says Vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.810s controller 104 says Vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.810s controller 104 says Vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.811s controller 102 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 103 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 104 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 100 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 103 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 104 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 100 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 102 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 104 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 100 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 102 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 103 says Vote answered: rejected; nobody leads epoch 2
5.811s controller 102 asks whether it would be elected, epoch 2
5.811s controller 102 says Vote pre-vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.811s controller 102 says Vote pre-vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.811s controller 102 says Vote pre-vote for controller 102 epoch 2, whose log ends at 6 epoch 1
5.811s controller 103 asks whether it would be elected, epoch 2
5.811s controller 103 says Vote pre-vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.811s controller 103 says Vote pre-vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.811s controller 103 says Vote pre-vote for controller 103 epoch 2, whose log ends at 6 epoch 1
5.811s controller 104 asks whether it would be elected, epoch 2
5.811s controller 104 says Vote pre-vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.811s controller 104 says Vote pre-vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.811s controller 104 says Vote pre-vote for controller 104 epoch 2, whose log ends at 6 epoch 1
5.812s controller 100 says Vote answered: granted; nobody leads epoch 2
5.812s controller 103 says Vote answered: granted; nobody leads epoch 2
5.812s controller 104 says Vote answered: granted; nobody leads epoch 2
5.812s controller 100 says Vote answered: granted; nobody leads epoch 2
5.812s controller 102 says Vote answered: granted; nobody leads epoch 2
5.812s controller 104 says Vote answered: granted; nobody leads epoch 2
5.812s controller 100 says Vote answered: granted; nobody leads epoch 2
5.812s controller 102 says Vote answered: granted; nobody leads epoch 2
5.812s controller 103 says Vote answered: granted; nobody leads epoch 2
5.812s controller 102 stands for election in epoch 3
5.812s controller 102 votes for itself in epoch 3
5.812s controller 103 stands for election in epoch 3
5.812s controller 103 votes for itself in epoch 3
5.812s controller 104 stands for election in epoch 3
5.812s controller 104 votes for itself in epoch 3
5.813s controller 102 says Vote for controller 102 epoch 3, whose log ends at 6 epoch 1
5.813s controller 102 says Vote for controller 102 epoch 3, whose log ends at 6 epoch 1
5.813s controller 102 says Vote for controller 102 epoch 3, whose log ends at 6 epoch 1
5.813s controller 103 says Vote for controller 103 epoch 3, whose log ends at 6 epoch 1
5.813s controller 103 says Vote for controller 103 epoch 3, whose log ends at 6 epoch 1
5.813s controller 103 says Vote for controller 103 epoch 3, whose log ends at 6 epoch 1
5.813s controller 104 says Vote for controller 104 epoch 3, whose log ends at 6 epoch 1
5.813s controller 104 says Vote for controller 104 epoch 3, whose log ends at 6 epoch 1
5.813s controller 104 says Vote for controller 104 epoch 3, whose log ends at 6 epoch 1
5.814s controller 100 knows no leader in epoch 3
5.814s controller 100 votes for controller 102 in epoch 3
5.814s controller 100 says Vote answered: granted; nobody leads epoch 3
5.814s controller 103 says Vote answered: rejected; nobody leads epoch 3
5.814s controller 104 says Vote answered: rejected; nobody leads epoch 3
5.814s controller 102 says Vote answered: rejected; nobody leads epoch 3
5.814s controller 104 says Vote answered: rejected; nobody leads epoch 3
5.814s controller 102 says Vote answered: rejected; nobody leads epoch 3
5.814s controller 103 says Vote answered: rejected; nobody leads epoch 3
5.816s controller 100 says Vote answered: rejected; nobody leads epoch 3
5.816s controller 100 says Vote answered: rejected; nobody leads epoch 3
5.816s controller 103 asks whether it would be elected, epoch 3
5.816s controller 103 says Vote pre-vote for controller 103 epoch 3, whose log ends at 6 epoch 1
5.816s controller 103 says Vote pre-vote for controller 103 epoch 3, whose log ends at 6 epoch 1
5.816s controller 103 says Vote pre-vote for controller 103 epoch 3, whose log ends at 6 epoch 1
5.817s controller 100 says Vote answered: granted; nobody leads epoch 3
5.817s controller 102 says Vote answered: granted; nobody leads epoch 3
5.817s controller 104 says Vote answered: granted; nobody leads epoch 3
5.817s controller 103 stands for election in epoch 4
5.817s controller 103 votes for itself in epoch 4
5.818s controller 103 says Vote for controller 103 epoch 4, whose log ends at 6 epoch 1
5.818s controller 103 says Vote for controller 103 epoch 4, whose log ends at 6 epoch 1
5.818s controller 103 says Vote for controller 103 epoch 4, whose log ends at 6 epoch 1
5.819s controller 100 knows no leader in epoch 4
5.819s controller 100 votes for controller 103 in epoch 4
5.819s controller 100 says Vote answered: granted; nobody leads epoch 4
5.819s controller 102 knows no leader in epoch 4
5.819s controller 102 votes for controller 103 in epoch 4
5.819s controller 102 says Vote answered: granted; nobody leads epoch 4
5.819s controller 104 knows no leader in epoch 4
5.819s controller 104 votes for controller 103 in epoch 4
5.819s controller 104 says Vote answered: granted; nobody leads epoch 4
5.821s controller 103 is elected leader of the quorum, epoch 4, from offset 6
5.821s controller 103 leads the quorum in epoch 4
5.823s controller 103 says BeginQuorumEpoch controller 103 leads epoch 4
5.823s controller 103 says BeginQuorumEpoch controller 103 leads epoch 4
5.823s controller 103 says BeginQuorumEpoch controller 103 leads epoch 4
5.824s controller 100 follows controller 103 in epoch 4
5.824s controller 102 follows controller 103 in epoch 4
5.824s controller 104 follows controller 103 in epoch 4
5.827s controller 103 knows the metadata log to be committed up to 7
5.827s controller 103 is the active controller, epoch 4
