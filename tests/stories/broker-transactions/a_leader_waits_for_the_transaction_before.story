# The first batch of the next transaction comes while the markers of the last are on their way: the leader asks again every
# 20 ms, for 100 ms at most, then the producer has to.
# Kafka: ReplicaManager.handleProduceAppend.maybeRetryOnConcurrentTransactions (core)

given
connect a 1
connect b 2
connect c 3
init b
pass 100ms
produce a
commit-offset c 10
pass 100ms
cut 2 3
commit b
pass 5ms
skip
produce a
pass 60ms
look
pass 60ms
heal
pass 200ms
produce a
pass 200ms
look
----
4.377s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 0
4.378s broker 1 has orders-0@0 already, answers with the old offset
4.378s broker 1 confirms orders-0@0; high watermark 1, 3 in the ISR
4.379s   client <- Produce answered: orders-0@0
  orders: led by 1, end 1, high watermark 1, last stable offset 0
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 3, high watermark 2, last stable offset 2
4.499s transaction billing PrepareCommit (producer 0, epoch 1; broker 2)
4.500s   client <- EndTxn answered: next producer 0/1
4.504s broker 1 writes COMMIT of producer 0 to orders-0@1, from 0
4.506s broker 1 last stable offset of orders-0 is 2, high watermark 2
4.507s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
4.509s transaction billing CompleteCommit (producer 0, epoch 1; broker 2)
4.697s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/1 from sequence 0
4.699s broker 2 appends __transaction_state-0@4 (epoch 0): record 4 of broker 2
4.701s transaction billing has orders-0 now
4.701s transaction billing Ongoing (producer 0, epoch 1; broker 2)
4.702s broker 1 appends orders-0@2 (epoch 0): record 0 of client
4.704s broker 1 last stable offset of orders-0 is 2, high watermark 3
4.704s broker 1 confirms orders-0@2; high watermark 3, 3 in the ISR
4.705s   client <- Produce answered: orders-0@2
  orders: led by 1, end 3, high watermark 3, last stable offset 2
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 5, high watermark 5, last stable offset 5
