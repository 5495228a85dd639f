# A marker that a leader cannot take at all (max.message.bytes below its size) is not sent again: the handler throws in the
# middle of the answer, and the transaction stays prepared.
# Kafka: TransactionMarkerRequestCompletionHandler.onComplete ("Received fatal error"); NetworkClient.completeResponses

given
quietly init x
quietly add x orders-0 orders-1
leaders wait
commit x
answer 1 MESSAGE_TOO_LARGE
answer 2 ok
until 10s
look
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/1 is PrepareCommit with orders-0, orders-1
    transaction billing PrepareCommit (producer 1000, epoch 1; broker 1)
    x <- EndTxn answered: next producer 1000/1
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-0
    -> broker 2: WriteTxnMarkers COMMIT of producer 1000/1 by coordinator epoch 7: orders-1
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0 MESSAGE_TOO_LARGE
    transaction billing gets no end: orders-0 refuses the marker, MESSAGE_TOO_LARGE, and none is sent again
0.000s broker 2 -> WriteTxnMarkers answered: producer 1000: orders-1
  billing: PrepareCommit of producer 1000/1 with orders-0
