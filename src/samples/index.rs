//! The index itself: roots in their places, one name for each sound.
//!
//! In: scanned roots. Out: a new index for each, the old one untouched, so that a scan can come in
//! while the old index is in use. Pure. The outcome depends on the places alone, never on which
//! scan was done first.

use super::{File, Folder, Hint, Root};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// All sounds by name. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Index {
    roots: BTreeMap<usize, Arc<Root>>,
    names: Arc<BTreeMap<String, (usize, usize)>>, // name -> place, position in that root's folders
    hints: Arc<[Hint]>,
}

impl Index {
    /// An index without a sound.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with `root` at `place`, in the place of what was there. Lower places win: the
    /// user's own folders come first.
    pub fn with_root(&self, place: usize, mut root: Root) -> Self {
        for folder in &mut root.folders {
            folder.files.sort_by(|a, b| a.path.cmp(&b.path));
            folder.files.dedup_by(|a, b| a.path == b.path);
        }
        root.folders.retain(|f| !f.files.is_empty());
        // A shallow source wins over a deep one, then the first by path: a pack dropped into a
        // folder of samples never takes the name of what lay there before.
        root.folders
            .sort_by_cached_key(|f| (f.name.clone(), f.source.components().count(), f.source.clone()));
        let mut roots = self.roots.clone();
        roots.insert(place, Arc::new(root));
        Self::of(roots)
    }

    /// The same without the root at `place`.
    pub fn without_root(&self, place: usize) -> Self {
        let mut roots = self.roots.clone();
        roots.remove(&place);
        Self::of(roots)
    }

    fn of(roots: BTreeMap<usize, Arc<Root>>) -> Self {
        let mut names: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut hints = Vec::new();
        let mut sources = BTreeSet::new();
        for (&place, root) in &roots {
            for (position, folder) in root.folders.iter().enumerate() {
                // The same folder given twice (as a root and inside another) hides nothing.
                if !sources.insert(&folder.source) {
                    continue;
                }
                if let Some(&(p, i)) = names.get(&folder.name) {
                    if let Some(first) = roots.get(&p).and_then(|r| r.folders.get(i)) {
                        hints.push(Hint::Hidden {
                            name: folder.name.clone(),
                            hidden: folder.source.clone(),
                            by: first.source.clone(),
                        });
                    }
                    continue;
                }
                if !speakable(&folder.name) {
                    hints
                        .push(Hint::Unspeakable { name: folder.name.clone(), source: folder.source.clone() });
                }
                names.insert(folder.name.clone(), (place, position));
            }
        }
        Self { roots, names: Arc::new(names), hints: hints.into() }
    }

    /// The sound of that name, spelt exactly so.
    pub fn folder(&self, name: &str) -> Option<&Folder> {
        let &(place, position) = self.names.get(name)?;
        self.roots.get(&place)?.folders.get(position)
    }

    /// The file that `name:n` plays; `n` wraps around.
    pub fn file(&self, name: &str, n: i64) -> Option<&File> {
        self.folder(name)?.file(n)
    }

    /// All sounds, by name.
    pub fn folders(&self) -> impl Iterator<Item = &Folder> {
        self.names.values().filter_map(|(place, position)| self.roots.get(place)?.folders.get(*position))
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The tags of a sound of this index: see [`Folder::tags`].
    pub fn tags(&self, folder: &Folder) -> Vec<String> {
        let root = self.names.get(&folder.name).and_then(|(place, _)| self.roots.get(place));
        root.map(|r| folder.tags(&r.path)).unwrap_or_default()
    }

    /// How many sounds there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True without a sound.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The roots with their places, in order.
    pub fn roots(&self) -> impl Iterator<Item = (usize, &Root)> {
        self.roots.iter().map(|(&place, root)| (place, root.as_ref()))
    }

    /// What is worth telling: hidden sounds, names that no pattern can spell.
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// The files that cannot be read, in order of sounds; each says why.
    pub fn troubled(&self) -> impl Iterator<Item = &File> {
        self.folders().flat_map(|f| &f.files).filter(|f| f.trouble.is_some())
    }
}

/// True when mini-notation reads `name` as one word (Tidal's `ParseBP`: a letter or digit, then
/// letters, digits and `.~_'-`; the colon is left for the number).
fn speakable(name: &str) -> bool {
    name.starts_with(char::is_alphanumeric)
        && name.chars().all(|c| c.is_alphanumeric() || ".~_'-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A root from `name/file` and `file` paths under `path`, as a scan would give it.
    fn root(path: &str, files: &[&str]) -> Root {
        let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
        for file in files {
            let full = std::path::PathBuf::from(format!("{path}/{file}"));
            let (source, name) = match full.parent() {
                Some(folder) if file.contains('/') => (folder.to_owned(), folder.file_name()),
                _ => (full.clone(), full.file_stem()),
            };
            let name = name.unwrap().to_str().unwrap().to_owned();
            folders
                .entry(source.display().to_string())
                .or_insert(Folder { name, files: vec![], source })
                .files
                .push(File::new(full));
        }
        Root { path: path.into(), folders: folders.into_values().collect() }
    }

    fn path(index: &Index, name: &str, n: i64) -> String {
        index.file(name, n).map_or("-".into(), |f| f.path.display().to_string())
    }

    #[test]
    fn files_are_in_order_of_their_paths() {
        let index = Index::new().with_root(0, root("r", &["bd/b.wav", "bd/a.wav", "bd/a.wav", "bd/C.wav"]));
        for (n, expected) in [(0, "r/bd/C.wav"), (1, "r/bd/a.wav"), (2, "r/bd/b.wav"), (-1, "r/bd/b.wav")] {
            assert_eq!(path(&index, "bd", n), expected);
        }
        assert_eq!(path(&index, "BD", 0), "-");
    }

    #[test]
    fn earlier_roots_win_whichever_was_scanned_first() {
        let user = root("user", &["bd/u.wav"]);
        let pack = root("pack", &["bd/p.wav", "sn/p.wav"]);
        let one = Index::new().with_root(0, user.clone()).with_root(1, pack.clone());
        let other = Index::new().with_root(1, pack).with_root(0, user);
        for index in [&one, &other] {
            assert_eq!(path(index, "bd", 0), "user/bd/u.wav");
            assert_eq!(path(index, "sn", 5), "pack/sn/p.wav");
            assert_eq!(index.names().collect::<Vec<_>>(), ["bd", "sn"]);
            assert_eq!(
                index.hints(),
                [Hint::Hidden { name: "bd".into(), hidden: "pack/bd".into(), by: "user/bd".into() }]
            );
        }
        assert_eq!(path(&one.without_root(0), "bd", 0), "pack/bd/p.wav");
        assert!(one.without_root(0).hints().is_empty());
    }

    #[test]
    fn a_new_scan_takes_the_place_of_the_old() {
        let old = Index::new().with_root(0, root("r", &["bd/a.wav", "sn/a.wav"]));
        let new = old.with_root(0, root("r", &["bd/a.wav", "bd/b.wav"]));
        assert_eq!(new.names().collect::<Vec<_>>(), ["bd"]);
        assert_eq!(path(&new, "bd", 1), "r/bd/b.wav");
        assert_eq!(old.len(), 2, "the old index is untouched");
    }

    #[test]
    fn shallow_sources_win_inside_a_root() {
        let index = Index::new().with_root(0, root("r", &["a/bd/x.wav", "z/bd/x.wav", "bd/x.wav", "bd.wav"]));
        // A folder and a file of one name are equally deep: the first by path is the folder.
        assert_eq!(path(&index, "bd", 0), "r/bd/x.wav");
        assert_eq!(index.hints().len(), 3);
    }

    #[test]
    fn the_same_folder_twice_hides_nothing() {
        let index =
            Index::new().with_root(0, root("r", &["bd/a.wav"])).with_root(1, root("r", &["bd/a.wav"]));
        assert_eq!((index.len(), index.hints().len()), (1, 0));
    }

    #[test]
    fn names_that_no_pattern_can_spell_are_told() {
        for (name, expected) in [
            ("bd", true),
            ("808", true),
            ("a-b_c'1.2", true),
            ("kick drum", false),
            ("_x", false),
            ("é", true),
        ] {
            let index = Index::new().with_root(0, root("r", &[&format!("{name}/a.wav")]));
            assert_eq!(index.hints().is_empty(), expected, "{name}");
            assert!(index.folder(name).is_some());
        }
    }
}
