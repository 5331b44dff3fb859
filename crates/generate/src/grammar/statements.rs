//! Statements. `stmts` goes on or stops; `top` is the same for the outermost block of a function that must return, and ends so.

use super::{
    build::{Build, GAP},
    rules::{IN_LOOP, IN_UNCHECKED, path},
    types::{Place, Type},
};

impl Build<'_> {
    /// All statements, besides declarations.
    pub(super) fn statements(&mut self) {
        let must_return = !self.scope.returns.is_empty() && self.scope.returns.iter().all(|(name, _)| name.is_empty());
        self.rules.add("start", if must_return { "@top{0x0} \"}\"" } else { "@stmts{0x0} \"}\"" });
        self.keywords();
        self.rules.add("com", "\"\"");
        self.rules.add("com", "COMMENT");
        self.rules.add("stmts", "\"\"");
        self.rules.add("stmts", "COMMENT");
        self.sequence("stmts");
        self.sequence("top");
        self.compound();
        self.simple();
        self.returns();
        self.throws();
        self.ends();
    }

    fn keywords(&mut self) {
        for (name, word) in [
            ("RETURNKW", "return"),
            ("ELSE", "else"),
            ("DELETE", "delete"),
            ("EMIT", "emit"),
            ("REVERT", "revert"),
            ("NEWKW", "new"),
            ("DO", "do"),
            ("TRY", "try"),
            ("CATCH", "catch"),
        ] {
            self.rules.terminal(name, format!("/{word}{GAP}/"));
        }
        // What ends a line for solc ends a comment; and who comments without end says nothing.
        let line = r"\/\/[^\r\n\x0b\x0c\x{2028}\x{2029}]{0,200}\r?\n";
        let block = r"\/\*([^*]|\*[^\/]){0,400}\*+\/";
        self.rules
            .terminal("COMMENT", format!("/(({line}|{block})[ \\t]{{0,64}}(\\r?\\n[ \\t]{{0,64}}){{0,2}}){{1,12}}/"));
    }

    /// What stands before the rest of a block.
    fn sequence(&mut self, rest: &str) {
        self.rules.add(rest, format!("@com @stmt @{rest}"));
        self.rules.add(rest, format!("@com @block @{rest}"));
        if self.scope.version.0 >= 8 {
            let text = format!("@com \"unchecked\" @block{{set_bit({IN_UNCHECKED})}} @{rest}");
            self.rules.add_if(rest, text, format!("bit_clear({IN_UNCHECKED})"));
        }
    }

    fn compound(&mut self) {
        let inside = format!("{{set_bit({IN_LOOP})}}");
        for (rule, text) in [
            ("block", "\"{\" @stmts \"}\"".to_owned()),
            ("body", "@block".to_owned()),
            ("body", "@stmt".to_owned()),
            ("stmt", "@simple \";\"".to_owned()),
            ("stmt", "\"if\" \"(\" @c \")\" @body".to_owned()),
            ("stmt", "\"if\" \"(\" @c \")\" @body (COMMENT)? @else".to_owned()),
            ("else", "ELSE @body".to_owned()),
            ("else", "\"else\" @block".to_owned()),
            ("stmt", format!("\"while\" \"(\" @c \")\" @body{inside}")),
            ("stmt", format!("DO @block{inside} \"while\" \"(\" @c \")\" \";\"")),
            ("stmt", "\"for\" \"(\" (@update)? \";\" @rest".to_owned()),
            ("rest", format!("(@c)? \";\" (@update)? \")\" @body{inside}")),
        ] {
            self.rules.add(rule, text);
        }
        for word in ["break", "continue"] {
            self.rules.add_if("stmt", format!("\"{word}\" \";\""), format!("bit_set({IN_LOOP})"));
        }
        let message = format!("(STR | {})", self.of("e", &Type::Text(Place::Memory)));
        self.rules.add("simple", format!("\"require\" \"(\" @c (\",\" {message})? \")\""));
        self.rules.add("simple", "\"assert\" \"(\" @c \")\"");
        self.rules.add("throw", format!("\"revert\" \"(\" ({message})? \")\""));
        self.rules.add("stmt", "@throw \";\"");
    }

    fn simple(&mut self) {
        self.rules.add("simple", "@effect");
        self.rules.add("simple", "@assign");
        self.rules.add("update", "@assign");
        self.rules.add("update", "@effect");
    }

    /// Assignments to every type that can be assigned to, once all are known.
    pub(super) fn assignments(&mut self) {
        self.rules.terminal("AOP", "\"+=\" | \"-=\" | \"*=\"");
        self.rules.terminal("BOP", "\"|=\" | \"&=\" | \"^=\"");
        self.rules.terminal("DOP", "\"/=\" | \"%=\"");
        self.rules.terminal("LOP", "\"<<=\" | \">>=\"");
        for (id, ty) in self.all() {
            if matches!(ty, Type::Mapping(..)) || self.scope.holds_mapping(&ty) {
                continue;
            }
            let wanted = if ty.place() == Some(Place::Storage) {
                self.of("v", &ty.at(Place::Memory))
            } else {
                format!("@v{id}")
            };
            self.rules.add("assign", format!("@l{id} \"=\" {wanted}"));
            self.rules.add("assign", format!("DELETE @l{id}"));
            let (pair, values) =
                (format!("\"(\" @l{id} \",\" @l{id} \")\""), format!("\"(\" @e{id} \",\" @e{id} \")\""));
            if ty.is_value() {
                self.rules.add("assign", format!("{pair} \"=\" ({values} | @c \"?\" {values} \":\" {values})"));
            }
            match ty {
                Type::Uint(_) | Type::Int(_) => {
                    self.rules.add("assign", format!("@l{id} AOP @v{id}"));
                    self.rules.add("assign", format!("@l{id} BOP @e{id}"));
                    self.rules.add("assign", format!("@l{id} DOP (@x{id} | @nz{id})"));
                    self.rules.add("assign", format!("@l{id} LOP (@us | P62)"));
                    self.rules.add("assign", format!("@l{id} (\"++\" | \"--\")"));
                    self.rules.add("assign", format!("(\"++\" | \"--\") @l{id}"));
                }
                Type::Fixed(_) => self.rules.add("assign", format!("@l{id} BOP @x{id}")),
                _ => {}
            }
        }
        for (index, types) in self.all_tuples() {
            let targets: Vec<String> = types.iter().map(|ty| format!("@into{}", self.id(ty))).collect();
            for slots in slots(&targets) {
                self.rules.add("assign", format!("\"(\" {slots} \")\" \"=\" @t{index}"));
            }
        }
        for (id, ty) in self.all() {
            for (other, target) in self.all() {
                if self.scope.converts(&ty, &target)
                    || target.place() == Some(Place::Storage) && ty == target.at(Place::Memory)
                {
                    self.rules.add(&format!("into{id}"), format!("@l{other}"));
                }
            }
        }
    }

    fn returns(&mut self) {
        let types: Vec<Type> = self.scope.returns.iter().map(|(_, ty)| ty.clone()).collect();
        let family = |ty: &Type| if ty.place().is_some_and(|place| place != Place::Memory) { "x" } else { "v" };
        match types.as_slice() {
            [] => self.rules.add("return", "\"return\" | RETURNKW"),
            [one] => {
                let value = self.of(family(one), one);
                self.rules.add("return", format!("RETURNKW {value}"));
                self.rules.add("return", format!("\"return\" \"(\" {value} \")\""));
            }
            many => {
                let values: Vec<String> = many.iter().map(|ty| self.of(family(ty), ty)).collect();
                let tuple = self.tuple(many);
                let list = format!("\"(\" {} \")\"", values.join(" \",\" "));
                self.rules.add("return", format!("RETURNKW ({list} | @t{tuple})"));
                self.rules.add("return", format!("\"return\" {list}"));
            }
        }
        self.rules.add("stmt", "@return \";\"");
    }

    fn throws(&mut self) {
        let (events, errors) = (self.scope.events.clone(), self.scope.errors.clone());
        for event in &events {
            let text = format!("EMIT {} {}", path(&event.path), self.arguments(event, 0));
            self.rules.add("simple", text);
        }
        for error in &errors {
            let text = format!("REVERT {} {}", path(&error.path), self.arguments(error, 0));
            self.rules.add("throw", text);
        }
    }

    /// How a function that must return ends.
    fn ends(&mut self) {
        for text in [
            "@com @return \";\" @tail",
            "@com @throw \";\" @tail",
            "@com \"if\" \"(\" @c \")\" @last (COMMENT)? @lastelse @tail",
            "@com \"{\" @top \"}\" @tail",
        ] {
            self.rules.add("top", text);
        }
        if self.scope.version.0 >= 8 {
            let text = format!("@com \"unchecked\" \"{{\" @top{{set_bit({IN_UNCHECKED})}} \"}}\" @tail");
            self.rules.add_if("top", text, format!("bit_clear({IN_UNCHECKED})"));
        }
        for (rule, text) in [
            ("last", "\"{\" @top \"}\""),
            ("last", "@return \";\""),
            ("last", "@throw \";\""),
            ("last", "\"if\" \"(\" @c \")\" @last (COMMENT)? @lastelse"),
            ("lastelse", "ELSE @last"),
            ("lastelse", "\"else\" \"{\" @top \"}\""),
            ("tail", "\"\""),
            ("tail", "COMMENT"),
        ] {
            self.rules.add(rule, text);
        }
    }
}

/// The ways to write a tuple with at least one slot in use.
pub(super) fn slots(parts: &[String]) -> Vec<String> {
    let of = |first: usize| {
        let written = parts.iter().enumerate().map(|(at, part)| match at.cmp(&first) {
            std::cmp::Ordering::Less => String::new(),
            std::cmp::Ordering::Equal => part.clone(),
            std::cmp::Ordering::Greater => format!("({part})?"),
        });
        written.collect::<Vec<_>>().join(" \",\" ")
    };
    (0..parts.len()).map(of).collect()
}
