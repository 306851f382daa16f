//! What is set from outside while a set plays: `setF` and controllers, and times counted in seconds.

use super::arithmetic::{Op, between};
use super::{Args, Entry, entry, pat};
use crate::language::eval::notation_kind;
use crate::notation;
use crate::pattern::value::Function;
use crate::pattern::{Env, Pattern, Structure, Value};
use crate::source::BlockId;
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

/// Reads a name as values of a kind; what is of another kind reads as `otherwise`.
fn read(name: &str, kind: fn(&Value) -> Option<Value>, otherwise: Option<Value>) -> Pattern {
    // The value that replaces others goes through the same function.
    let unset = otherwise.clone().map_or_else(Pattern::silence, Pattern::pure);
    Pattern::state_or(name, unset).map(move |v| kind(v).or_else(|| otherwise.clone()))
}

/// A number set under a name.
pub(super) fn number(name: &str, otherwise: Pattern) -> Pattern {
    Pattern::state_or(name, otherwise).map(|v| v.as_f64().map(Value::Num))
}

fn float(v: &Value) -> Option<Value> {
    v.as_f64().map(Value::Num)
}

fn int(v: &Value) -> Option<Value> {
    v.as_i64().map(Value::Int)
}

fn ratio(v: &Value) -> Option<Value> {
    v.as_ratio().map(Value::Ratio)
}

fn truth(v: &Value) -> Option<Value> {
    v.as_bool().map(Value::Bool)
}

fn word(v: &Value) -> Option<Value> {
    v.as_text().map(|t| Value::Text(t.clone()))
}

/// A text as mini-notation of the kind that the result's type says.
fn parsed(text: &str, a: &Args) -> Option<Pattern> {
    let result = a.result();
    let ast = notation::parse(text, notation_kind(result.as_pattern())).ok()?;
    Some(notation::pattern(&ast, BlockId::default(), 0))
}

/// A text that is set under a name, as mini-notation.
fn set_pattern(a: &Args) -> Option<Value> {
    let kind = notation_kind(a.result().as_pattern());
    pat(Pattern::state(&a.text(0)?).join(crate::pattern::Join::Inner, move |v| {
        let ast = notation::parse(v.as_text()?, kind).ok()?;
        Some(notation::pattern(&ast, BlockId::default(), 0))
    }))
}

/// Seconds (or parts of one) as cycles, by the tempo when it is asked.
fn seconds(a: &Args, of: f64) -> Option<Value> {
    let cps = number("_cps", Pattern::pure(1.0)).map(move |v| Some(Value::Num(v.as_f64()? / of)));
    pat(between(Op::Mul, Structure::Right, &cps, &a.pattern(0)?))
}

/// The pattern, begun at what `f` makes of the moment at which the track's pattern was handed over.
/// `moment` says under which name that is kept, once it is played; 0 where there is none.
fn started(
    p: Pattern,
    moment: impl Fn(&Env) -> Option<Arc<str>> + Send + Sync + 'static,
    f: impl Fn(Rational, &Env) -> Rational + Send + Sync + 'static,
) -> Option<Value> {
    let depth = p.depth();
    pat(Pattern::from_query(depth, move |span, env| {
        let moment = moment(env).and_then(|name| env.state(&name).cloned());
        let set = moment.map(|m| m.listed(TimeSpan::new(span.begin, span.begin), env)).transpose()?;
        let at = set.as_ref().and_then(|haps| haps.first()?.value.as_ratio()).unwrap_or(Rational::ZERO);
        p.late(f(at, env)).listed(span, env)
    }))
}

/// The name under which a track's moment is kept.
fn moment_of(track: &str) -> Arc<str> {
    format!("_t_{track}").into()
}

/// At the moment of the track that is named.
fn triggered(a: &Args, at: usize, f: fn(Rational) -> Rational) -> Option<Value> {
    let name = moment_of(&super::statements::name(a.value(at)?)?);
    started(a.pattern(at + 1)?, move |_| Some(name.clone()), move |t, _| f(t))
}

/// At the moment of the track that plays it.
fn triggered_here(a: &Args, f: fn(Rational) -> Rational) -> Option<Value> {
    started(a.pattern(0)?, |env| env.track().map(|t| moment_of(t)), move |t, _| f(t))
}

/// The same at a multiple of a number of cycles.
fn modulo_triggered(a: &Args) -> Option<Value> {
    let n = Rational::int(a.int(0)?);
    let name = super::statements::name(a.value(1)?)?;
    let moment = Pattern::state_or(&moment_of(&name), Pattern::pure(Rational::ZERO));
    pat(a.pattern(2)?.by(&moment, move |t, p, _| {
        Some(multiple(t.as_ratio()?, n).map_or_else(Pattern::silence, |by| p.late(by)))
    }))
}

/// The next multiple of `n` that is not before `t`; none of 0.
fn multiple(t: Rational, n: Rational) -> Option<Rational> {
    Some(n * Rational::int((t / n).ceil())).filter(|by| by.is_defined())
}

/// What a function makes of a moment.
fn made_of(f: &Function, at: Rational, env: &Env) -> Rational {
    let by = super::call(f, &Value::Ratio(at), env).and_then(|v| v.as_ratio());
    by.unwrap_or(Rational::ZERO)
}

fn whole(t: Rational, f: fn(f64) -> f64) -> Rational {
    Rational::int(f(t.to_f64()) as i64)
}

fn ceiled(t: Rational) -> Rational {
    Rational::int(t.ceil())
}

macro_rules! reader {
    ($kind:literal, $ty:literal, $default:literal, $before:literal, $after:literal, $read:expr, $zero:expr) => {
        [
            entry(
                concat!("c", $kind),
                concat!($ty, " -> String -> Pattern ", $ty),
                "what is set under a name, or a value where nothing is",
                concat!($before, "(c", $kind, " ", $default, " \"knob\")", $after),
                |a| pat(read(&a.text(1)?, $read, Some($read(a.value(0)?)?))),
            ),
            entry(
                concat!("c", $kind, "_"),
                concat!("String -> Pattern ", $ty),
                "what is set under a name, nothing where nothing is",
                concat!($before, "(c", $kind, "_ \"knob\")", $after),
                |a| pat(read(&a.text(0)?, $read, None)),
            ),
            entry(
                concat!("c", $kind, "0"),
                concat!("String -> Pattern ", $ty),
                "what is set under a name, or its kind's 0 where nothing is",
                concat!($before, "(c", $kind, "0 \"knob\")", $after),
                |a| pat(read(&a.text(0)?, $read, Some($zero))),
            ),
        ]
    };
}

const F: [Entry; 3] = reader!("F", "Double", "500", "d1 $ s \"bd*4\" # lpf ", "", float, Value::Num(0.0));
const N: [Entry; 3] = reader!("N", "Note", "0", "d1 $ s \"pluck\" # n ", "", float, Value::Num(0.0));
const I: [Entry; 3] = reader!("I", "Int", "1", "d1 $ s \"bd*4\" # cut ", "", int, Value::Int(0));
const R: [Entry; 3] =
    reader!("R", "Rational", "1", "d1 $ fast ", " $ s \"bd\"", ratio, Value::Ratio(Rational::ZERO));
const T: [Entry; 3] =
    reader!("T", "Time", "1", "d1 $ fast ", " $ s \"bd\"", ratio, Value::Ratio(Rational::ZERO));
const B: [Entry; 3] = reader!("B", "Bool", "True", "d1 $ mask ", " $ s \"bd*4\"", truth, Value::Bool(false));
const S: [Entry; 3] = reader!("S", "String", "\"bd\"", "d1 $ s ", "", word, Value::text(""));

#[expect(clippy::too_many_lines, reason = "a table, put together because arrays do not add up")]
const fn joined() -> [Entry; 40] {
    let ([f, f_, f0], [n, n_, n0], [i, i_, i0], [r, r_, r0]) = (F, N, I, R);
    let ([t, t_, t0], [b, b_, b0], [s, s_, s0]) = (T, B, S);
    [
        f,
        f_,
        f0,
        n,
        n_,
        n0,
        i,
        i_,
        i0,
        r,
        r_,
        r0,
        t,
        t_,
        t0,
        b,
        b_,
        b0,
        s,
        s_,
        s0,
        entry(
            "cP",
            "Parseable a => String -> Pattern a",
            "the text set under a name, read as mini-notation",
            "d1 $ s (cP \"beat\")",
            set_pattern,
        ),
        entry(
            "parseBP_E",
            "Parseable a => String -> Pattern a",
            "a text read as mini-notation",
            "d1 $ s (parseBP_E (\"bd\" ++ \" sn\"))",
            |a| pat(parsed(&a.text(0)?, a)?),
        ),
        entry(
            "sec",
            "Fractional a => Pattern a -> Pattern a",
            "seconds as cycles, by the tempo",
            "d1 $ s \"bd*4\" # nudge (sec 0.1)",
            |a| seconds(a, 1.0),
        ),
        entry(
            "msec",
            "Fractional a => Pattern a -> Pattern a",
            "milliseconds as cycles, by the tempo",
            "d1 $ s \"bd*4\" # nudge (msec 10)",
            |a| seconds(a, 1000.0),
        ),
        entry(
            "trigger",
            "Show a => a -> Pattern b -> Pattern b",
            "starts the pattern when it is handed to the track",
            "d1 $ trigger 1 $ s \"bd sn\"",
            |a| triggered(a, 0, |t| t),
        ),
        entry(
            "qtrigger",
            "Show a => a -> Pattern b -> Pattern b",
            "starts the pattern at the first cycle after it is handed to the track",
            "d1 $ qtrigger 1 $ s \"bd sn\"",
            |a| triggered(a, 0, ceiled),
        ),
        entry(
            "qt",
            "Show a => a -> Pattern b -> Pattern b",
            "starts the pattern at the first cycle after it is handed to the track",
            "d1 $ qt 1 $ s \"bd sn\"",
            |a| triggered(a, 0, ceiled),
        ),
        entry(
            "ctrigger",
            "Show a => a -> Pattern b -> Pattern b",
            "starts the pattern at the first cycle after it is handed to the track",
            "d1 $ ctrigger 1 $ s \"bd sn\"",
            |a| triggered(a, 0, ceiled),
        ),
        entry(
            "rtrigger",
            "Show a => a -> Pattern b -> Pattern b",
            "starts the pattern at the cycle nearest to when it is handed to the track",
            "d1 $ rtrigger 1 $ s \"bd sn\"",
            |a| triggered(a, 0, |t| whole(t, f64::round_ties_even)),
        ),
        entry(
            "ftrigger",
            "Show a => a -> Pattern b -> Pattern b",
            "starts the pattern at the cycle under way when it is handed to the track",
            "d1 $ ftrigger 1 $ s \"bd sn\"",
            |a| triggered(a, 0, |t| whole(t, f64::floor)),
        ),
        entry(
            "trigger'",
            "Pattern a -> Pattern a",
            "starts the pattern when it is handed to its track: trigger of newer versions of Tidal",
            "d1 $ trigger' $ s \"bd sn\"",
            |a| triggered_here(a, |t| t),
        ),
        entry(
            "qtrigger'",
            "Pattern a -> Pattern a",
            "starts the pattern at the first cycle after it is handed to its track: qtrigger of newer versions of Tidal",
            "d1 $ qtrigger' $ s \"bd sn\"",
            |a| triggered_here(a, ceiled),
        ),
        entry(
            "rtrigger'",
            "Pattern a -> Pattern a",
            "starts the pattern at the cycle nearest to when it is handed to its track: rtrigger of newer versions of Tidal",
            "d1 $ rtrigger' $ s \"bd sn\"",
            |a| triggered_here(a, |t| whole(t, f64::round_ties_even)),
        ),
        entry(
            "ftrigger'",
            "Pattern a -> Pattern a",
            "starts the pattern at the cycle under way when it is handed to its track: ftrigger of newer versions of Tidal",
            "d1 $ ftrigger' $ s \"bd sn\"",
            |a| triggered_here(a, |t| whole(t, f64::floor)),
        ),
        entry(
            "mtrigger'",
            "Int -> Pattern a -> Pattern a",
            "starts the pattern at the next multiple of so many cycles after it is handed to its track: mtrigger of newer versions of Tidal",
            "d1 $ mtrigger' 4 $ s \"bd sn\"",
            |a| {
                let n = Rational::int(a.int(0)?);
                started(
                    a.pattern(1)?,
                    |env| env.track().map(|t| moment_of(t)),
                    move |t, _| multiple(t, n).unwrap_or(Rational::ZERO),
                )
            },
        ),
        entry(
            "mtrigger",
            "Show a => Int -> a -> Pattern b -> Pattern b",
            "starts the pattern at the next multiple of so many cycles after it is handed to the track",
            "d1 $ mtrigger 4 1 $ s \"bd sn\"",
            modulo_triggered,
        ),
        entry(
            "mt",
            "Show a => Int -> a -> Pattern b -> Pattern b",
            "starts the pattern at the next multiple of so many cycles after it is handed to the track",
            "d1 $ mt 4 1 $ s \"bd sn\"",
            modulo_triggered,
        ),
        entry(
            "triggerWith'",
            "(Time -> Time) -> Pattern a -> Pattern a",
            "starts the pattern at what a function makes of the moment it is handed to its track: triggerWith of newer versions of Tidal",
            "d1 $ triggerWith' sam $ s \"bd sn\"",
            |a| {
                let f = a.function(0)?;
                let here = |env: &Env| env.track().map(|t| moment_of(t));
                started(a.pattern(1)?, here, move |at, env| made_of(&f, at, env))
            },
        ),
        entry(
            "triggerWith",
            "Show a => (Time -> Time) -> a -> Pattern b -> Pattern b",
            "starts the pattern at what a function makes of the moment it is handed to the track",
            "d1 $ triggerWith sam 1 $ s \"bd sn\"",
            |a| {
                let (f, name) = (a.function(0)?, moment_of(&super::statements::name(a.value(1)?)?));
                started(a.pattern(2)?, move |_| Some(name.clone()), move |at, env| made_of(&f, at, env))
            },
        ),
    ]
}

pub(super) const TABLE: &[Entry] = &joined();
