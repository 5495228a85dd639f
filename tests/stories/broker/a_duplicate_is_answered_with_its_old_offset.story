# A batch that the log has already is answered with its old offset, and not appended.
# Kafka: UnifiedLog.analyzeAndValidateProducerState, ProducerStateEntry.findDuplicateBatch (storage); KIP-98

given min.insync.replicas=2
connect producer 1
produce producer records=2 idempotent=yes
pass 20ms
----
4.060s   client -> broker 1: Produce acks=all: orders-0 records 0..1 of producer 5/0 from sequence 0
4.061s broker 1 appends orders-0@0..1 (epoch 0): records 0..1 of client
4.063s broker 2 copies orders-0@0..1 (epoch 0): records 0..1 of client
4.063s broker 3 copies orders-0@0..1 (epoch 0): records 0..1 of client
4.064s broker 1 high watermark of orders-0 is 2 of 2, isr [1,2,3]
4.064s broker 1 confirms orders-0@0..1; high watermark 2, 3 in the ISR
4.065s   client <- Produce answered: orders-0@0

produce producer records=2 idempotent=yes
pass 20ms
look
----
4.080s   client -> broker 1: Produce acks=all: orders-0 records 0..1 of producer 5/0 from sequence 0
4.081s broker 1 has orders-0@0..1 already, answers with the old offset
4.081s broker 1 confirms orders-0@0..1; high watermark 2, 3 in the ISR
4.082s   client <- Produce answered: orders-0@0
  broker 1: log end 2, high watermark 2, leads, isr [1,2,3]
  broker 2: log end 2, high watermark 0
  broker 3: log end 2, high watermark 0
