//! The scenes on the page: a story, a diagram, and the same as a table.

use std::fmt::Write;

use super::html::Esc;
use super::scene::{MOST_OF_A_KIND, Move, PageScene, SceneKind, draw};
use super::{Page, table};
use crate::history::setup::Setup;

pub fn section(page: &Page<'_>) -> String {
    if page.scenes.is_empty() {
        return String::new();
    }
    let setup = &page.report.setup;
    let others = page.explain.map_or(String::new(), |command| {
        format!("; of any other record <code>{} --record PARTITION@OFFSET</code> tells", Esc(command))
    });
    let mut out = format!(
        "<p>Choose a record or a violation. A line down is a process, a slanted arrow a message from who sent it to who took it, a level one a \
         message of which only the arrival is known; ✗ is a message that reached nobody. Of each kind of harm up to {MOST_OF_A_KIND} are \
         told, and records that follow each other are told as one{others}.</p>\n"
    );
    for kind in [SceneKind::Harm, SceneKind::Violation, SceneKind::Ordinary] {
        let heading = match kind {
            SceneKind::Harm => "Records that were harmed",
            SceneKind::Violation => "Invariants that were broken",
            SceneKind::Ordinary => "Records to follow",
        };
        let of_kind: Vec<(usize, &PageScene)> =
            page.scenes.iter().enumerate().filter(|(_, scene)| scene.kind == kind).collect();
        if !of_kind.is_empty() {
            let _ = writeln!(out, "<h3>{heading}</h3>");
        }
        for (number, scene) in of_kind {
            one(&mut out, setup, number, scene);
        }
    }
    out
}

fn one(out: &mut String, setup: &Setup, number: usize, scene: &PageScene) {
    let open = if number == 0 { " open" } else { "" };
    let _ =
        writeln!(out, "<details class=\"scene\" id=\"scene-{number}\"{open}><summary>{}</summary>", Esc(&scene.name));
    if let Some(story) = &scene.told {
        if !story.sentence.is_empty() {
            let _ = writeln!(out, "<p class=\"moral\"><strong>Why:</strong> {}</p>", Esc(&story.sentence));
        }
        if !story.steps.is_empty() {
            out.push_str("<ol class=\"lines\">\n");
            for step in &story.steps {
                let _ = writeln!(
                    out,
                    "<li><time data-us=\"{}\">{}</time> <b>{}</b> <span>{}</span></li>",
                    step.at.0 / 1_000,
                    step.at,
                    Esc(&step.who),
                    Esc(&step.text)
                );
            }
            out.push_str("</ol>\n");
        }
    }
    let diagram = &scene.diagram;
    if !diagram.rows.is_empty() {
        let title = format!("Space-time diagram: {}. The table below says the same.", scene.name);
        let _ = writeln!(
            out,
            "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Diagram\">{}</div>",
            draw(diagram, setup, &title, number)
        );
        if diagram.left_out > 0 {
            let _ = writeln!(out, "<p class=\"note\">{} rows that say less are left out.</p>", diagram.left_out);
        }
        let _ = writeln!(out, "<details><summary>The diagram as a table</summary>{}</details>", rows(scene, setup));
    }
    out.push_str("</details>\n");
}

fn rows(scene: &PageScene, setup: &Setup) -> String {
    let all = &scene.diagram.rows;
    let name = |node| Esc(setup.catalog.node_name(node)).to_string();
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|row| {
            let from = match row.moved {
                Move::None => String::new(),
                Move::From(sent) => format!("{}, at {}", name(all[sent].node), all[sent].at),
                Move::FromProcess(node) => name(node),
                Move::Lost => "reached nobody".into(),
            };
            vec![row.at.to_string(), name(row.node), Esc(&row.text).to_string(), from]
        })
        .collect();
    table("Messages, by time", &["When", "Who", "What", "From"], &rows)
}
