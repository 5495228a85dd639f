//! Which process stands in which rack.

use super::Names;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::{BrokerConfig, RackName};
use crate::protocol::ids::NodeId;
use crate::scenario::codes;
use crate::scenario::file::File;
use crate::scenario::file::leaf::Name;
use crate::scenario::findings::{Findings, counted};
use crate::scenario::node::At;

/// The brokers' racks: those of `cluster.racks` in turn, or one that all of them have.
pub(super) fn brokers(file: &File, count: u8, config: &BrokerConfig, catalog: &mut Catalog, findings: &mut Findings) {
    let cluster = file.cluster.as_ref();
    let listed = cluster.and_then(|cluster| cluster.racks.as_ref());
    let Some(listed) = listed else {
        let common = catalog.add_rack(config.broker_rack.as_str());
        catalog.nodes.iter_mut().take(usize::from(count)).for_each(|node| node.rack = common);
        return;
    };
    if listed.0.is_empty() {
        findings.error(codes::EMPTY_SECTION, listed.span, "`racks` is empty").label("name at least one rack");
        return;
    }
    if listed.0.len() > usize::from(count) {
        let brokers = counted(u64::from(count), "broker");
        findings
            .error(codes::CONTRADICTION, listed.span, format!("{} racks for {brokers}", listed.0.len()))
            .label("one for each broker at most; fewer are gone through again and again");
        return;
    }
    if let Some(span) = cluster.and_then(|cluster| cluster.config.as_ref()?.place("broker.rack")) {
        findings
            .error(codes::CONTRADICTION, span, "`broker.rack` beside `racks`")
            .label("`racks` gives each broker its own")
            .help("leave one of the two out");
    }
    for number in 0..usize::from(count) {
        catalog.nodes[number].rack = catalog.add_rack(&listed.0[number % listed.0.len()].0);
    }
}

/// The configs of each broker: all alike, but for its rack.
pub(super) fn configs(names: &Names) -> Vec<BrokerConfig> {
    let of = |number: u8| {
        let rack = names.catalog.nodes[usize::from(number)].rack;
        let broker_rack = rack.map_or(RackName::default(), |rack| RackName::from(names.catalog.rack_name(rack)));
        BrokerConfig { broker_rack, ..names.config.clone() }
    };
    (0..names.brokers).map(of).collect()
}

impl Names {
    /// A client stands in the rack that the file says, or in that of its `client.rack`.
    pub(super) fn stands(&mut self, node: NodeId, own: Option<&At<Name>>, config: Option<&RackName>) {
        // Also a rack that only its configs name is known, so that brokers and assignors can hear of it.
        let configured = config.and_then(|rack| self.catalog.add_rack(rack.as_str()));
        let own = own.and_then(|name| self.catalog.add_rack(&name.value.0));
        self.catalog.nodes[node.index()].rack = own.or(configured);
    }
}
