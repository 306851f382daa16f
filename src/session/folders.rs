//! Folders of samples while a set plays: read, added, taken away, read again, searched.
//!
//! In: what a scan found, the commands `:samples ...`. Out: messages and effects. Pure.

use super::{Effect, State, size};
use crate::samples::{Hint, Index, Root};
use crate::source::Severity;
use std::path::{Path, PathBuf};

/// Lines of one answer at most.
const SHOWN: usize = 5;

impl State {
    /// Takes what a scan found.
    pub(super) fn scanned(&mut self, place: usize, root: Root, troubles: &[String]) -> Vec<Effect> {
        let (path, folders) = (root.path.clone(), root.folders.len());
        let files: usize = root.folders.iter().map(|f| f.files.len()).sum();
        let same = |r: &Root| {
            r.folders.len() == folders && r.folders.iter().map(|f| f.files.len()).sum::<usize>() == files
        };
        let before = self.sounds.index().roots().find(|(p, _)| *p == place).is_some_and(|(_, r)| same(r));
        self.sounds.scanned(place, root);
        if !before {
            self.say(Severity::Hint, format!("{}: {folders} sounds, {files} samples", path.display()));
        }
        for t in troubles.iter().take(SHOWN) {
            self.say_once(Severity::Warning, t.clone());
        }
        if troubles.len() > SHOWN {
            let more = troubles.len() - SHOWN;
            self.say_once(Severity::Warning, format!("... and {more} more files that cannot be played"));
        }
        self.tell_hidden(&path);
        self.told.retain(|t| !t.starts_with("no sound is called"));
        let mut effects = self.folders_changed();
        if self.changed_early.remove(&path) {
            effects.push(Effect::Scan { place, path });
        }
        effects
    }

    /// Reads a folder that has changed, or once it is known.
    pub(super) fn folder_changed(&mut self, root: PathBuf) -> Vec<Effect> {
        let places: Vec<usize> =
            self.sounds.index().roots().filter(|(_, r)| r.path == root).map(|(place, _)| place).collect();
        if places.is_empty() {
            self.changed_early.insert(root);
            return Vec::new();
        }
        places.into_iter().map(|place| Effect::Scan { place, path: root.clone() }).collect()
    }

    /// Sounds of this folder that nobody hears, as one line.
    fn tell_hidden(&mut self, root: &Path) {
        let hints = self.sounds.index().hints();
        let of_root = |h: &&Hint| match h {
            Hint::Hidden { hidden, .. } => hidden.starts_with(root),
            Hint::Unspeakable { source, .. } => source.starts_with(root),
        };
        let found: Vec<String> = hints.iter().filter(of_root).map(ToString::to_string).collect();
        let Some(first) = found.first() else { return };
        let more = found.len() - 1;
        let more = if more > 0 { format!("; {more} more: oiduna samples list") } else { String::new() };
        self.say_once(Severity::Hint, format!("{first}{more}"));
    }

    /// Names mean something else now: what plays is made ready, what was unknown may be known.
    fn folders_changed(&mut self) -> Vec<Effect> {
        let mut effects = self.look_ahead();
        effects.insert(0, Effect::SetBank);
        self.sounds_changed();
        effects
    }

    /// `:samples ...`
    pub(super) fn samples_command(&mut self, argument: &str) -> Vec<Effect> {
        let (word, rest) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
        match (word, rest.trim()) {
            ("", _) => self.list_folders(),
            ("add", "") => self.say(Severity::Error, "which folder? :samples add DIR"),
            ("add", folder) => return self.add_folder(self.path(folder)),
            ("remove", "") => {
                self.say(Severity::Error, "which folder? :samples remove DIR; :samples lists them");
            }
            ("remove", folder) => return self.remove_folder(&self.path(folder)),
            ("reload", "") => return self.reload(&self.roots()),
            ("reload", folder) => match root_of(self.sounds.index(), &self.path(folder)) {
                Some(root) => return self.reload(&[root]),
                None => self.no_folder(Path::new(folder)),
            },
            ("search", words) => self.search(words),
            _ => return self.add_folder(self.path(argument)),
        }
        Vec::new()
    }

    fn roots(&self) -> Vec<(usize, PathBuf)> {
        self.sounds.index().roots().map(|(place, r)| (place, r.path.clone())).collect()
    }

    fn list_folders(&mut self) {
        let roots = self.sounds.index().roots();
        let lines: Vec<String> =
            roots.map(|(_, r)| format!("{} ({} sounds)", r.path.display(), r.folders.len())).collect();
        let text = if lines.is_empty() {
            "no sample folder yet: :samples DIR".to_owned()
        } else {
            let (used, most) = (self.sounds.memory(), self.sounds.limits().memory);
            format!(
                "{}; {} loaded, {} of {}",
                lines.join(", "),
                self.sounds.loaded.len(),
                size(used),
                size(most)
            )
        };
        self.say(Severity::Hint, text);
    }

    fn add_folder(&mut self, path: PathBuf) -> Vec<Effect> {
        // A folder that is there already is read again, in its place.
        if let Some(root) = self.roots().into_iter().find(|(_, known)| *known == path) {
            return self.reload(&[root]);
        }
        let place = self.sounds.next_place();
        self.say(Severity::Hint, format!("reading {}", path.display()));
        vec![Effect::Scan { place, path }]
    }

    fn remove_folder(&mut self, folder: &Path) -> Vec<Effect> {
        let Some((place, path)) = root_of(self.sounds.index(), folder) else {
            self.no_folder(folder);
            return Vec::new();
        };
        self.sounds.removed(place);
        self.say(
            Severity::Hint,
            format!("{}: taken away; what sounds of it sounds to its end", path.display()),
        );
        self.folders_changed()
    }

    fn reload(&mut self, roots: &[(usize, PathBuf)]) -> Vec<Effect> {
        let text = match roots {
            [] => "no sample folder yet: :samples DIR".to_owned(),
            [(_, one)] => format!("reading {}", one.display()),
            many => format!("reading {} folders", many.len()),
        };
        self.say(Severity::Hint, text);
        roots.iter().map(|(place, path)| Effect::Scan { place: *place, path: path.clone() }).collect()
    }

    fn no_folder(&mut self, folder: &Path) {
        self.say(Severity::Error, format!("no sample folder is {}: :samples lists them", folder.display()));
    }

    fn search(&mut self, words: &str) {
        let found = self.sounds.index().search(words);
        let shown = SHOWN * 4;
        let names: Vec<String> = found
            .iter()
            .take(shown)
            .map(|m| match m.files.first() {
                Some(n) => format!("{}:{n}", m.folder.name),
                None => format!("{} ({})", m.folder.name, m.folder.files.len()),
            })
            .collect();
        let more = found.len().saturating_sub(shown);
        let text = match (names.is_empty(), more) {
            (true, _) => format!("nothing is called {words}; fewer letters find more"),
            (_, 0) => names.join("  "),
            (_, more) => format!("{}  and {more} more", names.join("  ")),
        };
        self.say(Severity::Hint, text);
    }
}

/// The folder that is meant: its path, or the end of it.
fn root_of(index: &Index, wanted: &Path) -> Option<(usize, PathBuf)> {
    let found = |(place, path): (usize, &PathBuf)| path.ends_with(wanted).then(|| (place, path.clone()));
    index.roots().find_map(|(place, root)| found((place, &root.path)))
}
