# A coordinator that goes sends whoever waits for it to the next one.
# Kafka: TransactionCoordinator.onResignation

given
quietly init x
log lags
add x orders-0
resign
add x orders-0
----
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    append billing of producer 1000/0 is Ongoing with orders-0
0.000s resigned
    broker 1 coordinates __transaction_state-0 no more
    x <- AddPartitionsToTxn answered: billing: orders-0 NOT_COORDINATOR
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    x <- AddPartitionsToTxn answered: billing: orders-0 NOT_COORDINATOR

load
add x orders-0
elect
add x orders-0
----
0.000s elected in epoch 8, and reads the log
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    x <- AddPartitionsToTxn answered: billing: orders-0 COORDINATOR_LOAD_IN_PROGRESS
0.000s elected in epoch 8, log end 2
    broker 1 coordinates __transaction_state-0 now (epoch 8)
0.000s x -> AddPartitionsToTxn billing of producer 1000/0: orders-0
    x <- AddPartitionsToTxn answered: billing: orders-0
