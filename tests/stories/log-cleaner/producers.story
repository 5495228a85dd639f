# The last batch of each producer stays, if need be without records: after a restart its sequences are known all the same.
# Kafka: Cleaner.cleanInto (lastRecordsOfActiveProducers), KAFKA-6854 (storage)

given segment.bytes=300
numbered a 1
numbered a 1
numbered b 1
send 1
send 1
send 1
clean
show
restart
----
0s: dirty 0..5, 815 B of 815: due
    cleaned up to 5: 0 1 2 3 go
    0 (0 B): nothing
    1 (61 B): a (1..1 empty)
    2 (61 B): b (2..2 empty)
    3 (0 B): nothing
    4 (163 B): 4=1
    active 5 (163 B): 5=1
    producers: a epoch 0 sequence 1, b epoch 0 sequence 0
