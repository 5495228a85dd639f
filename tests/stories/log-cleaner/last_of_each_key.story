# Of each key the last record stays, where it was; the others are holes. The active segment is left alone, and a segment is cleaned
# as a whole.
# Kafka: Cleaner.cleanInto, LogCleanerManager.cleanableOffsets (storage)

given segment.bytes=600
send 1 2
send 1 3
send 2 1
send 4
show
clean
show
----
    0 (530 B): 0=1,1=2 | 2=1,3=3
    active 4 (428 B): 4=2,5=1 | 6=4
0s: dirty 0..4, 530 B of 530: due
    cleaned up to 4: 0 go
    0 (428 B): 1=2 | 2=1,3=3
    active 4 (428 B): 4=2,5=1 | 6=4
