//! Definitions as performers write them in Haskell: several equations, guards, `case`, operators, parts of
//! tuples, functions that call themselves, `do` that draws from patterns. The events are those of Tidal
//! 1.7.10.

use super::*;

#[test]
fn the_first_equation_that_fits_is_taken() {
    for (set, want) in [
        ("let inv 0 = 1\n    inv 1 = 0\nd1 $ n (inv <$> \"0 1\")", "0-1/2 n: 1; 1/2-1 n: 0"),
        ("let f \"a\" = 1\n    f _ = 2\nd1 $ n (f \"b\")", "0-1 n: 2"),
        ("let f (-1) = 5\n    f x = x\nd1 $ n (f <$> \"-1 2\")", "0-1/2 n: 5; 1/2-1 n: 2"),
        ("let f True = 1\n    f False = 0\nd1 $ n (f <$> \"t f\")", "0-1/2 n: 1; 1/2-1 n: 0"),
        ("let f 'a' = 1\n    f _ = 2\nd1 $ n (fastFromList $ map f \"ab\")", "0-1/2 n: 1; 1/2-1 n: 2"),
        (
            "let f Nothing = 9\n    f (Just x) = x\nd1 $ n (fastFromList $ map f [Just 1, Nothing])",
            "0-1/2 n: 1; 1/2-1 n: 9",
        ),
        (
            "let f [] = 0\n    f [x] = x\n    f (_:y:_) = y\nd1 $ n (fastFromList $ map f [[], [1], [2, 3, 4]])",
            "0-1/3 n: 0; 1/3-2/3 n: 1; 2/3-1 n: 3",
        ),
        ("let f all@(x:_) = x : all\nd1 $ s (fastFromList $ f [\"a\"])", "0-1/2 s: a; 1/2-1 s: a"),
        ("let f (a, (b, _)) = n a # s b\nd1 $ f (1, (\"x\", 3))", "0-1 n: 1, s: x"),
        // A pattern of one value is compared too.
        ("let f 1 p = p\n    f k p = fast k p\nd1 $ f 1 $ n \"0\"", "0-1 n: 0"),
        // At the margin, with what is said of the type above.
        ("f :: Int -> Pattern Note\nf 0 = 1\nf _ = \"2 3\"\nd1 $ n (f 1)", "0-1/2 n: 2; 1/2-1 n: 3"),
    ] {
        assert_eq!(events(set), want, "{set}");
    }
}

#[test]
fn guards_and_cases_ask_in_turn() {
    for (set, want) in [
        ("let f x | x > 1 = 1\n        | otherwise = 2\nd1 $ n (f <$> \"1 2\")", "0-1/2 n: 2; 1/2-1 n: 1"),
        (
            "f x\n  | x < lim = 7\n  | x == lim = 0\n  where lim = 2\nf _ = 1\nd1 $ n (f <$> \"1 2 3\")",
            "0-1/3 n: 7; 1/3-2/3 n: 0; 2/3-1 n: 1",
        ),
        (
            "let look k | Just v <- lookup k [(\"a\", 1)], v > 0 = v\n    look _ = 9\nd1 $ n (pure $ look \"a\" + look \"b\")",
            "0-1 n: 10",
        ),
        (
            "d1 $ n (f <$> \"0 1 2\") where\n  f x = case x of\n    0 -> 5\n    _ | even x -> 6\n      | otherwise -> 7",
            "0-1/3 n: 5; 1/3-2/3 n: 7; 2/3-1 n: 6",
        ),
        ("d1 $ n (case (1, \"x\") of { (2, _) -> 3; (_, \"x\") -> 4; _ -> 5 })", "0-1 n: 4"),
        ("d1 $ stack [n x | (x, Just y) <- [(1, Nothing), (2, Just 0)]]", "0-1 n: 2"),
    ] {
        assert_eq!(events(set), want, "{set}");
    }
}

#[test]
fn parts_and_operators_have_names_of_their_own() {
    for (set, want) in [
        ("let (a, b) = (1, \"x\")\nd1 $ n a # s b", "0-1 n: 1, s: x"),
        ("let [a, b] = map (* 2) [1, 2]\nd1 $ n (fastcat [b, a])", "0-1/2 n: 4; 1/2-1 n: 2"),
        ("let a <+> b = stack [a, b]\nd1 $ s \"a\" <+> s \"b\" # n 1", "0-1 n: 1, s: a; 0-1 n: 1, s: b"),
        ("infixl 1 <+>\na <+> b = stack [a, b]\nd1 $ s \"a\" <+> s \"b\" # n 1", "0-1 s: a; 0-1 n: 1, s: b"),
        ("let (***) = foldl (|*|)\nd1 $ n \"1 2\" *** [n 2, n 3]", "0-1/2 n: 6; 1/2-1 n: 12"),
        ("let (^+) a b = a + b * 2\n    infixl 6 ^+\nd1 $ n (pure $ 1 ^+ 2 ^+ 3)", "0-1 n: 11"),
        ("let f !x = x + 1\nd1 $ n (f 2)", "0-1 n: 3"),
        ("let x `over` y = stack [x, y]\nd1 $ n \"0\" `over` n \"1\"", "0-1 n: 0; 0-1 n: 1"),
    ] {
        assert_eq!(events(set), want, "{set}");
    }
    // A later block knows how an operator binds.
    let mut scope = Scope::default();
    let language = Language::new();
    let first = language.evaluate("let infixr 0 +>\n    f +> p = f p", BlockId(1), &scope);
    let Some(Done::Defined(d)) = first.done.first() else { panic!("{first:?}") };
    scope.define(d);
    let out = language.evaluate("d1 $ rev +> fast 2 +> s \"a b\" # n 1", BlockId(2), &scope);
    assert_eq!((out.diagnostics.len(), out.edits().len()), (0, 1), "{:?}", out.diagnostics);
}

#[test]
fn functions_call_themselves_and_each_other() {
    for (set, want) in [
        ("let f 0 = 1\n    f n = n * f (n - 1)\nd1 $ n (pure $ f 5)", "0-1 n: 120"),
        (
            "let ev 0 = True\n    ev k = od (k - 1)\n    od 0 = False\n    od k = ev (k - 1)\nd1 $ n (if ev 7 then 1 else 0)",
            "0-1 n: 0",
        ),
        ("let f x = x <= 0 || f (x - 1)\nd1 $ n (if f 9 then 1 else 2)", "0-1 n: 1"),
        (
            "let ncat xs = timecat (go xs)\n      where go [] = []\n            go ((k,p):ps) = (k, fast (pure k) p) : go ps\nd1 $ ncat [(1, n \"0\"), (3, n \"1\")]",
            "0-1/4 n: 0; 1/4-1/2 n: 1; 1/2-3/4 n: 1; 3/4-1 n: 1",
        ),
        // A word that is put together from characters is a word.
        (
            "let rule 'a' = \"ab\"\n    rule c = [c]\n    grow 0 x = x\n    grow k x = grow (k - 1) (concatMap rule x)\nd1 $ s (fastFromList $ map (\\c -> [c]) $ grow 1 \"ba\") # n (if grow 1 \"a\" == \"ab\" then 1 else 0)",
            "0-1/3 n: 1, s: b; 1/3-2/3 n: 1, s: a; 2/3-1 n: 1, s: b",
        ),
        // At several types.
        (
            "let rep 0 x = []\n    rep k x = x : rep (k - 1) x\nd1 $ s (fastFromList (rep 2 \"a\")) # n (sum (rep 3 1))",
            "0-1/2 n: 3, s: a; 1/2-1 n: 3, s: a",
        ),
        ("let f 0 = 0\n    f k = 1 + f (k - 1)\nd1 $ n (pure $ f 150)", "0-1 n: 150"),
    ] {
        assert_eq!(events(set), want, "{set}");
    }
}

#[test]
fn a_do_draws_from_patterns() {
    assert_eq!(events("d1 $ n (do { x <- \"1 2\"; return (x + 1) })"), "0-1/2 n: 2; 1/2-1 n: 3");
    assert_eq!(events("d1 $ n (\"1 2\" >>= \\x -> pure (x + 1))"), "0-1/2 n: 2; 1/2-1 n: 3");
    assert_eq!(
        events("d1 $ do\n  (x, _) <- pure (2, 0)\n  let y = x * 2\n  fast (pure y) $ n \"0\""),
        "0-1/4 n: 0; 1/4-1/2 n: 0; 1/2-3/4 n: 0; 3/4-1 n: 0"
    );
    assert!(message("do { x <- \"3\"; d1 silence }").contains("this is a statement"));
    assert_eq!(message("d1 $ n (do { x <- \"1\" })"), "the last line of a do is what it comes to");
}

#[test]
fn what_no_equation_is_for_is_said() {
    for (set, words) in [
        ("let inv 0 = 1\n    inv 1 = 0\nd1 $ n (inv 3)", "inv has no equation for 3"),
        ("let f \"a\" [] = 1\nd1 $ n (f \"b\" [1, 2])", "f has no equation for \"b\" [1, 2]"),
        ("let f x | x > 9 = 1\nd1 $ n (pure $ f 3)", "f has no equation for 3"),
        ("d1 $ n (case \"x\" of { \"a\" -> 1 })", "no way here is for \"x\""),
        ("let (x:_) = drop 1 [1]\nd1 $ n x", "no way here is for []"),
        ("let f 0 = 1\nd1 $ n (f \"0 1\")", "f has a number in its definition, where a text is wanted here"),
        (
            "let f 0 = 1\n    f \"a\" = 2\nd1 $ n 1",
            "the equations of f disagree: above it is a number, here a string",
        ),
        ("let f 0 = n 1\n    f [] = n 1\nd1 $ n 1", "a list of values is wanted here, and this is a number"),
        ("let f 0 = rev\n    f 1 = \"a\"\nd1 $ n 1", "a function is wanted here, and this is a string"),
        (
            "let f x 0 = 1\n    f x = 2",
            "this equation of f has 1 argument in front of its =, the one above has 2 arguments",
        ),
        ("let f 0 = 1\n    g = 2\n    f x = 3", "f is defined further up already"),
        (
            "let f x | s x = 1",
            "behind | stands a question that is true or false; this is a pattern of controls (sound, n, ...)",
        ),
        ("let (a, b) = (1, 2, 3)", "in front of = stands a pair in brackets, (a, b), behind it a tuple"),
        ("let d1 $ x = 3", "$ means the same in every set: what follows is the argument"),
        ("infixl 12 <+>", "this does not say how an operator binds"),
        ("let f x = f x\nd1 $ n (f 3)", "functions call functions too deep inside each other here"),
        ("let x = 1 : x\nd1 $ n 1", "x is defined by itself, which never ends"),
        ("d1 $ n (case 1 of { x })", "a -> is missing here"),
    ] {
        assert_eq!(message(set), words, "{set}");
    }
    // Where it is called, though the definition is another block's.
    let (language, mut scope) = (Language::new(), Scope::default());
    let long = format!("let inv 0 = 1\n    inv k = {}inv (k - 2)", " ".repeat(200));
    let out = language.evaluate(&long, BlockId(1), &scope);
    let Some(Done::Defined(d)) = out.done.first() else { panic!("{out:?}") };
    scope.define(d);
    let text = "d1 $ n (pure $ inv 3)";
    let out = language.evaluate(text, BlockId(2), &scope);
    let said: Vec<&str> = out.diagnostics.iter().map(|d| d.range.of(text)).collect();
    assert_eq!(said, ["inv 3"], "{:?}", out.diagnostics);
    // What only the music knows, the query says.
    let out = evaluate("let f 0 = 1\nd1 $ n (f <$> \"0 1\")");
    let edits = out.edits();
    let Some(Edit::Track { pattern, .. }) = edits.first() else { panic!("{out:?}") };
    assert_eq!(pattern.haps(TimeSpan::cycle(0)), Err(crate::pattern::QueryError::Unmatched));
}

#[test]
fn work_has_an_end() {
    for (set, words) in [
        ("let f 0 = 1\n    f k = f (k - 1) + f (k - 1)\nd1 $ n (pure $ f 100)", "more work"),
        (
            "let g ys 0 = ys\n    g ys k = g (ys ++ ys) (k - 1)\nd1 $ s (pure $ g \"a\" 40)",
            "a list has at most",
        ),
        (
            "let g (x:xs) ys = g xs (x:ys)\n    g [] ys = ys\nd1 $ n (pure $ sum $ g [1..200] [1..60000])",
            "more work",
        ),
    ] {
        let said = message(set);
        assert!(said.contains(words), "{said}: {set}");
    }
    let out = evaluate("let f k = f (k + 1)\nd1 $ n (f <$> \"1 2\")");
    let edits = out.edits();
    let Some(Edit::Track { pattern, .. }) = edits.first() else { panic!("{out:?}") };
    assert!(pattern.haps(TimeSpan::cycle(0)).is_err());
}

/// Functions that never stop, and blocks inside blocks, on the stack of a thread of tokio's.
#[test]
fn no_definition_overflows_the_stack() {
    let nested = |open: &str, many: usize, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(many), close.repeat(many))
    };
    let calls = [
        "k p".to_owned(),
        nested("id (", 80, "k p", ")"),
        format!("case p of {{ x -> {} }}", nested("id (", 60, "k p", ")")),
        format!("{}k p", "let x = 1 in ".repeat(80)),
        nested("stack [", 80, "k p", "]"),
        "(\\x -> k x) p".to_owned(),
        "jux k p".to_owned(),
        "foldr ($) p [k]".to_owned(),
        "(k . k) p".to_owned(),
        "head [k x | x <- [p], True]".to_owned(),
        "go p where go | True = k".to_owned(),
        "x where Just x = Just (k p)".to_owned(),
    ];
    for call in calls {
        let said = message(&format!("let k p = {call}\nd1 $ k $ s \"a\""));
        assert!(said.contains("too deep inside"), "{said}: {call}");
    }
    for text in [
        format!("d1 $ n 1 {}", nested("where {a = 1 ", 1000, "", "}")),
        format!("d1 $ n 1 {}", nested("where {a 0 | y <- 1 = 1; a k = a k ", 250, "", "}")),
        format!("d1 $ {}", nested("case 1 of {x -> ", 500, "s \"a\"", "}")),
        format!("d1 $ {}", nested("case 1 of {x -> 1 where {a = ", 250, "s \"a\"", "}}")),
        format!("d1 $ n ({}return 1)", "do { x <- \"1\"; ".repeat(300)),
        format!("d1 $ n (do {{ {} return 1 }})", "x <- \"1\"; ".repeat(1000)),
        format!("let f {} = 1", nested("(x:", 300, "[]", ")")),
        format!("let f ({}[]) = 1", "x:".repeat(1000)),
        format!("let f {}x = 1", "x@".repeat(1000)),
    ] {
        let out = evaluate(&text);
        assert!(out.has_errors(), "{}...", &text[..60]);
    }
    // As deep as they may be.
    for text in [
        format!("d1 $ n 1 {}", nested("where {a 0 | y <- 1 = 1; a k = a k ", 120, "", "}")),
        format!("d1 $ {}", nested("case 1 of {x | y <- 1 -> ", 60, "s \"a\"", "}")),
        format!("let f ({}[]) = 1", "x:".repeat(250)),
    ] {
        assert_eq!(evaluate(&text).diagnostics, [], "{}...", &text[..60]);
    }
}
