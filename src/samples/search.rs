//! Finding sounds: by words for the browser, by likeness for "did you mean".
//!
//! In: what the user typed. Out: sounds, best first. Pure.

use super::{Folder, Index};
use crate::source;

/// A sound that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Match<'a> {
    /// The sound.
    pub folder: &'a Folder,
    /// Numbers of the files that were meant; empty when the sound's name alone matches all words.
    pub files: Vec<usize>,
}

impl Index {
    /// The sounds that match all `words` (parted by spaces, in any case): each word is part of the
    /// sound's name, of one of its tags or of one file's name. Exact names first, then beginnings, then names, then
    /// files; the same rank by name. No words: every sound.
    pub fn search(&self, words: &str) -> Vec<Match<'_>> {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let mut found: Vec<(u8, Match<'_>)> =
            self.folders().filter_map(|folder| matched(folder, &self.tags(folder), &words)).collect();
        found.sort_by_key(|(rank, _)| *rank); // stable: folders() is sorted by name
        found.into_iter().map(|(_, m)| m).collect()
    }

    /// Up to three names that are spelt nearly as `name`, best first.
    pub fn nearest(&self, name: &str) -> Vec<&str> {
        source::nearest(name, self.names(), 3)
    }
}

/// How well `folder` matches, lower is better; none when a word is nowhere.
fn matched<'a>(folder: &'a Folder, tags: &[String], words: &[String]) -> Option<(u8, Match<'a>)> {
    let name = folder.name.to_lowercase();
    let tags: Vec<String> = tags.iter().map(|t| t.to_lowercase()).collect();
    let named = |w: &&String| name.contains(*w) || tags.iter().any(|t| t.contains(*w));
    let rest: Vec<&String> = words.iter().filter(|w| !named(w)).collect();
    if rest.is_empty() {
        let rank = match words {
            [word] if name == *word => 0,
            [word, ..] if name.starts_with(word) => 1,
            _ if words.iter().any(|w| name.contains(w)) => 2,
            _ => 4, // by its tags alone
        };
        return Some((rank, Match { folder, files: Vec::new() }));
    }
    let files: Vec<usize> = folder
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| {
            let stem = file.stem().to_lowercase();
            rest.iter().all(|w| stem.contains(*w))
        })
        .map(|(n, _)| n)
        .collect();
    (!files.is_empty()).then_some((3, Match { folder, files }))
}

#[cfg(test)]
mod tests {
    use super::super::{File, Root};
    use super::*;

    fn index() -> Index {
        let folder = |name: &str, files: &[&str]| Folder {
            name: name.into(),
            files: files.iter().map(|f| File::new(format!("r/{name}/{f}.wav"))).collect(),
            source: format!("r/{name}").into(),
        };
        Index::new().with_root(
            0,
            Root {
                path: "r/all".into(),
                folders: vec![
                    folder("808bd", &["BD0000", "BD0010"]),
                    folder("bd", &["deep kick", "short Kick", "tight"]),
                    folder("bdrum", &["one"]),
                    folder("drum", &["kick", "snare"]),
                ],
            },
        )
    }

    #[test]
    fn words_find_sounds_and_files() {
        let index = index();
        let check = |words: &str, expected: &str| {
            let found: Vec<String> = index
                .search(words)
                .iter()
                .map(|m| m.files.iter().fold(m.folder.name.clone(), |all, n| format!("{all}:{n}")))
                .collect();
            assert_eq!(found.join(" "), expected, "{words:?}");
        };
        check("bd", "bd bdrum 808bd");
        check("BD", "bd bdrum 808bd");
        check("kick", "bd:0:1 drum:0");
        check("bd kick", "bd:0:1");
        check("kick short", "bd:1");
        check("rum", "bdrum drum");
        check("kick nothing", "");
        check("  ", "808bd bd bdrum drum");
    }

    #[test]
    fn near_names() {
        assert_eq!(index().nearest("bdd"), ["bd"]);
        assert_eq!(index().nearest("drun"), ["drum", "bdrum"]);
        assert!(index().nearest("piano").is_empty());
    }
}
