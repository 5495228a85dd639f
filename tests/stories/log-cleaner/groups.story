# Neighbours that have become small are put together, as long as what they held before fits into one segment.
# Kafka: Cleaner.groupSegmentsBySize (storage)

given segment.bytes=700 min.cleanable.dirty.ratio=0
send 1 2 3
send 1 2 3
send 1 2 3
send 1 2 3
show
clean
show
send 4
send 4
send 4
send 4
clean
show
----
    0 (367 B): 0=1,1=2,2=3
    3 (367 B): 3=1,4=2,5=3
    6 (367 B): 6=1,7=2,8=3
    active 9 (367 B): 9=1,10=2,11=3
0s: dirty 0..9, 1101 B of 1101: due
    cleaned up to 9: 0 1 2 3 4 5 go
    0 (0 B): nothing
    3 (0 B): nothing
    6 (367 B): 6=1,7=2,8=3
    active 9 (367 B): 9=1,10=2,11=3
0s: dirty 9..14, 693 B of 1060: due
    cleaned up to 14: 6 7 8 12 go
    0 (0 B): nothing
    9 (530 B): 9=1,10=2,11=3 | 13=4
    active 14 (326 B): 14=4 | 15=4
