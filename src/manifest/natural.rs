//! The order in which people number files: `frame2` before `frame10`.

use std::cmp::Ordering;

/// Compares two names, taking each run of ASCII digits as one number; names that differ only in leading zeros keep plain order.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left, right);
    loop {
        match (a.chars().next(), b.chars().next()) {
            (None, None) => return left.cmp(right),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (number_a, rest_a) = split_digits(a);
                let (number_b, rest_b) = split_digits(b);
                let (significant_a, significant_b) =
                    (number_a.trim_start_matches('0'), number_b.trim_start_matches('0'));
                let order =
                    significant_a.len().cmp(&significant_b.len()).then_with(|| significant_a.cmp(significant_b));
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some(x), Some(y)) => {
                if x != y {
                    return x.cmp(&y);
                }
                (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
            }
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names = vec!["f10.dcm", "f2.dcm", "f02.dcm", "f1.dcm", "e99.dcm", "f2a.dcm"];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(names, ["e99.dcm", "f1.dcm", "f02.dcm", "f2.dcm", "f2a.dcm", "f10.dcm"]);
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn it_is_a_total_order(a in "[a-c0-2é]{0,8}", b in "[a-c0-2é]{0,8}", c in "[a-c0-2é]{0,8}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            prop_assert_eq!(compare(&a, &b) == Ordering::Equal, a == b);
            if compare(&a, &b) != Ordering::Greater && compare(&b, &c) != Ordering::Greater {
                prop_assert_ne!(compare(&a, &c), Ordering::Greater);
            }
        }
    }
}
