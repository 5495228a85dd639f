# Three records that only the old leader has are cut when it comes back: the new leader's epoch 1 begins below them.
# Kafka: AbstractFetcherThread.truncateOnFetchResponse (server), LeaderEpochFileCache.endOffsetFor; KIP-101, KIP-595

given min.insync.replicas=2
connect producer 1
produce producer records=2
pass 1s
cut 1 2
cut 1 3
produce producer acks=1 first=2 records=3
pass 50ms
crash 1
heal
pass 12s
skip
look
----
  broker 1: log end 5, high watermark 2
  broker 2: log end 5, high watermark 5, leads, isr [2,3]
  broker 3: log end 5, high watermark 5

connect successor 2
produce successor first=5
pass 20ms
----
17.113s   client -> broker 2: Produce acks=all: orders-0 record 5
17.114s broker 2 appends orders-0@5 (epoch 1): record 5 of client
17.115s broker 3 copies orders-0@5 (epoch 1): record 5 of client
17.116s broker 2 high watermark of orders-0 is 6 of 6, isr [2,3]
17.116s broker 2 confirms orders-0@5; high watermark 6, 2 in the ISR
17.117s   client <- Produce answered: orders-0@5

start 1
pass 40s
look
----
17.139s broker 1 recovers orders-0 up to 5; 5 was written [after a crash, high watermark 2]
17.152s broker 1 follows broker 2 on orders-0 in epoch 1
17.156s broker 1 copies orders-0@5 (epoch 1): record 5 of client
17.156s broker 1 learns high watermark 6 of orders-0 (its log ends at 6)
17.164s controller broker 1 registered, broker epoch 45
17.206s controller broker 1 unfenced
17.617s broker 3 learns high watermark 6 of orders-0 (its log ends at 6)
17.659s broker 2 proposes isr [2,3,1] for orders-0 (epoch 1)
17.659s IsrJoinProposed broker=2 tp=orders-0 leader_epoch=1 joining=1 log_end=6 high_watermark=6 epoch_start=5
17.690s controller isr of orders-0 is [2,3,1] [Unchanged: broker 2 in epoch 1, partition epoch 2]
  broker 1: log end 6, high watermark 6
  broker 2: log end 6, high watermark 6, leads, isr [2,3,1]
  broker 3: log end 6, high watermark 6
