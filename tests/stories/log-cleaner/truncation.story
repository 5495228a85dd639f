# A log that was cut is dirty from its active segment on: the checkpoint comes back.
# Kafka: LogManager.truncateTo, LogCleanerManager.maybeTruncateCheckpoint (core)

given segment.bytes=300
send 1
send 1
send 1
send 1
send 1
clean
truncate 3
send 1
send 1
send 1
clean
show
----
0s: dirty 0..4, 652 B of 652: due
    cleaned up to 4: 0 1 2 go
0s: dirty 3..5, 326 B of 326: due
    cleaned up to 5: 3 go
    0 (0 B): nothing
    4 (163 B): 4=1
    active 5 (163 B): 5=1
