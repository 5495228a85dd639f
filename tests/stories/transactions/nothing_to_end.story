# A transaction to which nothing was sent ends without a word to the coordinator.
# Kafka: TransactionManager.nextRequest (clients)

given
ready
begin
----
0.200s shop begins transaction 1

commit
----
0.200s shop calls commitTransaction() for transaction 1
0.200s shop has committed transaction 1

begin
----
0.200s shop begins transaction 2

abort
----
0.200s shop calls abortTransaction() for transaction 2
0.200s shop has aborted transaction 2

begin
----
0.200s shop begins transaction 3
