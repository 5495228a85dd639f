# A group of group.max.size members takes nobody without a member id, not even an instance that is one of them.
# Kafka: GroupMetadataManager.acceptJoiningMember (group-coordinator)

given group.max.size=2
client b instance=one
stable a b
until 20s
restart b
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s b -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    b <- JoinGroup answered: GROUP_MAX_SIZE_REACHED
