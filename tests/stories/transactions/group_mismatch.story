# Offsets of a member that is none any more, or of a generation that is over, abort the transaction.
# Kafka: TransactionManager.TxnOffsetCommitHandler (clients); KIP-447

given
ready
begin
send 0
answer ok 0
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0

offsets 5
answer ok 3
until 400ms
answer ILLEGAL_GENERATION
state
----
0.200s shop sends 5 of input-0 for group billing to transaction 1
0.200s   -> broker 2: FindCoordinator billing
0.200s   <- broker 2: FindCoordinator answered: broker 3
0.300s   -> broker 3: TxnOffsetCommit shop-1 of producer 1000/0: billing as nobody generation 3: input-0@5
0.400s   <- broker 3: TxnOffsetCommit answered: input-0 ILLEGAL_GENERATION
0.400s shop producer fails: CommitFailedException; its transaction has to be aborted
0.400s shop sendOffsetsToTransaction() throws CommitFailedException for transaction 1
0.400s   the call throws CommitFailedException
0.400s no call blocks, nothing is open, abortable: CommitFailedException

abort
answer ok
----
0.400s shop calls abortTransaction() for transaction 1
0.400s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.400s   <- broker 2: EndTxn answered: next producer 1000/1
0.400s shop has producer id 1000, epoch 1
0.400s shop has aborted transaction 1
