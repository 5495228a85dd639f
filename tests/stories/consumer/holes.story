# Compaction leaves holes, transactions leave markers: positions pass over both, and nobody polls them.
# Kafka: CompletedFetch.nextFetchedRecord (clients)

given auto.offset.reset=earliest
produce 0 100
until 1s
skip
# Of ten records three are left, two of them neighbours, and a marker follows.
compacted 0 10 1 2 5
marker 0
until 2s
----
1.001s billing-0 gets orders-0@101..102 from poll(), high watermark 110
1.001s billing-0 gets orders-0@105 from poll(), high watermark 110
1.001s billing-0 passes over orders-0@106..109: nothing there for the application
1.004s billing-0 processes orders-0@101..102
1.004s billing-0 processes orders-0@105
1.004s billing-0 passes over orders-0@110: nothing there for the application
1.004s billing-0 has seen orders-0 end at 111, as its last fetch had it

produce 0 10
until 3s
----
2.001s billing-0 gets orders-0@111..120 from poll(), high watermark 121
2.011s billing-0 processes orders-0@111..120
