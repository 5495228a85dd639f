//! Lists and tables of the book that the program has anyway: configs, invariants, lessons.
//!
//! They stand between `<!-- made: WHAT -->` and `<!-- end -->`, which no reader sees.

use kafkasim::check;
use kafkasim::check::jepsen::jepsen;
use kafkasim::check::ledger::MEANINGS;
use kafkasim::protocol::config::{self, ConfigEntry};
use kafkasim::protocol::error_meanings::meaning;
use kafkasim::protocol::errors::ErrorCode;
use kafkasim::report::metrics::catalogue::CATALOGUE;
use kafkasim::report::metrics::left_out::LEFT_OUT;
use kafkasim::report::why::cause::StoryCause;
use kafkasim::scenario::{codes, properties};
use kafkasim::school::generators;
use kafkasim::school::library::{Library, embedded};
use kafkasim::school::print::why_closed;

use crate::{chapters, rewritten, root, text_of};

#[test]
fn made_tables_are_fresh() {
    let library = embedded().expect("the library has no mistakes");
    let (mut seen, mut stale) = (Vec::new(), Vec::new());
    for page in chapters() {
        let text = text_of(&page);
        seen.extend(text.split("\n<!-- made: ").skip(1).filter_map(|rest| Some(rest.split_once(" -->")?.0.to_owned())));
        if rewritten().is_none() && remade(&text, &library) != text {
            stale.push(page.display().to_string());
        }
    }
    assert!(stale.is_empty(), "TRANSCRIPTS=... writes them anew: {}", stale.join(", "));
    seen.sort();
    let mut expected =
        ["codes", "causes", "errors", "invariants", "ledger", "metrics", "metrics left out", "sometimes"]
            .map(str::to_owned)
            .to_vec();
    expected.extend(["broker", "topic", "producer", "consumer"].map(|scope| format!("configs {scope}")));
    expected.extend(parts(&library).into_iter().flat_map(|part| [format!("lessons {part}"), format!("claims {part}")]));
    expected.sort();
    assert_eq!(seen, expected, "all that is made stands somewhere, once");
}

/// A page with its tables as they are now.
pub fn remade(text: &str, library: &Library) -> String {
    let (mut made, mut rest) = (String::new(), text);
    while let Some(start) = rest.find("\n<!-- made: ").map(|at| at + 1) {
        let head = start + rest[start..].find(" -->\n").expect("a mark ends") + 5;
        let end = head + rest[head..].find("<!-- end -->").expect("what is made has an end");
        let what = &rest[start + "<!-- made: ".len()..head - 5];
        made += &format!("{}\n{}\n", &rest[..head], table(what, library));
        rest = &rest[end..];
    }
    made + rest
}

/// The letters of the parts of the syllabus.
fn parts(library: &Library) -> Vec<String> {
    let mut parts: Vec<String> = library.lessons.iter().map(|lesson| letter(&lesson.part).to_owned()).collect();
    parts.dedup();
    parts
}

fn letter(part: &str) -> &str {
    part.split('.').next().unwrap_or_default()
}

fn table(what: &str, library: &Library) -> String {
    let (kind, of) = what.split_once(' ').unwrap_or((what, ""));
    match kind {
        "lessons" => lessons(library, of),
        "claims" => claims(library, of),
        "configs" => configs(of),
        "invariants" => invariants(),
        "codes" => rows(
            ["code", "", ""],
            codes::ALL.iter().map(|code| [code_of(code.code), code.title.into(), code.text.into()]),
        ),
        "causes" => {
            rows(["cause", ""], StoryCause::ALL.iter().map(|cause| [code_of(cause.name()), cause.meaning().into()]))
        }
        "sometimes" => rows(
            ["property", "seen when"],
            properties::SOMETIMES.iter().map(|(name, about)| [code_of(name), (*about).into()]),
        ),
        "ledger" => rows(["figure", "counts"], MEANINGS.iter().map(|(name, text)| [code_of(name), (*text).into()])),
        "errors" => rows(
            ["error", "code", "tried again", ""],
            ErrorCode::ALL.iter().map(|error| {
                let again = if error.is_retriable() { "yes" } else { "no" };
                [code_of(error.name()), error.code().to_string(), again.into(), meaning(*error).into()]
            }),
        ),
        "metrics" if of == "left out" => {
            rows(["not told", "because"], LEFT_OUT.iter().map(|left| [left.names.into(), left.reason.into()]))
        }
        "metrics" => rows(
            ["metric", "labels", "", "from"],
            CATALOGUE.iter().map(|family| {
                [code_of(&family.sample_name()), family.labels(), family.help.into(), family.source.place().into()]
            }),
        ),
        _ => panic!("nothing is known of `{what}`"),
    }
}

/// The lessons of a part: what each asks, or what is missing for it.
fn lessons(library: &Library, part: &str) -> String {
    let of_part = library.lessons.iter().filter(|lesson| letter(&lesson.part) == part);
    rows(
        ["lesson", "", "the question"],
        of_part.map(|lesson| {
            let ask = lesson.body.open().and_then(|exercise| Some(exercise.predict.as_ref()?.ask.clone()));
            let question = ask.unwrap_or_else(|| format!("*{}*", why_closed(&lesson.body)));
            [code_of(&lesson.id), lesson.title.clone(), question]
        }),
    )
}

/// The claims that the lessons of a part answer. What is true of them a reader finds out.
fn claims(library: &Library, part: &str) -> String {
    let part_of = |claim: &str| {
        let lesson = library.lessons.iter().find(|lesson| lesson.claims.iter().any(|c| c.value == claim));
        letter(&lesson.unwrap_or_else(|| panic!("{claim} is in no lesson, so in no chapter")).part)
    };
    let of_part = library.claims.iter().filter(|claim| part_of(&claim.id) == part);
    rows(
        ["claim", ""],
        of_part.map(|claim| {
            let why = why_closed(&claim.body);
            let why = if why.is_empty() { why } else { format!(" *({why})*") };
            [code_of(&claim.id), format!("{}{why}", claim.says)]
        }),
    )
}

/// As a list: names of configs are too long for a column.
fn configs(scope: &str) -> String {
    let of_scope = config::all().into_iter().filter(|entry| entry.scope.name() == scope);
    let line = |entry: &ConfigEntry| {
        let (name, effect) = (code_of(entry.name), plain(entry.effect));
        let later = entry.changes.iter().map(|change| {
            let (since, default, range, by) = (change.since.name(), &change.default, &change.range, change.issue);
            format!("; since {since} {default}, {range} ({by})")
        });
        let values = format!("{}, {}{}", value(entry), entry.range, later.collect::<String>());
        format!("- **{name}**: {effect}. *{}*\n", plain(&values))
    };
    let list: String = of_scope.map(|entry| line(&entry)).collect();
    assert!(!list.is_empty(), "no configs of {scope}");
    list
}

/// The default with its unit, where there is one.
fn value(entry: &ConfigEntry) -> String {
    match entry.unit {
        "boolean" | "word" | "count" | "class" => entry.default.clone(),
        unit => format!("{} {unit}", entry.default),
    }
}

fn invariants() -> String {
    let all = check::invariants();
    rows(
        ["invariant", "", "what is always so"],
        all.iter().map(|invariant| {
            let jepsen = jepsen(invariant.id).map(|word| format!(" (Jepsen: {word})")).unwrap_or_default();
            [code_of(invariant.id), invariant.code.into(), format!("{}{jepsen}", invariant.statement)]
        }),
    )
}

fn code_of(word: &str) -> String {
    format!("`{word}`")
}

/// A table of Markdown.
fn rows<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(head.map(str::to_owned).into()) + &"|---".repeat(N) + "|\n";
    let mut any = false;
    for row in rows {
        any = true;
        out += &line(row.map(|cell| plain(&cell)).into());
    }
    assert!(any, "a table of nothing: {head:?}");
    out
}

/// A text in a cell: nothing in it is taken for a mark, but what stands between backticks or stars on purpose.
fn plain(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let mut code = false;
    let escaped = text.chars().flat_map(|c| {
        code ^= c == '`';
        let escape = matches!(c, '<' | '_') && !code;
        escape.then_some('\\').into_iter().chain([c])
    });
    escaped.collect()
}

/// The chapter on interviews says of each generator what it asks.
#[test]
fn every_generator_is_told() {
    let text = text_of(&root().join("book/src/interview.md"));
    let section = text.split("\n## ").find(|part| part.starts_with("Made questions")).expect("it has such a section");
    let told: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let made: Vec<String> =
        generators::ALL.iter().map(|g| format!("| `{}` | {} | {} | ", g.name, g.level.word(), g.topic)).collect();
    assert_eq!(told.len(), made.len());
    for (told, made) in told.iter().zip(&made) {
        assert!(told.starts_with(made) && told.len() > made.len() + 10, "{made}...: {told}");
    }
}

#[test]
fn cells_show_what_they_hold() {
    assert_eq!(plain("a|b  <x> __c `d_<e>`"), "a\\|b \\<x> \\_\\_c `d_<e>`");
}
