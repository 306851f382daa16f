//! Voices: how they end, make room for others, and outlast what was known of them.

use super::*;

#[test]
fn too_many_voices_end_the_oldest_of_the_busiest_orbit() {
    let mut stage = Stage::new(&[
        ("d1", sound(1, &[s("pad"), num("sustain", 100.0)])),
        ("d2", sound(512, &[s("pad"), num("sustain", 100.0)])),
    ]);
    let plan = stage.run(1);
    assert_eq!(stage.planner.sounding(stage.clock.time_of(Rational::ONE)), POLYPHONY);
    assert_eq!(stage.planner.stolen(), 513 - POLYPHONY as u64);
    let ended: Vec<i32> = plan
        .bundles
        .iter()
        .flat_map(|b| &b.commands)
        .filter_map(|c| match c {
            Command::NodeSet { id, settings } if &*settings[0].0 == "cutGate" => Some(id.0),
            _ => None,
        })
        .collect();
    // The single voice of the first orbit sounds on.
    let first = Layout::OWN.first_voice();
    assert_eq!(ended, (first + 1..first + 1 + 513 - POLYPHONY as i32).collect::<Vec<_>>());
}

#[test]
fn an_engine_that_could_not_keep_up_has_fewer_voices_and_the_next_one_all() {
    let mut stage = Stage::new(&[("d1", sound(64, &[s("pad"), num("sustain", 100.0)]))]);
    stage.planner.set_polyphony(40);
    let sounding = |stage: &mut Stage, cycle| {
        stage.run(cycle);
        stage.planner.sounding(stage.clock.time_of(Rational::int(cycle)))
    };
    assert_eq!(sounding(&mut stage, 1), 40);
    let at = stage.clock.time_of(stage.at);
    assert!(!stage.planner.end_begun(at, 20).is_empty());
    assert_eq!(sounding(&mut stage, 2), 20);
    assert!(!stage.planner.restarted(at).is_empty());
    assert_eq!(sounding(&mut stage, 3), 40);
}

/// Events of a SynthDef that ends by itself some time after its event, of which nothing else is known.
fn ringing(times: i64, controls: &[(&str, f32)], said: &[(&str, Value)]) -> Stage {
    let mut stage = Stage::new(&[("d1", sound(times, &[&[s("boom"), num("legato", 0.1)], said].concat()))]);
    user(&mut stage.bank, "boom", true, controls);
    stage
}

/// Which voices (counted from 0) are ended by these commands, in order.
fn ended_by<'a>(commands: impl IntoIterator<Item = &'a Command>) -> Vec<i32> {
    let ids = commands.into_iter().filter_map(|c| match c {
        Command::NodeFree(id) | Command::NodeSet { id, .. } => Some(id.0 - Layout::OWN.first_voice()),
        _ => None,
    });
    ids.collect()
}

#[test]
fn hush_reaches_what_rings_on_until_the_engine_says_that_it_has_ended() {
    let mut stage = ringing(4, &[], &[]);
    stage.run(1);
    assert_eq!(stage.planner.sounding(START.plus_s(0.99)), 0, "as far as is known");
    stage.planner.voice_ended(NodeId(Layout::OWN.first_voice() + 1));
    assert_eq!(stage.planner.sounding(START.plus_s(0.99)), 3);
    let bundles = stage.planner.hush(START.plus_s(5.0));
    assert_eq!(bundles.len(), 1);
    assert_eq!(ended_by(&bundles[0].commands), [0, 2, 3]);
    // One that never tells is not waited for.
    let mut stage = ringing(4, &[], &[]);
    stage.run(1);
    assert!(stage.planner.hush(START.plus_s(100.0)).is_empty());
}

#[test]
fn a_voice_that_was_let_go_and_rings_on_fades_at_a_hush() {
    let mut stage = ringing(2, &[("gate", 1.0)], &[]);
    stage.run(1);
    let bundles = stage.planner.hush(START.plus_s(3.0));
    let set = |id| Command::NodeSet {
        id: NodeId(Layout::OWN.first_voice() + id),
        settings: vec![("gate".into(), -1.05)],
    };
    assert_eq!(bundles[0].commands, [set(0), set(1)]);
    // plyphon does not hear that: it is freed when it should have faded.
    assert_eq!(ended_by(&bundles[1].commands), [0, 1]);
    assert!((bundles[1].at.since_s(bundles[0].at) - 0.05).abs() < 1e-6);
    // What a cut lets go of rings on for a hush; and a voice that makes room fades at once.
    let held = [("gate", 1.0)];
    let mut stage = ringing(2, &held, &[num("cut", 1.0), num("legato", 4.0)]);
    stage.run(1);
    assert_eq!(
        stage.planner.hush(START.plus_s(0.9))[0].commands,
        [
            set(0),
            Command::NodeSet {
                id: NodeId(Layout::OWN.first_voice() + 1),
                settings: vec![("gate".into(), 0.0)]
            }
        ]
    );
    let mut stage = ringing(2, &held, &[num("legato", 4.0)]);
    stage.planner.set_polyphony(1);
    assert!(stage.run(1).bundles[1].commands.contains(&set(0)));
    // So with a cut: each is let go, fades when the next one cuts it, and is freed.
    let cut = ringing(2, &[("gate", 1.0)], &[num("cut", 1.0)]).run(2);
    let of_first: Vec<String> = cut
        .bundles
        .iter()
        .flat_map(|b| b.commands.iter().map(move |c| (b.at.since_s(START), c)))
        .filter(|(_, c)| ended_by([*c]) == [0])
        .map(|(at_s, c)| match c {
            Command::NodeSet { settings, .. } => format!("{at_s:.2} {}", settings[0].1),
            _ => format!("{at_s:.2} free"),
        })
        .collect();
    assert_eq!(of_first, ["0.05 0", "0.50 -1.05", "0.55 free"]);
}

#[test]
fn a_cut_and_the_limit_reach_what_rings_on() {
    let of = |stage: &mut Stage| {
        let plan = stage.run(1);
        ended_by(plan.bundles.iter().flat_map(|b| &b.commands))
    };
    assert_eq!(of(&mut ringing(4, &[], &[num("cut", 1.0)])), [0, 1, 2]);
    // Where nothing is told of ends, what rings is not taken to fill the room.
    let mut few = ringing(4, &[], &[]);
    few.planner.set_polyphony(2);
    assert!(of(&mut few).is_empty());
    let mut few = ringing(4, &[], &[]);
    few.planner.set_polyphony(2);
    few.planner.voice_ended(NodeId(1));
    assert_eq!(of(&mut few), [0, 1]);
    // What rings on makes room before a voice whose event lasts.
    let mut stage = ringing(4, &[], &[]);
    let pad = sound(1, &[s("pad"), num("sustain", 100.0)]);
    make_ready(&mut stage.bank, &pad);
    let edit = Edit::Track { name: "d0".into(), pattern: pad, transition: crate::score::Transition::Plain };
    stage.score = stage.score.apply(&[edit], Rational::ZERO);
    stage.planner.set_polyphony(2);
    stage.planner.voice_ended(NodeId(1));
    let plan = stage.run(1);
    let played = || plan.bundles.iter().flat_map(|b| &b.commands);
    let pad = played().find_map(|c| match c {
        Command::SynthNew { def, id, .. } if def.starts_with("oi.") => Some(id.0 - Layout::OWN.first_voice()),
        _ => None,
    });
    let ended = ended_by(played());
    assert!(ended.len() == 3 && !ended.contains(&pad.unwrap()), "{ended:?} with {pad:?}");
    assert_eq!(stage.planner.sounding(stage.clock.time_of(Rational::ONE)), 2);
}

#[test]
fn hush_ends_what_sounds_and_frees_what_waits() {
    let mut stage = Stage::new(&[("d1", sound(2, &[s("pad"), num("legato", 1.0)]))]);
    let plan = stage.run(2);
    assert!(stage.planner.unsent(plan.bundles.last().unwrap()).is_empty());
    let bundles = stage.planner.hush(START.plus_s(0.75));
    let first = Layout::OWN.first_voice();
    assert_eq!(bundles.len(), 2);
    assert!(matches!(&bundles[0].commands[..], [Command::NodeSet { id, .. }] if id.0 == first + 1));
    assert_eq!(bundles[1].commands, [Command::NodeFree(NodeId(first + 2))]);
    assert!(bundles[1].at > stage.clock.time_of(Rational::ONE));
    assert!(stage.planner.hush(START).is_empty());
}

#[test]
fn what_ends_voices_is_owed_when_a_bundle_is_not_sent() {
    // A cut of the first voice comes with the second; the third comes with a cut of the second.
    let mut stage = Stage::new(&[("d1", sound(3, &[s("pad"), num("cut", 1.0), num("legato", 4.0)]))]);
    let plan = stage.run(1);
    let first = Layout::OWN.first_voice();
    let owed: Vec<Vec<Command>> = plan.bundles[1..].iter().map(|b| stage.planner.unsent(b)).collect();
    assert!(matches!(&owed[0][..], [cut] if is_cut(cut, first)), "{owed:?}");
    assert!(owed[1].is_empty(), "the second never began: {owed:?}");
}

#[test]
fn a_new_engine_loses_what_it_was_sent_before_it_was_known() {
    let mut stage = Stage::new(&[("d1", sound(2, &[s("wob"), num("legato", 3.0)]))]);
    stage.run(1);
    let bundles = stage.planner.restarted(START.plus_s(0.25));
    assert_eq!(bundles[0].commands[0], Command::GroupFreeAll(Layout::OWN.voices()));
    assert_eq!((bundles[0].at, bundles[0].commands.len(), bundles.len()), (START.plus_s(0.25), 4, 2));
    // That of the second event waits in the engine: it is freed as it begins.
    assert_eq!(bundles[1].commands, [Command::NodeFree(NodeId(Layout::OWN.first_voice() + 1))]);
    let after = stage.run(3);
    let released = after.bundles.iter().flat_map(|b| &b.commands).filter_map(|c| match c {
        Command::NodeSet { id, .. } => Some(id.0 - Layout::OWN.first_voice()),
        _ => None,
    });
    assert_eq!(released.collect::<Vec<_>>(), [2], "only what began afterwards is released");
}

#[test]
fn a_release_is_never_due_before_its_voice() {
    let early = [s("wob"), num("legato", 0.1), num("nudge", -0.9)];
    let plan = Stage::new(&[("d1", sound(1, &early))]).run(1);
    let [voice, release] = &plan.bundles[..] else { panic!("{}", shown(&plan)) };
    assert!(voice.events == 1 && release.due >= voice.due && release.at > voice.at);
}

#[test]
fn hush_waits_for_a_voice_that_the_engine_may_be_about_to_begin() {
    for off_s in [-0.02, 0.0, 0.02] {
        let mut stage = Stage::new(&[("d1", sound(2, &[s("pad"), num("legato", 4.0)]))]);
        stage.run(1);
        let now = START.plus_s(0.5 + off_s);
        let bundles = stage.planner.hush(now);
        let ids = |b: &Bundle| match &b.commands[..] {
            [Command::NodeSet { id, .. }] => id.0 - Layout::OWN.first_voice(),
            other => panic!("{other:?}"),
        };
        // The first has long begun; the second is ended when it has surely begun.
        assert_eq!(bundles.iter().map(ids).collect::<Vec<_>>(), [0, 1], "{off_s}");
        assert_eq!(bundles[0].at, now);
        assert!(bundles[1].at.since_s(START.plus_s(0.5)) > 0.025, "{off_s}");
    }
}

#[test]
fn a_cut_on_all_orbits_reaches_the_others() {
    let all = [s("pad"), num("cutAll", 3.0), num("legato", 1.5)];
    let stage = &mut Stage::new(&[("d1", sound(1, &all)), ("d2", sound(1, &all))]);
    let cuts = |plan: &Plan| plan.bundles.iter().flat_map(|b| &b.commands).filter(|c| cuts_some(c)).count();
    // Both at once: the second ends the first; then each next one the one before.
    assert_eq!(cuts(&stage.run(2)), 3);
}

fn cuts_some(command: &Command) -> bool {
    matches!(command, Command::NodeSet { settings, .. } if &*settings[0].0 == "cutGate")
}

fn is_cut(command: &Command, of: i32) -> bool {
    cuts_some(command) && matches!(command, Command::NodeSet { id, .. } if id.0 == of)
}

#[test]
fn what_never_ends_is_freed_at_the_end_of_its_event() {
    for (controls, ends, command) in [
        (&[("gate", 1.0)][..], true, "NodeSet"),
        (&[("gate", 1.0)][..], false, "NodeFree"),
        (&[][..], false, "NodeFree"),
    ] {
        let mut stage = Stage::new(&[("d1", sound(2, &[s("own"), num("legato", 0.5)]))]);
        user(&mut stage.bank, "own", ends, controls);
        let plan = stage.run(1);
        let last = plan.bundles.iter().filter(|b| b.events == 0).map(|b| format!("{:?}", b.commands[0]));
        let last: Vec<String> = last.collect();
        assert!(!last.is_empty() && last.iter().all(|c| c.starts_with(command)), "{last:?}");
    }
}
