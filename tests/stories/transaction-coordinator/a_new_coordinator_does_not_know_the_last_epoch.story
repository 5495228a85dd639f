# The epoch before the last is not written, up to 4.4 at least: a retry that crosses a failover is fenced.
# Kafka: TransactionLog.valueToBytes (4.4.0); KAFKA-20357 writes it, after 4.4

given kafka=4.4 level=1
quietly init x
init x keeps=yes
failover
init x keeps=yes epoch=0
----
0.000s x -> InitProducerId billing producer 1000/0
    append billing of producer 1000/1 is Empty
    transaction billing Empty (producer 1000, epoch 1; broker 1)
    x <- InitProducerId answered: producer 1000/1
0.000s elected in epoch 8, log end 2
    broker 2 coordinates __transaction_state-0 now (epoch 8)
0.000s x -> InitProducerId billing producer 1000/0
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- InitProducerId answered: PRODUCER_FENCED
