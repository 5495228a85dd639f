# Before 4.3 the next producer id was not written: a coordinator that dies between the decision and the end takes it along,
# and the client's new id means nothing to the next one.
# Kafka: TransactionLog.valueToBytes (4.2.0), KAFKA-20310

given kafka=4.2
quietly init x
quietly bump x 32766
quietly add x orders-0
leaders wait
commit x
failover
answer 1 ok
add x orders-0
look
----
0.000s x -> EndTxn commit billing of producer 1000/32766
    append billing of producer 1000/32767 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 32767; broker 1)
    x <- EndTxn answered: next producer 1001/0
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/32767 by coordinator epoch 7: orders-0
0.000s elected in epoch 8, log end 4
    broker 2 coordinates __transaction_state-0 now (epoch 8)
    transaction billing PrepareCommit (producer 1000, epoch 32767; broker 2)
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/32767 by coordinator epoch 8: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/32767 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 32767; broker 2)
0.000s x -> AddPartitionsToTxn billing of producer 1001/0: orders-0
    transaction billing refuses producer 1001, epoch 0: INVALID_PRODUCER_ID_MAPPING
    x <- AddPartitionsToTxn answered: billing: orders-0 INVALID_PRODUCER_ID_MAPPING
  billing: CompleteCommit of producer 1000/32767
