//! `oiduna samples list|info|add|search`: the sounds that a set can name, without an engine.

use super::Failure;
use super::perform::load_config;
use crate::config::{self, Added, Config, places};
use crate::media;
use crate::samples::{File, Folder, Index};
use crate::session::size;
use crate::source::frame::visible;
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Arguments of `samples`.
#[derive(Debug, clap::Args)]
pub(super) struct Samples {
    #[command(subcommand)]
    what: What,
    /// A folder of samples besides those of the config file; the first given wins
    #[arg(long = "samples", value_name = "DIR", global = true)]
    folders: Vec<PathBuf>,
    /// The config file [default: oiduna/config.toml in the XDG config folder]
    #[arg(long, value_name = "F", global = true)]
    config: Option<PathBuf>,
    /// One JSON object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// All sounds, with the number of their files
    List,
    /// Length, rate, channels, format and tags of a sound's files, or of one file
    Info {
        /// A sound (tabla, tabla:3) or a file
        name: String,
    },
    /// Puts a folder of samples into the config file
    Add {
        /// The folder
        folder: PathBuf,
    },
    /// Sounds that match all words: in a name, in a tag (a folder's name), in a file's name
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
    },
}

fn input(e: impl std::fmt::Display) -> Failure {
    super::complain(format_args!("error: {}", visible(&e.to_string())));
    Failure::Input
}

impl Samples {
    pub fn run(&self) -> Result<(), Failure> {
        let config = || load_config(self.config.as_deref());
        match &self.what {
            // The config file may be one that is to be made.
            What::Add { folder } => self.add(folder),
            What::Info { name } => self.info(name, &config()?),
            What::List => {
                let index = self.index(&config()?)?;
                index.folders().for_each(|f| self.sound(&index, f, &[]));
                for hint in index.hints() {
                    super::complain(format_args!("{}", visible(&hint.to_string())));
                }
                Ok(())
            }
            What::Search { words } => {
                let index = self.index(&config()?)?;
                let found = index.search(&words.join(" "));
                found.iter().for_each(|m| self.sound(&index, m.folder, &m.files));
                if found.is_empty() {
                    return Err(input(format_args!(
                        "nothing matches {}: fewer letters find more",
                        words.join(" ")
                    )));
                }
                Ok(())
            }
        }
    }

    /// All folders that a set here would have; what is wrong with one is said and passed over.
    fn index(&self, config: &Config) -> Result<Index, Failure> {
        // As a set in the working folder has them.
        let folders = places::samples(&self.folders, Some(Path::new("set.tidal")), &config.samples);
        if folders.is_empty() {
            return Err(input("there is no folder of samples: oiduna samples add DIR, or --samples DIR"));
        }
        let cache = places::cache_folder();
        let mut index = Index::new();
        for (place, folder) in folders.iter().enumerate() {
            match media::scan_with(folder, cache.as_deref(), |_, _| {}) {
                Ok(scan) => {
                    scan.troubles.iter().for_each(|t| complain(&t.to_string()));
                    index = index.with_root(place, scan.root);
                }
                Err(e) => complain(&e.to_string()),
            }
        }
        index.troubled().filter_map(|f| f.trouble.as_deref()).for_each(complain);
        Ok(index)
    }

    /// A line about a sound; of its files, those that were found.
    fn sound(&self, index: &Index, folder: &Folder, found: &[usize]) {
        let tags = index.tags(folder);
        if self.json {
            let files = if found.is_empty() { (0..folder.files.len()).collect() } else { found.to_vec() };
            let line = json!({ "name": folder.name, "files": folder.files.len(), "found": files,
                "tags": tags, "source": folder.source.to_string_lossy() });
            return super::say(format_args!("{line}"));
        }
        let name = visible(&folder.name);
        if found.is_empty() {
            super::say(format_args!("{name} {}", folder.files.len()));
        } else {
            for n in found {
                let stem = folder.files.get(*n).map(File::stem).unwrap_or_default();
                super::say(format_args!("{name}:{n} {}", visible(&stem)));
            }
        }
    }

    fn info(&self, name: &str, config: &Config) -> Result<(), Failure> {
        let path = Path::new(name);
        if path.is_file() {
            let mut file = File::new(path);
            file.facts = Some(media::facts(path).map_err(input)?);
            self.file(None, &file, &[]);
            return Ok(());
        }
        let index = self.index(config)?;
        let (sound, number) = match name.rsplit_once(':').map(|(s, n)| (s, n.parse::<i64>())) {
            Some((sound, Ok(n))) => (sound, Some(n)),
            _ => (name, None),
        };
        let Some(folder) = index.folder(sound) else {
            let near = index.nearest(sound);
            let help = if near.is_empty() {
                "oiduna samples list".to_owned()
            } else {
                format!("did you mean {}?", near.join(" or "))
            };
            return Err(input(format_args!("no sound and no file is called {sound}: {help}")));
        };
        let tags = index.tags(folder);
        let wanted = number.and_then(|n| folder.position(n));
        for (n, file) in folder.files.iter().enumerate().filter(|(n, _)| wanted.is_none_or(|w| w == *n)) {
            self.file(Some((&folder.name, n)), file, &tags);
        }
        Ok(())
    }

    /// A line about a file.
    fn file(&self, place: Option<(&str, usize)>, file: &File, tags: &[String]) {
        let path = file.path.to_string_lossy();
        if self.json {
            let mut line = json!({ "file": path, "tags": tags, "trouble": file.trouble });
            if let (Some((name, n)), Some(o)) = (place, line.as_object_mut()) {
                o.insert("name".into(), json!(name));
                o.insert("n".into(), json!(n));
            }
            if let (Some(f), Some(o)) = (file.facts, line.as_object_mut()) {
                let facts =
                    [("seconds", json!(f.seconds)), ("frames", json!(f.frames)), ("rate", json!(f.rate))];
                let more = [("channels", json!(f.channels)), ("format", json!(f.format.name()))];
                o.extend(facts.into_iter().chain(more).map(|(k, v): (&str, Value)| (k.to_owned(), v)));
            }
            return super::say(format_args!("{line}"));
        }
        let name = place.map(|(name, n)| format!("{}:{n} ", visible(name))).unwrap_or_default();
        let facts = match file.facts {
            Some(f) => {
                let memory = size(file.memory().unwrap_or(0));
                let (s, rate, channels, format) = (f.seconds, f.rate, f.channels, f.format.name());
                format!("{s:.3} s, {rate} Hz, {channels} channels, {format}, {memory} loaded")
            }
            None => "cannot be read".to_owned(),
        };
        let tags = if tags.is_empty() { String::new() } else { format!(" [{}]", tags.join(", ")) };
        super::say(format_args!("{name}{facts}{} {}", visible(&tags), visible(&path)));
    }

    fn add(&self, folder: &Path) -> Result<(), Failure> {
        let file = self.config.clone().or_else(places::config_file);
        let file = file.ok_or(config::ConfigError::NoPlace).map_err(input)?;
        // Looked at first: a folder that holds no sound is a slip.
        let scan = media::scan_with(folder, places::cache_folder().as_deref(), |_, _| {}).map_err(input)?;
        if scan.files() == 0 {
            return Err(input(scan.troubles.first().map(ToString::to_string).unwrap_or_default()));
        }
        let path = &scan.root.path;
        let text =
            path.to_str().ok_or_else(|| input(format_args!("{}: its name is not UTF-8", path.display())))?;
        let added = config::add_samples(&file, text).map_err(input)?;
        let word = if added == Added::Added { "added to" } else { "is in" };
        let (sounds, files) = (scan.root.folders.len(), scan.files());
        let (path, file) = (path.display(), file.display());
        super::say(format_args!("{path} ({sounds} sounds, {files} samples) {word} {file}"));
        Ok(())
    }
}

fn complain(text: &str) {
    super::complain(format_args!("warning: {}", visible(text)));
}
