//! Holds the code to the map in `docs/architecture.md`: who uses whom, what is pure, and which
//! library stays in which module.

#![expect(clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Modules that are on the map and not written yet. This list must shrink to nothing: a module that
/// exists and is still listed here fails the test too.
const COMING: &[&str] = &[];

/// The last of the pure modules, in the order of the map.
const LAST_PURE: &str = "session";

/// What a pure module names nowhere.
const IMPURE: &[&str] = &["std::fs", "std::net", "std::thread", "std::process", "std::env"];

/// The same, as calls.
const CLOCKS: &[&str] = &["Instant::now", "SystemTime::now"];

/// Libraries that stay where they are.
const HOMES: &[(&str, &[&str])] = &[
    ("nom", &["notation", "language"]),
    ("crossterm", &["tui"]),
    ("symphonia", &["media"]),
    ("notify", &["watch"]),
    ("toml_edit", &["config"]),
    ("tokio", &["server", "app"]),
    ("hound", &["render", "server"]),
];

/// Arrows by module, and the order in which the modules stand.
struct Map {
    order: Vec<String>,
    arrows: BTreeMap<String, BTreeSet<String>>,
}

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The map: the indented lines of the section "Modules", `name  words  -> name name`.
fn parse_map(text: &str) -> Map {
    let section = text.split("\n## Modules\n").nth(1).expect("a section Modules");
    let section = section.split("\n## ").next().expect("split gives one");
    let mut map = Map { order: Vec::new(), arrows: BTreeMap::new() };
    for line in section.lines().filter(|l| l.starts_with("    ")) {
        let (left, right) = line.rsplit_once("-> ").unwrap_or_else(|| panic!("no arrow: {line}"));
        let name = left.split_whitespace().next().unwrap_or_else(|| panic!("no name: {line}"));
        let arrows = right.split_whitespace().filter(|a| *a != "-").map(String::from).collect();
        assert!(map.arrows.insert(name.into(), arrows).is_none(), "{name} is on the map twice");
        map.order.push(name.into());
    }
    map
}

impl Map {
    /// All that `module`'s arrows reach, itself only through a cycle.
    fn reach(&self, module: &str) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = vec![module];
        while let Some(name) = open.pop() {
            for next in self.arrows.get(name).into_iter().flatten() {
                if reached.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        reached
    }

    /// What is wrong with the map itself.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, arrows) in &self.arrows {
            for arrow in arrows.iter().filter(|a| !self.arrows.contains_key(*a)) {
                faults.push(format!("{name} -> {arrow}: {arrow} is not on the map"));
            }
            if self.reach(name).contains(name) {
                faults.push(format!("{name} reaches itself: a cycle"));
            }
        }
        faults
    }
}

/// Top-level modules and their texts without test code.
fn modules() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    let mut open = vec![src.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "tests" && name != "bin" {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs") && name != "tests" {
                let inside = path.strip_prefix(&src).expect("it is in src");
                let first = inside.components().next().expect("a name").as_os_str().to_string_lossy();
                let module = first.trim_end_matches(".rs").to_owned();
                if module != "lib" && module != "main" {
                    let text = without_tests(&read(&path)).to_owned();
                    found.entry(module).or_default().push((inside.to_owned(), text));
                }
            }
        }
    }
    found
}

/// The text up to its test module.
fn without_tests(text: &str) -> &str {
    text.match_indices("#[cfg(test)]\n")
        .find(|(at, found)| {
            let next = text[at + found.len()..].lines().find(|l| !l.starts_with("#[")).unwrap_or("");
            next.split_whitespace().any(|word| word == "mod")
        })
        .map_or(text, |(at, _)| &text[..at])
}

/// The text without lines that are comments.
fn without_comments(text: &str) -> String {
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What follows every `root::` in `text`, as a path or as the heads of a `{group}`. Links in
/// comments count: a text that explains itself by what is above it has its arrow the wrong way.
fn named_under(root: &str, text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let start = format!("{root}::");
    for (at, _) in text.match_indices(&start) {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &text[at + start.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(heads(group)),
            None => names.extend(head(rest)),
        }
    }
    names
}

/// The identifier at the start of `text`.
fn head(text: &str) -> Option<String> {
    let name: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The first identifiers of a group's members, up to the brace that closes it.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.extend(head(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn the_map_is_sound() {
    let faults = parse_map(&read("docs/architecture.md")).faults();
    assert!(faults.is_empty(), "docs/architecture.md: {faults:#?}");
}

#[test]
fn the_map_lists_the_modules_that_exist() {
    let map = parse_map(&read("docs/architecture.md"));
    let modules = modules();
    for name in modules.keys() {
        assert!(map.arrows.contains_key(name), "src/{name}.rs is not on the map in docs/architecture.md");
        assert!(!COMING.contains(&name.as_str()), "{name} exists now: take it out of COMING");
    }
    for name in &map.order {
        let exists = modules.contains_key(name) || COMING.contains(&name.as_str());
        assert!(exists, "{name} is on the map in docs/architecture.md, and not in src/");
    }
    for name in COMING {
        assert!(map.arrows.contains_key(*name), "{name} is in COMING, and not on the map");
    }
}

#[test]
fn the_code_keeps_to_the_arrows() {
    let map = parse_map(&read("docs/architecture.md"));
    let mut wrong = Vec::new();
    for (module, files) in modules() {
        let reach = map.reach(&module);
        for (path, text) in files {
            let mut used = named_under("crate", &text);
            if path.components().count() == 1 {
                used.extend(named_under("super", &text)); // in src/x.rs, `super` is the crate
            }
            used.retain(|u| map.arrows.contains_key(u) && *u != module && !reach.contains(u));
            wrong.extend(used.iter().map(|u| format!("{}: {module} -> {u}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "arrows that docs/architecture.md does not have: {wrong:#?}");
}

#[test]
fn pure_modules_are_pure() {
    let map = parse_map(&read("docs/architecture.md"));
    let last = map.order.iter().position(|m| m == LAST_PURE).expect("it is on the map");
    let mut wrong = Vec::new();
    for (module, files) in modules() {
        if !map.order[..=last].contains(&module) {
            continue;
        }
        for (path, text) in files {
            wrong.extend(impurities(&text).into_iter().map(|what| format!("{}: {what}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "these modules are pure: {wrong:#?}");
}

/// What `text` names that a pure module does not.
fn impurities(text: &str) -> Vec<String> {
    let text = without_comments(text);
    let named = named_under("std", &text);
    let parts = IMPURE.iter().filter(|i| named.contains(i.trim_start_matches("std::")));
    parts.chain(CLOCKS.iter().filter(|c| text.contains(**c))).map(ToString::to_string).collect()
}

#[test]
fn libraries_stay_where_they_are() {
    let mut wrong = Vec::new();
    for (module, files) in modules() {
        for (path, text) in files {
            let text = without_comments(&text);
            for (library, homes) in HOMES {
                if !homes.contains(&module.as_str()) && !named_under(library, &text).is_empty() {
                    wrong.push(format!("{}: {library}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "libraries out of place: {wrong:#?}");
}

/// The finders find: without this, a test above could pass by seeing nothing.
#[test]
fn names_are_found_in_code() {
    let check = |root: &str, text: &str, expected: &[&str]| {
        let found: Vec<String> = named_under(root, text).into_iter().collect();
        assert_eq!(found, expected, "{text}");
    };
    check("crate", "use crate::a::b; let x = crate::c::d();", &["a", "c"]);
    check(
        "crate",
        "use crate::{\n    a::{b, c},\n    d,\n    e as f,\n};\nuse crate::g;",
        &["a", "d", "e", "g"],
    );
    check("crate", "/// see [`crate::a::B`]", &["a"]);
    check("crate", "use mycrate::a;", &[]);
    check("std", "use std::{fs, time::Duration};", &["fs", "time"]);
    check("crossterm", "use ratatui::crossterm::event;", &["event"]);
    assert_eq!(without_tests("a\n#[cfg(test)]\npub(super) mod tests {"), "a\n");
    assert_eq!(
        without_tests("a\n#[cfg(test)]\nfn b() {}\n#[cfg(test)]\nmod t;"),
        "a\n#[cfg(test)]\nfn b() {}\n"
    );
    assert_eq!(
        impurities("use std::{fs, fmt};\n// std::net\nlet t = Instant::now();"),
        ["std::fs", "Instant::now"]
    );
}

#[test]
fn faults_of_a_map_are_found() {
    let map = parse_map(
        "\n## Modules\nwords\n\n    a  first  -> b c\n    b  second -> d\n    c  third  -> -\n    d  fourth -> a x\n\n## Next\n    z  -> z\n",
    );
    assert_eq!(map.order, ["a", "b", "c", "d"]);
    assert_eq!(map.reach("b").into_iter().collect::<String>(), "abcdx");
    let faults = map.faults();
    assert_eq!(faults.len(), 4, "{faults:?}"); // a, b and d in a cycle; x unknown
}
