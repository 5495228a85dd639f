# A leader that knows of a later coordinator, or a later epoch, is believed: the markers of the transaction are not sent
# any more, and the id stays as it is here.
# Kafka: TransactionMarkerRequestCompletionHandler (TRANSACTION_COORDINATOR_FENCED)

given
quietly init x
quietly add x orders-0 orders-1
leaders wait
commit x
answer 1 TRANSACTION_COORDINATOR_FENCED
answer 2 ok
add x orders-0
look
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0, orders-1
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
    -> broker 2: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-1
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0 TRANSACTION_COORDINATOR_FENCED
0.000s broker 2 -> WriteTxnMarkers answered: producer 1000: orders-1
0.000s x -> AddPartitionsToTxn billing of producer 1000/1: orders-0
    x <- AddPartitionsToTxn answered: billing: orders-0 CONCURRENT_TRANSACTIONS
  billing: PrepareCommit of producer 1000/1 with orders-0
