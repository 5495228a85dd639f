//! `--capsules DIR`: what fails is written to files, of each cause the first.

use std::fs;
use std::path::{Path, PathBuf};

use super::Args;
use crate::cli::output::complain;
use crate::cli::replay::write_capsule;
use crate::explore::recorded::RecordedRun;
use crate::explore::result::{Cause, SeedEnding, SeedResult};
use crate::explore::sweep::Plan;
use crate::run::unwatched;
use crate::scenario::diagnostic::printable;

/// Where capsules go, and of what there is one.
pub(super) struct Capsules {
    folder: PathBuf,
    known: Vec<Cause>,
}

impl Capsules {
    /// Makes the folder.
    ///
    /// # Errors
    /// What is to be printed: it cannot be made.
    pub(super) fn into(folder: &str) -> Result<Capsules, String> {
        fs::create_dir_all(folder).map_err(|error| {
            format!(
                "error: cannot make the folder `{}`: {error}\nhelp: name one that may be written\n",
                printable(folder)
            )
        })?;
        Ok(Capsules { folder: Path::new(folder).to_owned(), known: Vec::new() })
    }
    /// Writes a run that fails in a way that is not known yet. That it cannot be written is said, and the sweep goes on.
    pub(super) fn keep(&mut self, args: &Args, plan: &Plan, result: &SeedResult) {
        let Some(cause) = result.cause.as_ref().filter(|_| result.ending >= SeedEnding::Broken) else { return };
        if self.known.iter().any(|known| known.is_same(cause)) {
            return;
        }
        self.known.push(cause.clone());
        let Some(case) = plan.case(&args.scenario, result) else {
            complain(&format!("warning: there is no capsule of seed {}: what was drawn is no scenario\n", result.seed));
            return;
        };
        let recorded = RecordedRun::of(&case, &mut unwatched).expect("nobody ends it");
        let name = plan.scenario.name.replace(['/', '\\'], "-");
        let file = self.folder.join(format!("{name}-{}-{:08x}.capsule.yaml", result.seed, case.text_digest()));
        let _ = write_capsule(&file.display().to_string(), &case, &recorded);
    }
}
