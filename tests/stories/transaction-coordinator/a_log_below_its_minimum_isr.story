# Below min.insync.replicas a write is refused, or is replicated and does not count.
# Kafka: TransactionStateManager.appendTransactionToLog (NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND)

given
quietly init x
log refuses NOT_ENOUGH_REPLICAS
add x orders-0
log lags
isr small
add x orders-0
replicate
look
----
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
    (refused)
    x <- AddPartitionsToTxn answered: billing: orders-0 COORDINATOR_NOT_AVAILABLE
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
0.000s high watermark 2
    x <- AddPartitionsToTxn answered: billing: orders-0 COORDINATOR_NOT_AVAILABLE
  billing: Empty of producer 1000/0
