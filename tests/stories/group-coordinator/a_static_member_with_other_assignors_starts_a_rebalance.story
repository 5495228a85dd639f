# A static member comes back with other assignors. If the group would choose another one now, all join again.
# Kafka: GroupMetadataManager.updateStaticMemberThenRebalanceOrCompleteJoin (group-coordinator)

given
client a instance=one offers=range,roundrobin
client b offers=range,roundrobin
stable a b
until 20s
client a offers=roundrobin
restart a
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s a -> JoinGroup billing as nobody of instance one: roundrobin orders (session 45.000s, rebalance 300.000s)
    no timer session of a#1
    timer session of a#2 at 65.000s
    timer join at 320.000s
    group billing a is back as the static member that it was
    group billing PreparingRebalance, generation 1, 2 members
