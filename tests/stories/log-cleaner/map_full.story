# A cleaner has memory for so many keys. When they are used up, the pass ends there: what lies behind stays dirty, and the next pass
# begins with it.
# Kafka: Cleaner.buildOffsetMap, log.cleaner.dedupe.buffer.size (storage)

given segment.bytes=400
send 1 1
send 1 2
send 3 3
send 1 2
send 9
clean keys=2
show
clean keys=2
show
----
0s: dirty 0..8, 1060 B of 1060: due
    cleaned up to 4: 0 1 go
    0 (0 B): nothing
    2 (265 B): 2=1,3=2
    4 (265 B): 4=3,5=3
    6 (265 B): 6=1,7=2
    active 8 (163 B): 8=9
0s: dirty 4..8, 530 B of 795: due
    cleaned up to 6: 2 4 go
    0 (163 B): 3=2
    4 (163 B): 5=3
    6 (265 B): 6=1,7=2
    active 8 (163 B): 8=9
