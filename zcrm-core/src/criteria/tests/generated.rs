//! Properties that hold for any criteria, on generated ones.

use fastrand::Rng;

use crate::config::ApiVersion;
use crate::criteria::tokens::{Token, Tokens};
use crate::criteria::{Condition, Criteria, Joint, Literal, Node, Operator};
use crate::entity::{Date, DateTime, RecordId};

const ROUNDS: u64 = 2_000;

fn text(rng: &mut Rng) -> String {
    let pool: Vec<char> = "ab'\"\\(),:%;é😀 -=<>!$#*true{}".chars().collect();
    (0..rng.usize(1..8)).map(|_| pool[rng.usize(..pool.len())]).collect()
}

/// A text that can be looked for.
fn part_of_text(rng: &mut Rng) -> String {
    text(rng).replace(['%', '\\'], "x")
}

fn name(rng: &mut Rng) -> String {
    let names =
        ["id", "City", "Owner.email", "$converted", "External", "select", "What_Id->Leads.Last_Name", "!Leads.A.b"];
    names[rng.usize(..names.len())].to_owned()
}

fn scalar(rng: &mut Rng) -> Literal {
    match rng.u8(..7) {
        0 => rng.i64(..).into(),
        1 => (rng.f64() * 1e9 - 5e8).into(),
        2 => Date::new(format!("20{:02}-{:02}-{:02}", rng.u8(..100), rng.u8(1..13), rng.u8(1..29))).into(),
        3 => DateTime::new(format!("2024-06-05T{:02}:04:09-07:00", rng.u8(..24))).into(),
        4 => RecordId::from(rng.u64(..)).into(),
        5 => ["true", "false", "null", "and"][rng.usize(..4)].into(),
        _ => text(rng).into(),
    }
}

fn leaf(rng: &mut Rng) -> Criteria {
    let field = name(rng);
    let list: Vec<_> = (0..rng.usize(1..4)).map(|_| scalar(rng)).collect();
    match rng.u8(..18) {
        0 => Criteria::equals(field, scalar(rng)),
        1 => Criteria::not_equal(field, scalar(rng)),
        2 => Criteria::less_than(field, scalar(rng)),
        3 => Criteria::less_equal(field, scalar(rng)),
        4 => Criteria::greater_than(field, scalar(rng)),
        5 => Criteria::greater_equal(field, scalar(rng)),
        6 => Criteria::is_in(field, list),
        7 => Criteria::not_in(field, list),
        8 => Criteria::between(field, scalar(rng), scalar(rng)),
        9 => Criteria::not_between(field, scalar(rng), scalar(rng)),
        10 => Criteria::starts_with(field, part_of_text(rng)),
        11 => Criteria::ends_with(field, part_of_text(rng)),
        12 => Criteria::contains(field, part_of_text(rng)),
        13 => Criteria::not_contains(field, part_of_text(rng)),
        14 => Criteria::like(field, text(rng).replace('\\', "%")),
        15 => Criteria::is_null(field),
        16 => Criteria::is_not_null(field),
        _ => Criteria::equals(field, rng.bool()),
    }
}

fn tree(rng: &mut Rng, leaf: &mut impl FnMut(&mut Rng) -> Criteria, depth: usize) -> Criteria {
    if depth == 0 || rng.u8(..3) == 0 {
        return leaf(rng);
    }
    let parts: Vec<_> = (0..rng.usize(1..4)).map(|_| tree(rng, leaf, depth - 1)).collect();
    if rng.bool() { Criteria::all(parts).unwrap() } else { Criteria::any(parts).unwrap() }
}

/// Criteria whose leaves are `F0 = 0`, `F1 = 0` ..., so that a set of numbers says which of them hold.
fn numbered_tree(rng: &mut Rng, depth: usize) -> Criteria {
    let mut next = 0;
    let mut leaf = |_: &mut Rng| {
        next += 1;
        Criteria::equals(format!("F{}", next - 1), 0)
    };
    tree(rng, &mut leaf, depth)
}

fn holds(criteria: &Criteria, truth: &[bool]) -> bool {
    match &criteria.0 {
        Node::Condition(condition) => truth[condition.field[1..].parse::<usize>().unwrap()],
        Node::Group(Joint::And, members) => members.iter().all(|member| holds(member, truth)),
        Node::Group(Joint::Or, members) => members.iter().any(|member| holds(member, truth)),
    }
}

#[test]
fn what_is_rendered_is_read_back() {
    let mut compared = 0;
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let criteria = tree(&mut rng, &mut leaf, 3);
        assert_eq!(Criteria::parse(&criteria.to_string()).unwrap(), criteria, "seed {seed}");
        if let Ok(text) = criteria.to_coql(ApiVersion::V8) {
            assert_eq!(Criteria::parse(&text).unwrap(), criteria, "seed {seed}");
            compared += 1;
        }
    }
    assert!(compared > ROUNDS / 2, "only {compared} of {ROUNDS} could be rendered");
}

#[test]
fn joints_stand_in_pairs() {
    for seed in 0..ROUNDS {
        let text = numbered_tree(&mut Rng::with_seed(seed), 3).to_string();
        let mut joints = vec![0];
        let mut tokens = Tokens::read(&text).unwrap();
        while let Some(token) = tokens.take() {
            if token.is_symbol("(") {
                joints.push(0);
            } else if token.is_symbol(")") {
                assert_eq!(joints.pop(), Some(1), "{text}");
            } else if token.is_word("and") || token.is_word("or") {
                *joints.last_mut().unwrap() += 1;
            }
        }
        assert!(joints == [0] || joints == [1], "{text}");
    }
}

#[test]
fn parts_find_what_the_whole_finds() {
    let mut split = 0;
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let criteria = numbered_tree(&mut rng, 4);
        let count = criteria.conditions();
        let limit = rng.usize(1..=count);
        let Ok(parts) = criteria.split(limit) else { continue };
        split += u64::from(parts.len() > 1);
        assert!(parts.iter().all(|part| part.conditions() <= limit), "seed {seed}");
        for _ in 0..50 {
            let share = rng.f64();
            let truth: Vec<_> = (0..count).map(|_| rng.f64() < share).collect();
            let whole = holds(&criteria, &truth);
            assert_eq!(parts.iter().any(|part| holds(part, &truth)), whole, "seed {seed}");
        }
    }
    assert!(split > ROUNDS / 20, "only {split} were split");
}

#[test]
fn long_lists_keep_their_values() {
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let values: Vec<_> = (0..rng.u64(1..300)).collect();
        let (criteria, joint) = match rng.bool() {
            true => (Criteria::is_in("A", values.clone()), Joint::Or),
            false => (Criteria::not_in("A", values.clone()), Joint::And),
        };
        let limit = rng.usize(1..120);
        let fitted = criteria.fitted(limit);
        if let Node::Group(own, _) = &fitted.0 {
            assert_eq!(*own, joint);
        }
        let mut kept = Vec::new();
        for Condition { value, operator, .. } in fitted.leaves() {
            assert_eq!(*operator == Operator::In, joint == Joint::Or);
            let Literal::List(values) = value else { panic!("no list: {value:?}") };
            assert!(values.len() <= limit);
            kept.extend(values.clone());
        }
        assert_eq!(Literal::List(kept), Literal::list(values));
    }
}

/// A reader of a search that knows brackets, colons and backslashes, and nothing of how they are written.
fn values_of_search(text: &str) -> Vec<String> {
    let mut characters = text.strip_prefix("(A:in:").unwrap().chars();
    let mut values = vec![String::new()];
    loop {
        match characters.next().unwrap() {
            '\\' => values.last_mut().unwrap().push(characters.next().unwrap()),
            ',' => values.push(String::new()),
            ')' => break,
            '(' => panic!("a bracket without a backslash"),
            other => values.last_mut().unwrap().push(other),
        }
    }
    assert_eq!(characters.next(), None);
    values
}

#[test]
fn no_value_breaks_out() {
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let values: Vec<_> = (0..rng.usize(1..5)).map(|_| text(&mut rng)).collect();
        let search = Criteria::is_in("A", values.clone()).to_search(ApiVersion::V8).unwrap();
        assert_eq!(values_of_search(&search), values);

        let value = values[0].clone();
        let mut tokens = Tokens::read(&Criteria::equals("A", value.clone()).to_coql(ApiVersion::V8).unwrap()).unwrap();
        assert_eq!((tokens.take(), tokens.take()), (Some(Token::Word("A".into())), Some(Token::Symbol("="))));
        assert!(matches!(tokens.take(), Some(Token::Quoted(_, text)) if text == value), "{value:?}");
        assert_eq!(tokens.take(), None);

        let json = Criteria::equals("A", value.clone()).to_bulk_read(ApiVersion::V8).unwrap();
        let json: serde_json::Value = serde_json::from_str(json.get()).unwrap();
        assert_eq!(json["value"], value);
    }
}

#[test]
fn any_text_is_read_or_refused() {
    let words =
        ["select", "from", "where", "(", ")", ",", "and", "or", "not", "in", "like", "is", "null", "'", "\"", ":x"];
    let more = [
        "between", "=", "!=", "<", "limit", "order by", "group by", "1", "-", "'x%'", "A", "A.b", "\\", "é", "#", "->",
    ];
    for seed in 0..20 * ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let text: Vec<_> = (0..rng.usize(..12))
            .map(|_| if rng.bool() { words[rng.usize(..words.len())] } else { more[rng.usize(..more.len())] })
            .collect();
        let text = text.join(if rng.bool() { " " } else { "" });
        if let Ok(criteria) = Criteria::parse(&text) {
            assert_eq!(Criteria::parse(&criteria.to_string()).unwrap(), criteria, "{text}");
        }
    }
}
