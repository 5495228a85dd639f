# Who is told to stop while the cluster does not answer waits until its call has timed out, and no longer.
# Kafka: KafkaProducer.initTransactions (clients), max.block.ms

given
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
stopped InitProducerId
stopped InitProducerId
stopped InitProducerId
until 20s
shutdown
until 70s
----
0.103s   -> broker 1: InitProducerId billing-0
30.244s   -> broker 1: InitProducerId billing-0
60.000s billing-0 initTransactions() throws TimeoutException: no answer of the transaction coordinator within max.block.ms
60.000s exits
