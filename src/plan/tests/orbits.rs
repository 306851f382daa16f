//! The effects of orbits: told on change, made on demand.

use super::*;

#[test]
fn orbit_settings_are_sent_on_change_and_again_to_a_new_engine() {
    let mut stage = Stage::new(&[(
        "d1",
        sound(1, &[s("bd"), num("delaytime", 0.5), num("lock", 1.0), num("size", 2.0)]),
    )]);
    let sets = |plan: &Plan| {
        plan.bundles
            .iter()
            .flat_map(|b| &b.commands)
            .filter(|c| matches!(c, Command::NodeSet { .. }))
            .cloned()
            .collect::<Vec<_>>()
    };
    let told = sets(&stage.run(1));
    assert_eq!(told.len(), 2);
    assert!(sets(&stage.run(3)).is_empty());
    assert!(!stage.planner.restarted(START).is_empty());
    assert_eq!(sets(&stage.run(4)), told);
    stage.clock.set_cps(Rational::int(4), 2.0);
    assert_eq!(sets(&stage.run(5)).len(), 1);
}

/// The commands for a node, with their settings.
fn told(plan: &Plan, node: NodeId) -> Vec<(bool, Vec<(String, f32)>)> {
    let all = plan.bundles.iter().flat_map(|b| &b.commands);
    all.filter_map(|c| match c {
        Command::SynthNew { id, settings, .. } if *id == node => Some((true, settings)),
        Command::NodeSet { id, settings } if *id == node => Some((false, settings)),
        _ => None,
    })
    .map(|(new, settings)| (new, settings.iter().map(|(n, v)| (n.to_string(), *v)).collect()))
    .collect()
}

#[test]
fn an_insert_is_made_when_it_is_asked_for_with_all_that_was_said_to_it() {
    let quiet = sound(1, &[s("bd"), num("lrate", 2.0), num("leslie", 0.0)]);
    let loud = sound(1, &[s("bd"), num("leslie", 0.5)]);
    let mut stage = Stage::new(&[("d2", Pattern::cat(vec![quiet, loud]))]);
    let def = crate::synth::effects::leslie();
    stage.bank.defs.insert(def.name.clone(), Def { controls: def.controls.into() });
    let orbit = OrbitId::wrapped(1);
    let node = Layout::OWN.leslie(orbit);
    let plan = stage.run(4);
    let bus = Layout::OWN.dry_bus(orbit) as f32;
    let word = |name: &str, value: f32| (name.to_owned(), value);
    let made = (true, vec![word("in", bus), word("leslie", 0.5), word("lrate", 2.0)]);
    let set = |value| (false, vec![word("leslie", value)]);
    assert_eq!(told(&plan, node), [made.clone(), set(0.0), set(0.5)]);
    // A new engine has none, and is told with the next event.
    assert!(!stage.planner.restarted(START).is_empty());
    stage.run(5);
    assert_eq!(told(&stage.run(6), node), std::slice::from_ref(&made));
    // A panic frees it, with bundles that wait: it is made again.
    let own = Layout::OWN;
    let groups = [own.voices(), own.leslies(), own.dj_filters(), own.compressors()];
    let all = [vec![Command::ClearSched], groups.map(Command::GroupFreeAll).to_vec()].concat();
    assert_eq!(stage.planner.panic(), all);
    stage.run(7);
    assert_eq!(told(&stage.run(8), node), std::slice::from_ref(&made));
    // What is not sent was not told.
    let (new, lost) = (stage.run(9), stage.run(10));
    assert_eq!((told(&new, node), told(&lost, node)), (vec![set(0.0)], vec![set(0.5)]));
    assert!(lost.bundles.iter().all(|b| stage.planner.unsent(b).is_empty()), "no voice is ended");
    stage.run(11);
    assert_eq!(told(&stage.run(12), node), [set(0.5)]);
}

#[test]
fn a_dj_filter_that_takes_nothing_is_not_made() {
    let knob = |x| sound(1, &[s("bd"), num("orbitdjf", x)]);
    let mut stage = Stage::new(&[("d1", Pattern::cat(vec![knob(0.5), knob(0.25), knob(0.5)]))]);
    let def = crate::synth::effects::dj_filter();
    stage.bank.defs.insert(def.name.clone(), Def { controls: def.controls.into() });
    let node = Layout::OWN.dj_filter(OrbitId::wrapped(0));
    assert_eq!(told(&stage.run(1), node), []);
    let word = |name: &str, value: f32| (name.to_owned(), value);
    let bus = Layout::OWN.dry_bus(OrbitId::wrapped(0)) as f32;
    let told = told(&stage.run(3), node);
    assert_eq!(
        told,
        [(true, vec![word("in", bus), word("orbitdjf", 0.25)]), (false, vec![word("orbitdjf", 0.5)])]
    );
}

#[test]
fn a_lock_stays_on_its_orbit_and_follows_the_tempo() {
    let mut stage = Stage::new(&[(
        "d1",
        Pattern::cat(vec![
            sound(1, &[s("bd"), num("delaytime", 0.5), num("lock", 1.0)]),
            sound(1, &[s("bd"), num("limitertype", 2.0)]),
        ]),
    )]);
    stage.clock.set_cps(Rational::ONE, 2.0);
    let plan = stage.run(2);
    let times = [0.5, 0.25].map(|t| (false, vec![("delaytime".to_owned(), t)]));
    assert_eq!(told(&plan, Layout::OWN.delay(OrbitId::wrapped(0))), times);
    assert_eq!(told(&plan, Layout::OWN.master()), [(false, vec![("limitertype".to_owned(), 2.0)])]);
}
