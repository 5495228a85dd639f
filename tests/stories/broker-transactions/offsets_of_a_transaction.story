# The offsets of a transaction are committed with its marker in __consumer_offsets, which the group coordinator writes; with
# transaction.version 2 it adds its partition to the transaction.
# Kafka: GroupCoordinatorService.commitTransactionalOffsets, completeTransaction

given
connect b 2
connect c 3
init b
pass 100ms
commit-offset c 10
pass 100ms
commit-offset c 11
pass 100ms
commit b
pass 300ms
look
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.269s   client -> broker 3: TxnOffsetCommit billing of producer 0/0: billing as nobody generation -1: orders-0@10
4.275s broker 2 appends __transaction_state-0@1 (epoch 0): record 1 of broker 2
4.277s transaction billing has __consumer_offsets-0 now
4.277s transaction billing Ongoing (producer 0, epoch 0; broker 2)
4.278s broker 3 appends __consumer_offsets-0@0 (epoch 0): record 0 of broker 3
4.280s broker 3 last stable offset of __consumer_offsets-0 is 0, high watermark 1
4.280s group billing has 10 for orders-0 once the transaction of producer 0 commits
4.281s   client <- TxnOffsetCommit answered: orders-0
4.369s   client -> broker 3: TxnOffsetCommit billing of producer 0/0: billing as nobody generation -1: orders-0@11
4.370s broker 3 appends __consumer_offsets-0@1 (epoch 0): record 1 of broker 3
4.372s group billing has 11 for orders-0 once the transaction of producer 0 commits
4.373s   client <- TxnOffsetCommit answered: orders-0
4.469s   client -> broker 2: EndTxn commit billing of producer 0/0
4.470s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
4.472s transaction billing PrepareCommit (producer 0, epoch 1; broker 2)
4.473s   client <- EndTxn answered: next producer 0/1
4.477s broker 3 writes COMMIT of producer 0 to __consumer_offsets-0@2, from 0
4.479s broker 3 last stable offset of __consumer_offsets-0 is 3, high watermark 3
4.479s group billing stores 11 for orders-0
4.480s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
4.482s transaction billing CompleteCommit (producer 0, epoch 1; broker 2)
  orders: led by 1, end 0, high watermark 0, last stable offset 0
  offsets: led by 3, end 3, high watermark 3, last stable offset 3
  transactions: led by 2, end 4, high watermark 4, last stable offset 4
