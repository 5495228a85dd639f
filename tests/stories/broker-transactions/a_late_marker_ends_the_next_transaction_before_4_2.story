# A copy of a marker that comes late has the epoch of the next transaction, which is open by now: before 4.2 it ended that.
# Kafka: ProducerAppendInfo.checkProducerEpoch (4.1.0), KAFKA-19446

given kafka=4.1
connect a 1
connect b 2
init b
pass 100ms
produce a
pass 100ms
commit b
pass 300ms
produce a first=1
pass 300ms
skip
marker a COMMIT epoch=1
pass 300ms
look
----
4.969s   client -> broker 1: WriteTxnMarkers COMMIT of producer 0/1 by coordinator epoch 0: orders-0
4.970s broker 1 writes COMMIT of producer 0 to orders-0@3, from 2
4.972s broker 1 last stable offset of orders-0 is 4, high watermark 4
4.973s   client <- WriteTxnMarkers answered: producer 0: orders-0
  orders: led by 1, end 4, high watermark 4, last stable offset 4
  offsets: led by 3, end 0, high watermark 0, last stable offset 0
  transactions: led by 2, end 5, high watermark 5, last stable offset 5
