# A transaction may span segments: it is listed in the one with its marker. A read looks from its own segment on, until
# an entry says that all below is decided.
# Kafka: LocalLog.collectAbortedTransactions, TransactionIndex (storage)

given segment.bytes=3000
send a 1
send b 1
plain 1
send b 1
abort a
send c 1
abort b
send c 1
abort c
plain 1
index
----
0 ax1: last stable offset 0, high watermark 1, log end 1
1 bx1: last stable offset 0, high watermark 2, log end 2
2 x1: last stable offset 0, high watermark 3, log end 3
3 bx1: last stable offset 0, high watermark 4, log end 4
4 ABORT of a, closes what began at 0: last stable offset 1, high watermark 5, log end 5
5 cx1: last stable offset 1, high watermark 6, log end 6
6 ABORT of b, closes what began at 1: last stable offset 5, high watermark 7, log end 7
7 cx1: last stable offset 5, high watermark 8, log end 8
8 ABORT of c, closes what began at 5: last stable offset 9, high watermark 9, log end 9
9 x1: last stable offset 10, high watermark 10, log end 10
    segment 0: none
    segment 3: (a, first 0, marker 4, last stable offset 1) (b, first 1, marker 6, last stable offset 5)
    segment 7: (c, first 5, marker 8, last stable offset 9)

read committed bytes=1000
read committed from=3 bytes=1000
read committed from=6
----
    0:ax1; aborted: a from 0
    3:bx1; aborted: a from 0, b from 1
    6:ABORT(b); aborted: b from 1, c from 5
