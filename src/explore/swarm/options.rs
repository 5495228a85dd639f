//! What a swarm may draw, and within which bounds.

use std::fmt;
use std::str::FromStr;

use crate::run::figures::exact;
use crate::scenario;
use crate::sim::time::Nanos;

/// A part of a scenario that a swarm can draw.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SwarmPart {
    /// What goes wrong, and when.
    Faults,
    /// Latencies and bandwidth.
    Network,
    /// Flushes, bandwidth, and when pages are written back.
    Disk,
    /// How much is sent, with which keys and sizes; how many read, and how long they work on it.
    Workload,
    /// Brokers, partitions, replicas.
    Topology,
    /// Configs of brokers and clients that decide no promise.
    Config,
}

impl SwarmPart {
    /// All of them, in the order in which they are drawn.
    pub const ALL: [SwarmPart; 6] = [
        SwarmPart::Topology,
        SwarmPart::Config,
        SwarmPart::Workload,
        SwarmPart::Network,
        SwarmPart::Disk,
        SwarmPart::Faults,
    ];
    /// What it is called in options.
    pub fn name(self) -> &'static str {
        match self {
            SwarmPart::Faults => "faults",
            SwarmPart::Network => "network",
            SwarmPart::Disk => "disk",
            SwarmPart::Workload => "workload",
            SwarmPart::Topology => "topology",
            SwarmPart::Config => "config",
        }
    }
}

/// The bounds within which a swarm draws. The default keeps clients and cluster as the scenario has them, and draws the
/// faults: in place of the scenario's own, within the budget.
///
/// The short form names the parts, then what differs from the default: `faults+network,most-faults=4,over-budget`. It has
/// neither blanks nor anything that a shell would take for its own.
///
/// ```
/// use kafkasim::explore::swarm::SwarmOptions;
/// let options: SwarmOptions = "network+faults,most-faults=4".parse().unwrap();
/// assert_eq!(options.most_faults, 4);
/// assert_eq!(options.to_string(), "faults+network,most-faults=4");
/// assert_eq!("faults".parse(), Ok(SwarmOptions::default()));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SwarmOptions {
    /// What is drawn; ascending, each once. Default: the faults.
    pub parts: Vec<SwarmPart>,
    /// Faults of one run, at most; from 1 to 50. How many it is, each seed draws. Default: 6.
    pub most_faults: u64,
    /// Whether the scenario's own faults stay, beside those that are drawn. What administrators do among them stays in any
    /// case, and where no faults are drawn all of it stays. Nobody knows what they take, so that only what is promised all the
    /// same is demanded then. Default: no.
    pub own_faults: bool,
    /// Nothing is drawn to go wrong before this time. Default: a sixth of the scenario's duration, at most 8 s: until then
    /// topics are made and groups formed.
    pub warm_up: Option<Nanos>,
    /// Whether faults may take more than the cluster is built to bear: committed records may be lost, and nobody may be
    /// left to go on. Then only what is promised all the same is demanded. Default: no.
    pub over_budget: bool,
}

/// The most faults that a run can be given.
const MOST_FAULTS: std::ops::RangeInclusive<u64> = 1..=50;

impl Default for SwarmOptions {
    fn default() -> SwarmOptions {
        SwarmOptions {
            parts: vec![SwarmPart::Faults],
            most_faults: 6,
            own_faults: false,
            warm_up: None,
            over_budget: false,
        }
    }
}

impl SwarmOptions {
    /// Whether this is drawn.
    pub fn draws(&self, part: SwarmPart) -> bool {
        self.parts.contains(&part)
    }
    /// Draws these and no others.
    fn set_parts(&mut self, text: &str) -> Result<(), String> {
        let one =
            |word: &str| match word {
                "all" => Ok(SwarmPart::ALL.to_vec()),
                word => SwarmPart::ALL.into_iter().find(|part| part.name() == word).map(|part| vec![part]).ok_or_else(
                    || format!("`{word}` is nothing that a swarm draws: there is {}, or `all`", names("`, `")),
                ),
            };
        let parts: Vec<Vec<SwarmPart>> = text.split('+').map(|word| one(word.trim())).collect::<Result<_, _>>()?;
        self.parts = parts.concat();
        self.parts.sort();
        self.parts.dedup();
        Ok(())
    }
    fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), String> {
        match (name, value) {
            ("over-budget", None) => self.over_budget = true,
            ("own-faults", None) => self.own_faults = true,
            ("most-faults", Some(value)) => {
                let number = value.parse().ok().filter(|n| MOST_FAULTS.contains(n));
                self.most_faults = number.ok_or_else(|| {
                    format!("`{value}` is no number of faults: write one from 1 to 50, such as `most-faults=4`")
                })?;
            }
            ("warm-up", Some(value)) => {
                self.warm_up =
                    Some(scenario::duration(value).map_err(|why| format!("`warm-up={value}` is no time: {why}"))?);
            }
            ("most-faults" | "warm-up", None) => {
                return Err(format!("`{name}` has no value: write `{name}=4`").replace("warm-up=4", "warm-up=5s"));
            }
            ("over-budget" | "own-faults", Some(_)) => {
                return Err(format!("`{name}` takes no value: write it alone, or leave it out"));
            }
            _ => {
                return Err(format!(
                    "`{name}` is no option of a swarm: behind the parts there are `most-faults=N`, `warm-up=T`, \
                     `own-faults` and `over-budget`"
                ));
            }
        }
        Ok(())
    }
}

fn names(between: &str) -> String {
    format!("`{}`", SwarmPart::ALL.map(SwarmPart::name).join(between))
}

impl FromStr for SwarmOptions {
    type Err = String;
    fn from_str(text: &str) -> Result<SwarmOptions, String> {
        let mut options = SwarmOptions::default();
        for (number, word) in text.split(',').map(str::trim).enumerate() {
            match word.split_once('=') {
                Some((name, value)) => options.set(name.trim(), Some(value.trim()))?,
                None if number == 0 && !["over-budget", "own-faults"].contains(&word) => options.set_parts(word)?,
                None => options.set(word, None)?,
            }
        }
        if !options.draws(SwarmPart::Faults) && (options.own_faults || options.over_budget) {
            return Err("`own-faults` and `over-budget` are about faults, which are not drawn: add `faults`".into());
        }
        Ok(options)
    }
}

impl fmt::Display for SwarmOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = SwarmOptions::default();
        let all = self.parts.len() == SwarmPart::ALL.len();
        let parts: Vec<&str> = self.parts.iter().map(|part| part.name()).collect();
        f.write_str(&if all { "all".into() } else { parts.join("+") })?;
        if self.most_faults != default.most_faults {
            write!(f, ",most-faults={}", self.most_faults)?;
        }
        if let Some(warm_up) = self.warm_up {
            write!(f, ",warm-up={}", exact(warm_up))?;
        }
        if self.own_faults {
            f.write_str(",own-faults")?;
        }
        if self.over_budget {
            f.write_str(",over-budget")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SwarmOptions, String> {
        text.parse()
    }

    #[test]
    fn options_are_read_as_they_are_written() {
        for text in [
            "faults",
            "all",
            "faults+network,most-faults=4,over-budget",
            "network+disk+config",
            "faults,warm-up=2000900us",
            "faults,warm-up=2500ms,own-faults",
        ] {
            let options = read(text).expect(text);
            assert_eq!(read(&options.to_string()), Ok(options.clone()), "{text}");
            assert!(
                options.to_string().bytes().all(|b| b.is_ascii_alphanumeric() || b"+,=-".contains(&b)),
                "{options}"
            );
        }
        assert_eq!(read("all,warm-up=3s").expect("read").to_string(), "all,warm-up=3s");
        assert_eq!(read("over-budget").expect("the parts may be left out").to_string(), "faults,over-budget");
        assert_eq!(read("config+faults+faults").expect("read").to_string(), "faults+config");
    }

    #[test]
    fn what_is_no_option_is_told_with_what_would_be() {
        for (text, what) in [
            ("falts", "`topology`, `config`"),
            ("", "`` is nothing"),
            ("faults,most-faults=0", "from 1 to 50"),
            ("faults,most-faults", "write `most-faults=4`"),
            ("faults,warm-up", "write `warm-up=5s`"),
            ("faults,warm-up=5", "no time"),
            ("faults,over-budget=yes", "takes no value"),
            ("faults,speed=3", "no option of a swarm"),
            ("network,over-budget", "add `faults`"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
