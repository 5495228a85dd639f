//! Looks names up, checks bounds and what Kafka refuses, and builds the world.

mod admin;
mod alerts;
mod apps;
mod assigning;
mod clients;
mod expect;
mod faults;
mod group_configs;
mod instances;
mod kafka;
mod loops;
mod racks;
mod re2j;
mod retries;
mod servers;
mod share;
mod sinks;
mod size;
mod sources;
mod steps;
mod subscriptions;
mod transactions;

use litemap::LiteMap;

use super::Scenario;
use super::codes;
use super::file::File;
use super::file::fault::When;
use super::file::leaf::Duration;
use super::findings::{Findings, counted, suggestion};
use super::node::{At, Span, shorten};
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog, NodeRole, SHARE_GROUP_STATE, TRANSACTION_STATE};
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::ids::{BrokerId, GroupId, NodeId, TopicId, Tp, TransactionalId};
use crate::protocol::rules::{KafkaVersion, Rules, TransactionVersion};
use crate::sim::time::Nanos;
use crate::world::spec::{Condition, WorldSpec};

/// The topics that brokers create for themselves.
const INTERNAL: [&str; 3] = [CONSUMER_OFFSETS, TRANSACTION_STATE, SHARE_GROUP_STATE];
/// Partitions of all topics together, internal ones included.
const MAX_PARTITIONS: u64 = 20_000;
/// Replicas of all partitions together.
const MAX_REPLICAS: u64 = 100_000;
/// Clients together.
const MAX_CLIENTS: u64 = 2_000;
/// Records that a run may send.
const MAX_RECORDS: u128 = 2_000_000_000;
/// Entries of `faults`.
const MAX_FAULTS: usize = 1_000;
/// Occurrences of one repeating fault.
const MAX_OCCURRENCES: u64 = 100_000;
/// The longest run.
const MAX_DURATION: Nanos = Nanos::from_secs(7 * 24 * 3600);
/// The longest wait of the final phase, when the file does not say.
const FINAL_PHASE: Nanos = Nanos::from_secs(300);
/// The node id of the first KRaft controller.
const CONTROLLER_ID: u16 = 100;

/// Builds a scenario. Without one, `findings` says why.
pub(super) fn scenario(file: &File, findings: &mut Findings) -> Option<Scenario> {
    let duration = duration(file, findings);
    let mut names = Names::new(file, findings);
    let (topics, later) = servers::topics(file, &names, findings);
    let final_phase = file.final_phase.as_ref().map_or(FINAL_PHASE, |at| at.0);
    for topic in file.topics.iter().flat_map(|topics| &topics.value.0).filter_map(|(_, topic)| topic.as_ref()) {
        kafka::topic_retention(&topic.configs, &names.config, duration.saturating_add(final_phase), findings);
    }
    let apps::Applications { list: applications, stops } = apps::applications(file, &mut names, duration, findings);
    let network = servers::network(file, findings);
    let disk = servers::disk(file);
    let machine = servers::machine(file);
    let operations = admin::operations(file, &mut names, &later, findings);
    let mut faults = faults::faults(file, &names, duration, findings);
    faults.extend(stops.into_iter().map(|(node, at)| apps::stopping(&names, node, at)));
    let groups = group_configs::group_configs(file, &names, findings);
    let alerts = alerts::alerts(file, &names, findings);
    let expect = expect::expectations(file, &names, &alerts, findings);
    if findings.has_errors() {
        return None;
    }
    let brokers = racks::configs(&names);
    let world = WorldSpec {
        name: file.name.as_ref()?.0.clone(),
        rules: rules(file),
        duration,
        final_phase,
        catalog: names.catalog,
        brokers,
        groups,
        topics,
        applications,
        network,
        disk,
        machine,
        process_start: servers::process_start(file),
        faults,
        operations,
        ignored: findings.take_ignored(),
    };
    size::bounds(&world, file, findings);
    let text = |text: &Option<At<super::file::leaf::Text>>| text.as_ref().map(|at| at.0.clone()).unwrap_or_default();
    Some(Scenario {
        name: file.name.as_ref()?.0.clone(),
        summary: text(&file.summary),
        teaches: text(&file.teaches),
        tags: file.tags.iter().flat_map(|tags| &tags.0).map(|tag| tag.0.clone()).collect(),
        seed: file.seed.as_ref().map_or(1, |seed| seed.0),
        alerts,
        expect,
        // Where it comes from, and which variant of the file it is: its reader knows.
        source: super::ScenarioText::new("", ""),
        variant: None,
        variants: Vec::new(),
        changes: Vec::new(),
        world,
    })
}

/// Where a config of the brokers is written, or where else to point, and where its value is from.
fn cluster_config(file: &File, name: &str, otherwise: Span) -> (Span, &'static str) {
    let configs = file.cluster.as_ref().and_then(|cluster| cluster.config.as_ref());
    match configs.and_then(|configs| configs.place(name)) {
        Some(place) => (place, "as written"),
        None => (otherwise, "Kafka's default"),
    }
}

/// That a topic of coordinators can never be created.
fn too_many_replicas(name: &str, factor: u16, names: &Names) -> String {
    format!("{name} is {factor} with {}", counted(u64::from(names.brokers), "broker"))
}

/// A condition about the file's world.
pub(super) fn condition(file: &File, when: &When, findings: &mut Findings) -> Option<Condition> {
    let duration = duration(file, findings);
    let mut names = Names::new(file, findings);
    // Applications and administrators are processes, which a condition may name.
    let (_, later) = servers::topics(file, &names, findings);
    apps::applications(file, &mut names, duration, findings);
    admin::operations(file, &mut names, &later, findings);
    faults::condition(file, &names, when, findings)
}

/// The rules of the version, with the feature levels that the file names.
fn rules(file: &File) -> Rules {
    let of_version = Rules::of(file.version.as_ref().map_or_else(KafkaVersion::default, |version| version.0));
    let level = file.rules.as_ref().and_then(|rules| rules.transaction_version.as_ref());
    let named = level.and_then(|level| TransactionVersion::of_level(level.0));
    Rules { transaction_version: named.unwrap_or(of_version.transaction_version), ..of_version }
}

fn duration(file: &File, findings: &mut Findings) -> Nanos {
    let longest = |at: &At<super::file::leaf::Duration>, findings: &mut Findings| {
        if at.0 == Nanos::ZERO && file.final_phase.as_ref().is_none_or(|phase| phase.span != at.span) {
            findings.error(codes::IMPOSSIBLE, at.span, "a run that takes no time").label("must be longer than nothing");
        }
        if at.0 > MAX_DURATION {
            findings
                .error(codes::OUT_OF_BOUNDS, at.span, "a run of that length")
                .label(format!("at most {} h", MAX_DURATION.0 / 3_600_000_000_000));
        }
    };
    if let Some(duration) = &file.duration {
        longest(duration, findings);
    }
    if let Some(phase) = &file.final_phase {
        longest(phase, findings);
    }
    // Without a readable end nothing comes after it.
    file.duration.as_ref().map_or(Nanos::MAX, |at| at.0.min(MAX_DURATION))
}

/// A starting time, which must come before the end.
fn before_end(at: Option<&At<Duration>>, duration: Nanos, findings: &mut Findings) -> Option<Nanos> {
    let at = at?;
    if at.0 >= duration {
        findings
            .error(codes::NEVER_HAPPENS, at.span, "it begins after the end")
            .label(format!("the run ends at {duration}"));
    }
    Some(at.0)
}

/// What the file's names mean. Names whose sections cannot be read are known as well, so that one
/// mistake is reported once.
struct Names {
    catalog: Catalog,
    topics: LiteMap<String, TopicId>,
    groups: LiteMap<String, GroupId>,
    processes: LiteMap<String, NodeId>,
    brokers: u8,
    config: BrokerConfig,
    /// How many partitions topics begin with; the catalogue has those that are added later as well.
    partitions_at_start: LiteMap<TopicId, u32>,
    /// How many different keys the file's records have at most.
    keys: u32,
    /// The administrators' processes, by the place of their action.
    operations: LiteMap<Span, NodeId>,
}

impl Names {
    fn new(file: &File, findings: &mut Findings) -> Names {
        let cluster = file.cluster.as_ref();
        let brokers = cluster.and_then(|c| c.brokers.as_ref()).map_or(3, |at| at.0 as u8);
        let config = cluster
            .and_then(|c| c.config.as_ref())
            .map_or_else(|| BrokerConfig::of(findings.version), |c| c.value.value.clone());
        let mut catalog = Catalog::default();
        for id in 1..=brokers {
            catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id)));
        }
        racks::brokers(file, brokers, &config, &mut catalog, findings);
        for id in (CONTROLLER_ID..).take(usize::from(servers::controller_count(file))) {
            catalog.add_node(format!("controller {id}"), NodeRole::Controller(id));
        }
        catalog.add_node("admin", NodeRole::Admin);
        let processes =
            catalog.nodes.iter().enumerate().map(|(i, node)| (node.name.clone(), NodeId(i as u16))).collect();
        let mut names = Names {
            catalog,
            topics: LiteMap::new(),
            groups: LiteMap::new(),
            processes,
            brokers,
            config,
            partitions_at_start: LiteMap::new(),
            keys: sources::key_count(file),
            operations: LiteMap::new(),
        };
        names.add_topics(file, findings);
        for (name, group) in file.groups.iter().flat_map(|groups| &groups.0) {
            let config = group.as_ref().and_then(|group| group.config.as_ref());
            let id = config.and_then(|config| config.id.as_ref()).map(|id| id.value.as_str());
            let kind = group.as_ref().and_then(|group| group.kind.as_ref());
            names.add_group(name, id, share::is_share(kind), findings);
            if let Some(group) = group {
                names.add_retry_groups(name, id, &retries::group_names(group, ""), findings);
            }
        }
        for (name, app) in file.apps.iter().flat_map(|apps| &apps.0) {
            if let Some(consumer) = app.as_ref().and_then(|app| app.consumer.as_ref()) {
                let in_config = consumer.config.as_ref().and_then(|config| config.id.as_ref());
                let id = consumer.group.as_ref().map(|at| &at.0).or(in_config.map(|id| &id.value));
                names.add_group(name, id.map(String::as_str), share::is_share(consumer.kind.as_ref()), findings);
                let group = app.as_ref().and_then(apps::group_of);
                let suffixes = group.map_or(Vec::new(), |group| retries::group_names(&group, ""));
                names.add_retry_groups(name, id.map(String::as_str), &suffixes, findings);
            }
        }
        if !names.catalog.share_groups.is_empty() {
            group_configs::share_groups(file, findings);
        }
        servers::cluster(file, &names, findings);
        names
    }

    /// Whoever reads is in the group of this id, or of its own name. Several may be in one.
    fn add_group(&mut self, name: &At<String>, id: Option<&str>, share: bool, findings: &mut Findings) {
        let id = id.unwrap_or(&name.value);
        let known = self.catalog.group(id);
        if known.is_none() && self.catalog.groups.len() >= usize::from(u16::MAX) {
            return;
        }
        if let Some(known) = known
            && self.catalog.is_share_group(known) != share
        {
            findings
                .error(codes::CONTRADICTION, name.span, format!("group `{}` would be of two types", shorten(id)))
                .label(if share { "a share group here" } else { "a consumer group here" })
                .help("the coordinator refuses whoever comes second: give one of them another group.id");
        }
        let group = known.unwrap_or_else(|| match share {
            true => self.catalog.add_share_group(id),
            false => self.catalog.add_group(id),
        });
        self.groups.insert(name.value.clone(), group);
        self.groups.insert(id.to_owned(), group);
    }

    /// The groups that read the retry topics of one have its name and id, each with a suffix.
    fn add_retry_groups(&mut self, name: &At<String>, id: Option<&str>, suffixes: &[String], findings: &mut Findings) {
        for suffix in suffixes {
            let of = |name: &str| format!("{name}{suffix}");
            self.add_group(&At { value: of(&name.value), span: name.span }, id.map(of).as_deref(), false, findings);
        }
    }

    fn add_topics(&mut self, file: &File, findings: &mut Findings) {
        let declared = file.topics.as_ref().map_or(&[][..], |topics| &topics.0);
        if let Some(topics) = file.topics.as_ref().filter(|topics| topics.0.is_empty()) {
            findings.error(codes::EMPTY_SECTION, topics.span, "`topics` is empty").label("a scenario needs a topic");
        }
        let transactions = transactions::first_id(file).is_some();
        let (mut total, mut over) = self.internal_partitions(file, transactions, findings);
        for (name, topic) in declared {
            let at_start = servers::partition_count(topic.as_ref(), &self.config);
            let partitions = at_start.max(admin::partitions_in_the_end(file, name));
            total += partitions;
            let count = if total > MAX_PARTITIONS { 1 } else { partitions as u32 };
            if total > MAX_PARTITIONS && !over {
                over = true;
                too_many_partitions(
                    topic.as_ref().and_then(|t| t.partitions.as_ref()).map_or(name.span, |at| at.span),
                    findings,
                );
            }
            if self.catalog.topics.len() < usize::from(u16::MAX) - 1 {
                let id = self.catalog.add_topic(name.value.as_str(), count);
                self.topics.insert(name.value.clone(), id);
                self.partitions_at_start.insert(id, at_start.min(u64::from(count)) as u32);
            }
        }
        self.catalog.add_topic(CONSUMER_OFFSETS, self.config.offsets_topic_num_partitions);
        if transactions {
            self.catalog.add_topic(TRANSACTION_STATE, self.config.transaction_state_log_num_partitions);
        }
        if share::first_group(file).is_some() {
            self.catalog.add_topic(SHARE_GROUP_STATE, self.config.share_coordinator_state_topic_num_partitions);
        }
    }

    /// How many partitions the internal topics have, and whether those are too many.
    fn internal_partitions(&mut self, file: &File, transactions: bool, findings: &mut Findings) -> (u64, bool) {
        let state = if transactions { self.config.transaction_state_log_num_partitions } else { 0 };
        let of_shares = self.config.share_coordinator_state_topic_num_partitions;
        let shares = if share::first_group(file).is_some() { of_shares } else { 0 };
        let total = u64::from(self.config.offsets_topic_num_partitions) + u64::from(state) + u64::from(shares);
        let over = total > MAX_PARTITIONS;
        if over {
            let configs = file.cluster.as_ref().and_then(|c| c.config.as_ref());
            let names = [
                "transaction.state.log.num.partitions",
                "share.coordinator.state.topic.num.partitions",
                "offsets.topic.num.partitions",
            ];
            let span = names.iter().find_map(|name| configs?.place(name));
            too_many_partitions(span.unwrap_or_default(), findings);
            self.config.offsets_topic_num_partitions = 1;
            self.config.transaction_state_log_num_partitions = 1;
            self.config.share_coordinator_state_topic_num_partitions = 1;
        }
        (total, over)
    }

    fn topic(&self, name: &str, span: Span, findings: &mut Findings) -> Option<TopicId> {
        let found = self.topics.get(name).copied();
        if found.is_none() && !findings.full() {
            let names: Vec<&str> =
                self.catalog.topics.iter().map(|t| t.name.as_str()).filter(|n| !INTERNAL.contains(n)).collect();
            let help = suggestion(name, &names, "topic");
            findings
                .error(codes::UNKNOWN_TOPIC, span, format!("unknown topic `{}`", shorten(name)))
                .label("not in `topics`")
                .maybe_help(help);
        }
        found
    }

    /// The configs of a topic that the file declares.
    fn topic_config(&self, file: &File, topic: TopicId) -> Option<TopicConfig> {
        let name = &self.catalog.topics[topic.index()].name;
        let declared = file.topics.iter().flat_map(|topics| &topics.value.0).find(|(key, _)| key.value == *name);
        declared.and_then(|(_, topic)| topic.as_ref()).map(|t| t.configs.over(self.config.topic_defaults()))
    }

    fn group(&self, name: &str, span: Span, findings: &mut Findings) -> Option<GroupId> {
        let found = self.groups.get(name).copied();
        if found.is_none() && !findings.full() {
            let names: Vec<&str> = self.catalog.groups.iter().map(String::as_str).collect();
            let help = suggestion(name, &names, "group");
            findings
                .error(codes::UNKNOWN_GROUP, span, format!("unknown group `{}`", shorten(name)))
                .label("not in `groups`")
                .maybe_help(help);
        }
        found
    }

    fn transactional_id(&self, name: &str, span: Span, findings: &mut Findings) -> Option<TransactionalId> {
        let found = self.catalog.transactional_id(name);
        if found.is_none() && !findings.full() {
            let names: Vec<&str> = self.catalog.transactional_ids.iter().map(String::as_str).collect();
            let help = suggestion(name, &names, "transactional id");
            findings
                .error(codes::UNKNOWN_TRANSACTIONAL_ID, span, format!("unknown transactional id `{}`", shorten(name)))
                .label("no producer has it")
                .maybe_help(help);
        }
        found
    }

    fn broker(&self, id: u64, span: Span, findings: &mut Findings) -> Option<BrokerId> {
        if (1..=u64::from(self.brokers)).contains(&id) {
            return Some(BrokerId(id as u8));
        }
        let help = match self.brokers {
            1 => "there is only broker 1".to_owned(),
            n => format!("brokers are numbered from 1 to {n}"),
        };
        findings
            .error(codes::UNKNOWN_BROKER, span, format!("there is no broker {id}"))
            .label("not in the cluster")
            .help(help);
        None
    }

    /// A partition from its name, `orders-0`.
    fn partition(&self, text: &str, span: Span, findings: &mut Findings) -> Option<Tp> {
        let parts = text.rsplit_once('-').and_then(|(topic, number)| Some((topic, super::unit::whole(number).ok()?)));
        let Some((topic, number)) = parts else {
            let known = self.topics.contains_key(text);
            let help = if known {
                format!("name a partition, such as `{text}-0`")
            } else {
                "a partition is written `topic-number`".into()
            };
            findings
                .error(codes::UNKNOWN_PARTITION, span, format!("`{}` is not a partition", shorten(text)))
                .label("no partition number")
                .help(help);
            return None;
        };
        let id = self.topic(topic, span, findings)?;
        let entry = &self.catalog.topics[id.index()];
        let found = u32::try_from(number)
            .ok()
            .filter(|number| *number < entry.partitions)
            .map(|number| Tp(entry.first.0 + number));
        if found.is_none() {
            let help = match entry.partitions {
                1 => format!("`{topic}` has one partition, `{topic}-0`"),
                n => format!("the partitions of `{topic}` are 0 to {}", n - 1),
            };
            findings
                .error(codes::UNKNOWN_PARTITION, span, format!("there is no partition {number} of `{topic}`"))
                .label("no such partition")
                .help(help);
        }
        found
    }
}

fn too_many_partitions(span: Span, findings: &mut Findings) {
    findings
        .error(codes::OUT_OF_BOUNDS, span, format!("more than {MAX_PARTITIONS} partitions in all"))
        .label("too many")
        .help(
            "those of `__consumer_offsets` and `__transaction_state` count as well (offsets.topic.num.partitions, \
             transaction.state.log.num.partitions)",
        );
}
