//! The grammar, its examples and the functions agree.

use super::*;
use crate::language::token::tokens;

type Rule = fn(&mut Parser<'_>) -> Parsed<()>;

/// The rules of the grammar by name.
const RULES: &[(&str, Rule)] = &[
    ("statement", |p| p.statement().map(drop)),
    ("bindings", |p| p.bindings().map(drop)),
    ("binding", |p| p.binding(&mut Vec::new(), &mut Vec::new())),
    ("fixity", |p| if p.fixity()? { Ok(()) } else { p.error("no declaration", "write one") }),
    ("clause", |p| p.clause(Vec::new(), "=", TextRange::default()).map(drop)),
    ("guarded", |p| p.guarded("=").map(drop)),
    ("guard", |p| p.guard().map(drop)),
    ("pattern", |p| p.pattern().map(drop)),
    ("param", |p| p.param().map(drop)),
    ("patterns", |p| p.patterns().map(drop)),
    ("expression", |p| p.expression().map(drop)),
    ("type_annotation", |p| p.type_annotation().map(drop)),
    ("operators", |p| p.operators().map(drop)),
    ("operand", |p| p.operand().map(drop)),
    ("lambda", |p| p.lambda().map(drop)),
    ("let_in", |p| p.let_in().map(drop)),
    ("if_then_else", |p| p.if_then_else().map(drop)),
    ("case_of", |p| p.case_of().map(drop)),
    ("case_way", |p| p.case_way().map(drop)),
    ("do_block", |p| p.do_block().map(drop)),
    ("line", |p| p.line().map(drop)),
    ("application", |p| p.application().map(drop)),
    ("atom", |p| p.atom().map(drop)),
    ("round", |p| p.bracketed(TextRange::default(), Parser::round).map(drop)),
    ("list", |p| p.bracketed(TextRange::default(), Parser::list).map(drop)),
];

fn takes(rule: Rule, name: &str, text: &str) -> bool {
    let (tokens, trouble) = tokens(text);
    // The two rules inside brackets begin behind the bracket that led to them.
    let at = usize::from(["round", "list"].contains(&name));
    let fixities = Fixities::default();
    let mut p = Parser { at, ..Parser::new(&tokens, &fixities) };
    trouble.is_empty() && rule(&mut p).is_ok() && p.finished().is_ok()
}

#[test]
fn grammar_and_code_say_the_same() {
    let mut named = Vec::new();
    let mut tried = std::collections::BTreeMap::<&str, [usize; 2]>::new();
    for line in include_str!("../../../grammar/language.ebnf").lines() {
        if let Some((name, _)) = line.split_once('=')
            && line.starts_with(|c: char| c.is_ascii_lowercase())
        {
            named.push(name.trim());
            continue;
        }
        let example = line.strip_prefix("(* ").and_then(|l| l.strip_suffix(" *)"));
        let Some((want, text)) = example.and_then(|l| l.split_once(' ')) else { continue };
        if !["ok", "no"].contains(&want) {
            continue;
        }
        let rule = *named.last().expect("an example stands under a rule");
        let (_, run) = RULES
            .iter()
            .find(|(name, _)| *name == rule)
            .unwrap_or_else(|| panic!("no function is called {rule}"));
        assert_eq!(takes(*run, rule, text), want == "ok", "{rule}: {text}");
        tried.entry(rule).or_default()[usize::from(want == "ok")] += 1;
    }
    for (name, _) in RULES {
        assert!(named.contains(name), "{name} is not in the grammar");
        assert!(tried.get(name).is_some_and(|[no, ok]| *no > 0 && *ok > 0), "{name} lacks an example");
    }
    assert_eq!(named.len(), RULES.len());
}
