//! What a word of a query can become.

/// The words of the language, in the order in which they are offered.
const KEYWORDS: [&str; 22] = [
    "select", "from", "where", "and", "or", "in", "not", "like", "between", "is", "null", "group by", "order by",
    "limit", "offset", "desc", "as", "COUNT(", "SUM(", "AVG(", "MIN(", "MAX(",
];

/// Who knows names.
pub(super) trait Names {
    /// The API names of the modules.
    fn modules(&self) -> Vec<String>;
    /// The API names of a module's fields.
    fn fields(&self, module: &str) -> Vec<String>;
}

/// Where the word before `place` begins, and what it can become: a module after `from`, otherwise a field of the module
/// that the query names, or a word of the language. Nothing within a text in quotation marks.
pub(super) fn complete(line: &str, place: usize, names: &impl Names) -> (usize, Vec<String>) {
    let before = line.get(..place).unwrap_or(line);
    let start = before.trim_end_matches(is_of_name).len();
    let (earlier, word) = before.split_at(start);
    if earlier.matches('\'').count() % 2 == 1 {
        return (start, Vec::new());
    }
    let is_next = |keyword: &str| {
        let last = earlier.trim_end().rsplit(|character| !is_of_name(character)).next();
        last.is_some_and(|last| last.eq_ignore_ascii_case(keyword)) && earlier.ends_with(char::is_whitespace)
    };
    let mut known = if is_next("from") {
        names.modules()
    } else {
        let fields = module_of(line).map(|module| names.fields(module)).unwrap_or_default();
        fields.into_iter().chain(KEYWORDS.map(str::to_owned)).collect()
    };
    known.retain(|name| begins_with(name, word));
    (start, known)
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '.')
}

fn begins_with(name: &str, word: &str) -> bool {
    name.get(..word.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(word))
}

/// The word after `from`.
fn module_of(line: &str) -> Option<&str> {
    let mut words = line.split(|character| !is_of_name(character)).filter(|word| !word.is_empty());
    words.find(|word| word.eq_ignore_ascii_case("from"))?;
    words.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Crm;

    impl Names for Crm {
        fn modules(&self) -> Vec<String> {
            ["Leads", "Deals"].map(str::to_owned).to_vec()
        }

        fn fields(&self, module: &str) -> Vec<String> {
            if module == "Leads" {
                ["Last_Name", "Lead_Source", "City"].map(str::to_owned).to_vec()
            } else {
                Vec::new()
            }
        }
    }

    /// The place of the cursor is that of the bar.
    fn offered(line: &str) -> Vec<String> {
        let place = line.find('|').unwrap_or(line.len());
        complete(&line.replace('|', ""), place, &Crm).1
    }

    #[test]
    fn a_word_becomes_what_stands_there_in_a_query() {
        for (line, words) in [
            ("sel|", vec!["select"]),
            ("select id from |", vec!["Leads", "Deals"]),
            ("SELECT id FROM le|", vec!["Leads"]),
            ("select La| from Leads", vec!["Last_Name"]),
            ("select id from Leads where l|", vec!["Last_Name", "Lead_Source", "like", "limit"]),
            ("select id from Leads where (c|", vec!["City", "COUNT("]),
            ("select id from Deals where La|", vec![]),
            ("select id from Leads where City = 'L|", vec![]),
            ("select id from Leads where City = 'O''L' and ci|", vec!["City"]),
            ("select id from Leads where é|", vec![]),
        ] {
            assert_eq!(offered(line), words, "{line}");
        }
    }
}
