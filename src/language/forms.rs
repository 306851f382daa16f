//! Calls that other versions of Tidal write in another way: the same call by the names of today.
//!
//! In: a function and its arguments as they are written, and which names the set gave a meaning of its
//! own. Out: the call that is meant, with a hint where an old form has a new one. Pure. What the call is
//! given tells the form: `scale "major" p` is today's, `scale 0.2 0.8 p` was `range`.

use super::ast::{Expr, ExprKind};
use super::library::{Entry, Library};
use crate::source::Diagnostic;

/// The call that is meant.
pub(super) struct Form {
    pub function: Expr,
    pub arguments: Vec<Expr>,
    /// What is said of the old one.
    pub hint: Option<Diagnostic>,
}

/// What `trigger` and its kin are called here when no track is named: newer versions start at the moment
/// of the track that plays the pattern.
fn newer_trigger(name: &str) -> Option<&'static str> {
    match name {
        "trigger" => Some("trigger'"),
        "qtrigger" | "ctrigger" | "qt" => Some("qtrigger'"),
        "rtrigger" => Some("rtrigger'"),
        "ftrigger" => Some("ftrigger'"),
        _ => None,
    }
}

/// Those with an argument before the track.
fn newer_trigger_of(name: &str) -> Option<&'static str> {
    match name {
        "mtrigger" | "mt" => Some("mtrigger'"),
        "triggerWith" => Some("triggerWith'"),
        _ => None,
    }
}

/// `streamMute tidal` and its kin: what a set's start-up file makes of them.
const STREAM: [(&str, &str); 24] = [
    ("streamAll", "all"),
    ("streamDisableLink", "disableLink"),
    ("streamEnableLink", "enableLink"),
    ("streamFirst", "first"),
    ("streamGetcps", "getcps"),
    ("streamGetnow", "getnow"),
    ("streamHush", "hush"),
    ("streamList", "list"),
    ("streamMute", "mute"),
    ("streamMuteAll", "muteAll"),
    ("streamMutes", "muteAll"),
    ("streamNudgeAll", "nudgeAll"),
    ("streamOnce", "once"),
    ("streamReplace", "p"),
    ("streamResetCycles", "resetCycles"),
    ("streamSetB", "setB"),
    ("streamSetBPM", "setbpm"),
    ("streamSetCPS", "setcps"),
    ("streamSetCycle", "setCycle"),
    ("streamSetF", "setF"),
    ("streamSetI", "setI"),
    ("streamSetR", "setR"),
    ("streamSetS", "setS"),
    ("streamSolo", "solo"),
];

const STREAM_BACK: [(&str, &str); 4] = [
    ("streamUnmute", "unmute"),
    ("streamUnmuteAll", "unmuteAll"),
    ("streamUnsolo", "unsolo"),
    ("streamUnsoloAll", "unsoloAll"),
];

fn stream(name: &str) -> Option<&'static str> {
    STREAM.iter().chain(&STREAM_BACK).find(|(n, _)| *n == name).map(|(_, plain)| *plain)
}

/// `t1` to `t16`, which took a transition until 1.0.
fn old_track(name: &str) -> Option<i64> {
    let n: i64 = name.strip_prefix('t')?.parse().ok()?;
    (1..=16).contains(&n).then_some(n)
}

/// True for a name that begins a statement only in other versions.
pub(super) fn begins(name: &str) -> bool {
    name == "cps" || old_track(name).is_some() || stream(name).is_some()
}

fn named(like: &Expr, name: &str) -> Expr {
    Expr { kind: ExprKind::Name(name.into()), range: like.range }
}

fn hint(like: &Expr, name: &str, today: &str) -> Diagnostic {
    let d = Diagnostic::hint(like.range, format!("{name} is an old form; it works as it used to"));
    d.help(format!("today one writes {today}"))
}

fn names_track(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Int(_) | ExprKind::Text(_))
}

/// A number that stands for itself, in brackets or not.
fn is_number(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Int(_) | ExprKind::Decimal(_) => true,
        ExprKind::Negate(e) => is_number(e),
        _ => false,
    }
}

/// The call that is meant, where it is written otherwise today. `own` names have a meaning of the set's.
pub(super) fn today(
    function: &Expr,
    args: &[&Expr],
    library: &Library,
    own: impl Fn(&str) -> bool,
) -> Option<Box<Form>> {
    let ExprKind::Name(name) = &function.kind else { return None };
    let all = |args: &[&Expr]| args.iter().map(|&a| a.clone()).collect::<Vec<_>>();
    let form = |name: &str, arguments: Vec<Expr>, hint: Option<Diagnostic>| {
        Some(Box::new(Form { function: named(function, name), arguments, hint }))
    };
    match (&**name, args) {
        ("$", [g @ Expr { kind: ExprKind::Name(trigger), .. }, p]) => {
            let newer = newer_trigger(trigger).filter(|_| !own(trigger))?;
            let arguments = vec![named(g, newer), (*p).clone()];
            Some(Box::new(Form { function: function.clone(), arguments, hint: None }))
        }
        _ if own(name) => None,
        ("echo", [_, _, _, ..]) => form("echo'", all(args), None),
        ("scale", [first, ..]) if is_number(first) => {
            form("range", all(args), Some(hint(function, "scale of two numbers", "range 0.2 0.8")))
        }
        (_, [Expr { kind: ExprKind::Name(tidal), .. }, rest @ ..]) if &**tidal == "tidal" => {
            let plain = stream(name)?;
            form(plain, all(rest), Some(hint(function, &format!("{name} tidal"), plain)))
        }
        (track, [change, rest @ ..]) if old_track(track).is_some() => {
            let id = Expr { kind: ExprKind::Int(old_track(track)?.to_string()), range: function.range };
            let (f, given) = match &change.kind {
                ExprKind::Apply(f, given) => (&**f, given.as_slice()),
                _ => (*change, [].as_slice()),
            };
            let ExprKind::Name(transition) = &f.kind else { return None };
            library.get(transition).filter(|e| Entry::is_statement(e))?;
            let arguments = std::iter::once(id).chain(given.iter().cloned()).chain(all(rest)).collect();
            form(transition, arguments, Some(hint(function, name, &format!("{transition} 1"))))
        }
        (trigger, [arg]) if !names_track(arg) => form(newer_trigger(trigger)?, all(args), None),
        (trigger, [_]) => form(newer_trigger_of(trigger)?, all(args), None),
        (trigger, [_, p]) if !names_track(p) => form(newer_trigger_of(trigger)?, all(args), None),
        _ => None,
    }
}
