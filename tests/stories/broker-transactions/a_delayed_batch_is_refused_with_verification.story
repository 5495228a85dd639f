# The same with verification: the partition is not part of any transaction of the producer.
# Kafka: ReplicaManager.handleProduceAppend (core), KIP-890

given level=1
connect a 1
connect b 2
init b
pass 100ms
add b
pass 100ms
abort b
pass 200ms
produce a
pass 300ms
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 2: AddPartitionsToTxn billing of producer 0/0: orders-0
4.270s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.272s transaction billing has orders-0 now
4.272s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.273s   client <- AddPartitionsToTxn answered: billing: orders-0
4.369s   client -> broker 2: EndTxn abort billing of producer 0/0
4.370s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
4.372s transaction billing PrepareAbort (producer 0, epoch 0; broker 2)
4.373s   client <- EndTxn answered:
4.377s broker 1 writes ABORT of producer 0 to orders-0@0, which ends nothing
4.380s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
4.382s transaction billing CompleteAbort (producer 0, epoch 0; broker 2)
4.569s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 0
4.575s transaction billing refuses producer 0, epoch 0: TRANSACTION_ABORTABLE
4.576s broker 1 refuses record 0 of client for orders-0: TRANSACTION_ABORTABLE
4.577s   client <- Produce answered: orders-0 TRANSACTION_ABORTABLE
  orders: led by 1, end 1, high watermark 1, last stable offset 1
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 4, high watermark 4, last stable offset 4
