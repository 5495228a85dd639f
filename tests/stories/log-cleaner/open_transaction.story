# Nothing from the last stable offset on is cleaned: an open transaction holds compaction up.
# Kafka: LogCleanerManager.cleanableOffsets (storage)

given segment.bytes=300
send 1
send 1
transactional a 2
send 1
send 1
send 1
send 1
clean
show
commit a
clean
show
----
0s: dirty 0..2, 326 B of 326: due
    cleaned up to 2: 0 go
    0 (0 B): nothing
    1 (163 B): 1=1
    2 (163 B): a 2=2
    3 (163 B): 3=1
    4 (163 B): 4=1
    5 (163 B): 5=1
    active 6 (163 B): 6=1
0s: dirty 2..6, 652 B of 815: due
    cleaned up to 6: 1 3 4 go
    0 (0 B): nothing
    2 (163 B): a 2=2
    3 (0 B): nothing
    4 (0 B): nothing
    5 (163 B): 5=1
    active 6 (241 B): 6=1 | a 7:COMMIT
