//! The list of what is measured, against the table of controls.
//!
//! In: the cases and the table. Out: nobody adds a control without a measurement, and nobody measures one
//! that is not there. What is not there yet must say so, and why.

use oiduna::bank::Layout;
use oiduna::control::{self, ControlId, Fact, Home};
use oiduna::session::{Event, State};
use std::collections::BTreeSet;

/// The controls that a performer may count on, one by one: none of them may leave the table.
const PROMISED: &str = "s n note octave freq bank speed accelerate unit begin end loop legato sustain delta \
    amp gain overgain pan channel cut orbit lag offset fadeTime vowel resonance shape cutoff hcutoff \
    hresonance bandf bandq djf crush coarse attack hold release curve tilt plat tremolorate tremolodepth \
    phaserrate phaserdepth psrate psdisp timescale delay delaytime delayfeedback lock room size dry leslie \
    lrate lsize limitertype squiz waveloss distort triode krush kcutoff octer octersub octersubsub ring \
    ringf ringdf fshift fshiftnote fshiftphase comb hbrick lbrick midinote dur cps";

/// Those that need a Fourier transform, or sixteen delays for each voice.
const MISSING: &str = "smear scram binshift freeze real imag enhance xsdelay tsdelay";

/// Every control that the sound should listen to, by the table.
fn facts() -> Vec<Fact> {
    let mut facts: Vec<Fact> = control::functions()
        .iter()
        .filter_map(|f| control::id(f.sends))
        .chain(PROMISED.split_whitespace().chain(["cutAll", "lag", "lagogo"]).filter_map(control::id))
        .map(ControlId::fact)
        .filter(|fact| fact.home != Home::Own)
        .collect();
    facts.sort_by_key(|f| f.name);
    facts.dedup_by_key(|f| f.name);
    facts
}

/// What the program says of a set.
fn said(text: &str) -> Vec<(String, String)> {
    let mut state = State::new("test.tidal", Layout::OWN);
    state.update(Event::Opened(text.into()));
    state.update(Event::Settled);
    state.diagnostics().map(|(_, d)| (d.message.clone(), d.help.join(" "))).collect()
}

/// # Panics
/// Unless `measured` names every control that is heard, and no other.
pub fn all_are_in(measured: &BTreeSet<&str>) {
    let heard: BTreeSet<&str> = facts().iter().filter(|f| f.home != Home::Missing).map(|f| f.name).collect();
    let without: Vec<_> = heard.difference(measured).collect();
    assert!(without.is_empty(), "no case of tests/truth measures {without:?}");
    let unknown: Vec<_> = measured.difference(&heard).collect();
    assert!(unknown.is_empty(), "measured, but not in the table of controls: {unknown:?}");
    let left: Vec<_> = PROMISED.split_whitespace().filter(|name| !heard.contains(name)).collect();
    assert!(left.is_empty(), "promised, but not heard: {left:?}");
}

/// A control that is heard has its unit, range and sentence; and its default, unless it follows from others.
#[test]
fn every_control_has_its_facts() {
    let words = ["bank", "s", "unit", "vowel"];
    let free = ["cps", "delta", "dur", "legato", "midinote", "orbit"];
    for fact in facts().iter().filter(|f| f.home != Home::Missing) {
        assert!(fact.meaning.len() > 5, "{} says nothing", fact.name);
        assert_eq!(fact.numbers.is_none(), words.contains(&fact.name), "{}: range", fact.name);
        let default = fact.numbers.and_then(|n| n.default);
        let none = words.contains(&fact.name) || free.contains(&fact.name);
        assert_eq!(default.is_none(), none, "{}: default", fact.name);
    }
}

#[test]
fn what_is_not_there_yet_says_so_and_why() {
    let missing: BTreeSet<&str> =
        facts().iter().filter(|f| f.home == Home::Missing).map(|f| f.name).collect();
    assert_eq!(missing, MISSING.split_whitespace().collect());
    for name in missing {
        let said = said(&format!("d1 $ s \"bd\" # pF \"{name}\" 0.5\n"));
        let [(message, help)] = said.as_slice() else { panic!("{name}: {said:?}") };
        assert_eq!(message, &format!("{name} is not there yet"));
        let why = ["it needs a Fourier transform", "more memory than an engine has"];
        assert!(why.iter().any(|why| help.contains(why)), "{name}: {help}");
    }
}

#[test]
fn an_orbit_beyond_the_last_is_said() {
    let said = said("d1 $ s \"bd\" # orbit 17\n");
    let [(message, help)] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!(message, "there is no orbit 17: this plays on orbit 1");
    assert_eq!(help, "orbits are numbered from 0 to 15");
}
