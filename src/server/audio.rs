//! The way from the engine to the speakers: which JACK a child engine connects to.
//!
//! In: what runs on this machine. Out: [`Audio`]: the environment of the engine's command, a jackd of
//! ours where one was needed, and a plain statement for the screen. In order: a JACK that runs,
//! PipeWire, a sound card through a jackd of ours, a jackd without a device. Runs on the async side;
//! everything it asks has a deadline. It never ends a JACK that it did not start.

use super::process::{Lines, Process, SharedWatcher};
use super::watcher::Role;
use super::{AudioChoice, ServerError, program};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::{Instant, sleep, timeout};

/// For a question to a small tool.
const ASKING: Duration = Duration::from_secs(3);
/// For a jackd to come up.
const JACK_BOOT: Duration = Duration::from_secs(10);
/// jackd waits up to 6 s for clients that died (measured).
const JACK_END: Duration = Duration::from_secs(10);

/// How an engine reaches the speakers.
#[derive(Debug)]
pub(super) struct Audio {
    /// For the screen.
    pub text: String,
    /// What went wrong on the way to it.
    pub trouble: Option<String>,
    /// The JACK server's name, where it is not the one that clients choose by themselves.
    server: Option<String>,
    /// `pw-jack`, under PipeWire.
    prefix: Option<PathBuf>,
    /// A jackd of ours.
    jackd: Option<Jackd>,
}

/// A jackd that we started, under a name that nobody else takes while we hold its lock.
#[derive(Debug)]
struct Jackd {
    process: Process,
    /// Given back by the system however we end.
    _name: File,
}

/// What is needed to start processes.
pub(super) struct Starter<'a> {
    pub watcher: &'a SharedWatcher,
    pub lines: &'a Lines,
}

impl Audio {
    /// Finds or makes a JACK. `old` is that of an engine that died: a jackd of ours in it is used again
    /// if it still runs.
    pub(super) async fn find(
        choice: AudioChoice,
        engine: &str,
        old: Option<Self>,
        starter: &Starter<'_>,
    ) -> Result<Self, ServerError> {
        if let Some(mut old) = old {
            if old.jackd.as_mut().is_some_and(|j| j.process.runs()) {
                old.trouble = None;
                return Ok(old);
            }
            old.end().await;
        }
        let mut trouble = None;
        if choice == AudioChoice::Auto {
            if jack_runs(None).await {
                let server =
                    std::env::var("JACK_DEFAULT_SERVER").ok().filter(|s| !s.is_empty() && s != "default");
                let text = server.map_or("JACK".into(), |s| format!("JACK ({s})"));
                return Ok(Self { text, trouble, server: None, prefix: None, jackd: None });
            }
            if let Some(prefix) = program::find("pw-jack").filter(|_| pipewire_runs()) {
                let text = String::from("PipeWire");
                return Ok(Self { text, trouble, server: None, prefix: Some(prefix), jackd: None });
            }
            if let Some((device, name)) = sound_card() {
                match start_jackd(&alsa_args(&device), starter).await {
                    Ok((server, jackd)) => {
                        let text = format!("ALSA {device} ({name})");
                        return Ok(Self {
                            text,
                            trouble,
                            server: Some(server),
                            prefix: None,
                            jackd: Some(jackd),
                        });
                    }
                    Err(reason) => {
                        trouble =
                            Some(format!("the sound card {device} ({name}) could not be used: {reason}"));
                    }
                }
            }
        }
        let dummy = ["-d", "dummy", "-r", "48000", "-p", "256"].map(String::from);
        match start_jackd(&dummy, starter).await {
            Ok((server, jackd)) => {
                let text = String::from("no audio device (dummy JACK)");
                Ok(Self { text, trouble, server: Some(server), prefix: None, jackd: Some(jackd) })
            }
            Err(reason) => {
                let reason = trouble.map_or(reason.clone(), |t| format!("{t}; {reason}"));
                Err(ServerError::NoJack { engine: engine.to_owned(), reason })
            }
        }
    }

    /// The command that runs an engine's program here.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = match &self.prefix {
            Some(prefix) => {
                let mut command = Command::new(prefix);
                command.arg(program);
                command
            }
            None => Command::new(program),
        };
        // Without the first, both engines run but are connected to nothing: silence, no error.
        command.env("SC_JACK_DEFAULT_OUTPUTS", "system").env("JACK_NO_START_SERVER", "1");
        if let Some(server) = &self.server {
            command.env("JACK_DEFAULT_SERVER", server);
        }
        command
    }

    /// Under PipeWire nothing is called `system`: the engine's ports are linked to the default sink.
    /// Elsewhere the engine has done so itself.
    pub(super) async fn link(&self, client: &str) -> Result<(), String> {
        if self.prefix.is_none() {
            return Ok(());
        }
        let failed = |what: &str| {
            format!(
                "PipeWire: {what}; connect the engine's outputs to the speakers by hand (pw-link, qpwgraph)"
            )
        };
        let ask = |args: &'static [&'static str]| async move {
            output("pw-link", args).await.ok_or_else(|| failed("pw-link is missing or does not answer"))
        };
        let (outputs, links, inputs) = (ask(&["-o"]).await?, ask(&["-l"]).await?, ask(&["-i"]).await?);
        let sink = output("pw-metadata", &["0", "default.audio.sink"]).await.unwrap_or_default();
        let plan = link_plan(client, &outputs, &links, &inputs, &sink).map_err(|what| failed(&what))?;
        for (from, to) in plan {
            output("pw-link", &[&from, &to])
                .await
                .ok_or_else(|| failed(&format!("could not link {from} to {to}")))?;
        }
        Ok(())
    }

    /// Ends a jackd of ours. Not by SIGKILL as long as there is hope: its name would stay in the
    /// machine's registry, which has room for eight.
    pub(super) async fn end(mut self) {
        if let Some(mut jackd) = self.jackd.take() {
            jackd.process.end(Duration::ZERO, JACK_END).await;
        }
    }

    /// The process id of a jackd of ours.
    pub(super) fn jackd_pid(&self) -> Option<i32> {
        self.jackd.as_ref().map(|j| j.process.pid())
    }
}

/// True when a client could connect: to the server of that name, or to the default one (which
/// `JACK_DEFAULT_SERVER` may name).
async fn jack_runs(server: Option<&str>) -> bool {
    let mut args = server.map(|s| vec!["-s", s]).unwrap_or_default();
    if program::find("jack_lsp").is_some() {
        return output("jack_lsp", &args).await.is_some();
    }
    if program::find("jack_wait").is_some() {
        args.push("-c");
        // It ends well either way, and says "running" or "not running".
        return output("jack_wait", &args)
            .await
            .is_some_and(|said| said.lines().any(|l| l.trim() == "running"));
    }
    false
}

/// What a small tool prints, if it ends well and soon.
async fn output(program: &str, args: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(args).env("JACK_NO_START_SERVER", "1").stdin(Stdio::null()).kill_on_drop(true);
    let done = timeout(ASKING, command.output()).await.ok()?.ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

fn pipewire_runs() -> bool {
    let dir = std::env::var_os("PIPEWIRE_RUNTIME_DIR").or_else(|| std::env::var_os("XDG_RUNTIME_DIR"));
    dir.is_some_and(|d| std::os::unix::net::UnixStream::connect(Path::new(&d).join("pipewire-0")).is_ok())
}

/// The first device of ALSA that plays: `hw:0,0` and its name.
fn sound_card() -> Option<(String, String)> {
    first_playback(&std::fs::read_to_string("/proc/asound/pcm").ok()?)
}

/// Reads `/proc/asound/pcm`: `00-03: HDMI 0 : HDMI 0 : playback 1`. What leads to a screen comes last.
fn first_playback(pcm: &str) -> Option<(String, String)> {
    let device = |line: &str| {
        let mut parts = line.split(':').map(str::trim);
        let (card, number) = parts.next()?.split_once('-')?;
        let name = parts.next()?.to_owned();
        parts.any(|p| p.starts_with("playback")).then_some(())?;
        Some((format!("hw:{},{}", card.parse::<u32>().ok()?, number.parse::<u32>().ok()?), name))
    };
    let mut found: Vec<_> = pcm.lines().filter_map(device).collect();
    found.sort_by_key(|(_, name)| name.contains("HDMI"));
    found.into_iter().next()
}

fn alsa_args(device: &str) -> Vec<String> {
    ["-d", "alsa", "-P", device, "-r", "48000", "-p", "256", "-n", "3"].map(String::from).to_vec()
}

/// Names for a jackd of ours. JACK keeps a list of eight servers, in which one that was killed stays
/// until a server of the same name starts: few names, used again, cannot fill it.
const NAMES: [&str; 6] = ["oiduna", "oiduna-2", "oiduna-3", "oiduna-4", "oiduna-5", "oiduna-6"];

/// Starts a jackd under the first name that no other server uses and waits until it can be connected
/// to.
async fn start_jackd(args: &[String], starter: &Starter<'_>) -> Result<(String, Jackd), String> {
    let program = program::find("jackd").ok_or("jackd is not installed")?;
    let mut cleared = false;
    for server in NAMES {
        // Two programs that start at once would each take the other's jackd for its own.
        let Some(lock) = lock_name(server) else { continue };
        // One that outlived its program for a moment.
        if jack_runs(Some(server)).await {
            continue;
        }
        loop {
            match start_named(&program, server, args, starter).await {
                Ok(process) => return Ok((server.to_owned(), Jackd { process, _name: lock })),
                // A program that knows nothing of our locks, or one that is just ending.
                Err(why) if why.contains("server already active") => break,
                Err(why) if !why.contains("Too many servers") => return Err(why),
                Err(why) if cleared || !forget_dead_servers() => {
                    return Err(format!(
                        "JACK's list of servers is full, of dead ones perhaps: end every jackd, then remove \
                         /dev/shm/jack-shm-registry ({why})"
                    ));
                }
                Err(_) => cleared = true,
            }
        }
    }
    Err(format!("all of {} are in use: end some of the oiduna that run", NAMES.join(", ")))
}

/// The right to a name; none while another program holds it.
fn lock_name(server: &str) -> Option<File> {
    let path = std::env::temp_dir().join(format!("{server}-jack.lock"));
    // A file that another user made can be locked without being written.
    let file = File::options().create(true).append(true).open(&path).or_else(|_| File::open(&path)).ok()?;
    file.try_lock().ok().map(|()| file)
}

async fn start_named(
    program: &Path,
    server: &str,
    args: &[String],
    starter: &Starter<'_>,
) -> Result<Process, String> {
    let mut command = Command::new(program);
    command.args(["-n", server]);
    if args.iter().any(|a| a == "dummy") {
        // Nothing is heard of it: it should not take real-time rights.
        command.arg("-r");
    }
    command.args(args);
    let mut jackd = Process::start(command, Role::Jack, starter.watcher, starter.lines)
        .map_err(|e| format!("could not run jackd: {e}"))?;
    let deadline = Instant::now() + JACK_BOOT;
    loop {
        if !jackd.runs() {
            let _ = jackd.exited().await;
            let lines = jackd.last_lines().await;
            return Err(format!("jackd ended at once ({})\n{lines}", jackd.command));
        }
        if jack_runs(Some(server)).await && jackd.runs() {
            return Ok(jackd);
        }
        if Instant::now() > deadline {
            let lines = jackd.last_lines().await;
            jackd.end(Duration::ZERO, JACK_END).await;
            return Err(format!("jackd did not come up within {} s\n{lines}", JACK_BOOT.as_secs()));
        }
        sleep(Duration::from_millis(30)).await;
    }
}

/// JACK's list is full of servers that were killed, and none runs: it is removed, and JACK makes it
/// anew. True when that was so.
fn forget_dead_servers() -> bool {
    let comm = |entry: std::fs::DirEntry| std::fs::read_to_string(entry.path().join("comm")).ok();
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    if processes.flatten().filter_map(comm).any(|c| c.trim().starts_with("jackd")) {
        return false;
    }
    tracing::warn!(target: "engine", "JACK's list of servers was full of dead ones: removed it");
    std::fs::remove_file("/dev/shm/jack-shm-registry").is_ok()
}

/// Which ports to link: those of `client`, in order, to the first of the default sink. Nothing when
/// one of them is linked already (the user's session manager was faster).
fn link_plan(
    client: &str,
    outputs: &str,
    links: &str,
    inputs: &str,
    sink: &str,
) -> Result<Vec<(String, String)>, String> {
    let ours = |line: &str| {
        line.split(':').next().is_some_and(|c| c == client || c.starts_with(&format!("{client}-")))
    };
    let mut from: Vec<&str> = outputs.lines().map(str::trim).filter(|l| ours(l)).collect();
    from.sort_unstable();
    if from.is_empty() {
        return Err(format!("the ports of {client} are not there"));
    }
    let mut under = "";
    for line in links.lines() {
        if !line.starts_with([' ', '\t']) {
            under = line.trim();
        } else if from.contains(&under) && line.trim().starts_with("|->") {
            return Ok(Vec::new());
        }
    }
    let name = sink.split("\"name\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let playback = |line: &&str| match name {
        Some(name) => line.starts_with(&format!("{name}:playback_")),
        None => line.contains(":playback_"),
    };
    let to: Vec<&str> = inputs.lines().map(str::trim).filter(playback).collect();
    if to.is_empty() {
        return Err("there is no sound card among its sinks".into());
    }
    Ok(from.iter().zip(to).map(|(f, t)| ((*f).to_owned(), t.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_is_found_and_a_screen_comes_last() {
        let pcm = "00-03: HDMI 0 : HDMI 0 : playback 1\n\
                   01-00: ALC295 Analog : ALC295 Analog : playback 1 : capture 1\n\
                   02-00: USB Mic : USB Audio : capture 1\n";
        assert_eq!(first_playback(pcm), Some(("hw:1,0".into(), "ALC295 Analog".into())));
        assert_eq!(
            first_playback("00-07: HDMI 1 : HDMI 1 : playback 1"),
            Some(("hw:0,7".into(), "HDMI 1".into()))
        );
        for none in ["", "rubbish", "x-y: A : A : playback 1", "02-00: Mic : Mic : capture 1"] {
            assert_eq!(first_playback(none), None, "{none}");
        }
    }

    const OUTPUTS: &str = "alsa_input.pci:capture_FL\nsupernova:output_1\nsupernova:output_2\nother:out\n";
    const INPUTS: &str = "alsa_output.hdmi:playback_FL\nalsa_output.hdmi:playback_FR\n\
                          alsa_output.pci:playback_FL\nalsa_output.pci:playback_FR\nsupernova:input_1\n";
    const SINK: &str = "Found \"default\" metadata 35\nupdate: id:0 key:'default.audio.sink' \
                        value:'{\"name\":\"alsa_output.pci\"}' type:'Spa:String:JSON'\n";

    #[test]
    fn under_pipewire_the_outputs_go_to_the_default_sink() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let links = "other:out\n  |-> alsa_output.pci:playback_FL\n";
        assert_eq!(
            link_plan("supernova", OUTPUTS, links, INPUTS, SINK).unwrap(),
            [
                pair("supernova:output_1", "alsa_output.pci:playback_FL"),
                pair("supernova:output_2", "alsa_output.pci:playback_FR"),
            ]
        );
        // No default sink is named: the first one.
        assert_eq!(
            link_plan("supernova", OUTPUTS, "", INPUTS, "").unwrap()[0].1,
            "alsa_output.hdmi:playback_FL"
        );
        let linked = "supernova:output_1\n  |-> alsa_output.pci:playback_FL\n";
        assert_eq!(link_plan("supernova", OUTPUTS, linked, INPUTS, SINK).unwrap(), []);
        assert!(link_plan("SuperCollider", OUTPUTS, "", INPUTS, SINK).is_err());
        assert!(link_plan("supernova", OUTPUTS, "", "", SINK).is_err());
    }
}
