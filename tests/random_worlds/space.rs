//! The space of random worlds: which scenarios can be drawn, and how often.
//!
//! A world is drawn as the text of a scenario file, so that the whole way is walked: YAML, checks, world, run, judgement.
//! Every text that can be drawn is valid: `lint` finds no error in it and no setting that the model ignores.
//!
//! | part | space |
//! |---|---|
//! | cluster | 1 to 5 brokers (mostly 3); up to 4 broker configs of [`BROKER`] |
//! | topics | 1 to 3, of 1 to 6 partitions (now and then an explicit assignment), every replication factor that fits, up to 3 topic configs of [`TOPIC`] |
//! | producers | 0 to 3, 1 or 2 processes each; even, Poisson, bursts, steps; no keys, uniform, in turn, Zipf; small to large values; poison, limit, start, stop; up to 4 configs of [`PRODUCER`] that Kafka accepts together |
//! | transactions | in two of three worlds: sources in transactions, some with one id for two of them; applications that read, send and commit, exactly once or not; groups that read what is committed; `transaction.version` 0 to 2; verification on or off; short timeouts |
//! | versions | in one of two worlds any of 4.0 to 4.3, else the newest |
//! | groups | 0 to 2 of 1 to 4 members; every commit mode, thread and reaction to poison; every assignor, two in a list; static members; up to 5 configs of [`CONSUMER`] |
//! | network | usual, slow, or hardly any latency; sometimes a narrow bandwidth |
//! | disk | usual, slow, or small |
//! | faults | 0 to 4: every action, every kind of target, at a time, again and again, or when something holds |
//! | time | 1 to 40 s of workload, a final phase of none, 5 s, or 40 s |
//!
//! What is drawn of transactions, of the protocols of groups (one in four speaks the new one), and of versions, assignors and static
//! members comes from streams of its own, so that they do not change what else is drawn.
//!
//! Sizes stay small (at most some 3,000 records), so that many worlds can be run; extremes are in the configs.

use kafkasim::explore::swarm::tables::{BROKER, CONSUMER, ConfigChoice, PRODUCER, TOPIC, TRANSACTIONS};
use kafkasim::sim::random::Stream;

/// The text of world `number`: always the same.
pub fn draw(number: u64) -> String {
    let mut transactions = Stream::new(number, "random transactions");
    let has_transactions = transactions.below(3) > 0;
    let protocols = Stream::new(number, "random protocols");
    let (random, members) = (Stream::new(number, "random world"), Stream::new(number, "random members"));
    Draw { random, transactions, has_transactions, protocols, members, out: String::new() }.world(number)
}

struct Draw {
    random: Stream,
    /// What is drawn of transactions.
    transactions: Stream,
    has_transactions: bool,
    /// What is drawn of the protocols of groups.
    protocols: Stream,
    /// What is drawn of versions, assignors and static members.
    members: Stream,
    out: String,
}

/// What later parts must know of earlier ones.
struct Shape {
    seconds: u64,
    brokers: u64,
    /// Names and partitions.
    topics: Vec<(&'static str, u64)>,
    /// Names and processes.
    producers: Vec<(&'static str, u64)>,
    groups: Vec<(&'static str, u64)>,
}

macro_rules! put {
    ($self:ident, $($part:tt)*) => {{
        let part = format!($($part)*);
        $self.out += &part;
    }};
}

impl Draw {
    /// True once in `n`.
    fn once_in(&mut self, n: u64) -> bool {
        self.random.below(n) == 0
    }
    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.random.below(list.len() as u64) as usize]
    }
    /// True once in `n`, in worlds with transactions.
    fn transactions_once_in(&mut self, n: u64) -> bool {
        self.has_transactions && self.transactions.below(n) == 0
    }
    fn of_transactions<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.transactions.below(list.len() as u64) as usize]
    }
    fn of_protocols<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.protocols.below(list.len() as u64) as usize]
    }
    fn of_members<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.members.below(list.len() as u64) as usize]
    }
    /// Up to `most` entries of a list of configs, each at most once.
    fn configs(&mut self, list: &[ConfigChoice], most: u64) -> Vec<String> {
        let mut left: Vec<ConfigChoice> = list.to_vec();
        let count = self.random.between(0, most);
        (0..count.min(list.len() as u64))
            .map(|_| {
                let (name, values) = left.remove(self.random.below(left.len() as u64) as usize);
                format!("{name}: {}", self.of(values))
            })
            .collect()
    }

    fn world(mut self, number: u64) -> String {
        let seconds = self.of(&[1, 2, 4, 8, 8, 15, 15, 25, 40]);
        let brokers = self.of(&[1, 2, 3, 3, 3, 3, 4, 5]);
        put!(self, "name: world-{number}\nseed: {number}\nduration: {seconds}s\n");
        if let Some(version) =
            self.of_members(&[None, None, None, None, Some("4.0"), Some("4.1"), Some("4.2"), Some("4.3")])
        {
            put!(self, "kafka.version: {version:?}\n");
        }
        match self.random.below(5) {
            0 => self.out += "final.phase: 0s\n",
            1 => self.out += "final.phase: 5s\n",
            // Clients that never wait are busy for as long as it lasts.
            _ => self.out += "final.phase: 40s\n",
        }
        let mut shape = Shape { seconds, brokers, topics: Vec::new(), producers: Vec::new(), groups: Vec::new() };
        self.cluster(&shape);
        self.topics(&mut shape);
        self.producers(&mut shape);
        self.groups(&mut shape);
        self.applications(&shape);
        self.network();
        self.disk();
        self.faults(&shape);
        self.out
    }

    fn cluster(&mut self, shape: &Shape) {
        let mut configs = self.configs(BROKER, 4);
        // Kafka does not start with a follower's wait above its socket timeout or lag limit: 600 and more here,
        // 500 the longest wait.
        if shape.brokers < 3 || self.once_in(4) {
            let factor = self.random.between(1, shape.brokers);
            // Now and then no group can work; that is legal.
            if !self.once_in(10) {
                configs.push(format!("offsets.topic.replication.factor: {factor}"));
            }
        }
        if self.has_transactions {
            let version = self.of_transactions(&["0", "1", "2", "2", "2"]);
            put!(self, "rules: {{ transaction.version: {version} }}\n");
            for (name, values) in TRANSACTIONS {
                if self.transactions_once_in(3) {
                    let value = self.of_transactions(values);
                    configs.push(format!("{name}: {value}"));
                }
            }
            // Now and then nobody can have a transactional id; that is legal.
            if shape.brokers < 3 && !self.transactions_once_in(10) {
                let min_isr = self.of_transactions(&[1, shape.brokers]);
                configs.push(format!("transaction.state.log.replication.factor: {}", shape.brokers));
                configs.push(format!("transaction.state.log.min.isr: {min_isr}"));
            }
        }
        let (session, heartbeat) = self.of_protocols(&[(6_000, 2_000), (6_000, 500), (10_000, 3_000), (45_000, 5_000)]);
        configs
            .push("group.consumer.min.session.timeout.ms: 1000, group.consumer.min.heartbeat.interval.ms: 100".into());
        configs.push(format!("group.consumer.session.timeout.ms: {session}"));
        configs.push(format!("group.consumer.heartbeat.interval.ms: {heartbeat}"));
        put!(self, "cluster: {{ brokers: {}, config: {{ {} }} }}\n", shape.brokers, configs.join(", "));
    }

    fn topics(&mut self, shape: &mut Shape) {
        let count = self.of(&[1, 1, 1, 2, 3]);
        self.out += "topics:\n";
        for name in ["a", "b", "c"].into_iter().take(count) {
            let partitions = self.of(&[1, 1, 2, 3, 6]);
            let factor = self.random.between(1, shape.brokers.min(3));
            let configs: String = self.configs(TOPIC, 3).iter().map(|c| format!(", {c}")).collect();
            if self.once_in(4) {
                let replicas: Vec<String> = (0..partitions).map(|_| self.replicas(shape.brokers, factor)).collect();
                put!(self, "  {name}: {{ replicas: [{}]{configs} }}\n", replicas.join(", "));
            } else {
                put!(self, "  {name}: {{ partitions: {partitions}, replication.factor: {factor}{configs} }}\n");
            }
            shape.topics.push((name, partitions));
        }
        if self.has_transactions {
            let factor = self.of_transactions(&[1, 2, 3]).min(shape.brokers);
            put!(self, "  out: {{ partitions: 2, replication.factor: {factor} }}\n");
        }
    }

    fn replicas(&mut self, brokers: u64, factor: u64) -> String {
        let first = self.random.below(brokers);
        let ids: Vec<String> = (0..factor).map(|i| ((first + i) % brokers + 1).to_string()).collect();
        format!("[{}]", ids.join(", "))
    }

    fn producers(&mut self, shape: &mut Shape) {
        let count = self.of(&[0, 1, 1, 1, 2, 3]);
        if count == 0 {
            return;
        }
        self.out += "producers:\n";
        for name in ["p", "q", "r"].into_iter().take(count) {
            let processes = self.of(&[1, 1, 1, 2]);
            let topic = self.of(&shape.topics).0;
            put!(self, "  {name}: {{ topic: {topic}, count: {processes}, rate: ");
            self.rate(shape.seconds);
            match self.random.below(5) {
                0 => self.out += ", keys: { uniform: { count: 20 } }",
                1 => self.out += ", keys: { round.robin: { count: 7 } }",
                2 => self.out += ", keys: { zipf: { count: 50 } }",
                _ => {}
            }
            match self.random.below(4) {
                0 => self.out += ", value.size: 2000 B",
                1 => self.out += ", value.size: { uniform: { min: 0 B, max: 900 B } }",
                _ => {}
            }
            self.times(shape.seconds);
            if self.once_in(6) {
                self.out += ", poison.every: 37";
            }
            let mut configs = self.producer_configs();
            self.in_transactions(name, &mut configs);
            put!(self, ", config: {{ {} }} }}\n", configs.join(", "));
            shape.producers.push((name, processes));
        }
    }

    /// What a source with these configs has of transactions, if they let it.
    fn in_transactions(&mut self, name: &str, configs: &mut Vec<String>) {
        let idempotent = !configs.iter().any(|config| config.starts_with("enable.idempotence"));
        if !idempotent || !self.transactions_once_in(2) {
            if self.transactions_once_in(4) {
                self.out += ", on.failure: resend";
            }
            return;
        }
        let records = self.of_transactions(&[1, 5, 20, 100]);
        put!(self, ", transaction: {{ records: {records}");
        if self.transactions_once_in(2) {
            self.out += ", abort.every: 3";
        }
        if self.transactions_once_in(3) {
            let pause = self.of_transactions(&["1ms", "300ms", "3s"]);
            put!(self, ", pause: {pause}");
        }
        self.out += " }";
        let id = self.of_transactions(&["{n}", "{n}", "{n}", "{n}", "x"]);
        configs.push(format!("transactional.id: \"{name}-{id}\""));
        self.transaction_timeout(configs);
    }
    fn transaction_timeout(&mut self, configs: &mut Vec<String>) {
        if self.transactions_once_in(2) {
            let timeout = self.of_transactions(&["1000", "4000", "15000"]);
            configs.push(format!("transaction.timeout.ms: {timeout}"));
        }
    }

    /// Who reads the first topic and sends what comes of it, and who reads that.
    fn applications(&mut self, shape: &Shape) {
        if !self.transactions_once_in(2) {
            return;
        }
        let topic = shape.topics[0].0;
        let count = self.of_transactions(&[1, 1, 2, 3]);
        let isolation = self.of_transactions(&["read_committed", "read_committed", "read_uncommitted"]);
        let most = self.of_transactions(&["5", "500"]);
        put!(
            self,
            "apps:\n  e:\n    count: {count}\n    consumer: {{ topics: [{topic}], config: {{ isolation.level: {isolation}"
        );
        let protocol =
            if self.protocols.below(4) == 0 { "group.protocol: consumer" } else { "session.timeout.ms: 6000" };
        put!(self, ", auto.offset.reset: earliest, max.poll.records: {most}, {protocol} }} }}\n");
        let mut configs = Vec::new();
        if !self.transactions_once_in(5) {
            let id = self.of_transactions(&["{n}", "{n}", "{n}", "x"]);
            configs.push(format!("transactional.id: \"e-{id}\""));
            self.transaction_timeout(&mut configs);
        }
        put!(self, "    producer: {{ topic: out, config: {{ {} }} }}\n", configs.join(", "));
        if configs.is_empty() || self.transactions_once_in(3) {
            let commit = self.of_transactions(&["sync-after-batch", "sync-before-processing"]);
            put!(self, "    commit: {commit}\n");
        } else if self.transactions_once_in(4) {
            self.out += "    on.abort: continue\n";
        }
        let takes = self.of_transactions(&["0s", "1ms", "30ms"]);
        put!(self, "    processing: {{ per.record: {takes} }}\n");
        match self.transactions.below(4) {
            0 => self.out += "    sink: { kind: e-mail }\n",
            1 => self.out += "    sink: { kind: database, unique.keys: true }\n",
            _ => {}
        }
        // Groups stand in one list.
        if shape.groups.is_empty() {
            let isolation = self.of_transactions(&["read_committed", "read_uncommitted"]);
            put!(self, "groups:\n  o: {{ topics: [out], config: {{ isolation.level: {isolation}");
            self.out += ", auto.offset.reset: earliest } }\n";
        }
    }

    fn rate(&mut self, seconds: u64) {
        let per_second = self.of(&[1, 5, 20, 50, 100]).min(1_000 / seconds.max(1)).max(1);
        match self.random.below(6) {
            0 => put!(self, "{{ poisson: {per_second}/s }}"),
            1 => put!(self, "{{ bursts: {{ size: {}, every: {}ms }} }}", per_second * 2, self.of(&[300, 2_000])),
            2 => put!(self, "{{ steps: [{{ at: 0s, rate: {per_second}/s }}, {{ at: 700ms, rate: 3/s }}] }}"),
            _ => put!(self, "{per_second}/s"),
        }
    }

    /// `limit`, `start` and `stop`.
    fn times(&mut self, seconds: u64) {
        if self.once_in(4) {
            self.out += ", limit: 60";
        }
        if self.once_in(4) {
            self.out += ", start: 300ms";
        }
        if self.once_in(5) {
            put!(self, ", stop: {}ms", seconds * 700);
        }
    }

    /// Configs of a producer that Kafka accepts together.
    fn producer_configs(&mut self) -> Vec<String> {
        let mut configs = self.configs(PRODUCER, 4);
        match self.random.below(5) {
            0 => configs.extend(["acks: 0".into(), "enable.idempotence: false".into()]),
            1 => configs.extend(["acks: 1".into(), "enable.idempotence: false".into()]),
            2 => configs.push("enable.idempotence: false".into()),
            _ => {}
        }
        let idempotent = !configs.iter().any(|c| c.starts_with("enable.idempotence"));
        if self.once_in(3) {
            let most = if idempotent { self.of(&["1", "2", "5"]) } else { self.of(&["1", "5", "20"]) };
            configs.push(format!("max.in.flight.requests.per.connection: {most}"));
        }
        if self.once_in(4) {
            let retries = if idempotent { self.of(&["1", "5"]) } else { self.of(&["0", "1", "5"]) };
            configs.push(format!("retries: {retries}"));
        }
        if self.once_in(2) {
            let (linger, request, delivery) = self.of(&[
                (0, 1_000, 1_500),
                (5, 2_000, 10_000),
                (50, 500, 600),
                (1_000, 5_000, 6_000),
                (0, 30_000, 120_000),
            ]);
            configs.push(format!("linger.ms: {linger}"));
            configs.push(format!("request.timeout.ms: {request}"));
            configs.push(format!("delivery.timeout.ms: {delivery}"));
        }
        configs
    }

    fn groups(&mut self, shape: &mut Shape) {
        let count = self.of(&[0, 1, 1, 1, 2]);
        if count == 0 {
            return;
        }
        self.out += "groups:\n";
        for name in ["g", "h"].into_iter().take(count) {
            let members = self.of(&[1, 1, 2, 3, 4]);
            let topics: Vec<&str> = shape
                .topics
                .iter()
                .map(|(name, _)| *name)
                .take(1 + self.random.below(shape.topics.len() as u64) as usize)
                .collect();
            put!(self, "  {name}: {{ topics: [{}], members: {members}", topics.join(", "));
            let commit = self.of(&[
                None,
                Some("auto"),
                Some("sync-after-batch"),
                Some("sync-before-processing"),
                Some("async-after-batch"),
                Some("never"),
            ]);
            if let Some(commit) = commit {
                put!(self, ", commit: {commit}");
            }
            if self.once_in(2) {
                let thread = self.of(&["poll", "poll", "worker"]);
                put!(
                    self,
                    ", processing: {{ per.record: {}, thread: {thread} }}",
                    self.of(&["0s", "100us", "5ms", "50ms"])
                );
            }
            if self.once_in(3) {
                put!(
                    self,
                    ", on.poison: {}",
                    self.of(&[
                        "crash",
                        "{ crash: { restart.after: 500ms } }",
                        "skip",
                        "retry",
                        "{ retry: { pause: 100ms } }",
                        "dead-letter"
                    ])
                );
            }
            if self.once_in(5) {
                self.out += ", start: 500ms";
            }
            let configs = self.consumer_configs(name, commit);
            put!(self, ", config: {{ {} }} }}\n", configs.join(", "));
            shape.groups.push((name, members));
        }
    }

    fn consumer_configs(&mut self, name: &str, commit: Option<&str>) -> Vec<String> {
        let mut configs = self.configs(CONSUMER, 4);
        if self.transactions_once_in(2) {
            configs.retain(|config| !config.starts_with("isolation.level"));
            configs.push("isolation.level: read_committed".into());
        }
        if !self.once_in(4) {
            configs.push(format!(
                "auto.offset.reset: {}",
                self.of(&["earliest", "earliest", "earliest", "latest", "none"])
            ));
        }
        if self.once_in(3) {
            let (session, heartbeat) = self.of(&[(6_000, 2_000), (6_000, 100), (10_000, 3_000), (45_000, 9_000)]);
            configs.push(format!("session.timeout.ms: {session}"));
            configs.push(format!("heartbeat.interval.ms: {heartbeat}"));
        }
        if commit.is_none() && self.once_in(3) {
            configs.push("enable.auto.commit: false".into());
        }
        // With an id of its own each, members are static, in either protocol.
        if self.members.below(4) == 0 {
            configs.push(format!("group.instance.id: \"{name}-{{n}}\""));
        }
        let assignors = self.of_members(&[
            None,
            None,
            Some("range"),
            Some("roundrobin"),
            Some("sticky"),
            Some("cooperative-sticky"),
            Some("cooperative-sticky"),
            Some("\"sticky,roundrobin\""),
        ]);
        if self.protocols.below(4) == 0 {
            configs.retain(|config| !config.starts_with("session.") && !config.starts_with("heartbeat."));
            configs.push("group.protocol: consumer".into());
            if let Some(assignor) = self.of_protocols(&[None, None, Some("uniform"), Some("range")]) {
                configs.push(format!("group.remote.assignor: {assignor}"));
            }
        } else if let Some(assignors) = assignors {
            configs.push(format!("partition.assignment.strategy: {assignors}"));
        }
        configs
    }

    fn network(&mut self) {
        match self.random.below(8) {
            0 => self.out += "network: { latency: 100us }\n",
            1 => self.out += "network: { latency: { p50: 5ms, p99: 60ms } }\n",
            2 => {
                self.out += "network: { latency: { exponential: { mean: 20ms } }, client.latency: { uniform: { min: 1ms, max: 300ms } } }\n"
            }
            3 => self.out += "network: { bandwidth: 100 KiB/s }\n",
            _ => {}
        }
    }

    fn disk(&mut self) {
        match self.random.below(8) {
            0 => self.out += "disk: { flush.latency: 80ms, bandwidth: 1 MiB/s }\n",
            1 => self.out += "disk: { flush.latency: 0s, writeback.age: 200ms }\n",
            2 if self.once_in(2) => self.out += "disk: { capacity: 64 KiB }\n",
            _ => {}
        }
    }

    fn faults(&mut self, shape: &Shape) {
        let count = self.random.between(0, 4);
        if count == 0 {
            return;
        }
        self.out += "faults:\n";
        for _ in 0..count {
            let trigger = self.trigger(shape);
            let action = self.action(shape);
            put!(self, "  - {{ {trigger}, {action} }}\n");
        }
    }

    fn trigger(&mut self, shape: &Shape) -> String {
        let end = shape.seconds * 1_000;
        let at = self.random.between(0, end - 1);
        match self.random.below(6) {
            0 => {
                format!("at: {at}ms, every: {}ms, times: {}", self.of(&[200, 1_500, 7_000]), self.random.between(1, 4))
            }
            1 => format!("when: {{ {} }}, delay: {}ms", self.condition(shape), self.of(&[0, 10, 2_000])),
            _ => format!("at: {at}ms"),
        }
    }

    fn condition(&mut self, shape: &Shape) -> String {
        let tp = self.tp(shape);
        let broker = self.random.between(1, shape.brokers);
        match self.random.below(8) {
            0 if !shape.groups.is_empty() => format!("lag of {}: above 20", self.of(&shape.groups).0),
            1 if !shape.groups.is_empty() => format!("group {}: stable", self.of(&shape.groups).0),
            2 => format!("isr of {tp}: at most 1"),
            3 => format!("leader of {tp}: none"),
            4 => format!("leader of {tp}: broker {broker}"),
            5 => format!("acked of {tp}: at least 10"),
            6 => format!("unreplicated of {tp}: at least 3"),
            _ => format!("broker {broker}: {}", self.of(&["fenced", "unfenced"])),
        }
    }

    fn tp(&mut self, shape: &Shape) -> String {
        let (topic, partitions) = self.of(&shape.topics);
        format!("{topic}-{}", self.random.below(partitions))
    }

    /// One broker, by name or by role.
    fn broker(&mut self, shape: &Shape) -> String {
        let tp = self.tp(shape);
        match self.random.below(6) {
            0 => "random broker".into(),
            1 => format!("leader of {tp}"),
            2 => format!("follower of {tp}"),
            3 if !shape.groups.is_empty() => format!("coordinator of {}", self.of(&shape.groups).0),
            _ => format!("broker {}", self.random.between(1, shape.brokers)),
        }
    }

    /// Any process.
    fn process(&mut self, shape: &Shape) -> String {
        match self.random.below(6) {
            0 if !shape.groups.is_empty() => format!("member of {}", self.of(&shape.groups).0),
            1 if !shape.groups.is_empty() => {
                let (name, members) = self.of(&shape.groups);
                format!("{name}-{}", self.random.below(members))
            }
            2 if !shape.producers.is_empty() => {
                let (name, processes) = self.of(&shape.producers);
                format!("{name}-{}", self.random.below(processes))
            }
            3 => "active controller".into(),
            _ => self.broker(shape),
        }
    }

    fn action(&mut self, shape: &Shape) -> String {
        let (broker, process, other) = (self.broker(shape), self.process(shape), self.process(shape));
        let span = self.of(&["100ms", "900ms", "4s", "12s"]);
        let side = if self.once_in(2) { "others" } else { &other };
        match self.random.below(15) {
            0 => format!("crash: {{ broker: {broker}, restart.after: {span} }}"),
            1 => format!("crash: {{ process: {process}, restart.after: {span} }}"),
            2 => format!("power.loss: {{ broker: {broker}, restart.after: {span} }}"),
            3 => format!("stop: {{ process: {process}, restart.after: {span} }}"),
            4 => format!("pause: {{ process: {process}, for: {span} }}"),
            5 => format!("partition: {{ between: [[{process}], [others]], for: {span} }}"),
            6 => format!("cut: {{ from: {process}, to: {side}, for: {span} }}"),
            7 => format!("block.connects: {{ from: {process}, to: {side}, for: {span} }}"),
            8 => format!(
                "slow.link: {{ between: [[{process}], [others]], factor: {}, for: {span} }}",
                self.of(&[10, 500])
            ),
            9 => format!("clog: {{ from: {process}, to: {side}, for: {span} }}"),
            10 => format!("reset.connections: {{ between: [[{process}], [others]] }}"),
            11 => format!("disk.stall: {{ broker: {broker}, for: {span} }}"),
            12 => format!("disk.slow: {{ broker: {broker}, factor: 50, for: {span} }}"),
            13 => format!("crash: {broker}"),
            _ => self.of(&["disk.full", "disk.fail"]).to_owned() + &format!(": {broker}"),
        }
    }
}
