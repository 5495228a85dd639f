# What is appended and not committed in time is answered with an error, and stays in the log: the client cannot know.
# Kafka: DelayedProduce.onExpiration (core)

given min.insync.replicas=2
connect producer 1
cut 1 2
cut 1 3
produce producer timeout=2s
pass 3s
look
----
4.060s   client -> broker 1: Produce acks=all: orders-0 record 0
4.061s broker 1 appends orders-0@0 (epoch 0): record 0 of client
6.062s   client <- Produce answered: orders-0 REQUEST_TIMED_OUT
  broker 1: log end 1, high watermark 0, leads, isr [1,2,3]
  broker 2: log end 0, high watermark 0
  broker 3: log end 0, high watermark 0

heal
pass 1s
look
----
7.063s broker 2 copies orders-0@0 (epoch 0): record 0 of client
7.063s broker 3 copies orders-0@0 (epoch 0): record 0 of client
7.064s broker 1 high watermark of orders-0 is 1 of 1, isr [1,2,3]
7.565s broker 2 learns high watermark 1 of orders-0 (its log ends at 1)
7.565s broker 3 learns high watermark 1 of orders-0 (its log ends at 1)
  broker 1: log end 1, high watermark 1, leads, isr [1,2,3]
  broker 2: log end 1, high watermark 1
  broker 3: log end 1, high watermark 1
