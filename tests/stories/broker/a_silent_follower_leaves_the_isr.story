# The slowest member of the ISR decides when a record is committed. A follower that lags for replica.lag.time.max.ms
# leaves the ISR, and then the high watermark moves: too late for this producer. It comes back when it has caught up.
# Kafka: Partition.maybeShrinkIsr, maybeExpandIsr (core), AlterPartition (KIP-497)

given min.insync.replicas=2
connect producer 1
cut 1 3
produce producer
pass 25s
look
----
4.060s   client -> broker 1: Produce acks=all: orders-0 record 0
4.061s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.063s broker 2 copies orders-0@0 (epoch 0): record 0 of client
  broker 1: log end 1, high watermark 0, leads, isr [1,2,3]
  broker 2: log end 1, high watermark 0
  broker 3: log end 0, high watermark 0

pass 25s
look
----
34.062s   client <- Produce answered: orders-0 REQUEST_TIMED_OUT
45.057s broker 1 proposes isr [1,2] for orders-0 (epoch 0)
45.088s controller isr of orders-0 is [1,2] [Unchanged: broker 1 in epoch 0, partition epoch 1]
45.089s broker 1 high watermark of orders-0 is 1 of 1, isr [1,2]
45.231s broker 2 learns high watermark 1 of orders-0 (its log ends at 1)
  broker 1: log end 1, high watermark 1, leads, isr [1,2]
  broker 2: log end 1, high watermark 1
  broker 3: log end 0, high watermark 0

heal
pass 40s
look
----
54.063s broker 3 copies orders-0@0 (epoch 0): record 0 of client
54.063s broker 3 learns high watermark 1 of orders-0 (its log ends at 1)
54.064s broker 1 proposes isr [1,2,3] for orders-0 (epoch 0)
54.064s IsrJoinProposed broker=1 tp=orders-0 leader_epoch=0 joining=3 log_end=1 high_watermark=1 epoch_start=0
54.091s controller isr of orders-0 is [1,2,3] [Unchanged: broker 1 in epoch 0, partition epoch 2]
  broker 1: log end 1, high watermark 1, leads, isr [1,2,3]
  broker 2: log end 1, high watermark 1
  broker 3: log end 1, high watermark 1
