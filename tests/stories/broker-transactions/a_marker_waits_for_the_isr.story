# A marker is refused below min.insync.replicas, and sent again at once, for as long as that takes; the transaction is over
# when the partition has it.
# Kafka: TransactionMarkerRequestCompletionHandler (NOT_ENOUGH_REPLICAS)

given min.insync.replicas=3
connect a 1
connect b 2
init b
pass 100ms
produce a records=2
pass 600ms
crash 3
pass 12s
skip
commit b
pass 50ms
look
----
16.869s   client -> broker 2: EndTxn commit billing of producer 0/0
16.870s broker 2 appends __transaction_state-0@2 (epoch 0): record 2 of broker 2
16.872s transaction billing PrepareCommit (producer 0, epoch 1; broker 2)
16.873s   client <- EndTxn answered: next producer 0/1
  orders: led by 1, end 2, high watermark 2, last stable offset 0
  offsets: led by 1, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 3, high watermark 3, last stable offset 3

skip
start 3
pass 20s
look
----
16.925s broker 3 recovers orders-0 up to 2; 2 was written [after a crash, high watermark 0]
16.925s broker 3 recovers __consumer_offsets-0 up to 0; 0 was written [after a crash, high watermark 0]
16.925s broker 3 recovers __transaction_state-0 up to 2; 2 was written [after a crash, high watermark 0]
16.950s controller isr of orders-0 is [1,2] [Unchanged: broker 1 in epoch 0, partition epoch 2]
16.950s controller [] may lead orders-0 beside its isr
16.950s controller broker 3 registered, broker epoch 52
16.963s broker 3 follows broker 1 on orders-0 in epoch 0
16.964s broker 3 follows broker 1 on __consumer_offsets-0 in epoch 1
16.965s broker 3 follows broker 2 on __transaction_state-0 in epoch 0
16.992s controller broker 3 unfenced
17.470s IsrJoinProposed broker=1 tp=orders-0 leader_epoch=0 joining=3 log_end=2 high_watermark=2 epoch_start=0
17.470s IsrJoinProposed broker=1 tp=__consumer_offsets-0 leader_epoch=1 joining=3 log_end=0 high_watermark=0 epoch_start=0
17.472s IsrJoinProposed broker=2 tp=__transaction_state-0 leader_epoch=0 joining=3 log_end=3 high_watermark=3 epoch_start=0
17.501s controller isr of orders-0 is [1,2,3] [Unchanged: broker 1 in epoch 0, partition epoch 3]
17.504s broker 1 writes COMMIT of producer 0 to orders-0@2, from 0
17.506s broker 1 last stable offset of orders-0 is 3, high watermark 3
17.507s broker 2 appends __transaction_state-0@3 (epoch 0): record 3 of broker 2
17.509s transaction billing CompleteCommit (producer 0, epoch 1; broker 2)
17.529s controller isr of __consumer_offsets-0 is [1,2,3] [Unchanged: broker 1 in epoch 1, partition epoch 2]
17.529s controller isr of __transaction_state-0 is [1,2,3] [Unchanged: broker 2 in epoch 0, partition epoch 2]
  orders: led by 1, end 3, high watermark 3, last stable offset 3
  offsets: led by 1, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 4, high watermark 4, last stable offset 4
