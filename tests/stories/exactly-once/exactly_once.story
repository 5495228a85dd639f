# What is sent for one poll() and the offsets behind it are one transaction.
# Kafka: KafkaProducer.sendOffsetsToTransaction (clients); KIP-447, KIP-890

given max.poll.records=3
until 150ms
skip
orders 5
until 500ms
invoices
----
0.151s billing-0 gets orders-0@0..2 from poll(), high watermark 5
0.151s billing-0 begins transaction 1
0.154s billing-0 makes record 0 to invoices-0 of record 0 of checkout-0 to orders-0
0.154s billing-0 makes record 1 to invoices-0 of record 1 of checkout-0 to orders-0
0.154s billing-0 makes record 2 to invoices-0 of record 2 of checkout-0 to orders-0
0.154s billing-0 sends 3 of orders-0 for group billing to transaction 1
0.154s   -> broker 1: FindCoordinator billing
0.154s   <- broker 1: FindCoordinator answered: broker 1
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
0.258s billing-0 gets orders-0@3..4 from poll(), high watermark 5
0.258s billing-0 begins transaction 2
0.260s billing-0 makes record 3 to invoices-0 of record 3 of checkout-0 to orders-0
0.260s billing-0 makes record 4 to invoices-0 of record 4 of checkout-0 to orders-0
0.260s billing-0 sends 5 of orders-0 for group billing to transaction 2
0.260s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/1: billing as billing-0#1 generation 1: orders-0@5
0.260s   <- broker 1: TxnOffsetCommit answered: orders-0
0.261s billing-0 sends records 3..4 to invoices-0
0.261s billing-0 has its offsets for group billing in transaction 2
0.261s billing-0 calls commitTransaction() for transaction 2
0.261s   -> broker 1: Produce acks=all: invoices-0 records 3..4 of producer 1000/1 from sequence 0
0.261s   <- broker 1: Produce answered: invoices-0@3
0.262s billing-0 has its answer for records 3..4 to invoices-0 at @3..4
0.262s billing-0 processes orders-0@3..4
0.262s   -> broker 1: EndTxn commit billing-0 of producer 1000/1
0.262s   <- broker 1: EndTxn answered: next producer 1000/2
0.263s billing-0 has producer id 1000, epoch 2
0.263s billing-0 has committed transaction 2
0.500s # orders without an invoice 0, with one 5, with more 0; invoices open 0, aborted 0; committed offset 5
