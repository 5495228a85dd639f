# With transaction.version 2 the leader adds its partition to the transaction before it takes the first record; the marker
# carries the next epoch, and the transaction after that begins at sequence 0.
# Kafka: ReplicaManager.handleProduceAppend (core), KIP-890

given
connect a 1
connect b 2
find a
init b
pass 200ms
produce a records=3
pass 200ms
produce a first=3 seq=3
pass 200ms
look
----
4.169s   client -> broker 1: FindCoordinator transaction billing
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.171s   client <- FindCoordinator answered: broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.369s   client -> broker 1: Produce acks=all: orders-0 records 0..2 of producer 0/0 from sequence 0
4.375s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.377s transaction billing has orders-0 now
4.377s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.378s broker 1 appends orders-0@0..2 (epoch 0): records 0..2 of client
4.380s broker 1 last stable offset of orders-0 is 0, high watermark 3
4.380s broker 1 confirms orders-0@0..2; high watermark 3, 3 in the ISR
4.381s   client <- Produce answered: orders-0@0
4.569s   client -> broker 1: Produce acks=all: orders-0 record 3 of producer 0/0 from sequence 3
4.570s broker 1 appends orders-0@3 (epoch 0): record 3 of client
4.572s broker 1 confirms orders-0@3; high watermark 4, 3 in the ISR
4.573s   client <- Produce answered: orders-0@3
  orders: led by 1, end 4, high watermark 4, last stable offset 0
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 2, high watermark 2, last stable offset 2

commit b
pass 100ms
produce a first=4
pass 300ms
look
----
4.769s   client -> broker 2: EndTxn commit billing of producer 0/0
4.770s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
4.772s transaction billing PrepareCommit (producer 0, epoch 1; broker 2)
4.773s   client <- EndTxn answered: next producer 0/1
4.777s broker 1 writes COMMIT of producer 0 to orders-0@4, from 0
4.779s broker 1 last stable offset of orders-0 is 5, high watermark 5
4.780s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
4.782s transaction billing CompleteCommit (producer 0, epoch 1; broker 2)
4.869s   client -> broker 1: Produce acks=all: orders-0 record 4 of producer 0/1 from sequence 0
4.871s broker 2 appends __transaction_state-0@4 (epoch 0): record 4 of broker 2
4.873s transaction billing has orders-0 now
4.873s transaction billing Ongoing (producer 0, epoch 1; broker 2)
4.874s broker 1 appends orders-0@5 (epoch 0): record 4 of client
4.876s broker 1 last stable offset of orders-0 is 5, high watermark 6
4.876s broker 1 confirms orders-0@5; high watermark 6, 3 in the ISR
4.877s   client <- Produce answered: orders-0@5
  orders: led by 1, end 6, high watermark 6, last stable offset 5
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 5, high watermark 5, last stable offset 5
