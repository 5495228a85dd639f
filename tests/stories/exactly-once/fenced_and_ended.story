# The application ends when its producer is fenced.
# Kafka: KafkaProducer (clients): "we can't recover from these exceptions, so our only option is to close the producer and exit"

given max.poll.records=3 on.fenced=exit
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
fenced
orders 3
until 3s
invoices
----
0.154s billing-0 sends 3 of orders-0 for group billing to transaction 1
0.255s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/0: billing as billing-0#1 generation 1: orders-0@3
0.255s   <- broker 1: TxnOffsetCommit answered: orders-0 INVALID_PRODUCER_EPOCH
0.256s billing-0 producer fails: ProducerFencedException; it has to be closed
0.256s billing-0 gives up records 0..2 for invoices-0: ProducerFencedException [it is not in the log]
0.256s billing-0 sendOffsetsToTransaction() throws ProducerFencedException for transaction 1
0.256s billing-0 gives up orders-0 (generation 1)
0.256s billing-0 gives up orders-1 (generation 1)
0.256s   -> broker 1: LeaveGroup billing as billing-0#1: closed
0.256s   <- broker 1: LeaveGroup answered: ok
0.257s exits
3.000s # orders without an invoice 3, with one 0, with more 0; invoices open 0, aborted 0; committed offset none
