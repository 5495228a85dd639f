# Below transaction.version 2 a group coordinator takes the offsets of a transaction only if its partition was added.
# Kafka: CoordinatorPartitionWriter.maybeStartTransactionVerification

given level=1
connect b 2
connect c 3
init b
pass 100ms
commit-offset c 10
pass 100ms
offsets b
pass 100ms
commit-offset c 10
pass 100ms
abort b
pass 300ms
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 3: TxnOffsetCommit billing of producer 0/0: billing as nobody generation -1: orders-0@10
4.275s transaction billing refuses producer 0, epoch 0: TRANSACTION_ABORTABLE
4.277s   client <- TxnOffsetCommit answered: orders-0 TRANSACTION_ABORTABLE
4.369s   client -> broker 2: AddOffsetsToTxn billing of producer 0/0: billing
4.370s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.372s transaction billing has __consumer_offsets-0 now
4.372s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.373s   client <- AddOffsetsToTxn answered:
4.469s   client -> broker 3: TxnOffsetCommit billing of producer 0/0: billing as nobody generation -1: orders-0@10
4.472s broker 3 appends __consumer_offsets-0@0 (epoch 0): record 0 of broker 3
4.474s broker 3 last stable offset of __consumer_offsets-0 is 0, high watermark 1
4.474s group billing has 10 for orders-0 once the transaction of producer 0 commits
4.475s   client <- TxnOffsetCommit answered: orders-0
4.569s   client -> broker 2: EndTxn abort billing of producer 0/0
4.570s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
4.572s transaction billing PrepareAbort (producer 0, epoch 0; broker 2)
4.573s   client <- EndTxn answered:
4.577s broker 3 writes ABORT of producer 0 to __consumer_offsets-0@1, from 0
4.579s broker 3 last stable offset of __consumer_offsets-0 is 2, high watermark 2
4.579s group billing drops 10 for orders-0: the transaction of producer 0 is aborted
4.580s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
4.582s transaction billing CompleteAbort (producer 0, epoch 0; broker 2)
  orders: led by 1, end 0, high watermark 0, last stable offset 0
  offsets: led by 3, end 2, high watermark 2, last stable offset 2
  transactions: led by 2, end 4, high watermark 4, last stable offset 4
