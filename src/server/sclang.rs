//! SynthDefs as SuperCollider's language writes them, compiled by sclang where it is installed.
//!
//! In: a `.scd` file. Out: the bytes of the SynthDefs that it adds (`SynthDef(...).add`), or what sclang
//! said. A child process of a second or so, on the async side, ended when it takes too long. The user's
//! startup file is not run (it may boot a server), class extensions are there.

use super::{ServerError, program};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::process::Command;

/// Compiling the class library alone takes a second, on a busy machine some more.
const PATIENCE: Duration = Duration::from_secs(60);
/// Larger files are no SynthDefs.
const LARGEST: u64 = 4 << 20;
/// Larger compiled ones neither.
const LARGEST_COMPILED: u64 = 64 << 20;
/// What our script prints before the name of each SynthDef that it wrote, and at its end.
const WROTE: &str = "oiduna-wrote ";
const DONE: &str = "oiduna-done";

/// The SynthDefs of a file, each as a file of its own.
///
/// # Errors
/// [`ServerError::NotInstalled`] without sclang; [`ServerError::Sclang`] with its words.
pub async fn compile(scd: &Path) -> Result<Vec<Vec<u8>>, ServerError> {
    let Some(sclang) = program::find("sclang") else {
        return Err(ServerError::NotInstalled {
            engine: "sclang".into(),
            help: "It compiles .scd files (Debian: apt install supercollider-language); .scsyndef files \
                   load without it."
                .into(),
        });
    };
    let wrong = |reason: String| ServerError::Sclang { file: scd.to_owned(), reason };
    let facts = std::fs::metadata(scd).map_err(|e| wrong(e.to_string()))?;
    if facts.len() > LARGEST {
        return Err(wrong(format!("it has more than {} MiB", LARGEST >> 20)));
    }
    let text = std::fs::read_to_string(scd).map_err(|e| wrong(e.to_string()))?;
    let place = Place::new().map_err(|e| wrong(format!("there is no place to compile it in: {e}")))?;
    let script = place.write(&regions(&text)).map_err(|e| wrong(format!("it cannot be copied: {e}")))?;
    let mut command = Command::new(sclang);
    if let Some(config) = own_config() {
        command.arg("-l").arg(config);
    }
    command.arg(script).current_dir(&place.0).env("XDG_CONFIG_HOME", &place.0);
    // It brings windows along that nobody opens; its sandbox refuses to start for root.
    command.env("QT_QPA_PLATFORM", "offscreen").env("QTWEBENGINE_DISABLE_SANDBOX", "1");
    command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(PATIENCE, command.output()).await {
        Ok(output) => output.map_err(|e| wrong(format!("sclang could not be started: {e}")))?,
        Err(_) => return Err(wrong(format!("sclang was not done within {} s", PATIENCE.as_secs()))),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let wrote = said.lines().filter(|line| line.starts_with(WROTE)).count();
    if wrote == 0 || !said.contains(DONE) {
        return Err(wrong(complaint(&said)));
    }
    place.defs().map_err(|e| wrong(format!("what sclang wrote cannot be read: {e}")))
}

/// The bytes of a compiled file. To be called where waiting for a disk is allowed.
///
/// # Errors
/// A sentence that names the file.
pub fn read_compiled(file: &Path) -> Result<Vec<u8>, String> {
    let read = match std::fs::metadata(file) {
        Ok(facts) if facts.len() > LARGEST_COMPILED => {
            Err(format!("it has more than {} MiB", LARGEST_COMPILED >> 20))
        }
        Ok(_) => std::fs::read(file).map_err(|e| e.to_string()),
        Err(e) => Err(format!("{e}; is the path right?")),
    };
    read.map_err(|e| format!("{} cannot be read: {e}", file.display()))
}

/// The SynthDefs of a file of either kind, for those who have no runtime and may wait.
///
/// # Errors
/// A sentence that names the file.
pub fn read_now(file: &Path) -> Result<Vec<Vec<u8>>, String> {
    if file.extension().is_none_or(|e| e != "scd") {
        return read_compiled(file).map(|bytes| vec![bytes]);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| format!("{} cannot be compiled: {e}", file.display()))?;
    runtime.block_on(compile(file)).map_err(|e| e.to_string())
}

/// The parts that are evaluated one after the other: blocks between a line `(` and a line `)`, as the
/// editors for SuperCollider send them; a file without such blocks as a whole.
fn regions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match (line.trim_end(), &mut open) {
            ("(", None) => open = Some(String::new()),
            (")" | ");", Some(_)) => found.extend(open.take()),
            (_, Some(region)) => {
                region.push_str(line);
                region.push('\n');
            }
            (_, None) => {}
        }
    }
    if found.is_empty() { vec![text.to_owned()] } else { found }
}

/// The first thing that went wrong, with the lines that say where.
fn complaint(said: &str) -> String {
    let lines: Vec<&str> = said
        .lines()
        .skip_while(|line| !line.starts_with("ERROR"))
        .take_while(|line| !line.starts_with("CALL STACK") && !line.starts_with(DONE))
        .take(6)
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.is_empty() {
        "it adds no SynthDef: write SynthDef(\\name, { ... }).add".to_owned()
    } else {
        lines.join(" ")
    }
}

/// The user's settings of the language: where class extensions are.
fn own_config() -> Option<PathBuf> {
    let home = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(home.join("SuperCollider/sclang_conf.yaml")).filter(|file| file.is_file())
}

/// A folder of our own; removed with the value.
struct Place(PathBuf);

impl Place {
    fn new() -> std::io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        use std::os::unix::fs::DirBuilderExt;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("oiduna-sclang-{}-{number}", std::process::id()));
        // Nobody else writes into it; one that is there already is not ours.
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    /// Writes the parts, and the script that evaluates them.
    fn write(&self, regions: &[String]) -> std::io::Result<PathBuf> {
        let mut parts = Vec::new();
        for (i, region) in regions.iter().enumerate() {
            let part = self.0.join(format!("part-{i}.txt"));
            std::fs::write(&part, region)?;
            parts.push(quoted(&part));
        }
        let script = format!(
            "(\n\
             var before = SynthDescLib.global.synthDescs.keys.asArray;\n\
             var defs = IdentitySet.new;\n\
             [{parts}].do {{ |part|\n\
                 var made = try {{ thisProcess.interpreter.executeFile(part) }} {{ |e| e.reportError; nil }};\n\
                 if(made.isKindOf(SynthDef)) {{ defs.add(made) }};\n\
             }};\n\
             SynthDescLib.global.synthDescs.keysValuesDo {{ |name, desc|\n\
                 if(before.includes(name).not and: {{ desc.def.notNil }}) {{ defs.add(desc.def) }};\n\
             }};\n\
             defs.do {{ |def| def.writeDefFile({place}); (\"{WROTE}\" ++ def.name).postln }};\n\
             \"{DONE}\".postln;\n\
             0.exit;\n\
             )\n",
            parts = parts.join(", "),
            place = quoted(&self.0),
        );
        let file = self.0.join("compile.scd");
        std::fs::write(&file, script)?;
        Ok(file)
    }

    /// What was written.
    fn defs(&self) -> std::io::Result<Vec<Vec<u8>>> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.0)?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "scsyndef"))
            .collect();
        files.sort();
        files.iter().map(std::fs::read).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What stays behind in the folder for temporary files does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// As a string of the language.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_evaluated_one_by_one() {
        let whole = "SynthDef(\\a, { }).add;\n";
        assert_eq!(regions(whole), [whole]);
        let blocks = "s.boot;\n(\nSynthDef(\\a, {\n}).add;\n)\n\nx = 1;\n(\nSynthDef(\\b, { }).add;\n);\n";
        assert_eq!(regions(blocks), ["SynthDef(\\a, {\n}).add;\n", "SynthDef(\\b, { }).add;\n"]);
    }

    #[test]
    fn what_sclang_says_is_handed_on() {
        let said =
            "compiling\nERROR: Class not defined.\n  in interpreted text\n  line 1 char 9:\nCALL STACK:\n";
        assert_eq!(complaint(said), "ERROR: Class not defined. in interpreted text line 1 char 9:");
        assert!(complaint("oiduna-done").contains("adds no SynthDef"));
    }

    #[tokio::test]
    async fn a_file_is_compiled_or_its_fault_is_named() {
        if program::find("sclang").is_none() {
            println!("sclang is not installed: not tested");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("my synths.scd");
        let def = |name: &str| {
            format!(
                "(\nSynthDef(\\{name}, {{ |out, freq = 440, sustain = 1|\n OffsetOut.ar(out, SinOsc.ar(freq) * \
                     Line.kr(0.2, 0, sustain, doneAction: 2) ! 2)\n}}).add;\n)\n"
            )
        };
        std::fs::write(&file, format!("{}{}", def("one"), def("two"))).unwrap();
        let names: Vec<String> = compile(&file)
            .await
            .unwrap()
            .iter()
            .map(|bytes| crate::synth::inspect::inspect(bytes).unwrap()[0].name.clone())
            .collect();
        assert_eq!(names, ["one", "two"]);
        std::fs::write(&file, "SynthDef(\\one, { NoSuchThing.ar }).add").unwrap();
        let error = compile(&file).await.unwrap_err().to_string();
        assert!(error.contains("my synths.scd") && error.contains("NoSuchThing"), "{error}");
    }
}
