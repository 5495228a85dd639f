//! Ctrl-C: a command ends with what it knows so far.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C only asks; asked twice, the process ends at once.
pub fn listen() {
    // Where no handler can be set, Ctrl-C ends the process as it always does.
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
}

/// Whether somebody has asked to end.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
