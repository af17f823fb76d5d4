/// A type's name as a kind: `HTTPServer2` is `http_server2`.
///
/// It is part of stored lock keys: what a name becomes here must never change.
pub(super) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        if letter.is_uppercase() && at > 0 && starts_word(letters[at - 1], letters.get(at + 1)) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// Whether a capital between these two begins a word: the last of several does, if a small letter follows.
fn starts_word(before: char, after: Option<&char>) -> bool {
    before != '_' && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn keeps_to_the_table() {
        for (name, kind) in [
            ("Account", "account"),
            ("BankAccount", "bank_account"),
            ("HTTPServer2", "http_server2"),
            ("HTTPServer", "http_server"),
            ("V2Order", "v2_order"),
            ("OAuth2Token", "o_auth2_token"),
            ("ID", "id"),
            ("A", "a"),
            ("Bank_Account", "bank_account"),
            ("bank_account", "bank_account"),
            ("_Hidden", "_hidden"),
            ("Größe", "größe"),
            ("ÜberWeg", "über_weg"),
            ("type", "type"),
        ] {
            assert_eq!(snake_case(name), kind);
        }
    }
}
