//! What is compared: each setting a scenario of its own, as a person could type it after `--set` and `--variant`.

use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::{self, Override, Scenario, ScenarioText, codes};

/// More settings than this are no table that a person reads.
pub const MOST_SETTINGS: usize = 32;

/// Names the scenario itself among variants.
pub const BASE: &str = "base";

/// What somebody wants to have compared, as it was typed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ScanArgs {
    /// Each `PATH=VALUE` or `PATH=VALUE,VALUE`.
    pub sets: Vec<String>,
    /// Faults that every setting has.
    pub withs: Vec<String>,
    /// Variants, joined by commas; [`BASE`] is the scenario itself.
    pub variants: Option<String>,
    /// Versions of Kafka, joined by commas.
    pub versions: Option<String>,
}

/// One of the settings before it is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingWords {
    /// What tells it from the others: `producers.*.config.acks=1`, `cure`.
    pub label: String,
    /// The variant.
    pub variant: Option<String>,
    /// What is changed.
    pub changes: Vec<Override>,
}

/// One of the settings: a scenario that can be run.
#[derive(Clone, Debug)]
pub struct ComparedSetting {
    /// What tells it from the others.
    pub label: String,
    /// The scenario, with its variant and all changes.
    pub scenario: Scenario,
}

impl ScanArgs {
    /// The settings: the cross product of all lists, the last one turning fastest.
    ///
    /// # Errors
    /// There is nothing to compare, or too much; a value is missing, or there twice.
    pub fn settings(&self) -> Result<Vec<SettingWords>, Diagnostic> {
        let variants = self.variants.as_deref().map(|text| Scan::read("--variant", text)).transpose()?;
        let versions = self.versions.as_deref().map(|text| Scan::read("--version", text)).transpose()?;
        let versions = versions.map(|scan| Scan { path: Some("kafka.version".into()), ..scan });
        let sets = self.sets.iter().map(|text| Scan::set(text)).collect::<Result<Vec<_>, _>>()?;
        let mut settings = vec![SettingWords { label: String::new(), variant: None, changes: Vec::new() }];
        for scan in variants.iter().chain(&versions).chain(&sets) {
            if settings.len().saturating_mul(scan.values.len()) > MOST_SETTINGS {
                return Err(too_many(variants.iter().chain(&versions).chain(&sets)));
            }
            settings = settings.iter().flat_map(|setting| scan.values.iter().map(|v| scan.on(setting, v))).collect();
        }
        if settings.len() < 2 {
            return Err(Diagnostic::error(codes::BAD_OVERRIDE, "nothing to compare: every option has one value")
                .with_help("give one of them several: --set producers.*.config.acks=0,1,all, or --variant base,cure"));
        }
        for setting in &mut settings {
            setting.changes.extend(self.withs.iter().map(Override::fault));
        }
        Ok(settings)
    }
}

/// Values that one thing has in turn.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Scan {
    /// What is set; none: the variant is chosen.
    path: Option<String>,
    values: Vec<String>,
}

impl Scan {
    fn set(text: &str) -> Result<Scan, Diagnostic> {
        // What has no value is reported by the scenario's own reader.
        let Some((path, values)) = text.split_once('=') else {
            return Ok(Scan { path: Some(text.into()), values: vec![String::new()] });
        };
        Ok(Scan { path: Some(path.into()), ..Scan::read("--set", values).map_err(|error| in_option(error, text))? })
    }

    fn read(option: &str, text: &str) -> Result<Scan, Diagnostic> {
        let values: Vec<String> = values(text).into_iter().map(str::to_owned).collect();
        let error = |message: String| Diagnostic::error(codes::BAD_OVERRIDE, message);
        if let Some(place) = values.iter().position(|value| value.is_empty()) {
            let which =
                if values.len() == 1 { String::new() } else { format!(": the {} of {}", place + 1, values.len()) };
            return Err(error(format!("an empty value behind `{option}`{which}"))
                .with_help("leave the comma out; a comma that belongs to a value stands in [ ], { } or quotes"));
        }
        let twice = values.iter().enumerate().find(|(place, value)| values[..*place].contains(value));
        match twice {
            Some((_, value)) => {
                Err(error(format!("`{value}` is there twice behind `{option}`")).with_help("leave one of them out"))
            }
            None => Ok(Scan { path: None, values }),
        }
    }

    /// A setting with one of the values.
    fn on(&self, setting: &SettingWords, value: &str) -> SettingWords {
        let mut setting = setting.clone();
        let label = match &self.path {
            None => {
                setting.variant = (value != BASE).then(|| value.to_owned());
                value.to_owned()
            }
            // A word without a value stays one.
            Some(path) if value.is_empty() => {
                setting.changes.push(Override::new(path.as_str()));
                return setting;
            }
            Some(path) => {
                let text = format!("{path}={value}");
                setting.changes.push(Override::new(text.as_str()));
                text
            }
        };
        if self.values.len() > 1 {
            let joint = if setting.label.is_empty() { "" } else { "  " };
            setting.label += &format!("{joint}{label}");
        }
        setting
    }
}

fn in_option(error: Diagnostic, text: &str) -> Diagnostic {
    Diagnostic { message: error.message.replacen("`--set`", &format!("`--set {text}`"), 1), ..error }
}

fn too_many<'s>(scans: impl Iterator<Item = &'s Scan>) -> Diagnostic {
    let counts: Vec<String> = scans.map(|scan| scan.values.len()).filter(|n| *n > 1).map(|n| n.to_string()).collect();
    let message = format!("too many settings: {}, and at most {MOST_SETTINGS} are compared", counts.join(" times "));
    Diagnostic::error(codes::BAD_OVERRIDE, message).with_help("leave some values out, or compare in parts")
}

/// The parts of a list between its commas: those in brackets, braces and quotes belong to what they stand in.
fn values(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut quote, mut from) = (Vec::new(), 0_u32, None, 0);
    for (place, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            // Quotes quote where a value begins; an apostrophe in a word is one.
            (None, '"' | '\'') if text[from..place].trim().is_empty() || depth > 0 => quote = Some(c),
            (None, '[' | '{' | '(') => depth += 1,
            (None, ']' | '}' | ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(text[from..place].trim());
                from = place + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts
}

/// Settings, with the warnings about their scenarios, each once.
pub type ReadSettings = (Vec<ComparedSetting>, Vec<Diagnostic>);

/// Reads each setting's scenario. With the settings come the warnings, each once.
///
/// # Errors
/// The label of the first setting that is refused, and everything that is wrong with it.
pub fn read_settings(source: &ScenarioText, words: &[SettingWords]) -> Result<ReadSettings, (String, Vec<Diagnostic>)> {
    let (mut settings, mut warnings) = (Vec::new(), Vec::new());
    for setting in words {
        let read = scenario::parse_variant(source, setting.variant.as_deref(), &setting.changes);
        let (scenario, told) = read.map_err(|findings| (setting.label.clone(), findings))?;
        for warning in told {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        settings.push(ComparedSetting { label: setting.label.clone(), scenario });
    }
    Ok((settings, warnings))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(sets: &[&str], variants: Option<&str>) -> Result<Vec<String>, String> {
        let args = ScanArgs {
            sets: sets.iter().map(|set| (*set).to_owned()).collect(),
            variants: variants.map(str::to_owned),
            ..ScanArgs::default()
        };
        let settings = args.settings().map_err(|error| error.message)?;
        Ok(settings.into_iter().map(|setting| setting.label).collect())
    }

    #[test]
    fn commas_within_a_value_part_nothing() {
        for (text, parts) in [
            ("0,1,all", &["0", "1", "all"][..]),
            ("[a, b],[c]", &["[a, b]", "[c]"]),
            ("{poisson: 10/s}, {every: [1, 2]}", &["{poisson: 10/s}", "{every: [1, 2]}"]),
            ("'a,b',c", &["'a,b'", "c"]),
            ("it's,so", &["it's", "so"]),
            ("[\"x,]\", y],z", &["[\"x,]\", y]", "z"]),
            ("1,,2", &["1", "", "2"]),
        ] {
            assert_eq!(values(text), parts, "{text}");
        }
    }

    #[test]
    fn settings_are_the_cross_product_and_named_by_what_differs() {
        let acks = labels(&["producers.*.config.acks=0,1"], None).expect("two");
        assert_eq!(acks, ["producers.*.config.acks=0", "producers.*.config.acks=1"]);
        let both = labels(&["a=1,2", "b=x", "c=[1,2],3"], Some("base,cure")).expect("eight");
        assert_eq!(both[..3], ["base  a=1  c=[1,2]", "base  a=1  c=3", "base  a=2  c=[1,2]"]);
        assert_eq!((both.len(), both[7].as_str()), (8, "cure  a=2  c=3"));
    }

    #[test]
    fn every_setting_has_what_is_common_to_all() {
        let args = ScanArgs {
            sets: vec!["duration=20s".into(), "a=1,2".into()],
            withs: vec!["at: 5s, crash: broker 1".into()],
            variants: Some("cure".into()),
            versions: None,
        };
        let settings = args.settings().expect("two");
        assert!(
            settings.iter().all(|setting| setting.variant.as_deref() == Some("cure") && setting.changes.len() == 3)
        );
        assert_eq!(settings[1].changes[1], Override::new("a=2"));
        let versions = ScanArgs { versions: Some("4.0,4.4".into()), ..ScanArgs::default() };
        assert_eq!(versions.settings().expect("two")[1].changes, [Override::new("kafka.version=4.4")]);
    }

    #[test]
    fn what_is_nothing_to_compare_is_refused() {
        for (sets, variants, says) in [
            (&["a=1"][..], None, "nothing to compare"),
            (&[], None, "nothing to compare"),
            (&[], Some("cure"), "nothing to compare"),
            (&["a=1,,2"], None, "an empty value behind `--set a=1,,2`: the 2 of 3"),
            (&["a="], None, "an empty value behind `--set a=`"),
            (&[], Some("base,"), "an empty value behind `--variant`: the 2 of 2"),
            (&["a=1,2,1"], None, "`1` is there twice"),
            (&["a=1,2,3,4,5,6", "b=1,2,3,4,5,6"], None, "too many settings: 6 times 6, and at most 32"),
        ] {
            let message = labels(sets, variants).expect_err(says);
            assert!(message.contains(says), "{message}");
        }
    }
}
