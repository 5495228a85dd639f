# The leader of a partition dies before it has the marker: the coordinator sends it to the next one. Only then is the
# transaction over.
# Kafka: TransactionMarkerRequestCompletionHandler (disconnected), TransactionMarkerChannelManager

given
connect a 1
connect b 2
init b
pass 100ms
produce a records=2
pass 600ms
crash 1
pass 10ms
commit b
pass 15s
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
4.870s   client: the connection is gone
4.870s   client: the connection is gone
4.879s   client -> broker 2: EndTxn commit billing of producer 0/0
4.880s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
13.526s controller isr of __consumer_offsets-0 is [3,2] [Unchanged: broker 3 in epoch 0, partition epoch 1]
13.526s controller isr of __transaction_state-0 is [2,3] [Unchanged: broker 2 in epoch 0, partition epoch 1]
13.526s controller broker 1 fenced
13.529s broker 3 follows broker 2 on orders-0 in epoch 1
13.530s broker 2 leads orders-0 in epoch 1, from 2, high watermark 2
13.530s broker 2 last stable offset of orders-0 is 0, high watermark 2
13.531s transaction billing PrepareCommit (producer 0, epoch 1; broker 2)
13.532s   client <- EndTxn answered: next producer 0/1
13.536s broker 2 writes COMMIT of producer 0 to orders-0@2, from 0
13.921s broker 2 last stable offset of orders-0 is 3, high watermark 3
13.922s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
13.924s transaction billing CompleteCommit (producer 0, epoch 1; broker 2)
  orders: led by 2, end 3, high watermark 3, last stable offset 3
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 4, high watermark 4, last stable offset 4
