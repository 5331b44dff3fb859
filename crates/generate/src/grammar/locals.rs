//! Declarations of locals: a free name where a new one is given, and the names given so far as literals of their types.

use super::{
    build::{Build, GAP},
    rules::MOST_LOCALS,
    statements::slots,
    types::{Place, Type},
};

/// Words that no local may be called.
const RESERVED: &str = "if else for while do return break continue unchecked require assert revert emit delete new true false \
this super msg tx block abi type address bool string bytes uint int byte mapping memory storage calldata payable gasleft blockhash \
keccak256 assembly let now var days hours weeks minutes seconds ether wei gwei virtual override public private internal external view \
pure constant immutable event struct enum function modifier contract interface library import using as is try throw catch \
case default final in inline match null of relocatable static switch typeof after alias apply auto copyof define implements macro \
mutable partial promise reference sealed sizeof supports typedef unicode hex selfdestruct suicide ecrecover sha256 sha3 ripemd160 \
addmod mulmod fixed ufixed indexed anonymous constructor fallback receive pragma abstract transient at log0 log1 log2 log3 \
years finney szabo blobhash returns _";

impl Build<'_> {
    /// Every way to declare something, in every place where something can be declared.
    pub(super) fn declarations(&mut self) {
        self.names();
        let open = self.locals.all.len() < MOST_LOCALS;
        for (id, ty) in self.all() {
            if ty.place() == Some(Place::Memory) && self.scope.holds_mapping(&ty) {
                continue;
            }
            let Some(pattern) = self.pattern(&ty) else { continue };
            self.rules.terminal(format!("T{id}"), pattern);
            let value = if matches!(ty.place(), Some(Place::Storage | Place::Calldata)) {
                format!("@x{id}")
            } else {
                format!("@v{id}")
            };
            if open {
                let name = self.fresh(&ty, id);
                if value.starts_with("@v") {
                    self.rules.add("declare", format!("T{id} {name}"));
                    self.rules.add(&format!("slot{id}"), format!("T{id} @fresht"));
                }
                self.rules.add("declare", format!("T{id} {name} \"=\" {value}"));
                self.rules.add("tryhead", format!("@try{id} \"returns\" \"(\" T{id} {name} \")\" @block"));
            }
        }
        for rest in ["stmts", "top"] {
            self.rules.add(rest, format!("@com @declare \";\" @{rest}"));
        }
        self.rules.add("stmt", "\"for\" \"(\" @declare \";\" @rest");
        self.known();
        self.tuples();
        self.tries(open);
        self.assignments();
    }

    fn names(&mut self) {
        let taken = self.scope.taken.iter().map(String::as_str);
        let locals = self.locals.all.iter().map(|local| local.name.as_str());
        let mut all: Vec<&str> = taken.chain(locals).chain(RESERVED.split_whitespace()).collect();
        all.sort_unstable();
        all.dedup();
        let sized = "u?int[0-9]{1,3}|bytes[0-9]{1,2}|u?fixed[0-9x]*";
        let names: Vec<String> = all.into_iter().map(|name| name.replace('$', "\\$")).collect();
        let names = names.join("|");
        self.rules.terminal("NEW", format!("/[a-zA-Z_$][a-zA-Z0-9_$]{{0,30}}/ & ~/({names}|{sized})/"));
        self.rules.add("fresht", "NEW");
        for (name, bits) in self.by_name() {
            let in_tuple = self.locals.tuples.iter().flatten().flatten().any(|bit| bits.contains(bit));
            if !in_tuple {
                self.rules.add_if("fresht", format!("\"{name}\""), clear(&bits));
            }
        }
    }

    /// Names of locals with their bits, one for each type.
    fn by_name(&self) -> Vec<(String, Vec<usize>)> {
        let mut found: Vec<(String, Vec<usize>)> = Vec::new();
        for (bit, local) in self.locals.all.iter().enumerate() {
            match found.iter_mut().find(|(name, _)| *name == local.name) {
                Some((_, bits)) => bits.push(bit),
                None => found.push((local.name.clone(), vec![bit])),
            }
        }
        found
    }

    /// A name that is not one of this type yet: a new one, or one of another type that is not visible.
    fn fresh(&mut self, ty: &Type, id: usize) -> String {
        let names = self.by_name();
        if names.is_empty() {
            return "NEW".to_owned();
        }
        let has = |bits: &[usize]| bits.iter().any(|bit| self.locals.all[*bit].ty == *ty);
        let special = names.iter().any(|(_, bits)| has(bits));
        let rule = if special { format!("fresh{id}") } else { "fresh".to_owned() };
        let others: Vec<(String, Vec<usize>)> = names.iter().filter(|(_, bits)| !has(bits)).cloned().collect();
        self.rules.add(&rule, "NEW");
        for (name, bits) in others {
            self.rules.add_if(&rule, format!("\"{name}\""), clear(&bits));
        }
        format!("@{rule}")
    }

    /// What was declared once may be declared so again, where it is not visible.
    fn known(&mut self) {
        let names = self.by_name();
        for (bit, local) in self.locals.all.iter().enumerate() {
            let id = self.id(&local.ty);
            let Some((_, bits)) = names.iter().find(|(name, _)| *name == local.name) else { continue };
            let (name, free, set) = (&local.name, clear(bits), format!("{{set_bit({bit})}}"));
            let pointer = matches!(local.ty.place(), Some(Place::Storage | Place::Calldata));
            let value = if pointer { format!("@x{id}") } else { format!("@v{id}") };
            let mut forms = vec![format!("T{id} \"{name}\" \"=\" {value}")];
            if !pointer {
                forms.push(format!("T{id} \"{name}\""));
            }
            for form in forms {
                for rest in ["stmts", "top"] {
                    let after = format!("{{bit_or(0x{:x})}}", 1u64 << bit);
                    self.rules.add_if(rest, format!("@com {form} \";\" @{rest}{after}"), free.clone());
                }
                self.rules.add_if("stmt", format!("\"for\" \"(\" {form} \";\" @rest{set}"), free.clone());
            }
            let head = format!("@try{id} \"returns\" \"(\" T{id} \"{name}\" \")\" @block{set}");
            self.rules.add_if("tryhead", head, free.clone());
            for (rule, word, ty) in [
                ("catche", "CATCH \"Error\"", Type::Text(Place::Memory)),
                ("catchb", "(\"catch\" | CATCH)", Type::Bytes(Place::Memory)),
            ] {
                if local.ty == ty {
                    let text = format!("{word} \"(\" T{id} \"{name}\" \")\" @block{set}");
                    self.rules.add_if(rule, text, free.clone());
                }
            }
        }
    }

    fn tuples(&mut self) {
        let all = self.all();
        for (index, types) in self.all_tuples() {
            let components: Vec<String> = types.iter().map(|ty| format!("@comp{}", self.id(ty))).collect();
            for (ty, rule) in types.iter().zip(&components) {
                for (other, target) in &all {
                    if self.scope.converts(ty, target) {
                        self.rules.add(&rule[1..], format!("@slot{other}"));
                    }
                }
            }
            for rest in ["stmts", "top"] {
                for slots in slots(&components) {
                    self.rules.add(rest, format!("@com \"(\" {slots} \")\" \"=\" @t{index} \";\" @{rest}"));
                }
            }
            for pattern in &self.locals.tuples {
                self.tuple_again(index, &types, &components, pattern);
            }
        }
    }

    /// A tuple of declarations that was begun before: its names as literals, and what was not written yet free.
    fn tuple_again(&mut self, index: usize, types: &[Type], components: &[String], pattern: &[Option<usize>]) {
        let fits = pattern.len() <= types.len()
            && pattern
                .iter()
                .zip(types)
                .all(|(slot, ty)| slot.is_none_or(|bit| self.scope.converts(ty, &self.locals.all[bit].ty)));
        if !fits {
            return;
        }
        let mut parts = Vec::new();
        let (mut mask, mut taken) = (0u64, Vec::new());
        let names = self.by_name();
        for (at, component) in components.iter().enumerate() {
            match pattern.get(at) {
                None => parts.push(format!("({component})?")),
                Some(None) => parts.push(String::new()),
                Some(Some(bit)) => {
                    let local = &self.locals.all[*bit];
                    parts.push(format!("T{} \"{}\"", self.id(&local.ty), local.name));
                    mask |= 1 << bit;
                    taken.extend(
                        names.iter().filter(|(name, _)| *name == local.name).flat_map(|(_, bits)| bits.clone()),
                    );
                }
            }
        }
        let condition = clear(&taken);
        for rest in ["stmts", "top"] {
            let list = parts.join(" \",\" ");
            let text = format!("@com \"(\" {list} \")\" \"=\" @t{index} \";\" @{rest}{{bit_or(0x{mask:x})}}");
            self.rules.add_if(rest, text, condition.clone());
        }
    }

    fn tries(&mut self, open: bool) {
        if self.scope.version.0 < 6 {
            return;
        }
        self.rules.add("tryhead", "@try @block");
        self.rules.add("stmt", "TRY @tryhead @catches");
        for text in ["@catch0", "@catchb", "@catche (@catch0 | @catchb)?"] {
            self.rules.add("catches", text);
        }
        self.rules.add("catch0", "(\"catch\" | CATCH) @block");
        if open {
            let (text, bytes) = (Type::Text(Place::Memory), Type::Bytes(Place::Memory));
            let (text_id, bytes_id) = (self.id(&text), self.id(&bytes));
            let (a, b) = (self.fresh(&text, text_id), self.fresh(&bytes, bytes_id));
            self.rules.add("catche", format!("CATCH \"Error\" \"(\" T{text_id} {a} \")\" @block"));
            self.rules.add("catchb", format!("(\"catch\" | CATCH) \"(\" T{bytes_id} {b} \")\" @block"));
        }
    }

    /// Calls that return several values and need no function of the scope.
    pub(super) fn tuple_calls(&mut self) {
        let data = self.of("e", &Type::Bytes(Place::Memory));
        for (index, types) in self.all_tuples() {
            let spelled: Option<Vec<String>> =
                types.iter().map(|ty| self.spelled(ty).map(|parts| super::build::literals(&parts))).collect();
            let copied =
                types.iter().all(|ty| *ty != Type::Payable && matches!(ty.place(), None | Some(Place::Memory)));
            if let Some(spelled) = spelled.filter(|_| copied) {
                let list = spelled.join(" \",\" ");
                let text = format!("\"abi\" \".\" \"decode\" \"(\" {data} \",\" \"(\" {list} \")\" \")\"");
                self.rules.add(&format!("t{index}"), text);
            }
        }
    }

    /// A type before a name, with the place that it must state.
    fn pattern(&self, ty: &Type) -> Option<String> {
        let word = |part: &String| match part.as_str() {
            "uint256" => "(uint256|uint)".to_owned(),
            "int256" => "(int256|int)".to_owned(),
            "address payable" => "address[ ]+payable".to_owned(),
            "[" | "]" | "." => format!("[ ]?\\{part}"),
            other => other.replace('$', "\\$"),
        };
        let spelled: Vec<String> = self.spelled(ty)?.iter().map(word).collect();
        let place = match ty.place() {
            None => "",
            Some(Place::Storage) => "storage",
            Some(Place::Memory) => "memory",
            Some(Place::Calldata) => "calldata",
        };
        let ends = spelled.concat();
        Some(if place.is_empty() {
            format!("/{ends}{GAP}/")
        } else if ends.ends_with(']') {
            format!("/{ends}[ ]*{place}{GAP}/")
        } else {
            format!("/{ends}{GAP}{place}{GAP}/")
        })
    }
}

/// None of the bits is set.
fn clear(bits: &[usize]) -> String {
    let all = bits.iter().map(|bit| format!("bit_clear({bit})"));
    all.reduce(|a, b| format!("and({a}, {b})")).unwrap_or_else(|| "true".to_owned())
}
