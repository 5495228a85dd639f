# A batch that comes after its transaction was aborted opens another, which nobody ends: the last stable offset stands. That
# is what verification is against.
# Kafka: KIP-890, transaction.partition.verification.enable

given level=1 transaction.partition.verification.enable=false
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
4.570s broker 1 appends orders-0@1 (epoch 0): record 0 of client
4.572s broker 1 last stable offset of orders-0 is 1, high watermark 2
4.572s broker 1 confirms orders-0@1; high watermark 2, 3 in the ISR
4.573s   client <- Produce answered: orders-0@1
  orders: led by 1, end 2, high watermark 2, last stable offset 1
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 4, high watermark 4, last stable offset 4
