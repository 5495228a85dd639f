# A new member whose JoinGroup has waited for five minutes is taken for gone: its client may be.
# Kafka: GroupCoordinatorConfig, CLASSIC_GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS (group-coordinator)

given
stable a b
quietly client a rebalance=900s subscribed.in=1
quietly client b rebalance=900s subscribed.in=1
quietly join a
enter c
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
pass 31s
quietly heartbeat b
----
6.010s (a, b stable)
6.010s c -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    timer session of c#1 at 51.010s
    c <- JoinGroup answered: MEMBER_ID_REQUIRED as c#1
6.010s c -> JoinGroup billing as c#1: range orders (session 45.000s, rebalance 300.000s)
    timer session of c#1 at 306.010s
    group billing c joins
11.000s timer write timeout
51.005s timer session of a#1
306.010s timer session of c#1
    group billing c is removed: its first join waited for five minutes
    c <- JoinGroup answered: UNKNOWN_MEMBER_ID
