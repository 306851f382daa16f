//! The reference page is made from the library's table: this test says when it is out of date.
//!
//! `UPDATE=1 cargo test reference` writes docs/reference.md anew.

use oiduna::control::{self, Home, Kind};
use oiduna::language::library::families::FAMILIES;
use oiduna::language::library::{Entry, TABLES};
use oiduna::synth::InstrumentId;
use std::fmt::Write;

const HEAD: &str = "# Reference

<!-- Made from the function library by tests/reference.rs: UPDATE=1 cargo test reference -->

Every function, operator and control of the language, and every instrument that ships. Types are written as Tidal writes them. Each row
has an example that works; `oiduna query 'EXPRESSION'` prints the events of one.
";

const CONTROLS: &str = "
## Controls

What an event of the set may carry. A control acts on the event itself, on its voice, or on its orbit's
effects (or the master), where it stays until another event changes it. A number beyond its range is
brought into it. A control that the sound does not listen to is said so.

| Name | Takes | Sends | Acts on | Unit | Range | Default | Meaning |
|---|---|---|---|---|---|---|---|
";

/// A bar ends a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn code(text: &str) -> String {
    // Inside code a bar is escaped all the same: tables are cut first.
    format!("`{}`", cell(text))
}

fn rows<'e>(out: &mut String, title: &str, entries: impl Iterator<Item = &'e Entry>) {
    let _ = write!(out, "\n## {title}\n\n| Name | Type | Meaning | Example |\n|---|---|---|---|\n");
    for e in entries {
        let old = e.old.map_or_else(String::new, |new| format!("; old, today {}", code(new)));
        let _ = writeln!(
            out,
            "| {} | {} | {}{old} | {} |",
            code(e.name),
            code(e.signature),
            cell(e.meaning),
            code(e.example)
        );
    }
}

/// What ships: a row for each instrument.
fn instruments(out: &mut String) {
    out.push_str(
        "\n## Instruments\n\nSynthesised, so that they need no samples; a sample folder or a SynthDef of yours of the same name comes first. `n` and `note` are the pitch; of a drum, semitones from its own. The numbers of an own control are its lowest, its highest and, in brackets, what it is when nothing is said. A control that has no function of its name (`muffle`, say) is written `pF \"muffle\" 2`.\n\n| Name | Also | Meaning | Controls of its own |\n|---|---|---|---|\n",
    );
    for id in InstrumentId::all() {
        let i = id.get();
        let also: Vec<String> = i.aliases.iter().map(|a| code(a)).collect();
        let own: Vec<String> = i
            .own
            .iter()
            .map(|o| {
                format!("{} {} to {} ({}): {}", code(o.name()), o.min, o.max, o.default, cell(o.meaning))
            })
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            code(i.name),
            also.join(" "),
            cell(i.summary),
            own.join("; ")
        );
    }
}

fn page() -> String {
    let mut out = HEAD.to_owned();
    for (title, entries) in TABLES {
        rows(&mut out, title, entries.iter());
    }
    out.push_str("\n## Families\n\nThe name of a control, with an ending:\n\n| Ending | Type | Meaning | Example |\n|---|---|---|---|\n");
    for f in FAMILIES {
        let e = &f.entry;
        // The first argument is the control, which the name says.
        let ty = e.signature.strip_prefix("String -> ").unwrap_or(e.signature);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            code(f.suffix),
            code(ty),
            cell(e.meaning),
            code(e.example)
        );
    }
    out.push_str("\n`in0` to `in127` are numbers that controllers stand at.\n");
    instruments(&mut out);
    out.push_str(CONTROLS);
    for f in control::functions() {
        let takes = match f.kind {
            Kind::Float => "numbers",
            Kind::Int => "whole numbers",
            Kind::Note => "notes",
            Kind::Text => "words",
        };
        let fact = control::id(f.sends).map(control::ControlId::fact).expect("it is in the table");
        let (unit, range, default) = match fact.numbers {
            Some(n) => (fact.unit, format!("{} to {}", n.min, n.max), n.default.map(|d| d.to_string())),
            None => ("", String::new(), None),
        };
        let home = match fact.home {
            Home::Plan => "event",
            Home::Voice => "voice",
            Home::Orbit => "orbit",
            Home::Own | Home::Missing => "",
        };
        let _ = writeln!(
            out,
            "| {} | {takes} | {} | {home} | {unit} | {range} | {} | {} |",
            code(f.name),
            code(f.sends),
            default.unwrap_or_default(),
            cell(&fact.sentence())
        );
    }
    out
}

#[test]
fn the_reference_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    if there != page {
        let line = there.lines().zip(page.lines()).position(|(a, b)| a != b).unwrap_or(0);
        panic!("docs/reference.md is out of date from line {}: UPDATE=1 cargo test reference", line + 1);
    }
}
