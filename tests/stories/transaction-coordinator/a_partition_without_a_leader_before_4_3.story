# The marker for a partition without a leader waits until there is one: the thread looks again when it wakes, after 30
# seconds at the latest.
# Kafka: TransactionMarkerChannelManager.markersQueueForUnknownBroker (4.2.0)

given kafka=4.2
quietly init x
quietly add x orders-1
leader orders-1 none
commit x
until 20s
leader orders-1 3
until 30s
look
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-1
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    timer marker thread wakes at 30.000s
30.000s timer marker thread wakes
    -> broker 3: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-1
30.000s broker 3 -> WriteTxnMarkers answered: producer 1000: orders-1
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 1)
  billing: CompleteCommit of producer 1000/1
