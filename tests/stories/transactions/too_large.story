# A send() that fails takes the transaction with it, though it sent nothing.
# Kafka: KafkaProducer.doSend (clients)

given max.request.size=500
ready
begin
send 0 bytes=1000
----
0.200s shop begins transaction 1
0.200s shop send() fails: RecordTooLargeException
0.200s shop producer fails: RecordTooLargeException; its transaction has to be aborted

commit
----
0.200s shop calls commitTransaction() for transaction 1
0.200s shop commitTransaction() throws KafkaException: MESSAGE_TOO_LARGE for transaction 1
0.200s   the call throws KafkaException: MESSAGE_TOO_LARGE

abort
----
0.200s shop calls abortTransaction() for transaction 1
0.200s shop has aborted transaction 1

begin
----
0.200s shop begins transaction 2
