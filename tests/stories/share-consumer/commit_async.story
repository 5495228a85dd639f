# commitAsync() goes beside the next poll(), which fetches only as it is answered; the callback is called by a later poll().
# Kafka: ShareConsumeRequestManager.processAcknowledgements (clients)

given commit=async
until 50ms
skip
produce 0 2
silent ShareAcknowledge
until 1s
----
