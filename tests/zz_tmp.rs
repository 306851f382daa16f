use oiduna::notation::{self, Kind};
use oiduna::source::BlockId;
use oiduna::time::TimeSpan;
#[test]
fn show() {
    let text = std::env::var("P").unwrap();
    let kind = match std::env::var("K").as_deref() {
        Ok("number") => Kind::Number,
        Ok("note") => Kind::Note,
        Ok("int") => Kind::Int,
        Ok("rational") => Kind::Rational,
        Ok("bool") => Kind::Bool,
        _ => Kind::Sound,
    };
    let cycles: i64 = std::env::var("C").map_or(2, |c| c.parse().unwrap());
    match notation::parse(&text, kind) {
        Err(d) => println!("{d:?}"),
        Ok(ast) => {
            println!("{ast}");
            let p = notation::pattern(&ast, BlockId(0), 0);
            for c in 0..cycles {
                let mut h = p.haps(TimeSpan::cycle(c)).unwrap();
                h.sort_by(|a, b| (a.part, format!("{:?}", a.value)).cmp(&(b.part, format!("{:?}", b.value))));
                for x in h {
                    println!("{x:?}");
                }
            }
        }
    }
}
