# A leader with a selector sends who tells a rack to the follower in that rack, and gives it no records; who stands in its own, or tells none, is served.
# Kafka: ReplicaManager.findPreferredReadReplica (core), RackAwareReplicaSelector (clients); KIP-392

given replica.selector.class=RackAwareReplicaSelector racks=a,b,c
connect producer 1
connect consumer 1
produce producer records=2
pass 1s
skip
fetch consumer offset=0 rack=b
pass 5ms
----

fetch consumer offset=0 rack=a
pass 5ms
fetch consumer offset=0
pass 5ms
----

# The follower gives what it has, without asking the leader: it knows the high watermark that it was told last.
connect reader 2
fetch reader offset=0 rack=b
pass 5ms
----

# One that is behind is none to be sent to: what it has not told the leader of it does not have.
cut 1 2
produce producer acks=1 first=2
pass 200ms
skip
fetch consumer offset=3 rack=b wait=100ms
pass 200ms
----

# Nor is one that is not in sync.
pass 40s
look
skip
fetch consumer offset=0 rack=b
pass 5ms
----
