//! What a transition plays: one pattern out of a track's patterns and the moment it was asked for.
//!
//! In: the transition, the track's patterns (the new one first) and the frontier in the patterns'
//! own time. Out: a pattern that plays the change and what follows it, so that nobody has to come
//! back when it is over. Pure. The shapes are those of Tidal's transitions of the same names.

use super::Transition;
use crate::control::id;
use crate::pattern::{ControlMap, Env, Pattern, Signal, Structure, Value};
use crate::time::{Rational, TimeSpan};
use std::sync::Arc;

/// What plays from `now` on. `history`: the patterns handed to the track, the latest first.
pub(super) fn blend(transition: Transition, history: &[Pattern], now: Rational) -> Pattern {
    let Some((new, older)) = history.split_first() else { return Pattern::silence() };
    let silence = Pattern::silence();
    let old = older.first().unwrap_or(&silence);
    let whole = Rational::int;
    match transition {
        Transition::Plain => new.clone(),
        Transition::Histpan(n) => history_over_the_field(history, n),
        Transition::Wait(t) => from(new, (now + t - Rational::ONE).next_cycle()),
        Transition::Jump(n) => handover(old, new, now + whole(n)),
        Transition::JumpAligned(n) => handover(old, new, now.next_cycle() + whole(n)),
        Transition::JumpMod(n, p) => handover(old, new, next_multiple(now, n, p)),
        Transition::Mortal(life, release) => {
            let end = now + life;
            let fading = faded(new, Signal::EnvL, end, release);
            Pattern::stack(vec![before(new, end), from(&fading, end)])
        }
        Transition::Xfade(t) => {
            Pattern::stack(vec![at_gain(new, Signal::EnvEqR, now, t), at_gain(old, Signal::EnvEq, now, t)])
        }
        Transition::Clutch(t) => {
            Pattern::stack(vec![faded(old, Signal::EnvL, now, t), faded(new, Signal::EnvLR, now, t)])
        }
        Transition::Interpolate(t) => interpolated(old, new, now, t),
        Transition::Anticipate(t) => {
            let end = now + t;
            Pattern::stack(vec![before(&echoing(old, now, t), end), from(new, end)])
        }
        Transition::Overlay(t) => {
            let length = t.floor().max(1);
            let cycle = now.floor();
            let start = whole(cycle - cycle.rem_euclid(length)) + t.cycle();
            Pattern::stack(vec![old.clone(), between(new, start, start + t)])
        }
    }
}

fn from(p: &Pattern, at: Rational) -> Pattern {
    p.starting(move |t| t >= at)
}

fn before(p: &Pattern, at: Rational) -> Pattern {
    p.starting(move |t| t < at)
}

fn between(p: &Pattern, begin: Rational, end: Rational) -> Pattern {
    p.with_haps(move |h| {
        let kept = h.part.intersection(TimeSpan::new(begin, end));
        kept.map(|part| h.part = part).is_some() && h.whole_or_part().begin >= begin
    })
}

fn handover(old: &Pattern, new: &Pattern, at: Rational) -> Pattern {
    Pattern::stack(vec![before(old, at), from(new, at)])
}

/// The next cycle after `now` that is `p` above a multiple of `n`.
fn next_multiple(now: Rational, n: i64, p: i64) -> Rational {
    let Some(beyond) = now.floor().checked_rem_euclid(n) else { return now.next_cycle() };
    now.next_cycle() + Rational::int((n - 1) - beyond) + Rational::int(p.rem_euclid(n.abs()))
}

/// A signal of one cycle over `length` cycles from `start` on.
fn stretched(signal: Signal, start: Rational, length: Rational) -> Pattern {
    // Over no time at all it is over at once.
    let length = if length > Rational::ZERO { length } else { Rational::new(1, 1_000_000) };
    Pattern::signal(signal).slow(length).late(start)
}

fn faded(p: &Pattern, signal: Signal, start: Rational, length: Rational) -> Pattern {
    let chance = stretched(signal, start, length);
    p.by(&chance, |x, p, _| Some(p.degrade(x.as_f64()?, Rational::ZERO, false)))
}

/// One control times a factor; set where it is not there, as `|*` does.
fn scaled(map: &ControlMap, factor: f64) -> ControlMap {
    let mut out = map.clone();
    out.set(id::GAIN, Value::Num(map.number(id::GAIN).map_or(factor, |x| x * factor)));
    out
}

fn at_gain(p: &Pattern, signal: Signal, start: Rational, length: Rational) -> Pattern {
    let gain = |v: Value, x: Value, _: &Env| Some(Value::Controls(scaled(v.as_controls()?, x.as_f64()?)));
    p.apply(Structure::Left, &stretched(signal, start, length), Arc::new(gain))
}

fn history_over_the_field(history: &[Pattern], n: i64) -> Pattern {
    let n = usize::try_from(n).unwrap_or(0).min(history.len());
    let one = |(i, p): (usize, &Pattern)| {
        let pan = Value::Num(i as f64 / n as f64);
        p.map(move |v| {
            let mut map = v.as_controls()?.clone();
            map.set(id::PAN, pan.clone());
            Some(Value::Controls(map))
        })
    };
    Pattern::stack(history.iter().take(n).enumerate().map(one).collect())
}

/// The new pattern's events, their numbers from the old one's to their own.
fn interpolated(old: &Pattern, new: &Pattern, start: Rational, length: Rational) -> Pattern {
    let pair = |a: Value, b: Value, _: &Env| Some(Value::List([a, b].into()));
    let both = old.apply(Structure::Right, new, Arc::new(pair));
    let mix = |pair: Value, x: Value, _: &Env| {
        let Value::List(l) = pair else { return None };
        let (a, b, x) = (l.first()?.as_controls()?, l.get(1)?.as_controls()?, x.as_f64()?);
        let number = |new: &Value, old: &Value| match (new, old) {
            (Value::Int(new), Value::Int(old)) => {
                Some(Value::Int((*new as f64 * x + *old as f64 * (1.0 - x)).floor() as i64))
            }
            (new, old) => match (new.as_f64(), old.as_f64()) {
                (Some(new), Some(old)) => Some(Value::Num(new * x + old * (1.0 - x))),
                _ => Some(new.clone()),
            },
        };
        Some(Value::Controls(b.clone().union_with(a.clone(), number)))
    };
    both.apply(Structure::Left, &stretched(Signal::EnvL, start, length), Arc::new(mix))
}

/// Eight echoes whose distance shrinks from a cycle to nothing.
fn echoing(p: &Pattern, start: Rational, length: Rational) -> Pattern {
    const ECHOES: i64 = 8;
    const FEEDBACK: f64 = 0.2;
    p.by(&stretched(Signal::EnvLR, start, length), |t, p, _| {
        let t = t.as_ratio()?;
        let echo = |i: i64| {
            let gain = FEEDBACK + (1.0 - FEEDBACK) * (ECHOES - i) as f64 / ECHOES as f64;
            p.map(move |v| Some(Value::Controls(scaled(v.as_controls()?, gain)))).late(t * Rational::int(i))
        };
        Some(Pattern::stack(std::iter::once(p.clone()).chain((1..ECHOES).map(echo)).collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(name: &str, times: i64) -> Pattern {
        Pattern::pure(Value::Controls(ControlMap::one(id::S, Value::text(name)))).fast(Rational::int(times))
    }

    /// The events of some cycles of a transition asked for at cycle 1 and a half, from `a` to `b`.
    fn check(transition: Transition, cycles: std::ops::Range<i64>, want: &str) {
        let history = [sound("b", 1), sound("a", 1)];
        let p = blend(transition, &history, Rational::new(3, 2));
        let mut words = Vec::new();
        for c in cycles {
            let mut haps = p.haps(TimeSpan::cycle(c)).unwrap();
            haps.retain(crate::pattern::Hap::has_onset);
            haps.sort_by_key(|h| (h.part, format!("{:?}", h.value)));
            words.extend(haps.iter().map(|h| format!("{:?}@{:?}", h.value, h.part.begin)));
        }
        assert_eq!(words.join(" "), want, "{transition:?}");
    }

    #[test]
    fn the_new_pattern_comes_when_it_is_said_to() {
        check(Transition::Plain, 0..2, "s: b@0 s: b@1");
        check(Transition::Jump(0), 1..3, "s: a@1 s: b@2");
        check(Transition::Jump(2), 1..5, "s: a@1 s: a@2 s: a@3 s: b@4");
        check(Transition::JumpAligned(1), 1..4, "s: a@1 s: a@2 s: b@3");
        check(Transition::JumpMod(4, 0), 2..5, "s: a@2 s: a@3 s: b@4");
        check(Transition::JumpMod(4, 1), 3..6, "s: a@3 s: a@4 s: b@5");
        check(Transition::JumpMod(0, 3), 1..3, "s: a@1 s: b@2");
        check(Transition::Wait(Rational::int(2)), 1..5, "s: b@3 s: b@4");
        check(
            Transition::Overlay(Rational::int(2)),
            1..6,
            "s: a@1 s: a@2 s: b@2 s: a@3 s: b@3 s: a@4 s: a@5",
        );
    }

    #[test]
    fn fades_begin_with_the_old_and_end_with_the_new() {
        check(Transition::Clutch(Rational::int(2)), 1..2, "s: a@1");
        check(Transition::Clutch(Rational::int(2)), 4..5, "s: b@4");
        check(Transition::Mortal(Rational::ONE, Rational::ONE), 1..6, "s: b@1 s: b@2");
        let gain = |c: i64| {
            let p =
                blend(Transition::Xfade(Rational::int(4)), &[sound("b", 1), sound("a", 1)], Rational::ZERO);
            let haps = p.haps(TimeSpan::cycle(c)).unwrap();
            let of = |name: &str| {
                let is = |m: &&ControlMap| m.text(id::S).is_some_and(|s| &**s == name);
                haps.iter().filter_map(|h| h.value.as_controls()).find(is).and_then(|m| m.number(id::GAIN))
            };
            (of("a").unwrap(), of("b").unwrap())
        };
        assert!(gain(0).0 > gain(0).1 && gain(3).0 < gain(3).1);
        assert_eq!(gain(9), (0.0, 1.0));
    }

    #[test]
    fn numbers_glide_and_echoes_close_up() {
        let gain = |x: f64| {
            Pattern::pure(Value::Controls(ControlMap::one(id::GAIN, Value::Num(x)))).fast(Rational::int(2))
        };
        let p = blend(Transition::Interpolate(Rational::int(2)), &[gain(1.0), gain(0.0)], Rational::ZERO);
        let gains: Vec<f64> = (0..3)
            .flat_map(|c| p.haps(TimeSpan::cycle(c)).unwrap())
            .filter_map(|h| h.value.as_controls()?.number(id::GAIN))
            .collect();
        assert_eq!(gains, [0.125, 0.375, 0.625, 0.875, 1.0, 1.0]);
        let anticipate = Transition::Anticipate(Rational::int(2));
        let p = blend(anticipate, &[sound("b", 1), sound("a", 1)], Rational::ZERO);
        assert!(p.haps(TimeSpan::cycle(1)).unwrap().len() > 4);
        check(anticipate, 4..5, "s: b@4");
    }

    #[test]
    fn the_latest_patterns_stand_side_by_side() {
        let history = [sound("c", 1), sound("b", 1), sound("a", 1)];
        let p = blend(Transition::Histpan(2), &history, Rational::ZERO);
        let mut words: Vec<String> =
            p.haps(TimeSpan::cycle(0)).unwrap().iter().map(|h| format!("{:?}", h.value)).collect();
        words.sort();
        assert_eq!(words, ["pan: 0, s: c", "pan: 0.5, s: b"]);
        assert!(blend(Transition::Histpan(-1), &history, Rational::ZERO).is_silence());
        assert!(blend(Transition::Plain, &[], Rational::ZERO).is_silence());
    }
}
