# The map of keys is full before an aborted transaction in the same segment. The segment is written anew as a whole, and what is aborted in
# it does not come back.
# Kafka: Cleaner.cleanSegments, collectAbortedTransactions (storage)

given segment.bytes=800
send -0
send 0
transactional a 0 1 2
abort a
send 0 1
send 3 4 5 6
clean keys=1
show
----
0s: dirty 0..6, 681 B of 681: due
    cleaned up to 1: 2 3 4 go
    0 (375 B): 0=-0 [may go at 86400s] | 1=0 | a (2..4 empty) | a 5:ABORT; aborted: a from 2 to 5
    active 6 (734 B): 6=0,7=1 | 8=3,9=4,10=5,11=6
