//! Numbers as people read them, wherever they are shown.

/// `12,345`
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 item`, `12,345 items`
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 12, 123, 1234, 12_345, 123_456, 1_234_567].map(count);
        assert_eq!(texts, ["0", "12", "123", "1,234", "12,345", "123,456", "1,234,567"]);
    }
}
