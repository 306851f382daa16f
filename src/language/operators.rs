//! Precedence and associativity, as Tidal and Haskell declare them.

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// What binds how: higher is tighter; all that is not listed is infixl 9, as most of Tidal's are.
fn fixity(op: &str) -> (u8, Side) {
    match op {
        "$" | "$!" => (0, Side::Right),
        ">>=" | ">>" => (1, Side::Left),
        "=<<" => (1, Side::Right),
        "||" => (2, Side::Right),
        "&&" => (3, Side::Right),
        "==" | "/=" | "<=" | ">=" => (4, Side::Left),
        "<$>" | "<*>" | "<*" | "*>" | "<$" | "elem" => (4, Side::Left),
        "++" | ":" => (5, Side::Right),
        "<>" => (6, Side::Right),
        "+" | "-" => (6, Side::Left),
        "*" | "/" | "%" | "div" | "mod" | "rem" | "quot" => (7, Side::Left),
        "^" | "^^" | "**" => (8, Side::Right),
        "." => (9, Side::Right),
        "!!" | "!!!" => (9, Side::Left),
        // < and > compare in Haskell; in Tidal |< and |> take values.
        "<" | ">" => (4, Side::Left),
        _ => (9, Side::Left),
    }
}

/// True when `left`, standing before `right`, takes the operand between them.
pub(super) fn binds_tighter(left: &str, right: &str) -> bool {
    let ((a, side), (b, _)) = (fixity(left), fixity(right));
    a > b || (a == b && side == Side::Left)
}

#[cfg(test)]
mod tests {
    use super::binds_tighter;

    #[test]
    fn tidals_operators_bind_tighter_than_arithmetic() {
        assert!(binds_tighter("#", "+") && binds_tighter("<~", "$") && !binds_tighter("+", "#"));
        assert!(binds_tighter("#", "|+|") && !binds_tighter("$", "$") && !binds_tighter(".", "."));
    }
}
