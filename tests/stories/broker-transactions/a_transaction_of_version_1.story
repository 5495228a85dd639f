# Below transaction.version 2 the producer adds partitions, and the leader asks the coordinator whether it has before it
# takes the first record.
# Kafka: ReplicaManager.handleProduceAppend (core), KIP-890

given level=1
connect a 1
connect b 2
init b
pass 100ms
produce a
pass 100ms
add b
pass 100ms
produce a
pass 100ms
commit b
pass 200ms
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 0
4.275s transaction billing refuses producer 0, epoch 0: TRANSACTION_ABORTABLE
4.276s broker 1 refuses record 0 of client for orders-0: TRANSACTION_ABORTABLE
4.277s   client <- Produce answered: orders-0 TRANSACTION_ABORTABLE
4.369s   client -> broker 2: AddPartitionsToTxn billing of producer 0/0: orders-0
4.370s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.372s transaction billing has orders-0 now
4.372s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.373s   client <- AddPartitionsToTxn answered: billing: orders-0
4.469s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 0
4.472s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.474s broker 1 last stable offset of orders-0 is 0, high watermark 1
4.474s broker 1 confirms orders-0@0; high watermark 1, 3 in the ISR
4.475s   client <- Produce answered: orders-0@0
4.569s   client -> broker 2: EndTxn commit billing of producer 0/0
4.570s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
4.572s transaction billing PrepareCommit (producer 0, epoch 0; broker 2)
4.573s   client <- EndTxn answered:
4.577s broker 1 writes COMMIT of producer 0 to orders-0@1, from 0
4.579s broker 1 last stable offset of orders-0 is 2, high watermark 2
4.580s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
4.582s transaction billing CompleteCommit (producer 0, epoch 0; broker 2)
  orders: led by 1, end 2, high watermark 2, last stable offset 2
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 4, high watermark 4, last stable offset 4
