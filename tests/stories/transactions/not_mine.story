# Calls that are out of place throw IllegalStateException and change nothing.
# Kafka: TransactionManager.transitionTo (clients)

given
begin
----
0.000s   beginTransaction() throws IllegalStateException: not possible in this state of the producer

commit
----
0.000s shop calls commitTransaction() for transaction 0
0.000s shop commitTransaction() throws IllegalStateException: not possible in this state of the producer for transaction 0
0.000s   the call throws IllegalStateException: not possible in this state of the producer

abort
----
0.000s shop calls abortTransaction() for transaction 0
0.000s shop abortTransaction() throws IllegalStateException: not possible in this state of the producer for transaction 0
0.000s   the call throws IllegalStateException: not possible in this state of the producer

offsets 5
ready
----
(nothing)

commit
----
0.200s shop calls commitTransaction() for transaction 0
0.200s shop commitTransaction() throws IllegalStateException: not possible in this state of the producer for transaction 0
0.200s   the call throws IllegalStateException: not possible in this state of the producer

init
----
0.200s shop initTransactions() throws IllegalStateException: not possible in this state of the producer
0.200s   the call throws IllegalStateException: not possible in this state of the producer

begin
----
0.200s shop begins transaction 2

begin
state
----
0.200s   beginTransaction() throws IllegalStateException: not possible in this state of the producer
0.200s no call blocks, nothing is open
