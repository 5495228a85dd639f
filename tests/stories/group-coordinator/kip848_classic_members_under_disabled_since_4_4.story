# Since 4.4 nobody may join a group of the new protocol by the classic one if migration is disabled.
# Kafka: GroupMetadataManager.throwIfClassicMemberCannotJoinConsumerGroup (group-coordinator); KAFKA-20640

given version=4.4 group.consumer.migration.policy=disabled
quiet
enroll c
pass 10ms
aloud
join a
----
0.010s a -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: INCONSISTENT_GROUP_PROTOCOL
