# With transaction.version below 2 the transactions of a producer share an epoch; markers carry it, and a repeated EndTxn of
# the same kind is answered with success whatever it was meant for.
# Kafka: TransactionCoordinator.endTransactionWithTV1 (core)

given level=1
init x
add x orders-0
offsets x
commit x
commit x
abort x
look
----
0.000s x -> InitProducerId billing
    append billing of producer 1000/0 is Empty
    transaction billing Empty (producer 1000, epoch 0; broker 1)
    x <- InitProducerId answered: producer 1000/0
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
    transaction billing has orders-0 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-0
0.000s x -> AddOffsetsToTxn billing of producer 1000/0: billing-group
    append billing of producer 1000/0 is Ongoing with orders-0, __consumer_offsets-0
    transaction billing has __consumer_offsets-0 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddOffsetsToTxn answered:
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/0 is PrepareCommit with orders-0, __consumer_offsets-0
    transaction billing PrepareCommit (producer 1000, epoch 0; broker 1)
    x <- EndTxn answered:
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 7: orders-0, __consumer_offsets-0
0.000s broker 1 -> WriteTxnMarkers answered: producer 1000: orders-0, __consumer_offsets-0
    append billing of producer 1000/0 is CompleteCommit
    transaction billing CompleteCommit (producer 1000, epoch 0; broker 1)
0.000s x -> EndTxn commit billing of producer 1000/0
    x <- EndTxn answered:
0.000s x -> EndTxn abort billing of producer 1000/0
    transaction billing refuses producer 1000, epoch 0: INVALID_TXN_STATE
    x <- EndTxn answered: INVALID_TXN_STATE
  billing: CompleteCommit of producer 1000/0
