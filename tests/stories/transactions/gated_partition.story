# A partition that is not part of the transaction stops the walk over its broker's partitions, and the next walk begins there again: partition 3 of the same broker has to wait, until the batch expires.
# Kafka: RecordAccumulator.drainBatchesForOneNode, shouldStopDrainBatchesForPartition (clients)

given partitions=4 delivery.timeout.ms=1000 request.timeout.ms=1000
ready
send 0
begin
send 3
until 900ms
send 1
until 1500ms
state
----
0.200s shop send() throws IllegalStateException: not possible in this state of the producer, but record 0 to orders-0 stays queued
0.200s   send() throws IllegalStateException: not possible in this state of the producer
0.200s shop begins transaction 1
0.900s shop sends record 0 to orders-1
0.900s   -> broker 2: Produce acks=all: orders-1 record 0 of producer 1000/0 from sequence 0
1.200s shop gives up record 0 for orders-0: TimeoutException: expired, delivery.timeout.ms since batch creation [it is not in the log]
1.200s shop producer fails: TransactionAbortableException; its transaction has to be aborted
1.200s shop gives up record 0 for orders-3: TimeoutException: expired, delivery.timeout.ms since batch creation [it is not in the log]
1.500s no call blocks, something is open, abortable: TransactionAbortableException
