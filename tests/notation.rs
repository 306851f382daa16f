//! Fixtures of mini-notation: what a text is read as, and what is said of one that is wrong.
//!
//! In: `tests/notation/{ok,err}/*.txt`, a case a line: `kind: text`. Out: one snapshot a file, with the
//! tree of each text and how it is printed, or the code frames of what is wrong.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

#[path = "support/snapshots.rs"]
mod snapshots;

use oiduna::notation::{self, Kind};
use oiduna::source::frame;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn kind(name: &str) -> Kind {
    name.parse().unwrap()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notation").join(folder);
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no fixtures in {}", folder.display());
    files
}

/// A snapshot of each file of a folder; a case that `shown` has nothing to say of is a failure.
fn check(folder: &str, shown: fn(&str, Kind) -> Option<String>) {
    for file in files(folder) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let mut out = String::new();
        for case in std::fs::read_to_string(&file).unwrap().lines() {
            let (of, text) = case.split_once(": ").unwrap_or_else(|| panic!("{name}: {case} has no kind"));
            let body = shown(text, kind(of)).unwrap_or_else(|| panic!("{folder}/{name}: {case}"));
            writeln!(out, "{case}\n{body}").unwrap();
        }
        snapshots::in_one_folder(|| insta::assert_snapshot!(format!("notation_{folder}_{name}"), out));
    }
}

#[test]
fn what_is_understood() {
    check("ok", |text, kind| {
        let ast = notation::parse(text, kind).ok()?;
        let hints = ast.hints().iter().map(|h| frame::render("text", text, h)).collect::<String>();
        Some(format!("-> {ast}\n{:#?}\n{hints}", ast.root))
    });
}

#[test]
fn what_is_refused() {
    check("err", |text, kind| {
        let trouble = notation::parse(text, kind).err()?;
        assert!(trouble.iter().all(|d| !d.message.contains('\n')));
        Some(trouble.iter().map(|d| frame::render("text", text, d)).collect())
    });
}
