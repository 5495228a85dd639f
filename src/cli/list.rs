//! `kafkasim list`: the scenarios of the library.

use std::io;

use super::Exit;
use super::output::{Output, complain, wrap};
use crate::scenario::embedded;

/// List the scenarios of the library, with their variants.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only those with this tag.
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let mut scenarios = embedded::scenarios();
    let mut tags: Vec<String> = scenarios.iter().flat_map(|s| s.tags.clone()).collect();
    scenarios.retain(|s| args.tag.as_ref().is_none_or(|tag| s.tags.contains(tag)));
    if scenarios.is_empty() {
        tags.sort();
        tags.dedup();
        complain(&format!(
            "no scenario has the tag `{}`; there are: {}\n",
            args.tag.as_deref().unwrap_or_default(),
            tags.join(", ")
        ));
        return Ok(Exit::Nothing);
    }
    let column = scenarios.iter().map(|s| s.name.len()).max().unwrap_or(0) + 2;
    for scenario in scenarios {
        let mut text = entry(&scenario.name, &scenario.summary, column, out.width());
        let variants: Vec<&str> = scenario.variants.iter().map(|variant| variant.name.as_str()).collect();
        if !variants.is_empty() {
            text += &entry("", &format!("--variant {}", variants.join(" | ")), column, out.width());
        }
        out.print(&text)?;
    }
    Ok(Exit::Ok)
}

/// A name, and beside it a text.
fn entry(name: &str, text: &str, column: usize, width: usize) -> String {
    let lines = wrap(text, width.saturating_sub(column).max(20));
    lines.iter().enumerate().map(|(i, line)| format!("{:column$}{line}\n", if i == 0 { name } else { "" })).collect()
}
