# A transaction that takes too long is aborted by its coordinator, and its producer is fenced where it wrote.
# Kafka: TransactionCoordinator.abortTimedOutTransactions

given level=1
connect a 1
connect b 2
init b timeout=2s
pass 100ms
add b
pass 100ms
produce a
pass 12s
produce a seq=1 first=1
pass 100ms
abort b
pass 100ms
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
4.369s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 0
4.376s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.378s broker 1 last stable offset of orders-0 is 0, high watermark 1
4.378s broker 1 confirms orders-0@0; high watermark 1, 3 in the ISR
4.379s   client <- Produce answered: orders-0@0
10.057s transaction billing is aborted, transaction.timeout.ms is over: producer 0 is fenced, epoch 0
10.057s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
10.059s transaction billing PrepareAbort (producer 0, epoch 1; broker 2)
10.064s broker 1 writes ABORT of producer 0 to orders-0@1, from 0
10.066s broker 1 last stable offset of orders-0 is 2, high watermark 2
10.067s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
10.069s transaction billing CompleteAbort (producer 0, epoch 1; broker 2)
16.369s   client -> broker 1: Produce acks=all: orders-0 record 1 of producer 0/0 from sequence 1
16.370s broker 1 refuses record 1 of client for orders-0: INVALID_PRODUCER_EPOCH
16.371s   client <- Produce answered: orders-0 INVALID_PRODUCER_EPOCH
16.469s   client -> broker 2: EndTxn abort billing of producer 0/0
16.470s transaction billing refuses producer 0, epoch 0: PRODUCER_FENCED
16.471s   client <- EndTxn answered: PRODUCER_FENCED
  orders: led by 1, end 2, high watermark 2, last stable offset 2
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 4, high watermark 4, last stable offset 4
