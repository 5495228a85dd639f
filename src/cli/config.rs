//! `kafkasim config`: the Kafka configs that the model honours.

use std::io;

use super::Exit;
use super::output::{Output, complain, wrap};
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::{self, ConfigEntry, ConfigScope};
use crate::protocol::rules::{RuleEntry, Rules};

/// Show the Kafka configs that the model honours: defaults, ranges, effects.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// One config in detail, a part of a name, or a client: `kafkajs-2.2`.
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let all = config::all();
    let Some(name) = &args.name else {
        return table(&all, out).map(|()| Exit::Ok);
    };
    let exact: Vec<&ConfigEntry> = all.iter().filter(|entry| entry.name == name).collect();
    if !exact.is_empty() {
        for entry in exact {
            detail(entry, out)?;
        }
        return Ok(Exit::Ok);
    }
    if let Some(preset) = ClientPreset::find(name) {
        return client(preset, out).map(|()| Exit::Ok);
    }
    let ignored: Vec<(ConfigScope, &str)> =
        ConfigScope::ALL.into_iter().filter_map(|scope| Some((scope, config::ignored(scope, name)?))).collect();
    for (scope, why) in &ignored {
        let releases = config::releases_text(*scope, name).map(|text| format!(", {text}")).unwrap_or_default();
        out.print(&format!("{name}  ({}{releases})\n  no effect in the model: {why}\n", scope.name()))?;
    }
    if !ignored.is_empty() {
        return Ok(Exit::Ok);
    }
    if let Some(entry) = Rules::entries().iter().find(|entry| entry.name == name) {
        return rule(entry, out).map(|()| Exit::Ok);
    }
    let similar: Vec<ConfigEntry> = all.iter().filter(|entry| entry.name.contains(name.as_str())).cloned().collect();
    if similar.is_empty() {
        let near = all.iter().map(|e| (strsim::damerau_levenshtein(e.name, name), e.name)).min();
        let help = near
            .filter(|(distance, _)| *distance <= 1 + name.len() / 3)
            .map_or("help: `kafkasim config` lists them all\n".into(), |(_, near)| {
                format!("help: did you mean `{near}`?\n")
            });
        complain(&format!("error: no config of Kafka's that kafkasim knows is called `{name}`\n{help}"));
        return Ok(Exit::Usage);
    }
    table(&similar, out).map(|()| Exit::Ok)
}

fn table(entries: &[ConfigEntry], out: &mut Output) -> io::Result<()> {
    let width = |text: fn(&ConfigEntry) -> usize| entries.iter().map(text).max().unwrap_or(0);
    let value = |entry: &ConfigEntry| match entry.unit {
        "boolean" | "word" | "count" => entry.default.clone(),
        unit => format!("{} {unit}", entry.default),
    };
    // "Never" is a very long number; it may break its line's alignment.
    let names = width(|e| e.name.len());
    let defaults = entries.iter().map(|e| value(e).len()).filter(|n| *n < 20).max().unwrap_or(0);
    let indent = 2 + names + 2 + defaults + 2;
    // On a narrow terminal an effect goes below its config.
    let below = out.width() < indent + 30;
    let indent = if below { 6 } else { indent };
    for scope in ConfigScope::ALL {
        let mut of_scope = entries.iter().filter(|entry| entry.scope == scope).peekable();
        if of_scope.peek().is_some() {
            out.print(&format!("{}\n", scope.name()))?;
        }
        for entry in of_scope {
            let lines = wrap(entry.effect, out.width() - indent);
            let (beside, rest) = if below { ("", &lines[..]) } else { (lines[0].as_str(), &lines[1..]) };
            let line = format!("  {:names$}  {:defaults$}  {beside}", entry.name, value(entry));
            out.print(&format!("{}\n", line.trim_end()))?;
            for line in rest {
                out.print(&format!("{:indent$}{line}\n", ""))?;
            }
        }
    }
    Ok(())
}

/// A rule that hangs on the version.
fn rule(entry: &RuleEntry, out: &mut Output) -> io::Result<()> {
    out.print(&format!("{}  (rule of kafka.version)\n  {}\n", entry.name, wrap(entry.effect, 90).join("\n  ")))?;
    for value in &entry.values {
        let by = if value.issue.is_empty() { String::new() } else { format!("  ({})", value.issue) };
        let lines = wrap(&format!("{}: {}{by}", value.word, value.effect), 78).join("\n             ");
        out.print(&format!("  since {}  {lines}\n", value.since.name()))?;
    }
    Ok(())
}

/// What a client is set to, what it does otherwise than the Java client, and what of that the model does not have.
pub(super) fn client(preset: ClientPreset, out: &mut Output) -> io::Result<()> {
    out.print(&format!("{preset}  (client)\n"))?;
    let rows = preset.rows();
    let names = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    // A class has a long name; it may break its line's alignment.
    let values = rows.iter().map(|row| row.value.len()).filter(|n| *n < 20).max().unwrap_or(0);
    for scope in [ConfigScope::Producer, ConfigScope::Consumer] {
        out.print(&format!("  {}\n", scope.name()))?;
        for row in rows.iter().filter(|row| row.scope == scope) {
            out.print(&format!("    {:names$}  {:values$}  {}\n", row.name, row.value, row.from))?;
        }
    }
    let width = out.width().min(100) - 4;
    out.print("  what it does\n")?;
    for line in preset.does() {
        out.print(&format!("    {}\n", wrap(line, width).join("\n      ")))?;
    }
    if !preset.unlike().is_empty() {
        out.print("  what it does and the model does not\n")?;
    }
    for unlike in preset.unlike() {
        let text = format!("{}: {}; here {}", unlike.scope.name(), unlike.client, unlike.model);
        out.print(&format!("    {}\n", wrap(&text, width).join("\n      ")))?;
    }
    Ok(())
}

/// What clients are set to that are not the Java client of today, where that is something else.
fn in_clients(entry: &ConfigEntry) -> Option<String> {
    let of = |preset: &ClientPreset| {
        let row = preset.rows().iter().find(|row| row.scope == entry.scope && row.name == entry.name)?;
        (row.value != entry.default).then(|| format!("{preset} {}", row.value))
    };
    let values: Vec<String> = ClientPreset::ALL.iter().filter_map(of).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Everything about one config.
pub(super) fn detail(entry: &ConfigEntry, out: &mut Output) -> io::Result<()> {
    out.print(&format!(
        "{}  ({})\n  {}\n  default  {}\n  unit     {}\n  range    {}\n  source   {}\n",
        entry.name,
        entry.scope.name(),
        wrap(entry.effect, 90).join("\n  "),
        entry.default,
        entry.unit,
        entry.range,
        entry.source,
    ))?;
    if let Some(clients) = in_clients(entry) {
        out.print(&format!("  clients  {}\n", wrap(&clients, 80).join("\n           ")))?;
    }
    for change in &entry.changes {
        let (since, default, range, by) = (change.since.name(), &change.default, &change.range, change.issue);
        out.print(&format!("  since {since} default {default}, range {range} ({by})\n"))?;
    }
    Ok(())
}
