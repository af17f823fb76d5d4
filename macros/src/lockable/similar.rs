/// The candidate that is most likely meant by a misspelt name, if one is near enough.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates
        .map(|candidate| (distance(&name, &candidate.to_lowercase()), candidate))
        // In a name of two or three letters, two wrong ones are another name.
        .filter(|(distance, candidate)| *distance <= if candidate.len() < 4 { 1 } else { 2 })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out or replaced (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (a, b, edits) in [("", "", 0), ("", "ab", 2), ("kind", "kid", 1), ("kitten", "sitting", 3)] {
            assert_eq!((distance(a, b), distance(b, a)), (edits, edits), "{a} {b}");
        }
    }

    #[test]
    fn suggests_only_what_is_near() {
        let nearest = |name| nearest(name, ["kind", "namespace", "key", "strict", "id"].into_iter());
        assert_eq!(nearest("kindd"), Some("kind"));
        assert_eq!(nearest("ID"), Some("id"));
        assert_eq!(nearest("name_space"), Some("namespace"));
        assert_eq!(nearest("keys"), Some("key"));
        assert_eq!(nearest("ttl"), None);
        assert_eq!(nearest("rename"), None);
    }
}
