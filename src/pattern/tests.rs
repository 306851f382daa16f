//! Laws and examples of the core; the whole of Tidal's behaviour is tested by `notation`, `language`
//! and the conformance rows.

use super::*;

fn r(n: i64, d: i64) -> Rational {
    Rational::new(n, d)
}

fn p(word: &str) -> Pattern {
    Pattern::pure(word)
}

/// Events of `cycles`, cycle by cycle, sorted, one a line.
fn shown(pattern: &Pattern, cycles: i64) -> String {
    let mut lines = Vec::new();
    for c in 0..cycles {
        let mut haps = pattern.haps(TimeSpan::cycle(c)).unwrap();
        haps.sort_by_key(|h| (h.part, h.whole));
        lines.extend(haps.into_iter().map(|h| format!("{h:?}")));
    }
    lines.join("\n")
}

fn check(pattern: &Pattern, cycles: i64, want: &[&str]) {
    assert_eq!(shown(pattern, cycles), want.join("\n"));
}

#[test]
fn a_sequence_has_equal_steps() {
    check(
        &Pattern::sequence(vec![p("a"), p("b"), Pattern::silence(), p("c")]),
        1,
        &["0-1/4 a", "1/4-1/2 b", "3/4-1 c"],
    );
}

#[test]
fn sequences_nest_and_take_factors() {
    let inner = Pattern::sequence(vec![p("b"), p("c").fast(r(2, 1))]);
    check(&Pattern::sequence(vec![p("a"), inner]), 1, &["0-1/2 a", "1/2-3/4 b", "3/4-7/8 c", "7/8-1 c"]);
}

#[test]
fn a_slow_step_reaches_across_cycles_as_tidal_places_it() {
    let slow = p("a").fast_by(&Pattern::pure(r(1, 3)));
    check(
        &Pattern::sequence(vec![slow, p("b")]),
        2,
        &["0-3/2 (0-1/2) a", "1/2-1 b", "0-3/2 (1-3/2) a", "3/2-2 b"],
    );
}

#[test]
fn cat_gives_each_pattern_its_own_cycles() {
    let inner = Pattern::cat(vec![p("a"), p("b")]);
    check(&Pattern::cat(vec![inner, p("c")]), 4, &["0-1 a", "1-2 c", "2-3 b", "3-4 c"]);
}

#[test]
fn a_constant_factor_cuts_at_cycles_as_tidal_does() {
    let slow = Pattern::pure("a").fast_by(&Pattern::pure(r(1, 4)));
    check(&slow.fast(r(4, 1)), 1, &["0-1 (0-1/4) a", "0-1 (1/4-1/2) a", "0-1 (1/2-3/4) a", "0-1 (3/4-1) a"]);
}

#[test]
fn reversing_twice_is_nothing() {
    let q = Pattern::sequence(vec![p("a"), p("b").fast(r(3, 1)), p("c")]);
    assert_eq!(shown(&q.rev().rev(), 3), shown(&q, 3));
    check(
        &Pattern::sequence(vec![p("a"), p("b"), p("c"), p("d")]).rev(),
        1,
        &["0-1/4 d", "1/4-1/2 c", "1/2-3/4 b", "3/4-1 a"],
    );
}

#[test]
fn a_query_has_a_budget() {
    let dense = p("a").fast(Rational::int(1_000_000_000));
    assert_eq!(dense.haps(TimeSpan::cycle(0)), Err(QueryError::OverBudget));
}

#[test]
fn overflow_is_an_error_not_a_wrong_event() {
    let mut q = p("a");
    for _ in 0..20 {
        q = q.fast(Rational::int(1_000_003)).early(r(1, 1_000_003));
    }
    assert_eq!(q.haps(TimeSpan::new(Rational::ZERO, r(1, 1_000_000))), Err(QueryError::Overflow));
}

#[test]
fn too_deep_a_tree_is_an_error_and_drops_quietly() {
    let mut q = p("a");
    for i in 0..100_000 {
        q = q.early(r(1, 3 + i % 2));
    }
    assert_eq!(q.haps(TimeSpan::cycle(0)), Err(QueryError::TooDeep));
}

#[test]
fn degrade_draws_in_local_time() {
    // Tidal: "bd*8?" keeps events whose rand, at the middle of the whole, is above 0.5.
    let q = p("bd").fast(r(8, 1)).degrade(0.5, Rational::ZERO, false);
    check(&q, 1, &["1/8-1/4 bd", "1/4-3/8 bd", "3/8-1/2 bd", "1/2-5/8 bd", "3/4-7/8 bd", "7/8-1 bd"]);
}

#[test]
fn left_structure_keeps_the_left_wholes() {
    let add: ValueFn2 = Arc::new(|a, b, _: &Env| Some(Value::Num(a.as_f64()? + b.as_f64()?)));
    let left = Pattern::from_list([1.0, 2.0].map(Value::Num));
    let right = Pattern::from_list([10.0, 20.0, 30.0].map(Value::Num));
    check(
        &left.apply(Structure::Left, &right, add.clone()),
        1,
        &["0-1/2 (0-1/3) 11", "0-1/2 (1/3-1/2) 21", "1/2-1 (1/2-2/3) 22", "1/2-1 (2/3-1) 32"],
    );
    check(
        &left.apply(Structure::Both, &right, add),
        1,
        &["0-1/3 11", "1/3-1/2 21", "1/2-2/3 22", "2/3-1 32"],
    );
}
