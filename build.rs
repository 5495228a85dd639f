//! Lists the scenarios of the library, and its lessons, claims and questions, so that they can be embedded without naming each.
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "it reads files and talks to cargo: by the environment and by lines that it prints"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=scenarios");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let scenarios = Path::new(&root).join("scenarios");
    let mut files = Vec::new();
    for path in yaml_files(&scenarios)? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        files.push((name, path));
    }
    let text = table("Name and text of each file under `scenarios/`.", &files);
    fs::write(Path::new(&out).join("embedded_scenarios.rs"), text)?;
    let mut files = Vec::new();
    for folder in ["lessons", "claims", "questions"] {
        for path in yaml_files(&scenarios.join(folder))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((format!("scenarios/{folder}/{name}"), path));
        }
    }
    let text = table("Path and text of each file of lessons, claims and questions.", &files);
    fs::write(Path::new(&out).join("embedded_lessons.rs"), text)
}

/// The files of that kind in a folder, by name.
fn yaml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A table of names and texts, as source code.
fn table(about: &str, files: &[(String, PathBuf)]) -> String {
    let mut text = format!("/// {about}\nstatic EMBEDDED: &[(&str, &str)] = &[\n");
    for (name, path) in files {
        let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", path.display().to_string());
    }
    text.push_str("];\n");
    text
}
