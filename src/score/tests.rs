//! When an edit takes hold: each sentence, as a scenario.

use super::*;
use crate::pattern::{Hap, QueryError, Value};
use crate::time::TimeSpan;
use proptest::prelude::*;

fn r(n: i64, d: i64) -> Rational {
    Rational::new(n, d)
}

/// `times` events of that name a cycle.
fn p(name: &str, times: i64) -> Pattern {
    Pattern::pure(name).fast(Rational::int(times))
}

fn save(track: &str, pattern: &Pattern) -> Edit {
    Edit::Track { name: track.into(), pattern: pattern.clone(), transition: Transition::Plain }
}

/// What begins in a span, a word each: `d1:bd@1/2`.
fn heard(score: &Score, begin: Rational, end: Rational) -> String {
    let mut words: Vec<(Rational, String)> = Vec::new();
    score.track_haps(TimeSpan::new(begin, end), &mut Vec::new(), |t| {
        for hap in t.haps.unwrap() {
            words.push((hap.part.begin, format!("{}:{:?}@{:?}", t.track, hap.value, hap.part.begin)));
        }
    });
    words.sort();
    words.into_iter().map(|w| w.1).collect::<Vec<_>>().join(" ")
}

fn playing() -> Score {
    Score::new().apply(&[save("d1", &p("a", 2))], r(0, 1))
}

#[track_caller]
fn check(score: &Score, begin: Rational, end: Rational, want: &str) {
    assert_eq!(heard(score, begin, end), want);
}

#[test]
fn a_save_takes_hold_at_the_first_boundary_at_or_after_the_frontier() {
    let saved = playing().apply(&[save("d1", &p("b", 2))], r(5, 4));
    check(&saved, r(1, 1), r(3, 1), "d1:a@1 d1:a@3/2 d1:b@2 d1:b@5/2");
    let saved = playing().apply(&[save("d1", &p("b", 2))], r(1, 1));
    check(&saved, r(1, 1), r(2, 1), "d1:b@1 d1:b@3/2");
    // The later of two saves in the same cycle is the one that counts.
    let twice = saved.apply(&[save("d1", &p("c", 1))], r(5, 4)).apply(&[save("d1", &p("d", 1))], r(3, 2));
    check(&twice, r(1, 1), r(3, 1), "d1:b@1 d1:b@3/2 d1:d@2");
}

#[test]
fn an_event_of_the_old_pattern_does_not_begin_again_in_the_new() {
    let long = Pattern::pure("long").slow(r(4, 1));
    let score = playing().apply(&[save("d1", &long)], r(1, 2));
    check(&score, r(1, 1), r(5, 1), "d1:long@4");
}

#[test]
fn mute_and_solo_take_hold_at_the_frontier() {
    let both = playing().apply(&[save("d2", &p("b", 1))], r(1, 2));
    let name = |n: &str| -> Arc<str> { n.into() };
    let after = |edits: &[Edit]| heard(&both.apply(edits, r(5, 4)), r(3, 2), r(5, 2));
    assert_eq!(after(&[]), "d1:a@3/2 d1:a@2 d2:b@2");
    assert_eq!(after(&[Edit::Mute(name("d1"))]), "d2:b@2");
    assert_eq!(after(&[Edit::Mute(name("d1")), Edit::Unmute(name("d1"))]), "d1:a@3/2 d1:a@2 d2:b@2");
    assert_eq!(after(&[Edit::Mute(name("d1")), Edit::UnmuteAll]), "d1:a@3/2 d1:a@2 d2:b@2");
    assert_eq!(after(&[Edit::Solo(name("d2"))]), "d2:b@2");
    // As in Tidal, a solo is stronger than a mute.
    assert_eq!(after(&[Edit::Mute(name("d2")), Edit::Solo(name("d2"))]), "d2:b@2");
    assert_eq!(after(&[Edit::Solo(name("d2")), Edit::Unsolo(name("d2"))]), "d1:a@3/2 d1:a@2 d2:b@2");
    assert_eq!(after(&[Edit::Solo(name("d1")), Edit::UnsoloAll]), "d1:a@3/2 d1:a@2 d2:b@2");
    // A solo of nobody silences nobody.
    assert_eq!(after(&[Edit::Solo(name("d7"))]), "d1:a@3/2 d1:a@2 d2:b@2");
    // What was muted stays so when it is saved again.
    let muted = both.apply(&[Edit::Mute(name("d1"))], r(5, 4)).apply(&[save("d1", &p("c", 1))], r(3, 2));
    check(&muted, r(2, 1), r(3, 1), "d2:b@2");
}

#[test]
fn once_plays_one_cycle_from_the_frontier_on() {
    let score = playing().apply(&[Edit::Hush, Edit::Once(p("o", 2))], r(5, 4));
    check(&score, r(5, 4), r(9, 1), "once:o@5/4 once:o@7/4");
    // Query by query nothing is lost or doubled either.
    check(&score, r(5, 4), r(3, 2), "once:o@5/4");
    check(&score, r(3, 2), r(9, 1), "once:o@7/4");
    // It is forgotten when it is over.
    assert!(score.apply(&[], r(9, 1)).once.is_empty());
}

#[test]
fn hush_ends_all_tracks_at_once_and_what_was_waiting() {
    let score = playing().apply(&[Edit::Once(p("o", 4)), save("d2", &p("b", 1))], r(5, 4));
    let hushed = score.apply(&[Edit::Hush], r(3, 2));
    check(&hushed, r(3, 2), r(9, 1), "");
    assert_eq!(hushed.hushes(), score.hushes() + 1);
    // A save after it plays.
    let again = hushed.apply(&[save("d1", &p("c", 1))], r(7, 4));
    check(&again, r(3, 2), r(3, 1), "d1:c@2");
    // In one block: the order of the text counts.
    check(&playing().apply(&[save("d1", &p("c", 1)), Edit::Hush], r(1, 2)), r(1, 2), r(9, 1), "");
    check(&playing().apply(&[Edit::Hush, save("d1", &p("c", 1))], r(1, 2)), r(1, 2), r(2, 1), "d1:c@1");
}

#[test]
fn panic_counts_and_leaves_the_tracks() {
    let score = playing().apply(&[Edit::Panic], r(5, 4));
    assert_eq!((score.panics(), score.hushes()), (1, 0));
    check(&score, r(3, 2), r(2, 1), "d1:a@3/2");
}

#[test]
fn a_removed_block_stops_its_track_at_the_boundary() {
    let score = playing().apply(&[Edit::Stop("d1".into()), Edit::Stop("d9".into())], r(5, 4));
    check(&score, r(5, 4), r(9, 1), "d1:a@3/2");
    // Another block of the file that names the track takes over.
    let score = playing().apply(&[Edit::Stop("d1".into()), save("d1", &p("b", 1))], r(5, 4));
    check(&score, r(5, 4), r(3, 1), "d1:a@3/2 d1:b@2");
}

#[test]
fn tempo_is_asked_for_and_nonsense_is_not() {
    let score = playing().apply(&[Edit::Cps(0.7)], r(5, 4));
    assert_eq!(score.cps_since(playing().version()), Some(0.7));
    assert_eq!(score.cps_since(score.version()), None);
    for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(score.apply(&[Edit::Cps(nonsense)], r(2, 1)).cps_since(1), Some(0.7));
    }
    assert_eq!(score.apply(&[Edit::Cps(1e9)], r(2, 1)).cps_since(1), Some(*CPS_RANGE.end()));
    assert_eq!(CPS_RANGE, crate::clock::CPS_RANGE);
}

#[test]
fn patterns_start_over_where_cycles_are_reset() {
    let turns = Pattern::cat(vec![p("x", 1), p("y", 1), p("z", 1)]);
    let score = Score::new().apply(&[save("d1", &turns)], r(0, 1));
    let reset = score.apply(&[Edit::ResetCycles], r(5, 4));
    check(&reset, r(5, 4), r(4, 1), "d1:x@5/4 d1:y@9/4 d1:z@13/4");
    // Boundaries are those of the patterns; a save that comes with it need not wait.
    let saved = reset.apply(&[save("d1", &p("b", 1))], r(3, 2));
    check(&saved, r(5, 4), r(4, 1), "d1:x@5/4 d1:b@9/4 d1:b@13/4");
    for edits in [[Edit::ResetCycles, save("d1", &p("b", 1))], [save("d1", &p("b", 1)), Edit::ResetCycles]] {
        check(&score.apply(&edits, r(5, 4)), r(5, 4), r(3, 1), "d1:b@5/4 d1:b@9/4");
    }
}

#[test]
fn lanes_follow_the_names_of_tracks() {
    let score =
        Score::new().apply(&["drums", "d10", "d2", "3", "d1", "d0"].map(|n| save(n, &p("x", 1))), r(0, 1));
    let lanes: Vec<(&str, i64)> = score.tracks().iter().map(|t| (&*t.name, t.orbit())).collect();
    assert_eq!(lanes, [("d0", 0), ("d1", 0), ("d2", 1), ("3", 2), ("d10", 9), ("drums", 0)]);
}

#[test]
fn names_set_from_outside_are_read() {
    let edits = [save("d1", &Pattern::state("x")), Edit::Set { name: "x".into(), pattern: p("v", 1) }];
    check(&Score::new().apply(&edits, r(0, 1)), r(0, 1), r(1, 1), "d1:v@0");
}

#[test]
fn a_track_that_runs_wild_is_named_and_the_others_play() {
    let score = playing().apply(&[save("d2", &p("x", 1_000_000_000))], r(1, 2));
    let mut seen = Vec::new();
    score.track_haps(TimeSpan::new(r(1, 1), r(2, 1)), &mut Vec::new(), |t| {
        seen.push((t.track.to_string(), t.haps.map(<[Hap]>::len)));
    });
    assert_eq!(seen, [("d1".into(), Ok(2)), ("d2".into(), Err(QueryError::OverBudget))]);
}

#[test]
fn a_track_remembers_a_few_patterns() {
    let mut score = Score::new();
    for n in 0..50 {
        score = score.apply(&[save("d1", &Pattern::pure(Value::Int(n)))], Rational::int(n));
    }
    assert_eq!(score.track("d1").unwrap().history().len(), HISTORY);
    check(&score, r(48, 1), r(50, 1), "d1:48@48 d1:49@49");
}

// A score on its way to the player, which plans on meanwhile.

#[test]
fn a_save_whose_boundary_was_passed_on_the_way_waits_for_the_next() {
    let before = playing();
    let saved = before.apply(&[save("d1", &p("b", 2))], r(7, 4));
    let taken = saved.taken(&before, r(33, 16));
    check(&taken, r(33, 16), r(4, 1), "d1:a@5/2 d1:b@3 d1:b@7/2");
    // What was made on top of it, not knowing that, leaves it there.
    let next = saved.apply(&[save("d2", &p("c", 1))], r(17, 8)).taken(&taken, r(17, 8));
    check(&next, r(17, 8), r(4, 1), "d1:a@5/2 d1:b@3 d2:c@3 d1:b@7/2");
    // In time, nothing moves.
    check(&saved.taken(&before, r(2, 1)), r(2, 1), r(3, 1), "d1:b@2 d1:b@5/2");
}

#[test]
fn what_holds_at_the_frontier_holds_at_the_one_that_is_met() {
    let before = playing();
    let met = r(3, 2);
    let once = before.apply(&[Edit::Once(p("o", 2))], r(5, 4)).taken(&before, met);
    check(&once, met, r(9, 4), "d1:a@3/2 once:o@3/2 d1:a@2 once:o@2");
    let hushed = before.apply(&[Edit::Hush], r(5, 4)).taken(&before, met);
    check(&hushed, met, r(9, 1), "");
    let reset = before.apply(&[Edit::ResetCycles], r(5, 4)).taken(&before, met);
    check(&reset, met, r(5, 2), "d1:a@3/2 d1:a@2");
    assert_eq!(reset.origin(), met);
    // Cycle 8 is cycle 8 whenever it is taken.
    let set = before.apply(&[Edit::SetCycle(r(8, 1))], r(5, 4)).taken(&before, met);
    assert_eq!(set.origin(), met - r(8, 1));
    // A later save meets the boundaries of the origin that holds, not of the one that was asked for.
    let asked = before.apply(&[Edit::ResetCycles], r(5, 4));
    let saved = asked.apply(&[save("d1", &p("b", 1))], r(7, 4)).taken(&reset, r(7, 4));
    check(&saved, r(7, 4), r(3, 1), "d1:a@2 d1:b@5/2");
}

#[test]
fn a_hush_overtakes_a_save_that_was_moved() {
    let before = playing();
    let saved = before.apply(&[save("d1", &p("b", 2))], r(7, 4));
    let taken = saved.taken(&before, r(33, 16));
    let hushed = saved.apply(&[Edit::Hush], r(9, 4)).taken(&taken, r(9, 4));
    check(&hushed, r(9, 4), r(9, 1), "");
}

proptest! {
    /// Windows follow each other, scores arrive between them: each track plays one event a step, at
    /// every step, whatever is swapped when.
    #[test]
    fn swaps_lose_and_double_nothing(swaps in proptest::collection::vec((0i64..200, 0i64..6), 0..30)) {
        let steps = |name: &str| p(name, 8);
        let mut session = Score::new().apply(&[save("d1", &steps("s"))], r(0, 1));
        let mut player = session.clone();
        let mut found = Vec::new();
        for window in 0..200 {
            let at = r(window, 32);
            for (_, lag) in swaps.iter().filter(|(w, _)| *w == window) {
                // Made a few windows before it is taken.
                let made_at = r((window - lag).max(0), 32);
                session = session.apply(&[save("d1", &steps("t"))], made_at);
                player = session.taken(&player, at);
            }
            player.track_haps(TimeSpan::new(at, at + r(1, 32)), &mut Vec::new(), |t| {
                found.extend(t.haps.unwrap().iter().map(|h| h.part.begin));
            });
        }
        prop_assert_eq!(found, (0..50).map(|n| r(n, 8)).collect::<Vec<_>>());
    }
}
