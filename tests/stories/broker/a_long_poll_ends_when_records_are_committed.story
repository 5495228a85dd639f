# A fetch with nothing to read waits. An append does not end the wait, the commit does.
# Kafka: DelayedFetch.tryComplete (core), fetch.max.wait.ms

given min.insync.replicas=2
connect producer 1
connect consumer 1
fetch consumer offset=0 session=0 wait=500ms
pass 50ms
----
4.063s   client -> broker 1: Fetch session 0: orders-0@0

produce producer acks=1 records=2
pass 15ms
----
4.113s   client -> broker 1: Produce acks=1: orders-0 records 0..1
4.114s broker 1 appends orders-0@0..1 (epoch 0): records 0..1 of client
4.114s broker 1 confirms orders-0@0..1; high watermark 0, 3 in the ISR
4.115s broker 2 copies orders-0@0..1 (epoch 0): records 0..1 of client
4.115s broker 3 copies orders-0@0..1 (epoch 0): records 0..1 of client
4.115s   client <- Produce answered: orders-0@0
4.116s broker 1 high watermark of orders-0 is 2 of 2, isr [1,2,3]
4.117s   client <- Fetch answered: orders-0 high watermark 2 records 0..1 @0..1 epoch 0
