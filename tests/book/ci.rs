//! The workflow that a page gives to others does what it says: its commands are run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{root, text_of};

/// The block of a page that begins with this line.
fn block<'t>(text: &'t str, first: &str) -> &'t str {
    let rest = text.split("```yaml\n").find(|block| block.starts_with(first)).expect(first);
    rest.split("```").next().expect("a block ends")
}

/// What a workflow runs of ours, in its order: each with what it is to stand for.
fn commands(workflow: &str) -> Vec<String> {
    let runs = workflow.lines().filter_map(|line| line.split_once("run: ").map(|(_, command)| command));
    runs.filter(|command| command.starts_with("kafkasim ")).map(str::to_owned).collect()
}

/// Whether the program can draw faults of its own; one that cannot is given the rest of the line.
fn swarms() -> bool {
    let help = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(["sweep", "--help"]).output().expect("it runs");
    String::from_utf8_lossy(&help.stdout).contains("--swarm")
}

fn run(at: &Path, command: &str) -> Option<i32> {
    let program = Path::new(env!("CARGO_BIN_EXE_kafkasim")).parent().expect("a folder");
    let script = format!("PATH={}:$PATH; {command} 2>> told.txt", program.display());
    let status = Command::new("sh").args(["-c", &script]).current_dir(at).stdout(std::process::Stdio::null()).status();
    status.expect("a shell").code()
}

#[test]
fn the_workflow_for_pull_requests_works() {
    let page = text_of(&root().join("book/src/sweeps.md"));
    let at = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ci");
    let _ = fs::remove_dir_all(&at);
    fs::create_dir_all(at.join("kafka")).expect("a folder");
    fs::write(at.join("kafka/orders.yaml"), block(&page, "name: orders-platform")).expect("writable");
    let commands = commands(block(&page, "# .github/workflows/kafka.yaml"));
    assert!(commands.iter().any(|command| command.contains("--swarm --time-budget 2m")), "{commands:?}");
    let words = ["lint", "sweep", "sweep", "merge", "merge"];
    assert_eq!(commands.iter().map(|c| c.split(' ').nth(1).unwrap_or_default()).collect::<Vec<_>>(), words);
    let swarms = swarms();
    for command in commands {
        // What a swarm finds is not the page's claim: only that a verdict comes of it.
        let judges = command.contains("--time-budget") || command.contains(" merge ");
        let wanted: &[i32] = if swarms && judges { &[0, 1, 3] } else { &[0] };
        let command = if swarms { command } else { command.replace(" --swarm", "") };
        // A night is shortened to a moment, and the matrix is unrolled.
        let command = command.replace("2m", "2s").replace("1..20000", "1..16");
        for shard in 1..=if command.contains("matrix") { 8 } else { 1 } {
            let command = command.replace("${{ matrix.shard }}", &shard.to_string());
            let told = || fs::read_to_string(at.join("told.txt")).unwrap_or_default();
            let exit = run(&at, &command);
            assert!(exit.is_some_and(|exit| wanted.contains(&exit)), "{command}: {exit:?} {}", told());
        }
    }
    let report = fs::read_to_string(at.join("kafkasim.xml")).expect("a report");
    assert!(report.contains("16 seeds, 1..16"), "{report}");
    assert!(swarms || report.contains("failures=\"0\""), "{report}");
}
