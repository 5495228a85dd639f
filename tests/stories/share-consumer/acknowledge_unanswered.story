# A ShareAcknowledge whose connection breaks is not sent again: nobody knows whether it was heard, and the session is gone.
# Kafka: ShareConsumeRequestManager.handleShareAcknowledgeFailure (clients)

given share.acknowledgement.mode=explicit commit=sync
until 50ms
skip
hang ShareAcknowledge
produce 0 2
until 1s
----
