//! What functions do, on the examples of Tidal's own documentation where it has one.

use crate::language::{Done, Language, Scope};
use crate::source::BlockId;
use crate::time::TimeSpan;

/// The events of the first cycle, by time: `0-1/2 bd`.
#[track_caller]
fn check(code: &str, want: &str) {
    let out = Language::new().evaluate(code, BlockId(0), &Scope::default());
    assert!(!out.has_errors(), "{code}: {:?}", out.diagnostics);
    let [Done::Pattern(p)] = out.done.as_slice() else { panic!("{code} is no pattern") };
    let mut haps = p.haps(TimeSpan::cycle(0)).unwrap();
    haps.sort_by_key(|h| (h.part, h.whole));
    assert_eq!(haps.iter().map(|h| format!("{h:?}")).collect::<Vec<_>>().join("; "), want, "{code}");
}

/// The values of the first cycles, each once where it begins.
#[track_caller]
fn values(code: &str, cycles: i64, want: &str) {
    let out = Language::new().evaluate(code, BlockId(0), &Scope::default());
    assert!(!out.has_errors(), "{code}: {:?}", out.diagnostics);
    let [Done::Pattern(p)] = out.done.as_slice() else { panic!("{code} is no pattern") };
    let mut words = Vec::new();
    for c in 0..cycles {
        let mut haps = p.haps(TimeSpan::cycle(c)).unwrap();
        haps.retain(crate::pattern::Hap::has_onset);
        haps.sort_by_key(|h| h.part);
        words.push(haps.iter().map(|h| format!("{:?}", h.value)).collect::<Vec<_>>().join(" "));
    }
    assert_eq!(words.join(" | "), want, "{code}");
}

#[test]
fn pieces_are_put_together_anew() {
    values("rot 1 (\"a b c d\" :: Pattern String)", 1, "b c d a");
    values("bite 4 \"0 2*2\" (run 8 :: Pattern Int)", 1, "0 1 4 5 4 5");
    values(
        "fit 3 [\"a\", \"b\", \"c\", \"d\", \"e\"] \"0 [~ 1] 2 1\" :: Pattern String",
        2,
        "a b c b | d e a e",
    );
    values("fit' 1 2 \"0 1\" \"1 0\" (\"a b\" :: Pattern String)", 1, "b a");
    values("squeeze \"<0 1>\" [\"a\", \"b c\"] :: Pattern String", 2, "a | b c");
    values("linger 0.25 (\"0 2 [3 4] 2\" :: Pattern Int)", 1, "0 0 0 0");
    values("spread fast [1, 2] (\"a b\" :: Pattern String)", 2, "a b | a b a b");
    values("repeatCycles 2 (\"<a b>\" :: Pattern String)", 4, "a | a | b | b");
    values("timeLoop 2 (\"<a b c>\" :: Pattern String)", 4, "a | b | a | b");
    values("stretch (\"~ a b ~\" :: Pattern String)", 1, "a b");
    values("deconstruct 2 \"a [b, c]\" `step` \"x\"", 1, "a [b, c]");
}

#[test]
fn notes_are_spread_and_scaled() {
    values("arp \"up down\" (\"c'maj\" :: Pattern Note)", 1, "0 4 0");
    values("arp \"updown\" (\"c'maj\" :: Pattern Note)", 1, "0 4 7 4");
    values("arp \"converge\" (\"c'maj\" :: Pattern Note)", 1, "0 7 4");
    values("arp \"pinkyup\" (\"c'maj\" :: Pattern Note)", 1, "0 7 4 7");
    values("arpWith reverse (\"c'maj\" :: Pattern Note)", 1, "7 4 0");
    values("toScale [0, 4, 7] (\"0 1 2 3 -1\" :: Pattern Int) :: Pattern Double", 1, "0 4 7 12 -5");
    values("toScale' 24 [0,4,7,10,14,17] (run 8) :: Pattern Double", 1, "0 4 7 10 14 17 24 28");
    values("scale \"major\" \"0 2 7\" :: Pattern Double", 1, "0 4 12");
    values("rolled (\"[0,4]\" :: Pattern Int)", 1, "0 4");
}

#[test]
fn rhythms_come_from_numbers_and_letters() {
    check("struct (binaryN 4 10) \"a\" :: Pattern String", "0-1/4 a; 1/2-3/4 a");
    check("struct (ascii \"a\") \"x\" :: Pattern String", "1/8-1/4 x; 1/4-3/8 x; 7/8-1 x");
    check("struct (necklace 8 [3, 3, 2]) \"x\" :: Pattern String", "0-1/8 x; 3/8-1/2 x; 3/4-7/8 x");
    check("distrib [3, 8] \"x\" :: Pattern String", "0-1/8 x; 3/8-1/2 x; 3/4-7/8 x");
    check("step \"a\" \"x 1\"", "0-1/3 a; 2/3-1 a:1");
    check("press \"a b\" :: Pattern String", "1/4-1/2 a; 3/4-1 b");
    values("step \"a\" (lindenmayer 1 \"x:  ,.:x\" \"x.x\")", 1, "a");
    check("wedge 0.25 \"a\" \"b c\" :: Pattern String", "0-1/4 a; 1/4-5/8 b; 5/8-1 c");
}

#[test]
fn lists_and_choices_are_haskells() {
    values("listToPat [x + y | x <- [0, 10], y <- [1, 2], x + y > 1] :: Pattern Int", 1, "2 11 12");
    values("listToPat $ take 3 $ iterate (* 2) 1 :: Pattern Int", 1, "1 2 4");
    values("listToPat $ scanl (+) 0 [1, 2, 3] :: Pattern Int", 1, "0 1 3 6");
    values("listToPat $ zipWith (+) [1 ..] [10, 20] :: Pattern Int", 1, "11 22");
    values("fromMaybes [Just 1, Nothing, Just 3] :: Pattern Int", 1, "1 3");
    values("maybe \"a\" (\\x -> pure x) (lookup 2 [(1, \"b\"), (2, \"c\")]) :: Pattern String", 1, "c");
    values("when ((== 1) . (flip mod 2)) (fast 2) (\"a\" :: Pattern String)", 2, "a | a a");
    values("filterValues (> 1) (\"0 2 3\" :: Pattern Int)", 1, "2 3");
    values("(* 2) <$> (\"1 2\" :: Pattern Int)", 1, "2 4");
    values("spread' fast \"1 2\" (\"a b\" :: Pattern String)", 1, "a a b");
}

#[test]
fn controls_come_from_words_and_families() {
    check("sound \"bd:3\" # cc \"20:64\"", "0-1 ccn: 20, ccv: 64, n: 3, s: bd");
    check("s \"a\" # gainbus 2 \"0.5\"", "0-1 gain: 0.5, s: a, ^gain: 2");
    check("s \"a\" # gainrecv 2", "0-1 s: a, ^gain: 2");
    check("s \"a\" # pan in7", "0-1 pan: 0, s: a");
    check("grp [mS \"s\", mF \"n\"] \"bd:3\"", "0-1 n: 3, s: bd");
    check("s \"a\" # n (cN 3 \"key\")", "0-1 n: 3, s: a");
    check("fix (# crush 4) (n 1) $ n \"0 1\"", "0-1/2 n: 0; 1/2-1 crush: 4, n: 1");
    check(
        "echo 2 0.5 0.5 $ s \"a\"",
        "-1/2-1/2 (0-1/2) gain: 0.5, s: a; 0-1 s: a; 1/2-3/2 (1/2-1) gain: 0.5, s: a",
    );
    check(
        "chew 4 \"0 [1 3]\" $ n \"0 .. 3\"",
        "0-1/2 n: 0, speed: 0.5; 1/2-3/4 n: 1, speed: 1; 3/4-1 n: 3, speed: 1",
    );
}

#[test]
fn old_names_get_a_hint_each_once_a_block() {
    let out = Language::new().evaluate(
        "d1 $ density 2 $ density 2 $ s \"a\" # pan sine1",
        BlockId(0),
        &Scope::default(),
    );
    let hints: Vec<&str> = out.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        hints,
        ["density is an old name; it works as it used to", "sine1 is an old name; it works as it used to"]
    );
    assert!(out.diagnostics[0].help.iter().any(|h| h.contains("fast")));
    assert!(!out.has_errors() && out.edits().len() == 1);
}

#[test]
fn triggers_start_a_pattern_when_it_was_handed_over() {
    use crate::pattern::{Env, Pattern};
    use crate::time::Rational;
    use std::collections::HashMap;
    use std::sync::Arc;
    let moment = Pattern::pure(Rational::new(5, 2));
    let state = Arc::new(HashMap::from([(Arc::from("_t_d1"), moment)]));
    for (code, begin) in [
        ("trigger 1", Rational::new(5, 2)),
        ("qtrigger 1", Rational::int(3)),
        ("ftrigger 1", Rational::int(2)),
        ("rtrigger 1", Rational::int(2)),
        ("mtrigger 4 1", Rational::int(4)),
        ("triggerWith (+ 1) 1", Rational::new(7, 2)),
        ("reset 1", Rational::int(2)),
        ("qtrigger 2", Rational::ZERO),
    ] {
        let code = format!("{code} (\"[a@9 b]/9\" :: Pattern String)");
        let out = Language::new().evaluate(&code, BlockId(0), &Scope::default());
        assert!(!out.has_errors(), "{code}: {:?}", out.diagnostics);
        let [Done::Pattern(p)] = out.done.as_slice() else { panic!("{code} is no pattern") };
        let env = Env::default().with_state(state.clone());
        let haps = p.listed(TimeSpan::new(Rational::ZERO, Rational::int(6)), &env).unwrap();
        let first = haps.iter().find(|h| h.has_onset() && h.value == crate::pattern::Value::text("a"));
        assert_eq!(first.map(|h| h.part.begin), Some(begin), "{code}");
    }
}

#[test]
fn seconds_are_cycles_by_the_tempo() {
    use crate::pattern::{Env, Pattern};
    use std::collections::HashMap;
    use std::sync::Arc;
    let out = Language::new().evaluate("msec \"500\" :: Pattern Double", BlockId(0), &Scope::default());
    let [Done::Pattern(p)] = out.done.as_slice() else { panic!("no pattern: {:?}", out.diagnostics) };
    let state = Arc::new(HashMap::from([(Arc::from("_cps"), Pattern::pure(0.5))]));
    let haps = p.listed(TimeSpan::cycle(0), &Env::default().with_state(state)).unwrap();
    assert_eq!(haps[0].value.as_f64(), Some(0.25));
}
