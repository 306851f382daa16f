//! Functions that look at events together: chords spread out, one voice at a time, filters.

use super::pieces::MOST_ECHOES;
use super::{Args, Entry, asks, call, entry, pat};
use crate::pattern::{Env, Hap, Pattern, Value, value::Function};
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

/// An event as a value of the language.
struct Event(Hap);

fn event(hap: Hap) -> Value {
    Value::Opaque(Arc::new(Event(hap)))
}

fn hap_of(v: &Value) -> Option<Hap> {
    match v {
        Value::Opaque(any) => any.downcast_ref::<Event>().map(|e| e.0.clone()),
        _ => None,
    }
}

/// Events that share a whole, in a list of their own; those without one are left out.
fn chords(mut haps: Vec<Hap>) -> Vec<Vec<Hap>> {
    haps.retain(|h| h.whole.is_some());
    haps.sort_by_key(|h| h.whole);
    let mut out: Vec<Vec<Hap>> = Vec::new();
    for hap in haps {
        match out.last_mut() {
            Some(chord) if chord.first().is_some_and(|first| first.whole == hap.whole) => chord.push(hap),
            _ => out.push(vec![hap]),
        }
    }
    out
}

/// The events of one whole, one after the other in its span.
fn spread_out(chord: Vec<Hap>, out: &mut Vec<Hap>) {
    let n = chord.len() as i64;
    for (i, mut hap) in chord.into_iter().enumerate() {
        let Some(whole) = hap.whole else { continue };
        let length = whole.duration() / Rational::int(n);
        let begin = whole.begin + length * Rational::int(i as i64);
        let slot = TimeSpan::new(begin, begin + length);
        if let Some(part) = slot.intersection(hap.part) {
            hap.whole = Some(slot);
            hap.part = part;
            out.push(hap);
        }
    }
}

/// Chords spread out, after a function on each (Tidal's `arpWith`).
pub(super) fn arp_with(
    p: &Pattern,
    f: impl Fn(Vec<Hap>, &Env) -> Vec<Hap> + Send + Sync + 'static,
) -> Pattern {
    p.with_list(move |haps, env| {
        let mut out = Vec::new();
        for chord in chords(haps) {
            let chord = f(chord, env);
            if env.spend(chord.len() as u32).is_err() {
                break;
            }
            spread_out(chord, &mut out);
        }
        out
    })
}

/// An order of a chord's notes, as their numbers, given how many there are.
type Order = fn(usize) -> Vec<usize>;

/// The ways of `arp`, by name: the order of a chord's notes, as numbers of notes.
const MODES: [(&str, Order); 13] = [
    ("up", |n| (0..n).collect()),
    ("down", |n| (0..n).rev().collect()),
    ("updown", |n| without_last(up(n)).chain(without_last(down(n))).collect()),
    ("downup", |n| without_last(down(n)).chain(without_last(up(n))).collect()),
    ("up&down", |n| up(n).into_iter().chain(down(n)).collect()),
    ("down&up", |n| down(n).into_iter().chain(up(n)).collect()),
    ("converge", converge),
    ("diverge", |n| converge(n).into_iter().rev().collect()),
    ("disconverge", |n| converge(n).into_iter().chain(converge(n).into_iter().rev().skip(1)).collect()),
    ("pinkyup", pinky_up),
    ("pinkyupdown", |n| {
        without_last(pinky_up(n)).chain(without_last(pinky_up(n).into_iter().rev().collect())).collect()
    }),
    ("thumbup", thumb_up),
    ("thumbupdown", |n| {
        without_last(thumb_up(n)).chain(without_last(thumb_up(n).into_iter().rev().collect())).collect()
    }),
];

/// The ways of `arp`.
pub(in crate::language) fn arp_names() -> Vec<&'static str> {
    MODES.iter().map(|(name, _)| *name).collect()
}

fn up(n: usize) -> Vec<usize> {
    (0..n).collect()
}

fn down(n: usize) -> Vec<usize> {
    (0..n).rev().collect()
}

fn without_last(mut order: Vec<usize>) -> std::vec::IntoIter<usize> {
    order.pop();
    order.into_iter()
}

/// The first, the last, the second, the last but one ...
fn converge(n: usize) -> Vec<usize> {
    (0..n).map(|i| if i % 2 == 0 { i / 2 } else { n - 1 - i / 2 }).collect()
}

fn pinky_up(n: usize) -> Vec<usize> {
    (0..n.saturating_sub(1)).flat_map(|i| [i, n - 1]).collect()
}

fn thumb_up(n: usize) -> Vec<usize> {
    (1..n).flat_map(|i| [0, i]).collect()
}

fn arp(mode: &Value, p: &Pattern) -> Option<Pattern> {
    let name = mode.as_text()?;
    // As in Tidal, an unknown way is up.
    let order = MODES.iter().find(|(m, _)| *m == &**name).map_or(up as Order, |(_, f)| *f);
    Some(arp_with(p, move |chord, _| {
        order(chord.len()).into_iter().filter_map(|i| chord.get(i).cloned()).collect()
    }))
}

/// Chords strummed: each note of a chord begins a bit later, over a part of the chord's length (the
/// highest first where it is negative); all end together.
fn rolled(by: Rational, p: &Pattern) -> Pattern {
    p.with_list(move |haps, _| {
        let (continuous, discrete): (Vec<Hap>, Vec<Hap>) = haps.into_iter().partition(|h| h.whole.is_none());
        let mut out = continuous;
        for mut chord in chords(discrete) {
            if by < Rational::ZERO {
                chord.reverse();
            }
            let n = Rational::int(chord.len() as i64);
            for (i, mut hap) in chord.into_iter().enumerate() {
                let Some(whole) = hap.whole else { continue };
                let begin = whole.begin + whole.duration() * by.abs() * Rational::int(i as i64) / n;
                let slot = TimeSpan::new(begin, whole.end);
                if let Some(part) = (begin < whole.end).then(|| slot.intersection(hap.part)).flatten() {
                    hap.whole = Some(slot);
                    hap.part = part;
                    out.push(hap);
                }
            }
        }
        out
    })
}

/// One event at a time: what begins while another plays waits for its end, or falls out.
fn mono(mut haps: Vec<Hap>) -> Vec<Hap> {
    haps.sort_by_key(|h| h.whole);
    let mut out: Vec<Hap> = Vec::new();
    let mut busy: Option<Rational> = None;
    for mut hap in haps {
        let whole = hap.whole_or_part();
        let begin = busy.map_or(whole.begin, |b| b.max(whole.begin));
        if begin >= whole.end && busy.is_some() {
            continue;
        }
        if begin > whole.begin {
            hap.whole = Some(TimeSpan::new(begin, whole.end));
        }
        busy = Some(hap.whole_or_part().end);
        if let Some(part) = hap.whole_or_part().intersection(hap.part) {
            hap.part = part;
            out.push(hap);
        }
    }
    out
}

/// Numbers gliding from event to event, continuous.
fn smooth(p: &Pattern) -> Pattern {
    let p = p.clone();
    let at = |t: Rational| TimeSpan::new(t, t);
    Pattern::from_query(p.depth(), move |span, env| {
        let middle = span.middle();
        let Some(now) = mono(p.listed(at(middle), env)?).into_iter().next() else { return Ok(Vec::new()) };
        let whole = now.whole_or_part();
        let next = mono(p.listed(at(whole.end), env)?).into_iter().next();
        let value = match (now.value.as_f64(), next.and_then(|n| n.value.as_f64())) {
            (Some(a), Some(b)) => {
                let length = whole.duration();
                let done =
                    if length == Rational::ZERO { Rational::ZERO } else { (middle - whole.begin) / length };
                Value::Num(a + (b - a) * done.to_f64())
            }
            _ => now.value,
        };
        Ok(vec![Hap { whole: Some(span), part: span, value, positions: now.positions }])
    })
}

/// Echoes within each event: the pattern and what the function makes of it again and again.
fn ply_with(n: f64, f: &super::Transform, p: &Pattern, env: &Env) -> Option<Pattern> {
    // Written upside down: a huge number costs its budget, not the stack.
    let copies = (n.max(1.0) - 1.0).ceil();
    if copies > MOST_ECHOES as f64 {
        return None;
    }
    let mut out = p.clone();
    for _ in 0..copies as u32 {
        out = Pattern::stack(vec![p.clone(), f.on(&out, env)?]);
    }
    Some(arp_with(&out, |chord, _| chord))
}

fn filter_events(
    a: &Args,
    test: impl Fn(&Function, &Hap, &Env) -> bool + Send + Sync + 'static,
) -> Option<Value> {
    let f = a.function(0)?;
    pat(a.pattern(1)?.with_list(move |haps, env| haps.into_iter().filter(|h| test(&f, h, env)).collect()))
}

/// A time of an event.
fn time_of(a: &Args, of: fn(&Hap) -> Rational) -> Option<Value> {
    Some(Value::Ratio(of(&hap_of(a.value(0)?)?)))
}

pub(super) const TABLE: &[Entry] = &[
    entry(
        "arp",
        "Pattern String -> Pattern a -> Pattern a",
        "spreads the notes of chords out, in an order with a name",
        "d1 $ arp \"updown\" $ n \"c'maj e'min\" # s \"pluck\"",
        |a| a.by(arp),
    ),
    entry(
        "arpeggiate",
        "Pattern a -> Pattern a",
        "spreads the notes of chords out, upwards",
        "d1 $ arpeggiate $ n \"c'maj e'min\" # s \"pluck\"",
        |a| pat(arp_with(&a.pattern(0)?, |chord, _| chord)),
    ),
    entry(
        "arpg",
        "Pattern a -> Pattern a",
        "spreads the notes of chords out, upwards",
        "d1 $ arpg $ n \"c'maj e'min\" # s \"pluck\"",
        |a| pat(arp_with(&a.pattern(0)?, |chord, _| chord)),
    ),
    entry(
        "arpWith",
        "([Event a] -> [Event b]) -> Pattern a -> Pattern b",
        "spreads the notes of chords out, after a function on the list of their events",
        "d1 $ arpWith reverse $ n \"c'maj e'min\" # s \"pluck\"",
        |a| {
            let f = a.function(0)?;
            pat(arp_with(&a.pattern(1)?, move |chord, env| {
                let list = Value::List(chord.into_iter().map(event).collect());
                let changed = call(&f, &list, env).and_then(|v| super::as_list(&v)).unwrap_or_default();
                changed.iter().filter_map(hap_of).collect()
            }))
        },
    ),
    entry(
        "rolled",
        "Pattern a -> Pattern a",
        "strums chords, over a quarter of their length",
        "d1 $ rolled $ n \"c'maj\" # s \"pluck\"",
        |a| pat(rolled(Rational::new(1, 4), &a.pattern(0)?)),
    ),
    entry(
        "rolledBy",
        "Pattern Rational -> Pattern a -> Pattern a",
        "strums chords, over a part of their length; downwards where it is negative",
        "d1 $ rolledBy \"<1 -0.25>\" $ n \"c'maj\" # s \"pluck\"",
        |a| a.by(|t, p| Some(rolled(t.as_ratio()?, p))),
    ),
    entry(
        "plyWith",
        "(Ord t, Num t) => Pattern t -> (Pattern a -> Pattern a) -> Pattern a -> Pattern a",
        "repeats each event n times in its slot, the function applied once more each time",
        "d1 $ plyWith 3 (|* gain 0.8) $ s \"bd sn\"",
        |a| {
            let f = a.transform(1)?;
            pat(a.pattern(2)?.by(&a.pattern(0)?, move |n, p, env| ply_with(n.as_f64()?, &f, p, env)))
        },
    )
    .at_most(0, MOST_ECHOES, "copies of an event"),
    entry("mono", "Pattern a -> Pattern a", "one event at a time", "d1 $ mono $ s \"[bd*2, sn*3]\"", |a| {
        pat(a.pattern(0)?.with_list(|haps, _| mono(haps)))
    }),
    entry(
        "smooth",
        "Fractional a => Pattern a -> Pattern a",
        "numbers that glide from event to event",
        "d1 $ s \"hh*16\" # pan (smooth \"0 1 0.5\")",
        |a| pat(smooth(&a.pattern(0)?)),
    ),
    entry(
        "filterValues",
        "(a -> Bool) -> Pattern a -> Pattern a",
        "only events whose value passes a test",
        "d1 $ n (filterValues (> 2) \"0 3 5\") # s \"pluck\"",
        |a| filter_events(a, |f, h, env| asks(f, &h.value, env)),
    ),
    entry(
        "filterWhen",
        "(Time -> Bool) -> Pattern a -> Pattern a",
        "only events whose start passes a test",
        "d1 $ filterWhen (>= 0) $ s \"bd*4\"",
        |a| filter_events(a, |f, h, env| asks(f, &Value::Ratio(h.whole_or_part().begin), env)),
    ),
    entry(
        "filterEvents",
        "(Event a -> Bool) -> Pattern a -> Pattern a",
        "only events that pass a test",
        "d1 $ filterEvents eventHasOnset $ s \"bd*4\"",
        |a| filter_events(a, |f, h, env| asks(f, &event(h.clone()), env)),
    ),
    entry(
        "filterJust",
        "Pattern (Maybe a) -> Pattern a",
        "only events with a value",
        "d1 $ n (filterJust $ fmap (\\x -> Just x) \"0 3\") # s \"pluck\"",
        |a| pat(a.pattern(0)?.map(|v| super::as_list(v)?.first().cloned())),
    ),
    entry(
        "filterOnsets",
        "Pattern a -> Pattern a",
        "only events that begin where they are asked about",
        "d1 $ filterOnsets $ s \"bd*4\"",
        |a| pat(a.pattern(0)?.with_list(|haps, _| haps.into_iter().filter(Hap::has_onset).collect())),
    ),
    entry(
        "filterDigital",
        "Pattern a -> Pattern a",
        "only events with a beginning and an end",
        "d1 $ filterDigital $ s \"bd*4\"",
        |a| pat(a.pattern(0)?.discrete()),
    ),
    entry(
        "filterAnalog",
        "Pattern a -> Pattern a",
        "only what is continuous",
        "d1 $ s \"hh*4\" # pan (filterAnalog saw)",
        |a| pat(a.pattern(0)?.with_haps(|h| h.whole.is_none())),
    ),
    entry(
        "withEvent",
        "(Event a -> Event b) -> Pattern a -> Pattern b",
        "a function on every event",
        "d1 $ withEvent id $ s \"bd*4\"",
        |a| {
            let f = a.function(0)?;
            pat(a.pattern(1)?.with_list(move |haps, env| {
                haps.into_iter().filter_map(|h| hap_of(&call(&f, &event(h), env)?)).collect()
            }))
        },
    ),
    entry(
        "withEvents",
        "([Event a] -> [Event b]) -> Pattern a -> Pattern b",
        "a function on the list of events",
        "d1 $ withEvents (take 2) $ s \"bd*4\"",
        |a| {
            let f = a.function(0)?;
            pat(a.pattern(1)?.with_list(move |haps, env| {
                let list = Value::List(haps.into_iter().map(event).collect());
                let changed = call(&f, &list, env).and_then(|v| super::as_list(&v)).unwrap_or_default();
                changed.iter().filter_map(hap_of).collect()
            }))
        },
    ),
    entry(
        "eventValue",
        "Event a -> a",
        "what happens in an event",
        "d1 $ n (filterEvents ((== 3) . eventValue) \"1 3\") # s \"pluck\"",
        |a| Some(hap_of(a.value(0)?)?.value),
    ),
    entry(
        "eventHasOnset",
        "Event a -> Bool",
        "true when an event begins where it is asked about",
        "d1 $ filterEvents eventHasOnset $ s \"bd*4\"",
        |a| Some(Value::Bool(hap_of(a.value(0)?)?.has_onset())),
    ),
    entry(
        "isDigital",
        "Event a -> Bool",
        "true for an event with a beginning and an end",
        "d1 $ filterEvents isDigital $ s \"bd*4\"",
        |a| Some(Value::Bool(hap_of(a.value(0)?)?.whole.is_some())),
    ),
    entry(
        "isAnalog",
        "Event a -> Bool",
        "true for a sample of something continuous",
        "d1 $ filterEvents (not . isAnalog) $ s \"bd*4\"",
        |a| Some(Value::Bool(hap_of(a.value(0)?)?.whole.is_none())),
    ),
    entry(
        "wholeStart",
        "Event a -> Time",
        "where an event begins",
        "d1 $ filterEvents ((>= 0) . wholeStart) $ s \"bd*4\"",
        |a| time_of(a, |h| h.whole_or_part().begin),
    ),
    entry(
        "wholeStop",
        "Event a -> Time",
        "where an event ends",
        "d1 $ filterEvents ((> 0) . wholeStop) $ s \"bd*4\"",
        |a| time_of(a, |h| h.whole_or_part().end),
    ),
    entry(
        "eventPartStart",
        "Event a -> Time",
        "where the part of an event begins that was asked about",
        "d1 $ filterEvents ((>= 0) . eventPartStart) $ s \"bd*4\"",
        |a| time_of(a, |h| h.part.begin),
    ),
    entry(
        "eventPartStop",
        "Event a -> Time",
        "where the part of an event ends that was asked about",
        "d1 $ filterEvents ((> 0) . eventPartStop) $ s \"bd*4\"",
        |a| time_of(a, |h| h.part.end),
    ),
];
