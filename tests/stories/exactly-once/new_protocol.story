# A member of the new protocol commits offsets in a transaction, with its id and its epoch.
# Kafka: AsyncKafkaConsumer.groupMetadata, updateGroupMetadata (clients); KIP-447, KIP-848

given group.protocol=consumer
hide gets position FindCoordinator assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
orders 3
until 600ms
invoices
----
0.154s billing-0 sends 3 of orders-0 for group billing to transaction 1
0.255s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/0: billing as billing-0#1 generation 1: orders-0@3
0.255s   <- broker 1: TxnOffsetCommit answered: orders-0
0.256s billing-0 sends records 0..2 to invoices-0
0.256s billing-0 has its offsets for group billing in transaction 1
0.256s billing-0 calls commitTransaction() for transaction 1
0.256s   -> broker 1: Produce acks=all: invoices-0 records 0..2 of producer 1000/0 from sequence 0
0.256s   <- broker 1: Produce answered: invoices-0@0
0.257s billing-0 has its answer for records 0..2 to invoices-0 at @0..2
0.257s billing-0 processes orders-0@0..2
0.257s   -> broker 1: EndTxn commit billing-0 of producer 1000/0
0.257s   <- broker 1: EndTxn answered: next producer 1000/1
0.258s billing-0 has producer id 1000, epoch 1
0.258s billing-0 has committed transaction 1
0.600s # orders without an invoice 0, with one 3, with more 0; invoices open 0, aborted 0; committed offset 3
