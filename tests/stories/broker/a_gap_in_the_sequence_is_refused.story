# A batch that leaves out a sequence is refused: something before it is missing.
# Kafka: ProducerAppendInfo.checkSequence (storage); KIP-98

given min.insync.replicas=1
connect producer 1
produce producer first=0 idempotent=yes
produce producer first=2 idempotent=yes
pass 50ms
look
----
4.060s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 5/0 from sequence 0
4.060s   client -> broker 1: Produce acks=all: orders-0 record 2 of producer 5/0 from sequence 2
4.061s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.063s broker 2 copies orders-0@0 (epoch 0): record 0 of client
4.063s broker 3 copies orders-0@0 (epoch 0): record 0 of client
4.064s broker 1 high watermark of orders-0 is 1 of 1, isr [1,2,3]
4.064s broker 1 confirms orders-0@0; high watermark 1, 3 in the ISR
4.064s broker 1 refuses record 2 of client for orders-0: OUT_OF_ORDER_SEQUENCE_NUMBER
4.065s   client <- Produce answered: orders-0@0
4.065s   client <- Produce answered: orders-0 OUT_OF_ORDER_SEQUENCE_NUMBER
  broker 1: log end 1, high watermark 1, leads, isr [1,2,3]
  broker 2: log end 1, high watermark 0
  broker 3: log end 1, high watermark 0
