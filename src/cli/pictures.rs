//! Where the plots of a run go. Nothing is left lying about: without `--out` they go into the `target/` of
//! the project that one is in, and nowhere if one is in none.

use std::fs;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::output::complain;
use crate::report::Report;
use crate::report::plots;

/// Said where no plots are drawn.
const HINT: &str = "--out DIR draws them";

/// Draws them; what is said under `plots`. A folder that cannot be written is no reason to lose the result.
pub fn draw(out: Option<&Path>, report: &Report) -> Option<String> {
    let project = Path::new("Cargo.toml").is_file();
    let folder = match out {
        Some(folder) => folder.to_owned(),
        None if project => Path::new("target/kafkasim").join(folder_name(report)),
        None => return Some(HINT.into()),
    };
    write(&folder, report)
}

/// `leader-crash-7-cure`: runs that differ have plots that differ.
fn folder_name(report: &Report) -> PathBuf {
    let mut name = format!("{}-{}", report.scenario, report.setup.seed);
    if let Some(variant) = &report.variant {
        name += &format!("-{variant}");
    }
    if !report.changes.is_empty() {
        let changes: Vec<String> =
            report.changes.iter().map(|c| format!("{} {}", c.option().0, c.option().1)).collect();
        name += &format!("-set-{:08x}", xxh3_64(changes.join("\n").as_bytes()) as u32);
    }
    name.into()
}

fn write(folder: &Path, report: &Report) -> Option<String> {
    let pictures = plots::draw_all(&report.series);
    let written = fs::create_dir_all(folder)
        .and_then(|()| pictures.iter().try_for_each(|(stem, svg)| fs::write(folder.join(format!("{stem}.svg")), svg)));
    match written {
        Ok(()) => {
            let stems: Vec<&str> = pictures.iter().map(|(stem, _)| *stem).collect();
            (!stems.is_empty()).then(|| format!("{}/{{{}}}.svg", folder.display(), stems.join(",")))
        }
        Err(error) => {
            complain(&format!("warning: no plots: cannot write to {}: {error}\n", folder.display()));
            None
        }
    }
}
