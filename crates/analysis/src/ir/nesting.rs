//! How deeply a text nests, measured before a parser that recurses sees it.

/// Brackets that may be open at once.
const MAX_BRACKETS: usize = 192;
/// Operators and words in a row without a `;`, a brace or a comma: each may cost the parser a level of its stack.
const MAX_RUN: usize = 20_000;

/// Why the text must not be parsed, if so.
pub(super) fn too_deep(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut open, mut run, mut at) = (0_usize, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => line(&bytes[at..]),
            b'/' if bytes.get(at + 1) == Some(&b'*') => comment(&bytes[at..]),
            b'"' | b'\'' => string(&bytes[at..]),
            _ if byte.is_ascii_alphanumeric() => {
                run += 1;
                bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
            }
            _ => {
                match byte {
                    b'(' | b'[' | b'{' => open += 1,
                    b')' | b']' | b'}' => open = open.saturating_sub(1),
                    _ => {}
                }
                run = if matches!(byte, b';' | b'{' | b'}' | b',') {
                    0
                } else {
                    run + usize::from(!byte.is_ascii_whitespace())
                };
                1
            }
        };
        if open > MAX_BRACKETS {
            return Some(format!("more than {MAX_BRACKETS} brackets are open at once, the file is not analysed"));
        }
        if run > MAX_RUN {
            return Some(format!("an expression has more than {MAX_RUN} parts, the file is not analysed"));
        }
    }
    None
}

fn line(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| byte != b'\n').count()
}

fn comment(bytes: &[u8]) -> usize {
    let inner = bytes.get(2..).unwrap_or_default();
    inner.windows(2).position(|window| window == b"*/").map_or(bytes.len(), |end| end + 4)
}

fn string(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' => return at,
            b'\\' => at += 2,
            _ if byte == bytes[0] => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
