# The end of a transaction whose markers are all written is written again and again until the log takes it; the id stays
# busy.
# Kafka: TransactionMarkerChannelManager.txnLogAppendRetryQueue

given
quietly init x
quietly add x orders-0
leaders wait
commit x
log refuses NOT_ENOUGH_REPLICAS
answer 1 ok
add x orders-1
log replicates
until 30s
look
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/1 is CompleteCommit
    (refused)
    timer marker thread wakes at 30.000s
0.000s x -> AddPartitionsToTxn billing of producer 1000/1: orders-1
    x <- AddPartitionsToTxn answered: billing: orders-1 CONCURRENT_TRANSACTIONS
30.000s timer marker thread wakes
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 1)
  billing: CompleteCommit of producer 1000/1
