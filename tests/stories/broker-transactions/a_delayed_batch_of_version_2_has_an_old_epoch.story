# The same with transaction.version 2: the abort begins the next epoch, and the coordinator tells the leader so.
# Kafka: TransactionCoordinator.handleAddPartitionsToTransaction (core), KIP-890

given
connect a 1
connect b 2
init b
pass 100ms
abort b
pass 200ms
produce a epoch=0
pass 300ms
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 2: EndTxn abort billing of producer 0/0
4.270s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.272s transaction billing PrepareAbort (producer 0, epoch 1; broker 2)
4.272s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
4.273s   client <- EndTxn answered: next producer 0/1
4.274s transaction billing CompleteAbort (producer 0, epoch 1; broker 2)
4.469s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 0
4.475s transaction billing refuses producer 0, epoch 0: PRODUCER_FENCED
4.476s broker 1 refuses record 0 of client for orders-0: INVALID_PRODUCER_EPOCH
4.477s   client <- Produce answered: orders-0 INVALID_PRODUCER_EPOCH
  orders: led by 1, end 0, high watermark 0, last stable offset 0
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 3, high watermark 3, last stable offset 3
