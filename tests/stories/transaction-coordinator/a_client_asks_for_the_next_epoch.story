# A producer that asks for the next epoch says which it has (KIP-360). If its answer is lost it asks again and gets the
# same; but a new coordinator does not know of that before 4.4.
# Kafka: TransactionMetadata.prepareIncrementProducerEpoch

given kafka=4.3 level=1
init x
init x keeps=yes
init x keeps=yes epoch=0
init x keeps=yes epoch=5
failover
init x keeps=yes epoch=0
----
0.000s x -> InitProducerId billing
    append billing of producer 1000/0 is Empty
    transaction billing Empty (producer 1000, epoch 0; broker 1)
    x <- InitProducerId answered: producer 1000/0
0.000s x -> InitProducerId billing producer 1000/0
    append billing of producer 1000/1 is Empty
    transaction billing Empty (producer 1000, epoch 1; broker 1)
    x <- InitProducerId answered: producer 1000/1
0.000s x -> InitProducerId billing producer 1000/0
    append billing of producer 1000/1 is Empty
    transaction billing Empty (producer 1000, epoch 1; broker 1)
    x <- InitProducerId answered: producer 1000/1
0.000s x -> InitProducerId billing producer 1000/5
    transaction billing refuses producer 1000, epoch 5: PRODUCER_FENCED
    x <- InitProducerId answered: PRODUCER_FENCED
0.000s elected in epoch 8, log end 3
    broker 2 coordinates __transaction_state-0 now (epoch 8)
0.000s x -> InitProducerId billing producer 1000/0
    transaction billing refuses producer 1000, epoch 0: PRODUCER_FENCED
    x <- InitProducerId answered: PRODUCER_FENCED
