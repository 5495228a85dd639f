# acks=1 is answered after the append, acks=all when every member of the ISR has fetched past it: request, the followers'
# fetch answers, their next fetches, answer.
# Kafka: ReplicaManager.appendRecords, DelayedProduce (core)

given min.insync.replicas=2
connect producer 1
produce producer acks=1
pass 50ms
----
4.060s   client -> broker 1: Produce acks=1: orders-0 record 0
4.061s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.061s broker 1 confirms orders-0@0; high watermark 0, 3 in the ISR
4.062s   client <- Produce answered: orders-0@0
4.063s broker 2 copies orders-0@0 (epoch 0): record 0 of client
4.063s broker 3 copies orders-0@0 (epoch 0): record 0 of client
4.064s broker 1 high watermark of orders-0 is 1 of 1, isr [1,2,3]

produce producer acks=all first=1 records=3
pass 50ms
look
----
4.110s   client -> broker 1: Produce acks=all: orders-0 records 1..3
4.111s broker 1 appends orders-0@1..3 (epoch 0): records 1..3 of client
4.112s broker 2 copies orders-0@1..3 (epoch 0): records 1..3 of client
4.112s broker 2 learns high watermark 1 of orders-0 (its log ends at 4)
4.112s broker 3 copies orders-0@1..3 (epoch 0): records 1..3 of client
4.112s broker 3 learns high watermark 1 of orders-0 (its log ends at 4)
4.113s broker 1 high watermark of orders-0 is 4 of 4, isr [1,2,3]
4.113s broker 1 confirms orders-0@1..3; high watermark 4, 3 in the ISR
4.114s   client <- Produce answered: orders-0@1
  broker 1: log end 4, high watermark 4, leads, isr [1,2,3]
  broker 2: log end 4, high watermark 1
  broker 3: log end 4, high watermark 1
