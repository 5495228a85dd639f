//! A result as one line of JSON: what a sweep writes for programs, and what `merge` and `--resume` read.
//!
//! A line has all that a summary needs, so that summaries can be made of lines from many machines. No clock, no host and
//! no duration is in it: it is a pure function of version, scenario and seed.

use serde::{Deserialize, Serialize};

use super::result::{Cause, SeedEnding, SeedResult};
use super::seeds::Seeds;
use super::swept::SweptScenario;
use crate::check::kafka_bug::KafkaBug;
use crate::scenario::properties::SOMETIMES;
use crate::sim::time::Nanos;

/// The form of the lines.
const FORM: u64 = 1;

/// In the order in which they are written: what all lines of a sweep have in common, then what is the seed's own.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    v: u64,
    scenario: String,
    kafkasim: String,
    name: String,
    variant: Option<String>,
    changes: Vec<String>,
    swarm: Option<String>,
    seeds: Option<String>,
    expect: Vec<String>,
    seed: u64,
    verdict: SeedEnding,
    invariant: Option<String>,
    t_ns: Option<u64>,
    cause: Option<String>,
    bug: Option<String>,
    broken: Vec<String>,
    inconclusive: Vec<String>,
    missed: Vec<u16>,
    run: Option<String>,
    token: Option<String>,
    seen: Vec<String>,
    digest: Option<String>,
}

/// The line, without its end.
pub fn write(swept: &SweptScenario, result: &SeedResult) -> String {
    let (swept, result) = (swept.clone(), result.clone());
    let fields = Fields {
        v: FORM,
        scenario: swept.digest,
        kafkasim: swept.version,
        name: swept.name,
        variant: swept.variant,
        changes: swept.changes,
        swarm: swept.swarm,
        seeds: swept.asked.map(|seeds| seeds.to_string()),
        expect: swept.expect,
        seed: result.seed,
        verdict: result.ending,
        invariant: result.cause.as_ref().map(|cause| cause.name.clone()),
        t_ns: result.cause.as_ref().and_then(|cause| cause.at).map(|at| at.0),
        bug: result.cause.as_ref().and_then(|cause| cause.bug).map(|bug| bug.to_string()),
        cause: result.cause.map(|cause| cause.text),
        broken: result.broken,
        inconclusive: result.inconclusive,
        missed: result.missed,
        run: result.run,
        token: result.token,
        seen: result.seen.into_iter().map(str::to_owned).collect(),
        digest: result.digest,
    };
    serde_json::to_string(&fields).expect("fields are plain values")
}

/// How all lines of a sweep begin: as far as the number of the seed.
pub fn head(swept: &SweptScenario) -> String {
    let line = write(swept, &SeedResult::ended(0, SeedEnding::Met));
    // Names before it may have these letters as well, but quoted ones.
    let end = line.find("],\"seed\":0,").expect("it has a seed") + "],\"seed\":".len();
    line[..end].to_owned()
}

/// A line that was written by [`write`].
///
/// # Errors
/// What is wrong with it.
pub fn read(line: &str) -> Result<(SweptScenario, SeedResult), String> {
    let fields: Fields = serde_json::from_str(line).map_err(|error| said(line, &error))?;
    if fields.v != FORM {
        return Err(format!("a line of form {}, and this is kafkasim {}, which reads form {FORM}", fields.v, VERSION));
    }
    let asked = fields.seeds.map(|seeds| seeds.parse::<Seeds>()).transpose()?;
    let seen = fields.seen.iter().map(|name| property(name)).collect::<Result<_, _>>()?;
    let bug = fields.bug.map(|name| bug(&name)).transpose()?;
    let cause = match (fields.invariant, fields.cause) {
        (Some(name), Some(text)) => Some(Cause { name, text, at: fields.t_ns.map(Nanos), bug }),
        (None, None) => None,
        _ => return Err("`invariant` and `cause` stand together or not at all".into()),
    };
    if cause.is_none() != (fields.verdict == SeedEnding::Met) {
        return Err("what is not as expected has a cause, and nothing else has".into());
    }
    let swept = SweptScenario {
        name: fields.name,
        variant: fields.variant,
        digest: fields.scenario,
        version: fields.kafkasim,
        changes: fields.changes,
        swarm: fields.swarm,
        expect: fields.expect,
        asked,
    };
    let result = SeedResult {
        seed: fields.seed,
        ending: fields.verdict,
        cause,
        broken: fields.broken,
        inconclusive: fields.inconclusive,
        missed: fields.missed,
        run: fields.run,
        token: fields.token,
        seen,
        digest: fields.digest,
        swarm: None,
    };
    Ok((swept, result))
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a person is told of a line that is none.
fn said(line: &str, error: &serde_json::Error) -> String {
    if line.trim().is_empty() {
        return "an empty line".into();
    }
    // Where in its line it is; that it is line 1 of itself is no news.
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    format!("no line of a sweep: {what} in column {}", error.column())
}

fn property(name: &str) -> Result<&'static str, String> {
    let known = SOMETIMES.iter().map(|(known, _)| *known).find(|known| *known == name);
    known.ok_or_else(|| format!("`{name}` is no `sometimes` property of kafkasim {VERSION}"))
}

fn bug(name: &str) -> Result<KafkaBug, String> {
    let known = KafkaBug::named(name);
    known.ok_or_else(|| format!("`{name}` is no bug of Kafka that kafkasim {VERSION} knows"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn swept() -> SweptScenario {
        SweptScenario {
            name: "x".into(),
            variant: Some("cure".into()),
            digest: "xxh3:0".into(),
            version: VERSION.into(),
            changes: vec!["--set a=],\"seed\":0,".into()],
            swarm: None,
            expect: vec!["acked-all-durable".into(), "sometimes truncation".into()],
            asked: Some("1..40".parse().expect("seeds")),
        }
    }
    pub fn met(seed: u64) -> SeedResult {
        SeedResult {
            seen: vec!["truncation"],
            digest: Some(format!("{seed:032x}")),
            ..SeedResult::ended(seed, SeedEnding::Met)
        }
    }
    pub fn broken(seed: u64) -> SeedResult {
        let cause = Cause {
            name: "acked-all-durable".into(),
            text: "expected: holds, was: violated".into(),
            at: Some(Nanos::from_secs(12)),
            bug: Some(KafkaBug::LateRequest),
        };
        SeedResult {
            ending: SeedEnding::Broken,
            cause: Some(cause),
            broken: vec!["acked-all-durable".into()],
            inconclusive: vec!["sometimes truncation".into()],
            missed: vec![2, 5],
            run: Some(format!("x:{seed}")),
            token: Some(format!("x:{seed}@0")),
            seen: Vec::new(),
            ..met(seed)
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for result in [met(3), broken(u64::MAX)] {
            assert_eq!(read(&write(&swept(), &result)), Ok((swept(), result.clone())));
            assert!(write(&swept(), &result).starts_with(&format!("{}{},", head(&swept()), result.seed)));
        }
        let plain = SweptScenario { changes: Vec::new(), version: "0.1.0".into(), ..swept() };
        insta::assert_snapshot!(write(&plain, &broken(7)), @r#"{"v":1,"scenario":"xxh3:0","kafkasim":"0.1.0","name":"x","variant":"cure","changes":[],"swarm":null,"seeds":"1..40","expect":["acked-all-durable","sometimes truncation"],"seed":7,"verdict":"broken","invariant":"acked-all-durable","t_ns":12000000000,"cause":"expected: holds, was: violated","bug":"KAFKA-17754","broken":["acked-all-durable"],"inconclusive":["sometimes truncation"],"missed":[2,5],"run":"x:7","token":"x:7@0","seen":[],"digest":"00000000000000000000000000000007"}"#);
    }

    #[test]
    fn bugs_of_kafka_have_names_of_their_own() {
        for known in KafkaBug::ALL {
            assert_eq!(bug(&known.to_string()), Ok(known));
        }
    }

    #[test]
    fn what_is_no_line_says_why() {
        let whole = write(&swept(), &broken(7));
        for (line, said) in [
            (String::new(), "an empty line"),
            (whole[..60].into(), "no line of a sweep: EOF while parsing a string in column 60"),
            ("{}".into(), "missing field"),
            (whole.replace("\"v\":1", "\"v\":2"), "a line of form 2"),
            (whole.replace("\"bug\"", "\"bag\""), "unknown field `bag`"),
            (whole.replace("KAFKA-17754", "KAFKA-1"), "`KAFKA-1` is no bug of Kafka"),
            (write(&swept(), &met(1)).replace("\"seen\":[\"truncation\"]", "\"seen\":[\"rain\"]"), "`rain` is no"),
            (whole.replace("\"verdict\":\"broken\"", "\"verdict\":\"met\""), "has a cause"),
            (whole.replace("\"seed\":7,", "\"seed\":-7,"), "invalid value"),
        ] {
            let error = read(&line).expect_err(said);
            assert!(error.contains(said), "{said}: {error}");
        }
    }
}
