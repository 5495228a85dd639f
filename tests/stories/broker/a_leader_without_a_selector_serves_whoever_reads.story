# Without replica.selector.class a leader names nobody, whatever rack a consumer tells.
# Kafka: ReplicaManager.findPreferredReadReplica (core), replica.selector.class; KIP-392

given racks=a,b,c
connect producer 1
connect consumer 1
produce producer records=2
pass 1s
skip
fetch consumer offset=0 rack=b
pass 5ms
----
5.063s   client -> broker 1: Fetch in rack b session 0: orders-0@0
5.065s   client <- Fetch answered: orders-0 high watermark 2 records 0..1 @0..1 epoch 0
