//! A run on one page for people: no script, nothing from elsewhere, so that it opens offline and wherever it is sent.

use std::{
    fmt::Display,
    fs::File,
    io::{self, BufWriter, Write},
};

use crate::{
    format::count,
    run::{failed_unit::FailedUnit, report_paths::ReportPaths, status::JobStatus},
    store::{
        report::{Facts, failing},
        runs::record::StoreError,
    },
};

/// As many failed units and jobs are on the page; the other reports have all.
const ROWS: u64 = 1000;
/// As many causes have a bar of their own.
const BARS: usize = 12;
/// As many columns stand for jobs side by side.
const COLUMNS: usize = 100;
/// The charts' width, in their own units.
const WIDTH: f64 = 720.0;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6474;--line:#d9dde5;--ground:#fff;--new:#2f6fde;--there:#8fb4f2;--failed:#c8442f;--cancelled:#d19a2a;--open:#b4bac6}\
@media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#a0a8b7;--line:#3a4252;--ground:#151a23;--open:#596275}}\
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.3rem 0}.soft{color:var(--soft)}\
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;min-width:44rem;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line)}\
th{white-space:nowrap}td{overflow-wrap:anywhere}td.s,td.n,th.n{white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\
svg{width:100%;display:block}.all{height:1.8rem}.part{height:.7rem;margin-bottom:.6rem}.columns{height:9rem;border-bottom:1px solid var(--line);margin:.4rem 0 1rem}.mark{display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem}\
.legend span{display:inline-block;margin:.5rem 1.4rem 0 0;white-space:nowrap}.named{display:flex;justify-content:space-between;gap:1rem}.named span{overflow-wrap:anywhere}\
.new{fill:var(--new)}.there{fill:var(--there)}.failed{fill:var(--failed)}.cancelled{fill:var(--cancelled)}.open{fill:var(--open)}";

pub(super) fn write(facts: &Facts<'_>, paths: &ReportPaths) -> Result<(), StoreError> {
    let fail = failing(&paths.html);
    let mut out = BufWriter::new(File::create(&paths.html).map_err(&fail)?);
    head(&mut out, facts).map_err(&fail)?;
    causes(&mut out, facts).map_err(&fail)?;
    jobs(&mut out, facts).map_err(&fail)?;
    failures(&mut out, facts, paths, &fail)?;
    files(&mut out, paths).and_then(|()| out.write_all(b"</body></html>\n")).and_then(|()| out.flush()).map_err(&fail)
}

/// Text as text, whatever it holds: others choose names and messages.
fn safe(text: impl Display) -> String {
    let mut safe = String::new();
    for c in text.to_string().chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Nor may it turn what stands around it: these are the marks that change the direction of writing.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[expect(clippy::cast_precision_loss, reason = "a length on the screen")]
fn part(of: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { of as f64 / all as f64 }
}

fn head(out: &mut impl Write, facts: &Facts<'_>) -> io::Result<()> {
    let row = &facts.row;
    let run = &row.run;
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>Run {id}</title><style>{STYLE}</style></head><body>\n<h1>Run {id}: {state}</h1>\n\
         <p class=\"soft\">Config {config}, folder {folder} at {domain}, {started} to {finished}</p>\n",
        id = safe(&run.id),
        state = safe(facts.standing().word()),
        config = safe(&run.config),
        folder = safe(&run.folder_path),
        domain = safe(&run.domain),
        started = safe(&row.started),
        finished = safe(row.finished.as_deref().unwrap_or("not ended yet")),
    )?;
    if !run.despite.is_empty() {
        writeln!(out, "<p>Begun in spite of failed checks: {}</p>", safe(run.despite.join(", ")))?;
    }
    if let Some(disagreement) = &facts.disagreement {
        writeln!(out, "<p>{}</p>", safe(disagreement))?;
    }
    let already = facts.already_there().min(row.registered);
    let cancelled = match &row.sync {
        Some(sync) => sync.counts.cancelled(),
        None => facts.batches.iter().map(|batch| batch.cancelled).sum(),
    };
    let states = [
        ("new", "newly registered", row.registered - already),
        ("there", "already there", already),
        ("failed", "failed", row.failed),
        ("cancelled", "cancelled", cancelled),
        ("open", "not finished", row.items.saturating_sub(row.registered + row.failed + cancelled)),
    ];
    writeln!(out, "<section>\n<h2>Items: {}</h2>", count(row.items))?;
    // What is little beside the rest is still seen.
    let widths = states.map(|(_, _, items)| if items == 0 { 0.0 } else { (part(items, row.items) * WIDTH).max(3.0) });
    let all = widths.iter().sum::<f64>().max(WIDTH);
    write!(out, "<svg class=\"all\" viewBox=\"0 0 {all:.1} 28\" preserveAspectRatio=\"none\" role=\"img\">")?;
    write!(out, "<title>Items by state</title>")?;
    let mut x = 0.0;
    for ((class, words, items), width) in states.iter().zip(widths).filter(|(_, width)| *width > 0.0) {
        let told = count(*items);
        write!(
            out,
            "<rect class=\"{class}\" x=\"{x:.1}\" width=\"{width:.1}\" height=\"28\"><title>{told} {words}</title></rect>"
        )?;
        x += width;
    }
    write!(out, "</svg>\n<p class=\"legend\">")?;
    for (place, (class, words, items)) in states.iter().enumerate() {
        // Of the rest only what there is; what is new and what failed are worth a nought.
        if *items > 0 || place == 0 || place == 2 {
            let mark = format!(
                "<svg class=\"mark\" viewBox=\"0 0 1 1\"><rect class=\"{class}\" width=\"1\" height=\"1\"/></svg>"
            );
            write!(out, "<span>{mark}{} {words}</span>", count(*items))?;
        }
    }
    writeln!(out, "</p>\n</section>")
}

fn causes(out: &mut impl Write, facts: &Facts<'_>) -> io::Result<()> {
    let causes = &facts.causes;
    let Some(most) = causes.first().map(|cause| cause.units) else { return Ok(()) };
    let rest: u64 = causes.iter().skip(BARS).map(|cause| cause.units).sum();
    let mut bars: Vec<(String, u64)> =
        causes.iter().take(BARS).map(|cause| (cause.cause.clone(), cause.units)).collect();
    if rest > 0 {
        bars.push((format!("{} other causes", causes.len() - BARS), rest));
    }
    writeln!(out, "<section>\n<h2>Failures by cause</h2>")?;
    let most = most.max(rest);
    for (cause, units) in &bars {
        let (told, width) = (count(*units), (part(*units, most) * WIDTH).max(3.0));
        writeln!(
            out,
            "<p class=\"named\"><span>{}</span><span>{told}</span></p>\
             <svg class=\"part\" viewBox=\"0 0 {WIDTH} 12\" preserveAspectRatio=\"none\" role=\"img\"><title>{told}</title>\
             <rect class=\"failed\" width=\"{width:.1}\" height=\"12\"/></svg>",
            safe(cause)
        )?;
    }
    writeln!(
        out,
        "<div class=\"wide\"><table><tr><th class=\"n\">Units</th><th>Cause</th><th>What to do</th><th>For example</th></tr>"
    )?;
    for cause in causes.iter().take(usize::try_from(ROWS).unwrap_or(1000)) {
        let example = cause.example.as_deref().unwrap_or_default();
        let subtask = cause.subtask_uuid.as_deref().map(|id| format!(" (subtask {id})")).unwrap_or_default();
        let advice = cause.advice.as_deref().map(|advice| format!("Encord's advice: {advice}"));
        let told = [cause.hint, advice.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            count(cause.units),
            safe(&cause.cause),
            safe(told),
            safe(format!("{example}{subtask}"))
        )?;
    }
    writeln!(out, "</table></div>\n</section>")
}

fn jobs(out: &mut impl Write, facts: &Facts<'_>) -> io::Result<()> {
    if facts.batches.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section>\n<h2>Jobs: {}</h2>", count(facts.batches.len() as u64))?;
    durations(out, facts)?;
    writeln!(
        out,
        "<div class=\"wide\"><table><tr><th class=\"n\">Job</th><th>Type</th><th>State</th><th class=\"n\">Items</th><th class=\"n\">New</th>\
         <th class=\"n\">Already there</th><th class=\"n\">Failed</th><th class=\"n\">Seconds</th><th>Encord's id; its words</th></tr>"
    )?;
    let shown = usize::try_from(ROWS).unwrap_or(1000);
    for batch in facts.batches.iter().take(shown) {
        let already = if facts.row.run.options.skip_duplicate_urls { batch.already_there() } else { 0 };
        let id = batch.job.map(|job| job.to_string());
        let seconds = facts.durations.get(&batch.number).map(|seconds| format!("{seconds:.1}")).unwrap_or_default();
        let words = [id, batch.message.clone()].into_iter().flatten().collect::<Vec<_>>().join("; ");
        let state = JobStatus::of(batch.state, batch.errors, facts.is_live).word();
        writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td class=\"s\">{}</td><td class=\"s\">{state}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{seconds}</td><td>{}</td></tr>",
            batch.number,
            safe(batch.batch.kind),
            count(batch.batch.count),
            count(batch.done.saturating_sub(already)),
            count(already),
            count(batch.errors),
            safe(words)
        )?;
    }
    writeln!(out, "</table></div>")?;
    if facts.batches.len() > shown {
        let more = count((facts.batches.len() - shown) as u64);
        writeln!(out, "<p class=\"soft\">{more} more jobs are in report.json.</p>")?;
    }
    writeln!(out, "</section>")
}

fn durations(out: &mut impl Write, facts: &Facts<'_>) -> io::Result<()> {
    let known: Vec<(u32, f64)> = facts.durations.iter().map(|(number, seconds)| (*number, *seconds)).collect();
    if known.is_empty() {
        return Ok(());
    }
    let together = known.len().div_ceil(COLUMNS).max(1);
    let columns: Vec<(u32, u32, f64)> = known
        .chunks(together)
        .filter_map(|jobs| {
            let longest = jobs.iter().map(|(_, seconds)| *seconds).fold(0.0, f64::max);
            Some((jobs.first()?.0, jobs.last()?.0, longest))
        })
        .collect();
    let most = columns.iter().map(|(_, _, seconds)| *seconds).fold(0.001, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "at most a hundred columns")]
    let width = (WIDTH / columns.len() as f64).min(48.0);
    let of_many = if together > 1 { format!(", the longest of {together} each") } else { String::new() };
    let ends = known.first().zip(known.last()).filter(|(first, last)| first.0 != last.0);
    let which =
        ends.map(|(first, last)| format!(", jobs {} to {} from left to right", first.0, last.0)).unwrap_or_default();
    write!(
        out,
        "<p class=\"soft\">Seconds from the start of each job to its end{which}{of_many}; the longest: {most:.1}</p>\
         <svg class=\"columns\" viewBox=\"0 0 {WIDTH} 120\" preserveAspectRatio=\"none\" role=\"img\">\
         <title>Seconds from the start of each job to its end</title>"
    )?;
    let mut x = 0.0;
    for (first, last, seconds) in columns {
        let height = (seconds / most * 116.0).max(1.0);
        let names = if first == last { format!("Job {first}") } else { format!("Jobs {first} to {last}") };
        write!(
            out,
            "<rect class=\"new\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{names}: {seconds:.1} s</title></rect>",
            120.0 - height,
            (width - 1.0).max(1.0)
        )?;
        x += width;
    }
    writeln!(out, "</svg>")
}

fn failures(
    out: &mut impl Write,
    facts: &Facts<'_>,
    paths: &ReportPaths,
    fail: &impl Fn(io::Error) -> StoreError,
) -> Result<(), StoreError> {
    let id = &facts.row.run.id;
    let units = facts.store.failed_units(id, 0, ROWS)?;
    if units.is_empty() {
        return Ok(());
    }
    let all: u64 = facts.store.failed_counts(id)?.into_values().sum();
    let mut write = || -> io::Result<()> {
        writeln!(
            out,
            "<section>\n<h2>What failed</h2>\n<div class=\"wide\"><table><tr><th class=\"n\">Job</th><th>URL</th><th>Encord's words</th><th>Subtask</th></tr>"
        )?;
        for FailedUnit { batch, object_urls, error, subtask_uuid, .. } in &units {
            let more = match object_urls.len() {
                0 | 1 => String::new(),
                urls => format!(" and {} more", urls - 1),
            };
            writeln!(
                out,
                "<tr><td class=\"n\">{batch}</td><td>{}{more}</td><td>{}</td><td>{}</td></tr>",
                safe(object_urls.first().map_or("", String::as_str)),
                safe(error),
                safe(subtask_uuid.as_deref().unwrap_or_default())
            )?;
        }
        writeln!(out, "</table></div>")?;
        if all > ROWS {
            let csv = paths.csv.file_name().unwrap_or_default().to_string_lossy();
            writeln!(out, "<p class=\"soft\">{} more: all are in {}.</p>", count(all - ROWS), safe(csv))?;
        }
        writeln!(out, "</section>")
    };
    write().map_err(fail)
}

fn files(out: &mut impl Write, paths: &ReportPaths) -> io::Result<()> {
    let files = [
        (Some(&paths.json), "the whole run for programs"),
        (Some(&paths.csv), "one row for each URL of each failed unit"),
        (paths.failed.as_ref(), "a manifest of what failed"),
    ];
    writeln!(out, "<section>\n<h2>Beside this page</h2>\n<div class=\"wide\"><table>")?;
    for (path, what) in files.iter().filter_map(|(path, what)| Some(((*path)?, what))) {
        writeln!(out, "<tr><td>{}</td><td class=\"s\">{what}</td></tr>", safe(path.display()))?;
    }
    writeln!(out, "</table></div>\n</section>")
}
