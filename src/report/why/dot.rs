//! A story as a graph for Graphviz: one column a place, one box a station, arrows for what came before what.

use std::fmt::Write;

use super::Story;
use super::graph::Tie;
use super::stamps::{PassportStation, Stamp};

/// The graph in the DOT language.
pub fn dot(story: &Story) -> String {
    let mut out = String::from("digraph passport {\n");
    let cause = story.cause.map_or(String::new(), |cause| format!("\n{}: ", cause.name()));
    let label = wrapped(&format!("{}{cause}{}", story.title, story.sentence), 110);
    let _ = writeln!(
        out,
        "  graph [label={}, labelloc=t, labeljust=l, fontname=\"Helvetica\", fontsize=13, newrank=true];",
        quoted(&label)
    );
    out += "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\", fontsize=10];\n";
    out += "  edge [color=gray40, arrowsize=0.7];\n";
    for (column, place) in places(story).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{column} {{");
        let _ = writeln!(out, "    label={}; color=gray80; fontname=\"Helvetica-Bold\"; fontsize=11;", quoted(place));
        for (i, stamp) in story.stamps.iter().enumerate().filter(|(_, stamp)| stamp.place == place) {
            let _ = writeln!(out, "    s{i} [label={}{}];", quoted(&wrapped(&text(stamp), 34)), look(stamp.station));
        }
        out += "  }\n";
    }
    // Time runs down: without these lines a station without a message would float to the top.
    for i in 1..story.stamps.len() {
        let _ = writeln!(out, "  s{} -> s{i} [style=invis, weight=0];", i - 1);
    }
    for bond in &story.bonds {
        let style = match bond.tie {
            Tie::Message => "penwidth=1.4, color=\"#0072B2\"",
            Tie::Silence => {
                "style=dashed, color=\"#D55E00\", label=\"no heartbeat\", fontsize=9, fontname=\"Helvetica\""
            }
            Tie::Order => "weight=4",
        };
        let _ = writeln!(out, "  s{} -> s{} [{style}];", bond.from, bond.to);
    }
    out + "}\n"
}

fn text(stamp: &Stamp) -> String {
    format!("{}  {}\n{}", stamp.at, stamp.station.name(), stamp.words())
}

/// What decides the story has a colour.
fn look(station: PassportStation) -> &'static str {
    match station {
        PassportStation::Cut | PassportStation::Stopped | PassportStation::GivenUp | PassportStation::Unfinished => {
            ", fillcolor=\"#FBE3D6\", color=\"#D55E00\""
        }
        PassportStation::Acknowledged | PassportStation::Committed => ", fillcolor=\"#DDF0E8\", color=\"#009E73\"",
        PassportStation::Elected | PassportStation::Fenced | PassportStation::Isr | PassportStation::Membership => {
            ", fillcolor=\"#FFF4D6\", color=\"#E69F00\""
        }
        PassportStation::Fault => ", shape=note, style=filled, fillcolor=\"#F0F0F0\"",
        _ => "",
    }
}

/// The places in the order in which they come up.
fn places(story: &Story) -> Vec<&str> {
    let mut places: Vec<&str> = Vec::new();
    for stamp in &story.stamps {
        if !places.contains(&stamp.place.as_str()) {
            places.push(&stamp.place);
        }
    }
    places
}

fn wrapped(text: &str, width: usize) -> String {
    let lines: Vec<String> = text.lines().flat_map(|line| super::super::human::wrap(line, width)).collect();
    lines.join("\n")
}

/// A string of the DOT language; its lines are set to the left.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => _ = write!(out, "\\{c}"),
            '\n' => out += "\\l",
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out + if text.contains('\n') { "\\l\"" } else { "\"" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_where_it_is_to_end() {
        assert_eq!(quoted("a \"b\" \\n"), r#""a \"b\" \\n""#);
        assert_eq!(quoted("a\nb"), r#""a\lb\l""#);
    }
}
