//! The frame of what the script fills: logs, groups, processes, as they stand when the run is over.

use std::fmt::Write;

use serde_json::Value;

use super::film::Reel;
use super::html::Esc;

/// The last value of a track.
fn last(track: &Value) -> &Value {
    track.as_array().and_then(|changes| changes.last()).unwrap_or(&Value::Null)
}

fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

fn number(value: &Value) -> String {
    value.as_i64().map_or("–".into(), |n| {
        let digits = crate::run::figures::thousands(n.unsigned_abs());
        if n < 0 { format!("-{digits}") } else { digits }
    })
}

fn broker(value: &Value) -> String {
    value.as_u64().map_or("nobody".into(), |id| format!("broker {id}"))
}

/// `1 member`.
fn members(value: &Value) -> String {
    format!("{value} member{}", if value.as_u64() == Some(1) { "" } else { "s" })
}

/// `1, 2, 3`.
fn list(value: &Value, show: impl Fn(&Value) -> String) -> String {
    value.as_array().into_iter().flatten().map(show).collect::<Vec<_>>().join(", ")
}

/// Processes and the logs of each partition.
pub fn partitions(reel: &Reel) -> String {
    let film = &reel.data;
    let mut out = String::from(
        "<p class=\"moment\">At the end of the run.</p>\n<div class=\"needs-script choice\" role=\"group\" aria-label=\"Part of the logs\">\
         <label><input type=\"radio\" name=\"part\" value=\"ends\" checked> where the logs end</label> \
         <label><input type=\"radio\" name=\"part\" value=\"whole\"> whole logs</label></div>\n",
    );
    out.push_str("<h3>Processes</h3>\n<ul class=\"nodes\" id=\"nodes\">");
    for node in items(film, "nodes") {
        let state = last(&node["state"]).as_str().unwrap_or_default();
        let _ = write!(
            out,
            "<li data-state=\"{0}\"><b>{1}</b> <span>{0}</span></li>",
            Esc(state),
            Esc(node["name"].as_str().unwrap_or_default())
        );
    }
    out.push_str("</ul>\n");
    out.push_str(
        "<p class=\"note legend needs-script\"><span class=\"key committed\"></span> up to the high watermark: committed \
         <span class=\"key ahead\"></span> beyond it: not committed as far as this replica knows <span class=\"key hw\"></span> high watermark \
         <span class=\"key lso\"></span> last stable offset, where a transaction is open: read_committed sees no further <span class=\"key epoch\"></span> a leader epoch begins <span class=\"key cut\"></span> the log goes on to the left. \
         A follower learns the high watermark a fetch later than the leader.</p>\n",
    );
    let (users, internals): (Vec<&Value>, Vec<&Value>) =
        items(film, "partitions").partition(|partition| partition["internal"] == Value::Bool(false));
    let all: Vec<&Value> = items(film, "partitions").collect();
    let place = |partition: &Value| all.iter().position(|known| std::ptr::eq(*known, partition)).unwrap_or(0);
    out.push_str("<div class=\"logs\">\n");
    users.iter().for_each(|partition| one(&mut out, partition, place(partition)));
    out.push_str("</div>\n");
    if !internals.is_empty() {
        let _ = writeln!(out, "<details><summary>Internal topics ({})</summary><div class=\"logs\">", internals.len());
        internals.iter().for_each(|partition| one(&mut out, partition, place(partition)));
        out.push_str("</div></details>\n");
    }
    transactions(&mut out, film);
    out
}

fn one(out: &mut String, partition: &Value, place: usize) {
    let isr = list(last(&partition["isr"]), |id| id.to_string());
    let _ = write!(
        out,
        "<article class=\"log\" data-partition=\"{place}\" aria-label=\"{0}\"><h4>{0}</h4>\n<p class=\"leads\">{1}, epoch {2}, ISR [{isr}]</p>\n<ul>",
        Esc(partition["name"].as_str().unwrap_or_default()),
        match last(&partition["leader"]).as_u64() {
            Some(id) => format!("led by broker {id}"),
            None => "without a leader".into(),
        },
        last(&partition["epoch"])
    );
    for replica in items(partition, "replicas") {
        let epochs = list(last(&replica["epochs"]), |epoch| format!("{} from {}", epoch[0], number(&epoch[1])));
        let _ = writeln!(
            out,
            "<li><span class=\"who\">broker {}</span> <span class=\"role\">{}</span><span class=\"bar needs-script\" aria-hidden=\"true\"></span>\
             <span class=\"ends\">starts {} · high watermark {} · ends {}</span> <span class=\"epochs\">epochs: {epochs}</span></li>",
            replica["broker"],
            Esc(last(&replica["role"]).as_str().unwrap_or_default()),
            number(last(&replica["start"])),
            number(last(&replica["hw"])),
            number(last(&replica["end"]))
        );
    }
    out.push_str("</ul></article>\n");
}

fn transactions(out: &mut String, film: &Value) {
    if items(film, "transactions").next().is_none() {
        return;
    }
    out.push_str("<h3>Transactional ids</h3>\n<ul class=\"nodes\" id=\"transactions\">");
    for id in items(film, "transactions") {
        let state = last(&id["state"]).as_str().filter(|state| !state.is_empty()).unwrap_or("unknown");
        let _ =
            write!(out, "<li><b>{}</b> <span>{}</span></li>", Esc(id["id"].as_str().unwrap_or_default()), Esc(state));
    }
    out.push_str("</ul>\n");
}

/// Each group, and its partitions.
pub fn groups(reel: &Reel) -> String {
    let film = &reel.data;
    let names: Vec<&str> = items(film, "names").filter_map(Value::as_str).collect();
    let partitions: Vec<&Value> = items(film, "partitions").collect();
    let mut out = String::new();
    for (place, group) in items(film, "groups").enumerate() {
        let name = group["name"].as_str().unwrap_or_default();
        let _ = write!(
            out,
            "<article class=\"group\" data-group=\"{place}\"><h3>{}</h3>\n<p class=\"state\">{}, {} {}, {}, coordinator: {}</p>\n",
            Esc(name),
            Esc(last(&group["state"]).as_str().unwrap_or_default()),
            last(&group["epoch"]).as_str().unwrap_or_default(),
            last(&group["generation"]),
            members(last(&group["members"])),
            broker(last(&group["coordinator"]))
        );
        let rows: Vec<Vec<String>> = items(group, "claims")
            .map(|claim| {
                let partition = claim["partition"].as_u64().map(|place| partitions[place as usize]);
                let name = partition.and_then(|p| p["name"].as_str()).unwrap_or_default();
                let high_watermark = partition.map_or(&Value::Null, |p| last(&p["hw"]));
                let committed = last(&claim["committed"]);
                let lag = committed.as_i64().zip(high_watermark.as_i64()).map(|(c, h)| Value::from((h - c).max(0)));
                let owners = list(last(&claim["owners"]), |node| {
                    node.as_u64().and_then(|node| names.get(node as usize)).map_or(String::new(), ToString::to_string)
                });
                let owners = if owners.is_empty() { "nobody".to_owned() } else { owners };
                vec![
                    Esc(name).to_string(),
                    Esc(owners).to_string(),
                    number(committed),
                    number(high_watermark),
                    number(&lag.unwrap_or(Value::Null)),
                ]
            })
            .collect();
        let label = format!("Partitions of group {name}");
        out.push_str(&super::table(&label, &["Partition", "Owner", "Committed", "High watermark", "Lag"], &rows));
        out.push_str("</article>\n");
    }
    if out.is_empty() { out } else { format!("<p class=\"moment\">At the end of the run.</p>\n{out}") }
}
