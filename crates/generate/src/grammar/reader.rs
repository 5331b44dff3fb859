//! Reads a body as far as it is written and finds what it declares.

/// A name that a body declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The name.
    pub name: String,
    /// Its type as written, without white space but for one blank before the place.
    pub ty: String,
    /// The slots of the tuple up to this one, when it stands in one: names, or nothing.
    pub tuple: Option<Vec<Option<String>>>,
}

/// Words after which no declaration stands.
const NOT_TYPES: &[&str] = &[
    "return",
    "emit",
    "delete",
    "new",
    "else",
    "revert",
    "do",
    "if",
    "while",
    "for",
    "try",
    "catch",
    "returns",
    "unchecked",
    "throw",
    "break",
    "continue",
    "assembly",
    "var",
];
const PLACES: &[&str] = &["memory", "storage", "calldata", "payable"];

/// What a body declares, in order. A name is told once something follows it.
pub fn declarations(text: &str) -> Vec<Declared> {
    let mut reader = Reader::default();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        rest = reader.step(rest, sign);
    }
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Vec<Declared>,
    /// The type that may just be written.
    ty: String,
    /// Whether the type is inside of brackets.
    brackets: usize,
    depth: usize,
    /// Depth of a tuple's parenthesis at the start of a statement, with its slots.
    tuple: Option<(usize, Vec<Option<String>>)>,
    /// Whether a statement may start here.
    starts: Option<bool>,
}

impl Reader {
    fn step<'a>(&mut self, rest: &'a str, sign: char) -> &'a str {
        if rest.starts_with("//") {
            return rest.find('\n').map_or("", |end| &rest[end..]);
        }
        if rest.starts_with("/*") {
            return rest.find("*/").map_or("", |end| &rest[end + 2..]);
        }
        if sign == '"' || sign == '\'' {
            self.ty.clear();
            self.starts = Some(false);
            return after_text(rest, sign);
        }
        if sign.is_ascii_alphanumeric() || sign == '_' || sign == '$' {
            let end = rest.find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_' || sign == '$'));
            let Some(end) = end else { return "" };
            self.word(&rest[..end]);
            return &rest[end..];
        }
        if !sign.is_whitespace() {
            self.sign(sign);
        }
        &rest[sign.len_utf8()..]
    }

    fn word(&mut self, word: &str) {
        if self.brackets > 0 {
            self.ty.push_str(word);
            return;
        }
        let is_place = PLACES.contains(&word);
        if is_place && !self.ty.is_empty() {
            self.ty.push(' ');
            self.ty.push_str(word);
        } else if !self.ty.is_empty() && !self.ty.ends_with('.') {
            self.declare(word);
            self.ty.clear();
        } else if self.ty.ends_with('.') {
            self.ty.push_str(word);
        } else if !NOT_TYPES.contains(&word) && word.starts_with(|sign: char| !sign.is_ascii_digit()) {
            self.ty = word.to_owned();
        }
        self.starts = Some(matches!(word, "else" | "do" | "unchecked") && !is_place);
    }

    fn declare(&mut self, name: &str) {
        let tuple = self.tuple.as_mut().filter(|(depth, _)| *depth == self.depth).map(|(_, slots)| {
            if let Some(last) = slots.last_mut() {
                *last = Some(name.to_owned());
            }
            slots.clone()
        });
        let ty = std::mem::take(&mut self.ty);
        self.found.push(Declared { name: name.to_owned(), ty, tuple });
    }

    fn sign(&mut self, sign: char) {
        let starts = self.starts.unwrap_or(true);
        self.starts = Some(matches!(sign, ';' | '{' | '}'));
        match sign {
            '[' if !self.ty.is_empty() => {
                self.brackets += 1;
                self.ty.push('[');
                return;
            }
            ']' if self.brackets > 0 => {
                self.brackets -= 1;
                self.ty.push(']');
                return;
            }
            '.' if !self.ty.is_empty() => {
                self.ty.push('.');
                return;
            }
            '(' => {
                self.depth += 1;
                if starts {
                    self.tuple = Some((self.depth, vec![None]));
                }
            }
            ')' => {
                if self.tuple.as_ref().is_some_and(|(depth, _)| *depth == self.depth) {
                    self.tuple = None;
                }
                self.depth = self.depth.saturating_sub(1);
            }
            ',' => {
                if let Some((depth, slots)) = &mut self.tuple
                    && *depth == self.depth
                {
                    slots.push(None);
                }
            }
            _ => {}
        }
        self.brackets = 0;
        self.ty.clear();
    }
}

fn after_text(rest: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, sign) in rest.char_indices().skip(1) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            sign if sign == quote => return &rest[at + 1..],
            _ => {}
        }
    }
    ""
}
