# A leader that asks whether a partition is part of a transaction is answered although something is being written; only
# while markers are on their way is it told to come again.
# Kafka: TransactionCoordinator.handleVerifyPartitionsInTransaction

given level=1
init x
add x orders-0
log lags
add x orders-1
verify x orders-0
verify x orders-1
add x orders-2
replicate
verify x orders-1
verify x orders-1 epoch=3
verify x orders-1 id=5
leaders wait
log replicates
commit x
verify x orders-1
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
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-1
    append billing of producer 1000/0 is Ongoing with orders-0, orders-1
0.000s x -> AddPartitionsToTxn verify billing of producer 1000/0: orders-0
    x <- AddPartitionsToTxn answered: billing: orders-0
0.000s x -> AddPartitionsToTxn verify billing of producer 1000/0: orders-1
    transaction billing refuses producer 1000, epoch 0: TRANSACTION_ABORTABLE
    x <- AddPartitionsToTxn answered: billing: orders-1 TRANSACTION_ABORTABLE
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-2
    x <- AddPartitionsToTxn answered: billing: orders-2 CONCURRENT_TRANSACTIONS
0.000s high watermark 3
    transaction billing has orders-1 now
    transaction billing Ongoing (producer 1000, epoch 0; broker 1)
    x <- AddPartitionsToTxn answered: billing: orders-1
0.000s x -> AddPartitionsToTxn verify billing of producer 1000/0: orders-1
    x <- AddPartitionsToTxn answered: billing: orders-1
0.000s x -> AddPartitionsToTxn verify billing of producer 1000/3: orders-1
    transaction billing refuses producer 1000, epoch 3: PRODUCER_FENCED
    x <- AddPartitionsToTxn answered: billing: orders-1 PRODUCER_FENCED
0.000s x -> AddPartitionsToTxn verify billing of producer 5/0: orders-1
    transaction billing refuses producer 5, epoch 0: INVALID_PRODUCER_ID_MAPPING
    x <- AddPartitionsToTxn answered: billing: orders-1 INVALID_PRODUCER_ID_MAPPING
0.000s x -> EndTxn commit billing of producer 1000/0
    append billing of producer 1000/0 is PrepareCommit with orders-0, orders-1
    transaction billing PrepareCommit (producer 1000, epoch 0; broker 1)
    x <- EndTxn answered:
    -> broker 1: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 7: orders-0
    -> broker 2: WriteTxnMarkers COMMIT of producer 1000/0 by coordinator epoch 7: orders-1
0.000s x -> AddPartitionsToTxn verify billing of producer 1000/0: orders-1
    x <- AddPartitionsToTxn answered: billing: orders-1 CONCURRENT_TRANSACTIONS
