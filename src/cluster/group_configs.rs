//! Configs of single groups, as brokers have them (`group-coordinator/.../GroupConfigManager.java`).

use std::collections::BTreeMap;

use crate::protocol::config::GroupConfig;
use crate::protocol::ids::GroupId;

/// See the module.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct GroupConfigs {
    defaults: GroupConfig,
    own: BTreeMap<GroupId, GroupConfig>,
}

impl GroupConfigs {
    /// What a group does not set it takes from the brokers (`BrokerConfig::group_defaults`).
    pub fn new(defaults: GroupConfig) -> GroupConfigs {
        GroupConfigs { defaults, own: BTreeMap::new() }
    }
    /// A group has configs of its own: all of them, with the brokers' where it says nothing.
    pub fn set(&mut self, group: GroupId, config: GroupConfig) {
        self.own.insert(group, config);
    }
    /// The configs of a group.
    pub fn of(&self, group: GroupId) -> &GroupConfig {
        self.own.get(&group).unwrap_or(&self.defaults)
    }
    /// Those that have configs of their own, ascending.
    pub fn own(&self) -> impl Iterator<Item = (GroupId, &GroupConfig)> {
        self.own.iter().map(|(group, config)| (*group, config))
    }
}
