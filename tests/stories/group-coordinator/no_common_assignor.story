# Whoever has no assignor in common with all members cannot join: so a group cannot be moved from one to another in one go.
# Kafka: ClassicGroup.supportsProtocols (group-coordinator)

given
client a offers=range
client b offers=range
client c offers=cooperative-sticky
stable a b
until 20s
join c
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s c -> JoinGroup billing as nobody: cooperative-sticky orders (session 45.000s, rebalance 300.000s)
    c <- JoinGroup answered: INCONSISTENT_GROUP_PROTOCOL
