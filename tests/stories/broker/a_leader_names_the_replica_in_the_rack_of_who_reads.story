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
5.063s   client -> broker 1: Fetch in rack b session 0: orders-0@0
5.065s   client <- Fetch answered: orders-0 high watermark 2, to be read from broker 2

fetch consumer offset=0 rack=a
pass 5ms
fetch consumer offset=0
pass 5ms
----
5.068s   client -> broker 1: Fetch in rack a session 0: orders-0@0
5.070s   client <- Fetch answered: orders-0 high watermark 2 records 0..1 @0..1 epoch 0
5.073s   client -> broker 1: Fetch session 0: orders-0@0
5.075s   client <- Fetch answered: orders-0 high watermark 2 records 0..1 @0..1 epoch 0

# The follower gives what it has, without asking the leader: it knows the high watermark that it was told last.
connect reader 2
fetch reader offset=0 rack=b
pass 5ms
----
5.081s   client -> broker 2: Fetch in rack b session 0: orders-0@0
5.083s   client <- Fetch answered: orders-0 high watermark 2 records 0..1 @0..1 epoch 0

# One that is behind is none to be sent to: what it has not told the leader of it does not have.
cut 1 2
produce producer acks=1 first=2
pass 200ms
skip
fetch consumer offset=3 rack=b wait=100ms
pass 200ms
----
5.286s   client -> broker 1: Fetch in rack b session 0: orders-0@3
5.288s   client <- Fetch answered: orders-0 high watermark 2 -

# Nor is one that is not in sync.
pass 40s
look
skip
fetch consumer offset=0 rack=b
pass 5ms
----
45.486s   client -> broker 1: Fetch in rack b session 0: orders-0@0
45.488s   client <- Fetch answered: orders-0 high watermark 3 records 0..1 @0..1 epoch 0, record 2 @2 epoch 0
