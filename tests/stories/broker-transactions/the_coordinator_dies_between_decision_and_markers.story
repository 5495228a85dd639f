# A coordinator dies with the decision in one other log, and nobody told: if that replica leads next, it reads its log to
# the end, and the decision counts.
# Kafka: TransactionStateManager.loadTransactionsForTxnTopicPartition

given
connect a 1
connect b 2
init b
pass 100ms
produce a records=2
pass 300ms
cut 1 2
commit b
pass 20ms
look
crash 2
pass 12s
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 1: Produce acks=all: orders-0 records 0..1 of producer 0/0 from sequence 0
4.275s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.277s transaction billing has orders-0 now
4.277s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.278s broker 1 appends orders-0@0..1 (epoch 0): records 0..1 of client
4.280s broker 1 last stable offset of orders-0 is 0, high watermark 2
4.280s broker 1 confirms orders-0@0..1; high watermark 2, 3 in the ISR
4.281s   client <- Produce answered: orders-0@0
4.569s   client -> broker 2: EndTxn commit billing of producer 0/0
4.570s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
  orders: led by 1, end 2, high watermark 2, last stable offset 0
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 3, high watermark 2, last stable offset 2
4.590s   client: the connection is gone
4.590s   client: the connection is gone
13.526s controller isr of orders-0 is [1,3] [Unchanged: broker 1 in epoch 0, partition epoch 1]
13.526s controller isr of __consumer_offsets-0 is [3,1] [Unchanged: broker 3 in epoch 0, partition epoch 1]
13.526s controller broker 2 fenced
13.530s broker 1 follows broker 3 on __transaction_state-0 in epoch 1
13.531s broker 3 leads __transaction_state-0 in epoch 1, from 3, high watermark 2
13.532s broker 3 coordinates __transaction_state-0 now (epoch 1)
13.532s transaction billing PrepareCommit (producer 0, epoch 1; broker 3)
13.537s broker 1 writes COMMIT of producer 0 to orders-0@2, from 0
13.539s broker 1 last stable offset of orders-0 is 3, high watermark 3
13.540s broker 3 appends __transaction_state-0@3 (epoch 1): record 0 of broker 3
13.603s transaction billing CompleteCommit (producer 0, epoch 1; broker 3)
  orders: led by 1, end 3, high watermark 3, last stable offset 3
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 3, end 4, high watermark 4, last stable offset 4
