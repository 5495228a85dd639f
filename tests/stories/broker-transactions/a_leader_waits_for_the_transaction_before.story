# The first batch of the next transaction comes while a marker of the last waits to be replicated: the leader asks again
# every 20 ms, for 100 ms at most, then the producer has to.
# Kafka: ReplicaManager.handleProduceAppend.maybeRetryOnConcurrentTransactions (core)

given
connect a 1
connect b 2
init b
pass 100ms
produce a
pass 600ms
cut 1 3
commit b
pass 30ms
skip
produce a first=1
pass 200ms
----
4.899s   client -> broker 1: Produce acks=all: orders-0 record 1 of producer 0/1 from sequence 0
5.012s broker 1 refuses record 1 of client for orders-0: CONCURRENT_TRANSACTIONS
5.013s   client <- Produce answered: orders-0 CONCURRENT_TRANSACTIONS

produce a first=1
pass 50ms
heal
pass 100ms
look
----
5.099s   client -> broker 1: Produce acks=all: orders-0 record 1 of producer 0/1 from sequence 0
5.151s broker 1 last stable offset of orders-0 is 2, high watermark 2
5.152s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
5.154s transaction billing CompleteCommit (producer 0, epoch 1; broker 2)
5.167s broker 2 appends __transaction_state-0@4 (epoch 0): record 4 of broker 2
5.169s transaction billing has orders-0 now
5.169s transaction billing Ongoing (producer 0, epoch 1; broker 2)
5.170s broker 1 appends orders-0@2 (epoch 0): record 1 of client
5.172s broker 1 last stable offset of orders-0 is 2, high watermark 3
5.172s broker 1 confirms orders-0@2; high watermark 3, 3 in the ISR
5.173s   client <- Produce answered: orders-0@2
  orders: led by 1, end 3, high watermark 3, last stable offset 2
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 5, high watermark 5, last stable offset 5
