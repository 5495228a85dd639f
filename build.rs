//! Lists the scenarios of the library, so that they can be embedded without naming each.
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "it reads files and talks to cargo: by the environment and by lines that it prints"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=scenarios");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut files = Vec::new();
    for entry in fs::read_dir(Path::new(&root).join("scenarios"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, path));
        }
    }
    files.sort();
    let mut text =
        String::from("/// Name and text of each file under `scenarios/`.\nstatic EMBEDDED: &[(&str, &str)] = &[\n");
    for (name, path) in files {
        let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", path.display().to_string());
    }
    text.push_str("];\n");
    fs::write(Path::new(&out).join("embedded_scenarios.rs"), text)
}
