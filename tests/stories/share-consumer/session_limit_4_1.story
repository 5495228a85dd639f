# A share session that a broker has no room for is asked for again since 4.1.
# Kafka: ShareSessionHandler.handleResponse (clients); KAFKA-19232

given kafka=4.1
refused ShareFetch SHARE_SESSION_LIMIT_REACHED
until 700ms
----
