# The last member leaves: generation + 1, EMPTY, and a record that says so; the answer to the LeaveGroup waits for it.
# Kafka: GroupMetadataManager.completeClassicGroupJoin of an empty group (group-coordinator)

given
stable a
leave a
pass 5ms
----
6.010s (a stable)
6.010s a -> LeaveGroup billing as a#1: closed
    no timer session of a#1
    timer linger at 6.015s
    group billing a leaves
    group billing PreparingRebalance, generation 1, 0 members
    group billing Empty, generation 2, 0 members
6.015s timer linger
    append billing in generation 2 since 6.010s
    a <- LeaveGroup answered: ok
