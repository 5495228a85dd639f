# Two producers' transactions interleave; one aborts, the other commits. Who reads what is committed waits for the
# oldest transaction that is open, and is told whose records to pass over.
# Kafka: UnifiedLog.lastStableOffset, ProducerStateManager.firstUnstableOffset, TransactionIndex.collectAbortedTxns
# (storage); KIP-98

given
send a 1
send b 1
send a 1
abort a
send b 1
----
0 ax1: last stable offset 0, high watermark 1, log end 1
1 bx1: last stable offset 0, high watermark 2, log end 2
2 ax1: last stable offset 0, high watermark 3, log end 3
3 ABORT of a, closes what began at 0: last stable offset 1, high watermark 4, log end 4
4 bx1: last stable offset 1, high watermark 5, log end 5

read committed
read uncommitted
----
    0:ax1; aborted: a from 0
    0:ax1 1:bx1 2:ax1 3:ABORT(a) 4:bx1

commit b
plain 1
read committed
read committed from=4
index
----
5 COMMIT of b, closes what began at 1: last stable offset 6, high watermark 6, log end 6
6 x1: last stable offset 7, high watermark 7, log end 7
    0:ax1 1:bx1 2:ax1 3:ABORT(a) 4:bx1 5:COMMIT(b) 6:x1; aborted: a from 0
    4:bx1 5:COMMIT(b) 6:x1
    segment 0: (a, first 0, marker 3, last stable offset 1)
