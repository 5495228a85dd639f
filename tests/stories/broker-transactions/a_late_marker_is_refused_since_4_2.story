# Since 4.2 a marker of transaction.version 2 must have a higher epoch than the open transaction.
# Kafka: ProducerAppendInfo.checkProducerEpoch (4.2.0), KAFKA-19446

given kafka=4.2
connect a 1
connect b 2
init b
pass 100ms
produce a
pass 100ms
commit b
pass 300ms
marker a COMMIT epoch=1
pass 100ms
produce a first=1
pass 300ms
skip
marker a COMMIT epoch=1
pass 300ms
look
----
5.069s   client -> broker 1: WriteTxnMarkers COMMIT of producer 0/1 by coordinator epoch 0: orders-0
5.071s   client <- WriteTxnMarkers answered: producer 0: orders-0 INVALID_PRODUCER_EPOCH
  orders: led by 1, end 4, high watermark 4, last stable offset 3
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 5, high watermark 5, last stable offset 5
