"use strict";
// The moment that the page shows. All that is shown is text: nothing here makes HTML of data.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const film = data.film, frames = film.us, end = Math.max(data.end, 1);
  const by = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const number = (n) => n === null || n === undefined ? "–" : n.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const seconds = (us) => (us / 1e6).toFixed(3) + " s";
  const share = (us) => (100 * us / end).toFixed(3) + "%";

  // A track is [frame, value, frame, value, ...]: the value of the last frame at or before this one.
  const at = (track, frame) => {
    let low = 0, high = track.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (track[2 * middle] <= frame) low = middle + 1; else high = middle;
    }
    return low > 0 ? track[2 * low - 1] : undefined;
  };
  const frameOf = (us) => {
    let low = 0, high = frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (frames[middle] <= us) low = middle + 1; else high = middle;
    }
    return Math.max(low - 1, 0);
  };
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  document.documentElement.classList.add("scripted");
  const scrub = by("#scrub"), clock = by("#clock"), now = by("#now");
  const lines = all("#lines li").filter((line) => by("time", line));
  const times = lines.map((line) => Number(by("time", line).dataset.us));
  let frame = 0, playing = 0, speaking = 0, whole = false;

  // --- logs -----------------------------------------------------------------
  const logs = all(".log").map((box) => {
    const partition = film.partitions[Number(box.dataset.partition)];
    const rows = all("li", box).map((row, i) => ({
      replica: partition.replicas[i], row, role: by(".role", row), bar: by(".bar", row), ends: by(".ends", row), epochs: by(".epochs", row),
    }));
    return { partition, leads: by(".leads", box), rows };
  });
  const mark = (bar, className, left, width, hint) => {
    const made = element("i", undefined, className);
    made.style.left = left + "%";
    if (width !== undefined) made.style.width = width + "%";
    if (hint) made.title = hint;
    bar.append(made);
  };
  const showLog = ({ partition, leads, rows }) => {
    const leader = at(partition.leader, frame), isr = at(partition.isr, frame) || [];
    const exists = isr.length > 0 || leader !== null && leader !== undefined || at(partition.epoch, frame) >= 0;
    leads.textContent = !exists ? "not created yet"
      : (leader === null || leader === undefined ? "without a leader" : "led by broker " + leader)
        + ", epoch " + at(partition.epoch, frame) + ", ISR [" + isr.join(", ") + "]";
    const now = rows.map(({ replica }) => ({
      start: at(replica.start, frame) || 0, hw: at(replica.hw, frame) || 0, end: at(replica.end, frame) || 0,
      epochs: at(replica.epochs, frame) || [], role: at(replica.role, frame) || "",
    }));
    const most = Math.max(...now.map((log) => log.end), 1);
    const first = Math.min(...now.map((log) => log.start));
    const ends = Math.min(...now.map((log) => Math.min(log.hw, log.end)));
    const room = Math.max(most - ends, 8);
    const from = whole ? first : Math.max(first, ends - Math.ceil(room / 2));
    const to = whole ? most : most + room * 0.08;
    const x = (offset) => Math.min(Math.max(100 * (offset - from) / Math.max(to - from, 1), 0), 100);
    rows.forEach(({ replica, row, role, bar, ends, epochs }, i) => {
      const log = now[i];
      const stands = log.role || "takes no part";
      role.textContent = stands + (exists && !isr.includes(replica.broker) ? ", not in the ISR" : "");
      row.classList.toggle("down", !log.role);
      const lso = at(partition.lso, frame);
      const open = replica.broker === leader && lso !== undefined && lso < log.hw ? lso : undefined;
      ends.textContent = "starts " + number(log.start) + " · high watermark " + number(log.hw) + " · ends " + number(log.end)
        + (open === undefined ? "" : " · last stable offset " + number(open));
      epochs.textContent = "epochs: " + (log.epochs.map(([epoch, start]) => epoch + " from " + number(start)).join(", ") || "none");
      bar.replaceChildren();
      bar.classList.toggle("whole-cut", from > log.start);
      const hw = Math.min(log.hw, log.end);
      mark(bar, "committed", x(log.start), x(hw) - x(log.start));
      if (log.end > hw) mark(bar, "ahead", x(hw), x(log.end) - x(hw));
      log.epochs.forEach(([epoch, start]) => {
        if (start > from && start <= log.end) mark(bar, "epoch", x(start), undefined, "epoch " + epoch + " from " + start);
      });
      if (log.end > log.start || log.hw > 0) mark(bar, "hw", x(log.hw));
      if (open !== undefined) mark(bar, "lso", x(open));
    });
  };
  all("input[name=part]").forEach((choice) => choice.addEventListener("change", () => {
    whole = choice.value === "whole" && choice.checked;
    logs.forEach(showLog);
  }));

  // --- processes and groups ---------------------------------------------------
  const nodes = all("#nodes li").map((item, i) => ({ item, text: by("span", item), state: film.nodes[i].state }));
  const transactions = all("#transactions li").map((item, i) => ({ text: by("span", item), state: film.transactions[i].state }));
  const groups = all(".group").map((box) => {
    const group = film.groups[Number(box.dataset.group)];
    const rows = all("tbody tr", box).map((row, i) => ({ claim: group.claims[i], cells: all("td", row) }));
    return { group, state: by(".state", box), rows };
  });
  const showGroup = ({ group, state, rows }) => {
    const coordinator = at(group.coordinator, frame);
    state.textContent = at(group.state, frame) + ", " + at(group.epoch, frame) + " " + at(group.generation, frame) + ", " + at(group.members, frame)
      + (at(group.members, frame) === 1 ? " member" : " members") + ", coordinator: " + (coordinator === null || coordinator === undefined ? "nobody" : "broker " + coordinator);
    rows.forEach(({ claim, cells }) => {
      const owners = at(claim.owners, frame) || [], committed = at(claim.committed, frame);
      const hw = claim.partition === null ? undefined : at(film.partitions[claim.partition].hw, frame);
      const known = committed !== null && committed !== undefined && hw !== undefined;
      cells[0].textContent = owners.map((node) => film.names[node]).join(", ") || "nobody";
      cells[1].textContent = number(committed);
      cells[2].textContent = number(hw);
      cells[3].textContent = known ? number(Math.max(hw - committed, 0)) : "–";
    });
  };

  // --- plots --------------------------------------------------------------------
  const latency = (us) => us < 1000 ? us + " us" : us < 1e6 ? (us / 1000).toFixed(us < 1e4 ? 1 : 0) + " ms" : (us / 1e6).toFixed(2) + " s";
  const plots = data.charts.plots.map((plot) => {
    const box = by("#plot-" + plot.id);
    return { plot, frame: by(".frame", box), values: all(".value", box), when: by("figcaption output", box) };
  });
  const read = ({ plot, frame, values, when }, us) => {
    // The end belongs to the last bin.
    const bin = Math.min(Math.floor(us / data.charts.us), Math.ceil(end / data.charts.us) - 1);
    frame.style.setProperty("--at", share(us));
    when.textContent = "at " + seconds(us);
    plot.lines.forEach((line, i) => {
      const value = line.values[Math.min(bin, line.values.length - 1)];
      values[i].textContent = value === null || value === undefined ? "–"
        : plot.unit === "us" ? latency(value) : number(value) + (value === 1 ? plot.unit.replace(/s$/, "") : plot.unit);
    });
  };
  plots.forEach((one) => {
    one.frame.addEventListener("pointermove", (event) => {
      const box = one.frame.getBoundingClientRect();
      read(one, Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * end);
    });
    one.frame.addEventListener("pointerleave", () => read(one, frames[frame]));
    one.frame.addEventListener("click", (event) => {
      const box = one.frame.getBoundingClientRect();
      go(frameOf((event.clientX - box.left) / box.width * end));
    });
  });

  // --- the moment -----------------------------------------------------------------
  const say = () => {
    const us = frames[frame];
    const before = frame > 0 ? frames[frame - 1] : -1;
    const here = lines.filter((_, i) => times[i] > before && times[i] <= us).map((line) => by("b", line).textContent + " " + by("span", line).textContent);
    const last = times.findLastIndex((time) => time <= us);
    const told = here.length > 0 ? here.slice(0, 4).join("; ") + (here.length > 4 ? "; and more" : "")
      : last >= 0 ? "last: " + by("b", lines[last]).textContent + " " + by("span", lines[last]).textContent : "nothing yet";
    now.textContent = seconds(us) + ": " + told;
  };
  const show = () => {
    const us = frames[frame];
    clock.textContent = seconds(us);
    scrub.value = us;
    scrub.setAttribute("aria-valuetext", seconds(us) + " of " + seconds(end));
    document.documentElement.style.setProperty("--at", share(us));
    all(".moment").forEach((text) => { text.textContent = "At " + seconds(us) + "."; });
    const before = frame > 0 ? frames[frame - 1] : -1;
    lines.forEach((line, i) => {
      line.classList.toggle("now", times[i] > before && times[i] <= us);
      line.classList.toggle("past", times[i] <= before);
    });
    nodes.forEach(({ item, text, state }) => {
      item.dataset.state = text.textContent = at(state, frame) || "down";
    });
    transactions.forEach(({ text, state }) => { text.textContent = at(state, frame) || "unknown"; });
    logs.forEach(showLog);
    groups.forEach(showGroup);
    plots.forEach((one) => read(one, us));
    clearTimeout(speaking);
    speaking = setTimeout(say, 250);
  };
  const go = (to) => {
    const next = Math.min(Math.max(to, 0), frames.length - 1);
    if (next !== frame) { frame = next; show(); }
  };
  const event = (way) => {
    const noted = film.noted;
    if (way > 0) go(noted.find((i) => i > frame) ?? frames.length - 1);
    else go(noted.findLast((i) => i < frame) ?? 0);
  };
  const stop = () => {
    clearInterval(playing);
    playing = 0;
    by("#play").textContent = "Play";
    by("#play").setAttribute("aria-pressed", "false");
  };
  scrub.addEventListener("input", () => { stop(); frame = frameOf(Number(scrub.value)); show(); });
  scrub.addEventListener("keydown", (key) => {
    const ways = { ArrowRight: () => go(frame + 1), ArrowUp: () => go(frame + 1), ArrowLeft: () => go(frame - 1), ArrowDown: () => go(frame - 1),
      PageUp: () => event(1), PageDown: () => event(-1), Home: () => go(0), End: () => go(frames.length - 1) };
    const way = ways[key.key];
    if (way && !key.altKey && !key.ctrlKey && !key.metaKey) { key.preventDefault(); stop(); way(); }
  });
  by("#back").addEventListener("click", () => { stop(); event(-1); });
  by("#next").addEventListener("click", () => { stop(); event(1); });
  by("#play").addEventListener("click", () => {
    if (playing) return stop();
    if (frame === frames.length - 1) go(0);
    by("#play").textContent = "Pause";
    by("#play").setAttribute("aria-pressed", "true");
    playing = setInterval(() => { if (frame < frames.length - 1) go(frame + 1); else stop(); }, 120);
  });
  by("#bands").addEventListener("click", (click) => {
    const track = click.target.closest(".track");
    if (!track) return;
    const box = track.getBoundingClientRect();
    stop();
    go(frameOf((click.clientX - box.left) / box.width * end));
  });
  // Times become buttons that lead there.
  all("time[data-us]").forEach((time) => {
    const button = element("button", time.textContent, "at");
    const us = Number(time.dataset.us);
    button.type = "button";
    button.setAttribute("aria-label", "Show the moment " + time.textContent);
    button.addEventListener("click", () => { stop(); frame = frameOf(us); if (frames[frame] < us) frame = Math.min(frame + 1, frames.length - 1); show(); });
    time.replaceChildren(button);
  });
  // It begins where the first fault strikes; where there is none, at the end.
  frame = data.begin === null ? frames.length - 1 : frameOf(data.begin);
  if (frames[frame] < data.begin) frame = Math.min(frame + 1, frames.length - 1);
  show();
})();
