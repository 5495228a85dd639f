//! The scenarios that `kafkasim new` writes.

use super::diagnostic::Diagnostic;
use super::{ScenarioText, codes};

/// A commented scenario under that name, ready to run.
///
/// # Errors
/// Why the text cannot be a name.
pub fn starter(name: &str) -> Result<String, Diagnostic> {
    check(name)?;
    Ok(include_str!("starter.yaml").replace("NAME", name))
}

/// Another scenario under that name, comments and all.
///
/// # Errors
/// Why the text cannot be a name, or that the scenario has none that could be replaced.
pub fn copy(name: &str, from: &ScenarioText) -> Result<String, Diagnostic> {
    check(name)?;
    let mut named = false;
    let mut lines: Vec<String> = Vec::new();
    for line in from.text.lines() {
        if !named && line.starts_with("name:") {
            named = true;
            lines.push(format!("name: {name}"));
        } else {
            lines.push(line.to_owned());
        }
    }
    if !named {
        let message = format!("`{}` has no line that begins with `name:`", super::diagnostic::printable(&from.name));
        return Err(Diagnostic::error(codes::MISSING_KEY, message).with_help("copy the file by hand"));
    }
    Ok(lines.join("\n") + "\n")
}

fn check(name: &str) -> Result<(), Diagnostic> {
    super::file::check_name(name).map_err(|problem| {
        let message = format!("`{}` is not a name: {}", super::node::shorten(name), problem.what);
        let help = problem.help.unwrap_or_else(|| "use letters, digits, `.`, `_` and `-`".into());
        Diagnostic::error(codes::BAD_NAME, message).with_help(help)
    })
}
