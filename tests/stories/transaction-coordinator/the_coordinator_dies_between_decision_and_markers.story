# The decision is what is replicated: a new coordinator sends markers to all partitions of the record once more, with its
# own epoch, and only then is the transaction over. Meanwhile its producer is told CONCURRENT_TRANSACTIONS.
# Kafka: TransactionStateManager.loadTransactionsForTxnTopicPartition

given level=1
quietly init x
quietly add x orders-0 orders-1
leaders wait
commit x
answer 1 ok
failover
add x orders-2
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/0 is PrepareCommit with orders-0, orders-1
    transaction billing PrepareCommit (producer 1000, epoch 0; broker 1)
    x <- EndTxn answered:
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 7: orders-0
    -> broker 2: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 7: orders-1
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
0.000s elected in epoch 8, log end 3
    broker 2 coordinates __transaction_state-0 now (epoch 8)
    transaction billing PrepareCommit (producer 1000, epoch 0; broker 2)
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 8: orders-0
    -> broker 2: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 8: orders-1
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-2
    x <- AddPartitionsToTxn answered: billing: orders-2 CONCURRENT_TRANSACTIONS

answer 1 ok
answer 2 ok
add x orders-2
look
----
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
0.000s broker 2 -> WriteTxnMarkers answered: producer 1000: orders-1
    append billing of producer 1000/0 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 0; broker 2)
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-2
    append billing of producer 1000/0 is Ongoing with orders-2
    transaction billing has orders-2 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 2)
    x <- AddPartitionsToTxn answered: billing: orders-2
  billing: Ongoing of producer 1000/0 with orders-2
