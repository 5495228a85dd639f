# A zombie that slept past its session is unknown: its commit is refused, and the group's offset stands.
# Kafka: ClassicGroup.validateOffsetCommit (group-coordinator)

given
stable a b
quiet
commit a 0@500
pass 40s
heartbeat b
pass 6s
join b
sync b b=0,1
pass 5ms
commit b 0@650
pass 5ms
aloud
commit a 0@600
fetch b 0
----
6.010s (a, b stable)
52.020s a -> OffsetCommit billing as a#1 generation 1: orders-0@600
    group billing refuses a commit for orders-0: UNKNOWN_MEMBER_ID
    a <- OffsetCommit answered: orders-0 UNKNOWN_MEMBER_ID
52.020s b -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at 650
    b <- OffsetFetch answered: orders-0@650
