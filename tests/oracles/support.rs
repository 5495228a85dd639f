//! Reads an oracle file, runs every case, and names those that fail.

use std::fmt::Debug;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The frame that all files share.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<Case> {
    name: String,
    schema_version: u32,
    #[serde(rename = "description")]
    _description: String,
    #[serde(rename = "source")]
    _source: String,
    case_count: usize,
    cases: Vec<Case>,
}

/// A case of a file.
pub trait Case: DeserializeOwned {
    fn id(&self) -> &str;
}

/// What a check says about a case.
pub type Verdict = Result<(), String>;

/// Ok if both are equal, else what differs.
pub fn same<T: PartialEq + Debug>(what: &str, ours: T, kafkas: T) -> Verdict {
    if ours == kafkas { Ok(()) } else { Err(format!("{what}: ours {ours:?}, Kafka's {kafkas:?}")) }
}

/// Every file that has a test.
const FILES: [&str; 10] = [
    "assignors_client",
    "assignors_server",
    "coordinator_partition",
    "leader_election",
    "leader_epoch_cache",
    "librdkafka_groups",
    "log_truncation",
    "partitioner",
    "producer_sequences",
    "record_batch",
];

/// The folder that somebody named.
#[expect(clippy::disallowed_methods, reason = "the caller of a test may point it to another folder")]
fn named_folder() -> Option<PathBuf> {
    std::env::var_os("KAFKASIM_ORACLES").map(PathBuf::from)
}

/// Where `NAME.json` is to be read; none if a folder was named that has other files, but not this one.
fn path_of(name: &str) -> Option<PathBuf> {
    let file = |folder: &PathBuf, name: &str| folder.join(format!("{name}.json"));
    let Some(folder) = named_folder() else {
        return Some(file(&PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles")), name));
    };
    let path = file(&folder, name);
    let has_others = FILES.iter().any(|other| file(&folder, other).is_file());
    (path.is_file() || !has_others).then_some(path)
}

/// Runs `check` on every case of `NAME.json`.
///
/// # Panics
/// If the file cannot be read or has another schema, or if a case fails.
pub fn run<C: Case>(name: &str, check: impl Fn(&C) -> Verdict) {
    assert!(FILES.contains(&name), "{name} is not among the known files");
    let Some(path) = path_of(name) else {
        eprintln!("skipped: the named folder has no {name}.json");
        return;
    };
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("oracle file {}: {error}", path.display()));
    let file: File<C> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("oracle file {}: {error}", path.display()));
    assert_eq!(file.name, name, "{} is the file of another oracle", path.display());
    assert_eq!(file.schema_version, 1, "{} has a schema that this test does not know", path.display());
    assert_eq!(file.case_count, file.cases.len(), "{} is not whole", path.display());
    assert!(!file.cases.is_empty(), "{} has no case", path.display());
    let failures: Vec<String> =
        file.cases.iter().filter_map(|case| check(case).err().map(|why| format!("{}: {why}", case.id()))).collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases differ from Kafka:\n{}",
        failures.len(),
        file.cases.len(),
        failures.join("\n")
    );
}

/// Implements [`Case`] by the field `id`.
macro_rules! case {
    ($ty:ty) => {
        impl crate::support::Case for $ty {
            fn id(&self) -> &str {
                &self.id
            }
        }
    };
}
pub(crate) use case;

/// The bytes of a hexadecimal text.
///
/// # Panics
/// If it is none.
pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "half a byte in {text:?}");
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hexadecimal digits")).collect()
}
