# While the broker waits for a block of producer ids a new transactional id cannot be initialized.
# Kafka: RPCProducerIdManager.generateProducerId

given
ids none
init x
ids 4000
init x
----
0.000s x -> InitProducerId billing
    x <- InitProducerId answered: COORDINATOR_LOAD_IN_PROGRESS
0.000s x -> InitProducerId billing
    append billing of producer 4000/0 is Empty
    transaction billing Empty (producer 4000, epoch 0; broker 1)
    x <- InitProducerId answered: producer 4000/0
