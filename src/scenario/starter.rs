//! The scenario that `kafkasim new` writes.

/// A commented scenario under that name, ready to run.
///
/// # Errors
/// Why the text cannot be a name.
pub fn starter(name: &str) -> Result<String, super::diagnostic::Diagnostic> {
    match super::file::check_name(name) {
        Ok(()) => Ok(include_str!("starter.yaml").replace("NAME", name)),
        Err(problem) => {
            let message = format!("`{}` is not a name: {}", super::node::shorten(name), problem.what);
            let help = problem.help.unwrap_or_else(|| "use letters, digits, `.`, `_` and `-`".into());
            Err(super::diagnostic::Diagnostic::error(super::codes::BAD_NAME, message).with_help(help))
        }
    }
}
