//! The machine under a broker: what its threads need for a request, and for the bytes of requests and answers.
//!
//! Without one a broker has time for everything, and a request takes a short constant time. With one, requests and
//! answers queue for the broker's network threads, and requests for its handler threads.
//!
//! All figures are chosen, round, and meant as an order of magnitude of one core of a server: nobody publishes them for
//! Kafka part by part. What is compared should be two runs on the same machine, not a run and a cluster.
//! Clients have no machine: their processors are never the bottleneck.

use crate::protocol::messages::{Request, Response};
use crate::sim::time::{Nanos, span_of};

/// A handler's time for any request, beside its bytes: parsing, looking things up, making the answer. Chosen.
const PER_REQUEST: Nanos = Nanos::from_micros(40);
/// A network thread's time for any request, and for any answer: `epoll`, the system call, the header. Chosen.
const PER_MESSAGE: Nanos = Nanos::from_micros(10);
/// What a handler checks (CRC-32C) and copies into the page cache, bytes per second. Chosen: the checksum alone, with the
/// processor's instruction for it, is several times as fast.
const APPEND: u64 = 2_000_000_000;
/// What a network thread copies between a socket and the heap, bytes per second. Chosen.
const COPY: u64 = 4_000_000_000;
/// What `sendfile` passes from the page cache to a socket, bytes per second. Chosen.
const SENDFILE: u64 = 20_000_000_000;
/// What a network thread encrypts or decrypts, bytes per second, the copies to and from the heap apart. Chosen: OpenSSL's
/// own benchmark shows more for AES-GCM on one core, Java's `SSLEngine` is slower than that.
const ENCRYPT: u64 = 1_000_000_000;

/// How listeners speak (`security.protocol`), as far as it costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SecurityProtocol {
    /// Fetched records go from the page cache to the socket without passing the broker's memory (`FileRecords.writeTo`,
    /// `PlaintextTransportLayer.transferFrom`).
    #[default]
    Plaintext,
    /// They are read into memory, and encrypted there (`SslTransportLayer.transferFrom`).
    Ssl,
}

/// The machine of a broker. See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Machine {
    /// Threads that read requests and write answers (`num.network.threads`); at least 1.
    pub network_threads: u16,
    /// Threads that execute requests (`num.io.threads`); at least 1.
    pub io_threads: u16,
    /// Requests that may wait for a handler before network threads wait as well (`queued.max.requests`); at least 1.
    pub queued_max_requests: u32,
    /// How its listeners speak.
    pub security_protocol: SecurityProtocol,
    /// By how much its processors are slower than the figures of this module say; at least 1.
    pub slowdown: u32,
}

impl Default for Machine {
    /// Kafka's defaults (`SocketServerConfigs`, `ServerConfigs`) on processors as fast as the module says.
    fn default() -> Self {
        Machine {
            network_threads: 3,
            io_threads: 8,
            queued_max_requests: 500,
            security_protocol: SecurityProtocol::Plaintext,
            slowdown: 1,
        }
    }
}

impl Machine {
    /// A network thread's time to read a request.
    pub fn to_read(self, request: &Request) -> Nanos {
        let bytes = request.size();
        self.slowed(PER_MESSAGE + span_of(bytes, COPY) + self.to_encrypt(bytes))
    }
    /// A handler's time for a request, beside what its disk takes.
    pub fn to_execute(self, request: &Request) -> Nanos {
        self.slowed(PER_REQUEST + span_of(request.size(), APPEND))
    }
    /// A network thread's time to write an answer.
    pub fn to_write(self, response: &Response) -> Nanos {
        let bytes = response.size();
        let is_sent_from_files = matches!(response, Response::Fetch(_) | Response::ShareFetch(_));
        let speed = match self.security_protocol {
            SecurityProtocol::Plaintext if is_sent_from_files => SENDFILE,
            SecurityProtocol::Plaintext | SecurityProtocol::Ssl => COPY,
        };
        self.slowed(PER_MESSAGE + span_of(bytes, speed) + self.to_encrypt(bytes))
    }
    fn to_encrypt(self, bytes: u64) -> Nanos {
        match self.security_protocol {
            SecurityProtocol::Plaintext => Nanos::ZERO,
            SecurityProtocol::Ssl => span_of(bytes, ENCRYPT),
        }
    }
    fn slowed(self, span: Nanos) -> Nanos {
        span.saturating_mul(u64::from(self.slowdown))
    }
}
