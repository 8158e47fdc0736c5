//! The shape of a text: which classes of characters stand where.

/// Whether a text is a UUID: 8-4-4-4-12 hexadecimal digits of one case.
pub(super) fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && !(text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase))
}

/// Whether a text looks like an address of electronic mail.
pub(super) fn is_email(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b'@');
    let (Some(name), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let dot = domain.iter().rposition(|&byte| byte == b'.');
    !name.is_empty()
        && dot.is_some_and(|at| at > 0 && at + 1 < domain.len())
        && !text.iter().any(u8::is_ascii_whitespace)
}

/// The classes of a text's characters, runs of one class taken together.
fn outline(text: &[u8]) -> Vec<u8> {
    let mut outline: Vec<u8> = text
        .iter()
        .map(|byte| match byte {
            b'0'..=b'9' => b'0',
            b'A'..=b'Z' => b'A',
            b'a'..=b'z' => b'a',
            128.. => 128,
            other => *other,
        })
        .collect();
    outline.dedup();
    outline
}

/// What nearly all (95 %) of the texts have in common, in words.
pub(super) fn share_a_shape<'a>(texts: impl Iterator<Item = &'a [u8]> + Clone) -> Option<&'static str> {
    let total = texts.clone().count();
    let nearly_all =
        |good: &dyn Fn(&[u8]) -> bool| texts.clone().filter(|text| good(text)).count() * 20 >= total * 19;
    if nearly_all(&is_uuid) {
        return Some("UUIDs");
    }
    if nearly_all(&is_email) {
        return Some("e-mail addresses");
    }
    if !nearly_all(&|text| !text.iter().any(u8::is_ascii_whitespace)) {
        return None;
    }
    // The outline of a typical text: the first will do unless it is one of the few odd ones.
    for candidate in texts.clone().take(3) {
        let shape = outline(candidate);
        if nearly_all(&|text| outline(text) == shape) {
            return Some("of one pattern");
        }
        let length = candidate.len();
        if length >= 8
            && nearly_all(&|text| text.len() == length && text.iter().all(u8::is_ascii_alphanumeric))
        {
            return Some("codes of one length");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_shared_or_not() {
        let share = |texts: &[&str]| share_a_shape(texts.iter().map(|text| text.as_bytes()));
        assert_eq!(share(&["C001", "C17", "D9"]), Some("of one pattern"));
        assert_eq!(share(&["a@b.org", "c.d@e.com"]), Some("e-mail addresses"));
        assert_eq!(share(&["123e4567-e89b-12d3-a456-426614174000"]), Some("UUIDs"));
        assert_eq!(share(&["3f2a9c00", "00ffaa12", "abcdefab"]), Some("codes of one length"));
        assert_eq!(share(&["Braund, Mr. Owen", "Heikkinen, Miss. Laina"]), None);
        assert_eq!(share(&["abc", "1a2b"]), None);
    }
}
