# A share session that a broker has no room for is taken for opened before 4.1.
# Kafka: ShareSessionHandler.handleResponse (clients); KAFKA-19232

given kafka=4.0
refused ShareFetch SHARE_SESSION_LIMIT_REACHED
until 700ms
----
