//! Evaluation: a settled [`Core`] becomes a [`Value`].
//!
//! Strict, but for definitions, which are evaluated when first used. Work is spent on the budget of
//! an [`Env`], and calls inside calls and trees inside trees are counted: every evaluation ends, of
//! functions that call themselves too. Functions made here are called again when patterns are queried, on that query's budget.

mod matching;
mod names;

pub(super) use names::Names;

use super::core::{Binder, Circle, Core, Definition};
use super::library::limits::spend;
use super::library::{Args, Entry, Limit, as_text};
use super::types::{Con, Type, VarId, describe};
use crate::control;
use crate::notation;
use crate::pattern::{ControlMap, Env, Pattern, Value};
use crate::source::{BlockId, Diagnostic, TextRange};
use crate::time::{Rational, TimeSpan};
use names::Slot;
use std::sync::Arc;

pub(super) type Evaluated = Result<Value, Box<Diagnostic>>;

fn too_much(range: TextRange) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(range, "this takes more work than one statement may cost")
            .help("smaller numbers, or fewer functions inside each other, would do"),
    )
}

/// So many steps of work.
fn pay(steps: usize, env: &Env) -> Result<(), Box<Diagnostic>> {
    env.spend(u32::try_from(steps).unwrap_or(u32::MAX)).map_err(|_| too_much(TextRange::default()))
}

/// What calls itself never stops, or goes too far.
fn too_deep(range: TextRange) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(range, "functions call functions too deep inside each other here").help(
            "one that calls itself needs an equation where it stops, and that is soon reached: f 0 = ...",
        ),
    )
}

/// The value of a tree. It calls itself as deep as trees and calls are inside each other, so what it does
/// for each kind of node stands in functions of their own.
pub(super) fn eval(core: &Core, names: &Names, env: &Env) -> Evaluated {
    env.spend(1).map_err(|_| too_much(TextRange::default()))?;
    env.nest().map_err(|_| too_deep(TextRange::default()))?;
    let out = match core {
        Core::Apply(f, args, range) => apply(f, args, *range, names, env),
        Core::Let(bindings, body) => inside(bindings, body, names, env),
        Core::List(parts) => all(parts, names, env).map(|values| Value::List(values.into())),
        Core::If(test, yes, no) => choice(test, yes, no, names, env),
        Core::Do(parts) => actions(parts, names, env),
        Core::Local { name, types, range } => local(name, types, *range, names, env),
        Core::Match(m) => matching::function(m, names, env),
        _ => leaf(core, names, env),
    };
    env.unnest();
    out
}

#[inline(never)]
fn leaf(core: &Core, names: &Names, env: &Env) -> Evaluated {
    match core {
        Core::Constant(v) => Ok(v.clone()),
        Core::Number { text, ty, range } => number(text, &names.resolve(ty), *range),
        Core::Text { text, ty, range } => string(text, &names.resolve(ty), *range, names.block),
        Core::Global { entry, ty, range } => global(entry, &names.resolve(ty), *range, env),
        Core::Control(c) => Ok(control_function(c)),
        Core::Lambda(binders, body) => Ok(lambda(binders.clone(), 0, body.clone(), names.clone())),
        Core::Defined { definition, types, range } => {
            call(*range, env, |env| defined(definition, types, names, env)).map_err(|mut d| {
                // Its own place may be in another text.
                d.range = *range;
                d
            })
        }
        other => eval(other, names, env),
    }
}

#[inline(never)]
fn inside(bindings: &[Arc<Circle>], body: &Core, names: &Names, env: &Env) -> Evaluated {
    pay(bindings.len(), env)?;
    let inner = bindings.iter().fold(names.clone(), |inner, circle| inner.with_circle(circle));
    eval(body, &inner, env)
}

#[inline(never)]
fn all(parts: &[Core], names: &Names, env: &Env) -> Result<Vec<Value>, Box<Diagnostic>> {
    let mut values = Vec::with_capacity(parts.len());
    for p in parts {
        values.push(eval(p, names, env)?);
    }
    Ok(values)
}

#[inline(never)]
fn choice(test: &Core, yes: &Core, no: &Core, names: &Names, env: &Env) -> Evaluated {
    let yes_wins = eval(test, names, env)?.as_bool() == Some(true);
    eval(if yes_wins { yes } else { no }, names, env)
}

#[inline(never)]
fn actions(parts: &[Core], names: &Names, env: &Env) -> Evaluated {
    let mut edits = Vec::new();
    for p in parts {
        edits.extend(super::edits_of(&eval(p, names, env)?).iter().cloned());
    }
    Ok(super::action(edits))
}

/// What a name of a lambda or let stands for.
#[inline(never)]
fn local(name: &str, types: &[(VarId, Type)], range: TextRange, names: &Names, env: &Env) -> Evaluated {
    let (circle, at, among, value) = match names.find(name) {
        Some(Slot::Value(v)) => return Ok(v.clone()),
        Some(Slot::Let(circle, at, among, value)) => (circle, *at, among, value),
        None => return Err(Box::new(Diagnostic::error(range, format!("{name} has no value here")))),
    };
    let Some(b) = circle.bindings.get(at) else { return Err(failed(env, range)) };
    if circle.recursive {
        let inner = among.with_circle(circle);
        // A use of itself is at the types that are in force.
        let own: Vec<(VarId, Type)>;
        let types = if types.is_empty() {
            own = b.variables.iter().map(|v| (*v, Type::Var(*v))).collect();
            &own
        } else {
            types
        };
        let inner = inner.with_types(types, names);
        return call(range, env, |env| eval(&b.body, &inner, env));
    }
    if b.variables.is_empty() {
        if let Some(v) = value.get() {
            return Ok(v.clone());
        }
        let v = call(range, env, |env| eval(&b.body, among, env))?;
        return Ok(value.get_or_init(|| v).clone());
    }
    let among = among.with_types(types, names);
    call(range, env, |env| eval(&b.body, &among, env))
}

fn call(range: TextRange, env: &Env, f: impl FnOnce(&Env) -> Evaluated) -> Evaluated {
    env.enter().map_err(|_| too_deep(range))?;
    let out = f(env);
    env.leave();
    out
}

fn defined(d: &Definition, types: &[(VarId, Type)], user: &Names, env: &Env) -> Evaluated {
    // Positions in a definition belong to its own block; they are not lit up from other blocks.
    let names = Names::elsewhere();
    if d.scheme.variables.is_empty() {
        if let Some(v) = d.value.get() {
            return Ok(v.clone());
        }
        let v = eval(&d.body, &names, env)?;
        return Ok(d.value.get_or_init(|| v).clone());
    }
    eval(&d.body, &names.with_types(types, user), env)
}

fn apply(f: &Core, args: &[Core], range: TextRange, names: &Names, env: &Env) -> Evaluated {
    let values = all(args, names, env)?;
    within_limits(f, args, &values, range, names.block, env)?;
    let mut rest = values.as_slice();
    let mut value = match f {
        // A function of the library with all its arguments needs no steps between.
        Core::Global { entry, ty, range } if values.len() >= entry.arity() && entry.arity() > 0 => {
            let (now, later) = values.split_at(entry.arity());
            rest = later;
            run(entry, now, &names.resolve(ty), *range, env)?
        }
        _ => eval(f, names, env)?,
    };
    for x in rest {
        value = call(range, env, |env| match &value {
            Value::Function(f) => f(x, env).ok_or_else(|| failed(env, range)),
            _ => Err(failed(env, range)),
        })?;
    }
    Ok(value)
}

/// Refuses an argument beyond what its function makes, where it stands.
fn within_limits(
    f: &Core,
    args: &[Core],
    values: &[Value],
    call: TextRange,
    block: BlockId,
    env: &Env,
) -> Result<(), Box<Diagnostic>> {
    if let Core::Global { entry, .. } = f
        && let Some(limit) = entry.limit()
        && let (Some(arg), Some(value)) = (args.get(limit.at), values.get(limit.at))
        && let Some((range, n)) = beyond(limit, arg, value, call, block)
    {
        // A query that calls this has no place for words.
        env.refuse(limit.error());
        let d = Diagnostic::error(range, format!("{}; {n} is too much", limit.error()));
        return Err(Box::new(d.help(format!("write a smaller number: {} or less", limit.most.most))));
    }
    Ok(())
}

/// Cycles of an argument that are looked at for numbers beyond a limit.
const LOOK: i64 = 8;
/// Work that the look may cost.
const LOOK_BUDGET: u32 = 2_000;

/// The first number beyond a limit that an argument holds, and where it stands. What the music decides
/// is left to the query.
fn beyond(
    limit: &Limit,
    arg: &Core,
    value: &Value,
    call: TextRange,
    block: BlockId,
) -> Option<(TextRange, f64)> {
    let (Core::Number { range, .. } | Core::Text { range, .. }) = arg else {
        let v = match value {
            Value::Pattern(p) => p.as_pure()?.0,
            v => v,
        };
        return limit.passed_by(v).map(|n| (call, n));
    };
    let Value::Pattern(p) = value else {
        return limit.passed_by(value).map(|n| (*range, n));
    };
    let span = TimeSpan::new(Rational::ZERO, Rational::int(LOOK));
    let haps = p.listed(span, &Env::with_budget(LOOK_BUDGET)).ok()?;
    let (hap, n) = haps.iter().find_map(|h| Some((h, limit.passed_by(&h.value)?)))?;
    let place = hap.positions.as_slice().iter().find(|p| p.block == block).map_or(*range, |p| p.range);
    Some((place, n))
}

fn failed(env: &Env, range: TextRange) -> Box<Diagnostic> {
    if let Some(d) = env.complaint() {
        return placed(d, range);
    }
    if env.is_exhausted() {
        return too_much(range);
    }
    Box::new(Diagnostic::error(range, "this has no value").help("is a list empty, or a number out of range?"))
}

/// What a function of the library complains of has no place of its own.
fn placed(mut d: Box<Diagnostic>, range: TextRange) -> Box<Diagnostic> {
    if d.range == TextRange::default() {
        d.range = range;
    }
    d
}

/// What a function of the library answers. What is long costs more: a function that calls itself may have
/// it copied over and over.
fn answer(entry: &'static Entry, args: &[Value], ty: &Type, env: &Env) -> Option<Value> {
    let value = entry.run(&Args::new(args, env, ty))?;
    let long = match &value {
        Value::List(l) => l.len(),
        Value::Text(t) => t.len(),
        _ => 0,
    };
    spend(env, long)?;
    Some(named(entry, value, ty))
}

fn run(entry: &'static Entry, args: &[Value], ty: &Type, range: TextRange, env: &Env) -> Evaluated {
    env.spend(1).map_err(|_| too_much(range))?;
    match answer(entry, args, ty, env) {
        Some(v) if !env.is_exhausted() => Ok(v),
        _ if env.is_exhausted() => Err(failed(env, range)),
        _ => Err(env.complaint().map_or_else(
            || {
                let d = Diagnostic::error(range, format!("{} has no answer to these arguments", entry.name));
                Box::new(d.help(format!("an example that works: {}", entry.example)))
            },
            |d| placed(d, range),
        )),
    }
}

/// Numbers that were made where controls are wanted: `# sine`, `|+ irand 8`. As with literals, those of any
/// kind are n, fractional ones speed.
fn named(entry: &Entry, made: Value, ty: &Type) -> Value {
    let mut result = ty;
    while let Some((from, to)) = result.as_function() {
        if from.holds_controls() {
            return made;
        }
        result = to;
    }
    let named = if entry.signature.contains("Fractional") { control::id::SPEED } else { control::id::N };
    let name = move |v: &Value| match v {
        Value::Controls(_) => Some(v.clone()),
        v => {
            let whole = v.as_f64().filter(|x| named == control::id::N && x.fract() == 0.0);
            let v = whole.map_or_else(|| v.clone(), |x| Value::Ratio(Rational::int(x as i64)));
            v.as_f64().map(|_| Value::Controls(ControlMap::one(named, v)))
        }
    };
    match made {
        Value::Pattern(p) if result.as_pattern().is_some_and(Type::holds_controls) => {
            Value::Pattern(p.map(name))
        }
        made => made,
    }
}

fn global(entry: &'static Entry, ty: &Type, range: TextRange, env: &Env) -> Evaluated {
    if entry.arity() == 0 {
        return run(entry, &[], ty, range, env);
    }
    Ok(partial(entry, Vec::new(), Arc::new(ty.clone())))
}

/// A function of the library that still lacks arguments.
fn partial(entry: &'static Entry, given: Vec<Value>, ty: Arc<Type>) -> Value {
    Value::Function(Arc::new(move |x, env| {
        let mut args = given.clone();
        args.push(x.clone());
        if args.len() >= entry.arity() {
            env.spend(1).ok()?;
            answer(entry, &args, &ty, env)
        } else {
            Some(partial(entry, args, ty.clone()))
        }
    }))
}

fn lambda(binders: Arc<[Binder]>, at: usize, body: Arc<Core>, names: Names) -> Value {
    Value::Function(Arc::new(move |x, env| {
        let inner = match binders.get(at) {
            Some(b) => told(matching::argument(b, x, &names, env), &names, env)?,
            None => names.clone(),
        };
        if at + 1 < binders.len() {
            return Some(lambda(binders.clone(), at + 1, body.clone(), inner));
        }
        told(call(TextRange::default(), env, |env| eval(&body, &inner, env)), &names, env)
    }))
}

/// What a function of the language answers; what is wrong is kept for who called it. A place in another
/// text is none.
fn told<T>(out: Result<T, Box<Diagnostic>>, names: &Names, env: &Env) -> Option<T> {
    out.map_err(|mut d| {
        if names.elsewhere {
            d.range = TextRange::default();
        }
        env.complain(d);
    })
    .ok()
}

/// A control's function: each value becomes a map with one entry.
fn control_function(c: &'static control::Function) -> Value {
    Value::Function(Arc::new(move |x, _| match x {
        Value::Pattern(p) => Some(Value::Pattern(control_pattern(c, p))),
        _ => None,
    }))
}

/// The pattern of controls that `c` makes of a pattern of values. A sound `a:3` is split into name and number.
pub(super) fn control_pattern(c: &control::Function, p: &Pattern) -> Pattern {
    let key = control::ControlName::new(c.sends);
    if c.sends == "s" {
        return p.map(|v| {
            let word = as_text(v)?;
            Some(Value::Controls(sound(&word)))
        });
    }
    let kind = c.kind;
    p.map(move |v| {
        let v = match (kind, v) {
            (control::Kind::Float | control::Kind::Note, v) => Value::Num(v.as_f64()?),
            (control::Kind::Int, Value::Int(_)) => v.clone(),
            (control::Kind::Int, v) => Value::Int(v.as_i64()?),
            (control::Kind::Text, v) => Value::Text(as_text(v)?),
        };
        Some(Value::Controls(ControlMap::one(key.clone(), v)))
    })
}

/// `bd:3` is sound bd and n 3: as in Tidal, the first two pieces between colons count.
fn sound(word: &Arc<str>) -> ControlMap {
    if !word.contains(':') {
        return ControlMap::one(control::id::S, Value::Text(word.clone()));
    }
    let mut pieces = word.split(':').filter(|w| !w.is_empty());
    let mut map =
        pieces.next().map_or_else(ControlMap::new, |s| ControlMap::one(control::id::S, Value::text(s)));
    if let Some(n) = pieces.next().and_then(super::library::read_number) {
        // A whole one is told from notes: `s "bd:1" + 3` is n 4, where `n 1 + 3` stays n 1.
        let whole = (n.fract() == 0.0 && n.abs() < 1e15).then_some(Value::Int(n as i64));
        map.set(control::id::N, whole.unwrap_or(Value::Num(n)));
    }
    map
}

fn number(text: &str, ty: &Type, range: TextRange) -> Evaluated {
    let value = match ty.head() {
        Some((Con::Pattern, parts)) => {
            let of = parts.first().map_or(Type::Con(Con::Double), |t| (*t).clone());
            return Ok(Value::Pattern(Pattern::pure(number(text, &of, range)?)));
        }
        Some((Con::Int, _)) => whole(text).map(Value::Int),
        Some((Con::Rational, _)) => {
            let r = whole(text).map_or_else(|| Rational::from_decimal(text), Rational::int);
            r.is_defined().then_some(Value::Ratio(r))
        }
        Some((Con::Double | Con::Note, _)) => {
            whole(text).map(|n| n as f64).or_else(|| text.parse().ok()).map(Value::Num)
        }
        // As in Tidal: 3 is n 3, 1.5 is speed 1.5.
        Some((Con::Controls, _)) => {
            let decimal = || text.parse().ok().map(|x| (control::id::SPEED, Value::Num(x)));
            let one = whole(text).map(|n| (control::id::N, Value::Ratio(Rational::int(n)))).or_else(decimal);
            one.map(|(id, v)| Value::Controls(ControlMap::one(id, v)))
        }
        _ => None,
    };
    value.ok_or_else(|| {
        Box::new(
            Diagnostic::error(range, format!("{text} is too large for {}", describe(ty)))
                .help("write a smaller number"),
        )
    })
}

fn whole(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The kind of mini-notation that makes a pattern of these values.
pub(super) fn notation_kind(of: Option<&Type>) -> notation::Kind {
    match of.and_then(Type::head) {
        Some((Con::Double, _)) => notation::Kind::Number,
        Some((Con::Note, _)) => notation::Kind::Note,
        Some((Con::Int, _)) => notation::Kind::Int,
        Some((Con::Rational, _)) => notation::Kind::Rational,
        Some((Con::Bool, _)) => notation::Kind::Bool,
        _ => notation::Kind::Sound,
    }
}

/// A string becomes a text, or a pattern of what its type says.
fn string(text: &str, ty: &Type, range: TextRange, block: BlockId) -> Evaluated {
    let Some((con, parts)) = ty.head() else { return Ok(Value::text(text)) };
    if con != Con::Pattern {
        return Ok(Value::text(text));
    }
    // A pattern of patterns: each value becomes a pattern of its own.
    let (mut of, mut levels) = (parts.first().copied(), 0);
    while let Some(inner) = of.and_then(Type::as_pattern) {
        (of, levels) = (Some(inner), levels + 1);
    }
    let kind = notation_kind(of);
    let names_sounds = of == Some(&Type::Con(Con::Controls));
    // The text begins behind the quote.
    let offset = range.start() + 1;
    match notation::parse(text, kind) {
        Ok(ast) => {
            let mut pattern = notation::pattern(&ast, block, offset);
            if names_sounds {
                pattern = pattern.map(|v| Some(Value::Controls(sound(v.as_text()?))));
            }
            let wrap = |p: Pattern, _| p.map(|v| Some(Value::Pattern(Pattern::pure(v.clone()))));
            Ok(Value::Pattern((0..levels).fold(pattern, wrap)))
        }
        Err(trouble) => {
            Err(Box::new(trouble.into_iter().next().map_or_else(
                || Diagnostic::error(range, "this string cannot be read"),
                |d| d.shifted(offset),
            )))
        }
    }
}
