# KAFKA-17754: with transaction.version below 2 an EndTxn names no transaction. Its client has sent it again on another
# connection and gone on; when the first copy comes, it commits what the client is about to abort.
# Kafka: TransactionCoordinator.endTransactionWithTV1, KAFKA-17754

given level=1
quietly init x
quietly add x orders-0
commit x
add x orders-0
commit x
abort x
----
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/0 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 0; broker 1)
    x <- EndTxn answered:
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 7: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/0 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 0; broker 1)
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
    transaction billing has orders-0 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/0 is PrepareCommit with orders-0
    transaction billing PrepareCommit (producer 1000, epoch 0; broker 1)
    x <- EndTxn answered:
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 7: orders-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0
    append billing of producer 1000/0 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 0; broker 1)
0.000s x -> EndTxn abort billing of producer 1000/0
    transaction billing refuses producer 1000, epoch 0: INVALID_TXN_STATE
    x <- EndTxn answered: INVALID_TXN_STATE
