# A follower learns of the high watermark with the next answer to its fetch: nothing wakes it because it has moved.
# Kafka: ReplicaFetcherThread.processPartitionData (core); replica.fetch.wait.max.ms

given min.insync.replicas=2
connect producer 1
produce producer
pass 20ms
look
----
4.060s   client -> broker 1: Produce acks=all: orders-0 record 0
4.061s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.063s broker 2 copies orders-0@0 (epoch 0): record 0 of client
4.063s broker 3 copies orders-0@0 (epoch 0): record 0 of client
4.064s broker 1 high watermark of orders-0 is 1 of 1, isr [1,2,3]
4.064s broker 1 confirms orders-0@0; high watermark 1, 3 in the ISR
4.065s   client <- Produce answered: orders-0@0
  broker 1: log end 1, high watermark 1, leads, isr [1,2,3]
  broker 2: log end 1, high watermark 0
  broker 3: log end 1, high watermark 0

pass 500ms
look
----
4.565s broker 2 learns high watermark 1 of orders-0 (its log ends at 1)
4.565s broker 3 learns high watermark 1 of orders-0 (its log ends at 1)
  broker 1: log end 1, high watermark 1, leads, isr [1,2,3]
  broker 2: log end 1, high watermark 1
  broker 3: log end 1, high watermark 1
