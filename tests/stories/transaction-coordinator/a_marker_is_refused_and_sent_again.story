# What a leader could not write is sent again, to whoever leads then, without a pause; the others are done.
# Kafka: TransactionMarkerRequestCompletionHandler.onComplete

given
quietly init x
quietly add x orders-0 orders-1
leaders wait
commit x
answer 1 NOT_ENOUGH_REPLICAS
leader orders-1 3
answer 2 gone
answer 1 ok
answer 3 ok
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0, orders-1
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
    -> broker 2: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-1
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0 NOT_ENOUGH_REPLICAS
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
0.000s broker 2 -> the connection is gone
    -> broker 3: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-1
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
0.000s broker 3 -> WriteTxnMarkers answered: producer 1000: orders-1
    append billing of producer 1000/1 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 1; broker 1)
