//! Draws what is to be seen into a buffer of cells.

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier, Style};
use ratatui_core::text::{Line, Span};

use super::help;
use super::screen::{BrokerCard, GroupCard, NOT_STARTED, OwnedRow, PartitionRow, Screen, ToldLine};
use crate::protocol::ids::Offset;
use crate::run::figures::{short, thousands};
use crate::tools::replicas::{LogOffsets, PartitionReplicas, ReplicaLog};

/// Where the first replica of a partition stands.
const FIRST_REPLICA: usize = 22;
/// Cells of a bar, at least and at most.
const BAR: (usize, usize) = (6, 16);
/// From so many columns on there are two.
const WIDE: u16 = 150;
/// Lines of messages under way.
const FLIGHT: usize = 5;
/// Least lines of facts.
const FACTS: usize = 7;

/// What stands below and over the state.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Surroundings {
    /// Lines of the state that are scrolled out at the top.
    pub scrolled: usize,
    /// What was said last.
    pub message: Vec<String>,
    /// The line that is being typed.
    pub prompt: Option<String>,
    /// The help instead of the state.
    pub help: bool,
}

fn dim() -> Style {
    Style::new().fg(Color::DarkGray)
}
fn title(text: impl Into<String>) -> Line<'static> {
    Line::styled(text.into(), Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD))
}

/// Draws all of it. Returns how far the state can be scrolled.
pub fn draw(screen: &Screen, frame: &Surroundings, area: Rect, buffer: &mut Buffer) -> usize {
    buffer.set_style(area, Style::reset());
    let mut rest = area;
    put(&header(screen), take(&mut rest, 2), buffer);
    let foot = footer(frame, area.width);
    let height = (foot.len() as u16).min(rest.height);
    put(&foot, Rect { y: rest.bottom() - height, height, ..rest }, buffer);
    rest.height -= height;
    if frame.help {
        put(&help_lines(), rest, buffer);
        return 0;
    }
    let state = state(screen, if area.width >= WIDE { area.width * 3 / 5 } else { area.width });
    let (flight, told) = (flight(screen, FLIGHT), told(&screen.told));
    let (left, mut right) = if area.width >= WIDE {
        let width = area.width * 3 / 5;
        (Rect { width, ..rest }, Rect { x: rest.x + width + 1, width: rest.width - width - 1, ..rest })
    } else {
        let below = (flight.len() + FACTS + 1).min(usize::from(rest.height) / 2) as u16;
        let height = (state.len() as u16).min(rest.height - below);
        (Rect { height, ..rest }, Rect { y: rest.y + height, height: rest.height - height, ..rest })
    };
    let most = state.len().saturating_sub(usize::from(left.height));
    put(&state[frame.scrolled.min(most)..], left, buffer);
    put(&flight, take(&mut right, flight.len() as u16), buffer);
    put(&[title("FACTS")], take(&mut right, 1), buffer);
    let room = usize::from(right.height);
    put(&told[told.len().saturating_sub(room)..], right, buffer);
    most
}

/// All of the state and the last facts, as high and as wide as it takes: for whoever reads it as a text. What can be
/// laid out in several ways fits `width`.
pub fn whole(screen: &Screen, width: u16) -> Buffer {
    let mut lines = header(screen);
    lines.extend(state(screen, width));
    lines.extend(flight(screen, FLIGHT));
    lines.push(title("FACTS"));
    let told = told(&screen.told);
    lines.extend_from_slice(&told[told.len().saturating_sub(2 * FACTS)..]);
    let width = lines.iter().map(Line::width).max().unwrap_or(0);
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    let area = Rect { x: 0, y: 0, width, height: u16::try_from(lines.len()).unwrap_or(u16::MAX) };
    let mut buffer = Buffer::empty(area);
    put(&lines, area, &mut buffer);
    buffer
}

/// Cuts the first lines off.
fn take(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let taken = Rect { height, ..*rest };
    (rest.y, rest.height) = (rest.y + height, rest.height - height);
    taken
}

fn put(lines: &[Line<'_>], area: Rect, buffer: &mut Buffer) {
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        buffer.set_line(area.x, y, line, area.width);
        if area.width > 0 && line.width() > usize::from(area.width) {
            buffer[(area.right() - 1, y)].set_symbol("…");
        }
    }
}

// --- blocks ------------------------------------------------------------------------------------

fn header(screen: &Screen) -> Vec<Line<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let first = vec![
        Span::styled(screen.run.clone(), bold),
        Span::raw("   "),
        Span::styled(screen.clock.to_string(), bold.fg(Color::Yellow)),
        Span::raw(format!(
            " of {}   event {}   {} facts   {}",
            screen.duration,
            thousands(screen.event),
            thousands(screen.facts),
            screen.phase
        )),
    ];
    let mut notes = Vec::new();
    if !screen.injected.is_empty() {
        notes.push(format!("injected: {}", screen.injected.join(" | ")));
    }
    if !screen.breakpoints.is_empty() {
        notes.push(format!("breakpoints: {}", screen.breakpoints.join(", ")));
    }
    vec![Line::from(first), Line::styled(notes.join("   "), Style::new().fg(Color::Magenta))]
}

/// Brokers, logs, groups and the record that is followed.
fn state(screen: &Screen, width: u16) -> Vec<Line<'static>> {
    let mut lines = vec![brokers(&screen.brokers), title("LOGS")];
    let columns = Columns::of(&screen.partitions, usize::from(width));
    screen.partitions.iter().for_each(|partition| lines.extend(logs(partition, columns)));
    for group in &screen.groups {
        lines.extend(self::group(group));
    }
    if let Some(followed) = &screen.followed {
        lines.push(title(format!("FOLLOWED  {}", followed.name)));
        lines.extend(wrapped(&followed.standing, 2, usize::from(width)).into_iter().map(Line::raw));
        let from = followed.steps.len().saturating_sub(FACTS);
        lines.extend(told(&followed.steps[from..]));
    }
    lines
}

/// A text in lines of a width, each behind `indent` blanks.
fn wrapped(text: &str, indent: usize, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = " ".repeat(indent);
        for word in paragraph.split_whitespace() {
            let begun = line.chars().count() > indent;
            if begun && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent) + word));
            } else {
                line = if begun { format!("{line} {word}") } else { line + word };
            }
        }
        lines.push(line);
    }
    lines
}

fn brokers(brokers: &[BrokerCard]) -> Line<'static> {
    let mut spans = Vec::new();
    for broker in brokers {
        let colour = match broker.state.as_str() {
            "up" => Color::Green,
            NOT_STARTED => Color::DarkGray,
            _ if broker.up => Color::Yellow,
            _ => Color::Red,
        };
        spans.push(Span::raw(format!("{} ", broker.name)));
        spans.push(Span::styled(broker.state.clone(), Style::new().fg(colour)));
        spans.push(Span::raw("    "));
    }
    Line::from(spans)
}

/// How replicas stand beside each other.
#[derive(Clone, Copy)]
struct Columns {
    /// Replicas in a line.
    in_line: usize,
    /// Cells of a bar.
    bar: usize,
    /// Cells of the figures behind it.
    figures: usize,
}

impl Columns {
    /// All replicas of a partition in one line, if they fit.
    fn of(partitions: &[PartitionRow], width: usize) -> Columns {
        let all = || partitions.iter().filter_map(|partition| partition.replicas.as_ref());
        let most = all().map(|partition| partition.replicas.len()).max().unwrap_or(1).max(1);
        let logs = all().flat_map(|partition| &partition.replicas).filter_map(|replica| replica.offsets);
        let figures = logs.map(|log| self::figures(&log).chars().count()).max().unwrap_or(0);
        let beside = 3 + 1 + figures + 2;
        let room = width.saturating_sub(FIRST_REPLICA);
        let in_line = (room / (beside + BAR.0)).clamp(1, most);
        Columns { in_line, bar: (room / in_line).saturating_sub(beside).clamp(BAR.0, BAR.1), figures }
    }
}

/// `573/570`, and the last stable offset where it is lower.
fn figures(log: &LogOffsets) -> String {
    let stable = if log.last_stable < log.high_watermark { format!("/{}", log.last_stable) } else { String::new() };
    format!("{}/{}{stable}", log.log_end, log.high_watermark)
}

fn logs(partition: &PartitionRow, columns: Columns) -> Vec<Line<'static>> {
    let Some(replicas) = &partition.replicas else {
        let name = format!("{:<FIRST_REPLICA$}", partition.name);
        return vec![Line::from(vec![Span::raw(name), Span::styled("not created", dim())])];
    };
    let facts = format!("{:<9} e{} {} ", partition.name, replicas.leader_epoch, replicas.isr);
    let mut lines = vec![vec![Span::raw(format!("{facts:<FIRST_REPLICA$}"))]];
    for (number, replica) in replicas.replicas.iter().enumerate() {
        if number > 0 && number % columns.in_line == 0 {
            lines.push(vec![Span::raw(" ".repeat(FIRST_REPLICA))]);
        }
        lines.last_mut().expect("there is a line").extend(self::replica(replica, replicas, columns));
    }
    lines.into_iter().map(Line::from).collect()
}

fn replica(replica: &ReplicaLog, of: &PartitionReplicas, columns: Columns) -> Vec<Span<'static>> {
    let leads = of.leader == Some(replica.broker);
    let role = match (leads, of.isr.contains(replica.broker)) {
        (true, _) => "L",
        (false, _) if replica.leads => "l",
        (false, true) => "i",
        (false, false) => "o",
    };
    let style = match (replica.up, role) {
        (false, _) => Style::new().fg(Color::Red),
        (true, "L") => Style::new().fg(Color::Green).add_modifier(Modifier::BOLD),
        (true, "i") => Style::new(),
        (true, _) => Style::new().fg(Color::Yellow),
    };
    let down = if replica.up { " " } else { "x" };
    let mut spans = vec![Span::styled(format!("{}{role}{down}", replica.broker), style)];
    let Some(offsets) = replica.offsets else {
        spans.push(Span::styled(format!("{:<rest$}", "no log", rest = columns.bar + 1 + columns.figures + 2), dim()));
        return spans;
    };
    let logs = || of.replicas.iter().filter_map(|replica| replica.offsets);
    let from = logs().map(|log| log.log_start).min().unwrap_or(Offset(0));
    let to = logs().map(|log| log.log_end).max().unwrap_or(Offset(0));
    let shape = bar(&offsets, from, to, columns.bar);
    let part = |c: char| shape.chars().filter(|other| *other == c).collect::<String>();
    spans.push(Span::styled(part(' '), dim()));
    spans.push(Span::styled(part('█'), style));
    spans.push(Span::styled(part('▓'), Style::new().fg(Color::Magenta)));
    spans.push(Span::styled(part('▒'), Style::new().fg(Color::Yellow)));
    spans.push(Span::styled(part('·'), dim()));
    spans.push(Span::styled(format!(" {:<rest$}", figures(&offsets), rest = columns.figures + 2), style));
    spans
}

/// A log as a bar over the offsets that any replica has. What is there at all has a cell: one record that a follower
/// lacks is seen in a million.
pub fn bar(log: &LogOffsets, from: Offset, to: Offset, width: usize) -> String {
    let span = (to.0 - from.0).max(1);
    let cells = |offset: Offset| ((offset.0 - from.0).max(0) as u128 * width as u128 / span as u128) as usize;
    let mut end = cells(log.log_end);
    if log.log_end < to {
        end = end.min(width - 1);
    }
    let below = |lower: Offset, upper: Offset, cell: usize| if lower < upper { cell.saturating_sub(1) } else { cell };
    if log.log_end > log.log_start {
        end = end.max(1);
    }
    let high = cells(log.high_watermark).min(below(log.high_watermark, log.log_end, end));
    let stable = cells(log.last_stable).min(below(log.last_stable, log.high_watermark, high));
    // Where nothing is missing, rounding takes nothing away.
    let high = if log.high_watermark == log.log_end { end } else { high };
    let stable = if log.last_stable >= log.high_watermark { high } else { stable };
    let start = cells(log.log_start).min(stable);
    let mut bar = " ".repeat(start);
    bar += &"█".repeat(stable - start);
    bar += &"▓".repeat(high - stable);
    bar += &"▒".repeat(end - high);
    bar + &"·".repeat(width - end)
}

fn group(group: &GroupCard) -> Vec<Line<'static>> {
    let lag = group.lag.map_or(String::new(), |lag| format!("   lag {}", thousands(lag)));
    let members = if group.members == 1 { "1 member".into() } else { format!("{} members", group.members) };
    let mut lines = vec![title(format!(
        "GROUP {}   {}, generation {}, {members}{lag}",
        group.name,
        group.state.name(),
        group.generation
    ))];
    if !group.rows.is_empty() {
        let heads = format!(
            "  {:<24}{:<14}{:>10}{:>12}{:>10}{:>8}",
            "member", "partition", "position", "committed", "end", "lag"
        );
        lines.push(Line::styled(heads, dim()));
    }
    lines.extend(group.rows.iter().map(owned));
    lines
}

fn owned(row: &OwnedRow) -> Line<'static> {
    let known = |offset: Option<Offset>| offset.map_or("-".to_owned(), |offset| offset.to_string());
    let trouble = row.trouble.map_or(String::new(), |trouble| format!(" {trouble}"));
    let member = format!("{}{trouble}", row.member.as_deref().unwrap_or("-"));
    let style = if row.trouble.is_some_and(|trouble| trouble != NOT_STARTED) {
        Style::new().fg(Color::Red)
    } else {
        Style::new()
    };
    let mut spans = vec![Span::styled(format!("  {member:<24}"), style)];
    match &row.partition {
        None => spans.push(Span::styled("-", dim())),
        Some(partition) => {
            let lag = row.lag.map_or("-".to_owned(), |lag| lag.to_string());
            spans.push(Span::raw(format!(
                "{partition:<14}{:>10}{:>12}{:>10}{lag:>8}",
                known(row.position),
                known(row.committed),
                row.end.to_string()
            )));
        }
    }
    Line::from(spans)
}

fn flight(screen: &Screen, most: usize) -> Vec<Line<'static>> {
    let count = screen.flight.len();
    let mut lines =
        vec![title(format!("IN FLIGHT  {}", if count == 0 { "nothing".into() } else { thousands(count as u64) }))];
    // What is kept stands last, and is what one looks for.
    let kept = screen.flight.iter().filter(|message| message.arrives_in.is_none()).count().min(most / 2);
    let first = most.min(count) - kept;
    for message in screen.flight[..first].iter().chain(&screen.flight[count - kept..]) {
        let when =
            message.arrives_in.map_or("kept by a fault".to_owned(), |time| format!("arrives in {}", short(time)));
        let way = format!("{} -> {}", message.from, message.to);
        lines.push(Line::raw(format!("  {:<24}{way:<32}{when}", message.what)));
    }
    if count > first + kept {
        lines.push(Line::styled(format!("  and {} more", thousands((count - first - kept) as u64)), dim()));
    }
    lines
}

fn told(told: &[ToldLine]) -> Vec<Line<'static>> {
    let line = |line: &ToldLine| {
        let style = if line.fresh { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
        let mark = if line.fresh { ">" } else { " " };
        let who: String = line.who.chars().take(16).collect();
        Line::styled(format!("{mark}{:>10}  {who:<17}{}", line.at.to_string(), line.what), style)
    };
    told.iter().map(line).collect()
}

fn footer(frame: &Surroundings, width: u16) -> Vec<Line<'static>> {
    let keys = "n p fact   e E event   f F fault   t T second   g G breakpoint   b break   o follow   i inject   : command   ? help   q quit";
    let said = frame.message.iter().flat_map(|line| wrapped(line, 0, usize::from(width)));
    let mut lines: Vec<Line<'static>> = said.map(|line| Line::styled(line, Style::new().fg(Color::Yellow))).collect();
    match &frame.prompt {
        Some(prompt) => lines.push(Line::from(vec![Span::raw(format!(":{prompt}")), Span::styled("█", dim())])),
        None if usize::from(width) < keys.chars().count() => {
            lines
                .push(Line::styled("n p fact  e E event  f F fault  g G breakpoint  : command  ? help  q quit", dim()));
        }
        None => lines.push(Line::styled(keys, dim())),
    }
    lines
}

fn help_lines() -> Vec<Line<'static>> {
    let mut lines = vec![title("KEYS")];
    lines.extend(help::lines(help::KEYS).into_iter().map(Line::raw));
    lines.push(title("COMMANDS, after :"));
    lines.extend(help::commands().into_iter().map(Line::raw));
    lines.push(title("LOGS"));
    lines.extend(help::lines(help::LEGEND).into_iter().map(Line::raw));
    lines
}
