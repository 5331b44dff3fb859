//! Operators, literals and conversions, once all types are known.

use super::{
    build::Build,
    types::{Place, Type},
};

impl Build<'_> {
    /// What stands where a type is wanted.
    pub(super) fn conversions(&mut self) {
        let all = self.all();
        for (target, wanted) in &all {
            let rule = format!("e{target}");
            if wanted.width().is_some() {
                self.up_to("x", *target, wanted);
                self.rules.add(&rule, format!("@x_{target}"));
            }
            for (source, ty) in all.iter().filter(|(_, ty)| ty.width().is_none()) {
                if self.scope.converts(ty, wanted) {
                    self.rules.add(&rule, format!("@x{source}"));
                }
            }
            self.literals(*target, wanted);
            let literal = matches!(wanted, Type::Uint(_) | Type::Address | Type::Bool | Type::Text(Place::Memory));
            let branch = if literal { "e" } else { "x" };
            // Only where a whole value stands: as an argument or an index it has parentheses, for otherwise every place where a value
            // may stand is one where a condition of any type may begin.
            self.rules.add(&format!("v{target}"), format!("@{rule}"));
            self.rules.add(&format!("v{target}"), format!("@c \"?\" @{branch}{target} \":\" @{branch}{target}"));
        }
    }

    /// `x_7` is `x7` or what a narrower type has: a chain from type to type, for a rule of each pair would make the grammar of a file
    /// that names all widths a hundred times as long.
    fn up_to(&mut self, family: &str, n: usize, ty: &Type) {
        let rule = format!("{family}_{n}");
        self.rules.add(&rule, format!("@{family}{n}"));
        if let Some(narrower) = self.narrower(ty) {
            self.rules.add(&rule, format!("@{family}_{narrower}"));
        }
    }

    /// The widest of the narrower types that convert to a type with a width.
    fn narrower(&self, ty: &Type) -> Option<usize> {
        let all = self.all().into_iter().filter(|(_, source)| source != ty && source.converts_to(ty));
        all.max_by_key(|(_, source)| source.width()).map(|(id, _)| id)
    }

    fn literals(&mut self, id: usize, ty: &Type) {
        let rule = format!("e{id}");
        match ty {
            Type::Uint(bits) | Type::Int(bits) => {
                self.constants(id, *bits - u16::from(matches!(ty, Type::Int(_))));
                self.rules.add(&rule, format!("@k{id}"));
                if matches!(ty, Type::Int(_)) {
                    self.rules.add(&rule, format!("\"-\" @k{id}"));
                }
            }
            Type::Text(Place::Memory) => self.rules.add(&rule, "STR+"),
            Type::Bytes(Place::Memory) => {
                self.rules.add(&rule, "STR");
                self.rules.add(&rule, "HEXSTR");
            }
            Type::Fixed(bytes) => {
                self.rules.add(&rule, format!("SB{bytes}"));
                self.rules.add(&rule, "FZERO");
                if *bytes != 20 {
                    self.rules
                        .terminal(format!("HX{bytes}"), format!("/0x[0-9a-fA-F]{{{}}}/", usize::from(*bytes) * 2));
                    self.rules.add(&rule, format!("HX{bytes}"));
                }
            }
            Type::Address => self.rules.add(&rule, "ADDRESS"),
            _ => {}
        }
    }

    /// Constants that fit into so many bits; `k` may be zero, `nz` may not.
    fn constants(&mut self, id: usize, bits: u16) {
        let (zero, nonzero) = (format!("k{id}"), format!("nz{id}"));
        let size = match bits {
            0..=7 => 7,
            8..=15 => 8,
            16..=31 => 16,
            32..=63 => 32,
            64..=126 => 64,
            127..=255 => 128,
            _ => 256,
        };
        self.rules.add(&zero, format!("\"(\" N{size} \")\""));
        self.rules.add(&nonzero, format!("\"(\" NZ{size} \")\""));
        self.rules.add(&zero, format!("N{size}"));
        self.rules.add(&nonzero, format!("NZ{size}"));
        if bits >= 63 {
            for rule in [&zero, &nonzero] {
                self.rules.add(rule, "\"10\" \"**\" P18");
                self.rules.add(rule, "\"2\" \"**\" P62");
            }
        }
        if bits >= 127 {
            for rule in [&zero, &nonzero] {
                self.rules.add(rule, "NZ32 \"*\" \"10\" \"**\" P18");
                self.rules.add(rule, "DECIMAL");
                self.rules.add(rule, "NZ64 UNIT");
                self.rules.add(rule, "\"(\" (\"10\" \"**\" P18 | \"2\" \"**\" P62) \")\"");
            }
        }
        if bits >= 255 {
            for rule in [&zero, &nonzero] {
                self.rules.add(rule, "NZ64 \"*\" \"10\" \"**\" P36");
                self.rules.add(rule, "NZ32 \"*\" NZ64 (UNIT)?");
                self.rules.add(rule, "NZ32 \"*\" NZ32 \"*\" NZ32");
                self.rules.add(rule, "\"10\" \"**\" P76");
                self.rules.add(rule, "\"2\" \"**\" P254");
                self.rules.add(rule, "\"1\" \"<<\" P254");
            }
            if bits == 256 {
                self.rules.add(&format!("e{id}"), "\"2\" \"**\" \"256\" \"-\" \"1\"");
            }
        }
    }

    /// The layers of each number type, and the comparisons.
    pub(super) fn operators(&mut self) {
        let all = self.all();
        let unsigned: Vec<usize> =
            all.iter().filter(|(_, ty)| matches!(ty, Type::Uint(_))).map(|(id, _)| *id).collect();
        for (id, ty) in &all {
            match ty {
                Type::Uint(_) | Type::Int(_) => {
                    self.layers(*id, ty);
                    self.casts(*id, ty, &all);
                }
                Type::Fixed(_) => self.bit_layers(*id),
                _ => {}
            }
        }
        for id in unsigned {
            self.rules.add("us", format!("@s{id}"));
            self.rules.add("ua", format!("@a{id}"));
            self.rules.add("un", format!("@x{id}"));
        }
        self.rules.add("uo", format!("@e{}", self.wide));
        self.truth(&all);
    }

    fn casts(&mut self, id: usize, ty: &Type, all: &[(usize, Type)]) {
        let old = self.scope.version.0 < 8;
        let alike = |other: &Type| matches!((other, ty), (Type::Uint(_), Type::Uint(_)) | (Type::Int(_), Type::Int(_)));
        if let Some((widest, _)) = all.iter().filter(|(_, other)| alike(other)).max_by_key(|(_, other)| other.width()) {
            self.rules.add(&format!("cast{id}"), format!("@x_{widest}"));
        }
        for (source, from) in all {
            let fits = match (from, ty) {
                (Type::Uint(a), Type::Int(b)) | (Type::Int(a), Type::Uint(b)) => a == b || old,
                (Type::Fixed(bytes), Type::Uint(bits)) => u16::from(*bytes) * 8 == *bits,
                (Type::Enum(_), Type::Uint(_)) => true,
                _ => false,
            };
            if fits {
                self.rules.add(&format!("cast{id}"), format!("@x{source}"));
            }
        }
        if matches!(ty, Type::Int(_)) {
            self.rules.add(&format!("cast{id}"), format!("\"-\" @k{id}"));
        }
    }

    /// Power, product, sum, shift, bits. A literal is never the left operand of what could fold to a negative number or a fraction.
    fn layers(&mut self, n: usize, ty: &Type) {
        for family in ["p", "m", "h"] {
            self.up_to(family, n, ty);
        }
        for text in [
            format!("@a{n}"),
            format!("@a{n} \"**\" (@ua | P62)"),
            format!("\"~\" @a{n}"),
            format!("@l{n} (\"++\" | \"--\")"),
        ] {
            self.rules.add(&format!("p{n}"), text);
        }
        if n == self.wide {
            self.rules.add(&format!("p{n}"), "SMALL \"**\" @ua");
            // Of the type of the wider constant, which converts to this one beside an operator or by itself.
            self.rules.add(&format!("p{n}"), format!("\"(\" @c \"?\" @k{n} \":\" @k{n} \")\""));
        }
        let product = format!("(\"*\" (@p_{n} | @k{n}) | DIVOP (@p_{n} | @nz{n}))");
        let sum = format!("(ADDOP (@m_{n} | @k{n}))");
        let shift = "(SHOP (@us | P254))";
        let bits = format!("(BITOP (@h_{n} | @k{n}))");
        self.layer("m", n, "p", &product);
        self.rules.add(&format!("m{n}"), format!("@k{n} (\"*\" | DIVOP) @p{n} {product}*"));
        self.layer("s", n, "m", &sum);
        self.rules.add(&format!("s{n}"), format!("@k{n} ADDOP @m{n} {sum}*"));
        self.rules.add(&format!("h{n}"), format!("@s{n} {shift}*"));
        if *ty == Type::Uint(256) {
            self.rules.add(&format!("h{n}"), format!("@k{n} SHOP @us {shift}*"));
        }
        // A sign or `--` stands at the start of an expression only: after another sign solc would read both as one.
        self.rules.add(&format!("e{n}"), format!("(\"++\" | \"--\") @l{n}"));
        if matches!(ty, Type::Int(_)) {
            self.rules.add(&format!("x{n}"), format!("\"-\" @a{n} {product}* {sum}*"));
        }
        // Only where it may stay narrow does an expression begin with what is narrower, or it could not end there.
        if let Some(id) = self.narrower(ty) {
            self.rules.add(&format!("e{n}"), format!("@p_{id} (\"*\" | DIVOP) @p{n} {product}* {sum}*"));
            self.rules.add(&format!("e{n}"), format!("@m_{id} ADDOP @m{n} {sum}*"));
        }
        self.layer("x", n, "h", &bits);
        self.rules.add(&format!("x{n}"), format!("@k{n} BITOP @h{n} {bits}*"));
    }

    /// `lower (op lower)*`
    fn layer(&mut self, family: &str, n: usize, lower: &str, tail: &str) {
        let rule = format!("{family}{n}");
        self.rules.add(&rule, format!("@{lower}{n} {tail}*"));
    }

    fn bit_layers(&mut self, n: usize) {
        self.rules.add(&format!("h{n}"), format!("(@a{n} | \"~\" @a{n}) (SHOP (@ua | P62))*"));
        self.rules.add(&format!("x{n}"), format!("@h{n} (BITOP @h{n})*"));
    }

    fn truth(&mut self, all: &[(usize, Type)]) {
        self.rules.add("x0", "@c");
        self.rules.add("c", "@cc ((\"&&\" | \"||\") @cc)*");
        self.rules.add("cc", "@a0");
        self.rules.add("cc", "@a0 EQ @a0");
        self.rules.add("cc", "@uo (EQ | REL) @uo");
        for (id, ty) in all {
            match ty {
                Type::Int(_) => {
                    self.rules.add("io", format!("@x{id}"));
                    let literal = format!("(\"-\")? @k{id}");
                    self.rules.add("cc", format!("@x{id} (EQ | REL) (@io | {literal})"));
                    self.rules.add("cc", format!("{literal} (EQ | REL) @x{id}"));
                }
                Type::Fixed(_) => {
                    self.rules.add("cc", format!("@x{id} EQ @e{id}"));
                    self.rules.add("cc", format!("@x{id} REL @x{id}"));
                }
                Type::Enum(_) => self.rules.add("cc", format!("@x{id} (EQ | REL) @x{id}")),
                Type::Address | Type::Payable => self.rules.add("ao", format!("@x{id}")),
                Type::Contract(_) => self.rules.add("cc", format!("@x{id} EQ @x{id}")),
                _ => {}
            }
        }
        self.rules.add("cc", "@ao (EQ | REL) (@ao | ADDRESS)");
        self.rules.add("cc", "@x0 EQ @a0");
    }

    /// Patterns of words and literals.
    pub(super) fn terminals(&mut self) {
        let text = r#"([ !#-\[\]-~]|\\[nrt"'\\0]|\\x[0-9a-fA-F]{2})"#;
        let single = r#"([ !-&(-\[\]-~]|\\[nrt"'\\])"#;
        for (name, pattern) in [
            ("STR", format!("/\"{text}{{0,120}}\"|'{single}{{0,120}}'/")),
            ("HEXSTR", r#"/hex"([0-9a-fA-F]{2}){0,40}"/"#.to_owned()),
            ("N7", "/[0-9]|[1-9][0-9]|0x[0-7][0-9a-fA-F]/".to_owned()),
            ("NZ7", "/[1-9][0-9]?/".to_owned()),
            ("N8", "/[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]|0x[0-9a-fA-F]{1,2}/".to_owned()),
            ("NZ8", "/[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]/".to_owned()),
            ("N16", "/0|[1-9][0-9]{0,3}|[1-6][0-4][0-9]{3}|0x[0-9a-fA-F]{1,4}/".to_owned()),
            ("NZ16", "/[1-9][0-9]{0,3}|[1-6][0-4][0-9]{3}/".to_owned()),
            ("N32", "/0|[1-9][0-9]{0,8}|[1-9][0-9]{0,2}(_[0-9]{3}){1,2}|0x[0-9a-fA-F]{1,8}|[1-9]e[1-8]/".to_owned()),
            ("NZ32", "/[1-9][0-9]{0,8}|[1-9][0-9]{0,2}(_[0-9]{3}){1,2}|[1-9]e[1-8]/".to_owned()),
            ("N64", "/0|[1-9][0-9]{0,17}|[1-9][0-9]{0,2}(_[0-9]{3}){1,5}|0x[0-9a-fA-F]{1,15}|[1-9]e1?[0-8]/".to_owned()),
            ("NZ64", "/[1-9][0-9]{0,17}|[1-9][0-9]{0,2}(_[0-9]{3}){1,5}|[1-9]e1?[0-8]/".to_owned()),
            ("N128", "/0|[1-9][0-9]{0,37}|[1-9][0-9]{0,2}(_[0-9]{3}){1,11}|0x[0-9a-fA-F]{1,31}|[1-9][0-9]{0,2}e[12]?[0-9]/".to_owned()),
            ("NZ128", "/[1-9][0-9]{0,37}|[1-9][0-9]{0,2}(_[0-9]{3}){1,11}|[1-9][0-9]{0,2}e[12]?[0-9]/".to_owned()),
            ("N256", "/0|[1-9][0-9]{0,76}|[1-9][0-9]{0,2}(_[0-9]{3}){1,24}|0x([0-9a-fA-F]{1,39}|[0-9a-fA-F]{41,64})|[1-9][0-9]{0,5}e[1-5]?[0-9]/".to_owned()),
            ("NZ256", "/[1-9][0-9]{0,76}|[1-9][0-9]{0,2}(_[0-9]{3}){1,24}|[1-9][0-9]{0,5}e[1-5]?[0-9]/".to_owned()),
            ("DECIMAL", "/(0|[1-9][0-9]{0,5})\\.[0-9]{0,5}[1-9](e1[0-8]| ether| gwei| days| weeks)/".to_owned()),
            ("UNIT", "/ (ether|gwei|wei|seconds|minutes|hours|days|weeks)/".to_owned()),
            ("P18", "/[1-9]|1[0-8]/".to_owned()),
            ("P36", "/[1-9]|[12][0-9]|3[0-6]/".to_owned()),
            ("P76", "/[1-9]|[1-6][0-9]|7[0-6]/".to_owned()),
            ("P62", "/[1-9]|[1-5][0-9]|6[0-2]/".to_owned()),
            ("P254", "/[1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-4]/".to_owned()),
            ("SMALL", "/[1-9][0-9]{0,2}/".to_owned()),
            ("AZERO", "/0|0x0|0x00|0x0{40}|[1-9]|0xdead|0xdEaD/".to_owned()),
            ("FZERO", "/0|0x0|0x00/".to_owned()),
            ("ADDRESS", self.addresses()),
            ("MINMAX", "\"max\" | \"min\"".to_owned()),
            ("ADDOP", "\"+\" | \"-\"".to_owned()),
            ("DIVOP", "\"/\" | \"%\"".to_owned()),
            ("SHOP", "\"<<\" | \">>\"".to_owned()),
            ("BITOP", "\"&\" | \"|\" | \"^\"".to_owned()),
            ("EQ", "\"==\" | \"!=\"".to_owned()),
            ("REL", "\"<\" | \">\" | \"<=\" | \">=\"".to_owned()),
        ] {
            self.rules.terminal(name, pattern);
        }
        for bytes in 1..=32 {
            self.rules.terminal(format!("SB{bytes}"), format!("/\"[ !#-\\[\\]-~]{{0,{bytes}}}\"/"));
        }
    }

    /// Address literals that the file holds already: others would need a checksum.
    fn addresses(&self) -> String {
        let usual = ["0x000000000000000000000000000000000000dEaD", "0x0000000000000000000000000000000000000000"];
        let all: Vec<&str> = usual.into_iter().chain(self.scope.addresses.iter().map(String::as_str)).collect();
        format!("/{}/", all.join("|"))
    }
}
