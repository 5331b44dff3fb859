//! What can be made of a value of a type: fields, elements, calls, casts.

use super::{
    build::{Build, literals},
    rules::path,
    types::{Place, Type},
};

impl Build<'_> {
    /// Adds what a value of the type leads to, and what leads to one.
    pub(super) fn members(&mut self, ty: &Type) {
        let id = self.id(ty);
        let atom = format!("a{id}");
        self.rules.add(&atom, format!("@l{id}"));
        self.rules.add(&atom, format!("\"(\" @x{id} \")\""));
        self.rules.add(&atom, format!("\"(\" @c \"?\" @x{id} \":\" @x{id} \")\""));
        if !matches!(ty, Type::Uint(_) | Type::Int(_) | Type::Bool | Type::Fixed(_)) {
            self.rules.add(&format!("x{id}"), format!("@a{id}"));
        }
        match ty {
            Type::Address | Type::Payable => self.address(ty, id),
            Type::Fixed(bytes) => self.fixed(*bytes, id),
            Type::Bytes(place) | Type::Text(place) => self.bytes(ty, *place, id),
            Type::Array(element, length, place) => self.array(element, length.as_deref(), *place, id),
            Type::Mapping(key, value) => self.mapping(key, value, id),
            Type::Struct(index, place) => self.structure(*index, *place, id),
            Type::Enum(index) => self.enumeration(*index, id),
            Type::Wrapped(index) => self.wrapped(*index, id),
            Type::Contract(index) => self.contract(*index, id),
            Type::Uint(_) | Type::Int(_) => self.number(ty, id),
            Type::Bool => {
                for text in ["\"true\"", "\"false\"", "\"!\" @a0"] {
                    self.rules.add("a0", text);
                }
            }
        }
        self.decoded(ty);
        if ty.place() == Some(Place::Storage) && !self.scope.holds_mapping(ty) {
            self.id(&ty.at(Place::Memory));
        }
    }

    /// Whether what lies at a place may be changed.
    fn may_write(&self, place: Place) -> bool {
        place == Place::Memory || place == Place::Storage && self.writes
    }

    fn number(&mut self, ty: &Type, id: usize) {
        let word = literals(&self.spelled(ty).unwrap_or_default());
        let cast = |source: &str| format!("{word} \"(\" {source} \")\"");
        let atom = format!("a{id}");
        if self.scope.version >= (6, 8) {
            self.rules.add(&atom, format!("\"type\" \"(\" {word} \")\" \".\" MINMAX"));
        }
        self.rules.add(&format!("cast{id}"), format!("@k{id}"));
        self.rules.add(&atom, cast(&format!("@cast{id}")));
        if *ty == Type::Uint(160) {
            let address = self.of("x", &Type::Address);
            self.rules.add(&atom, cast(&address));
        }
    }

    fn address(&mut self, ty: &Type, id: usize) {
        let uint = Type::Uint(256);
        if self.reads {
            self.atom(&uint, format!("@a{id} \".\" \"balance\""));
            if self.scope.version >= (8, 1) {
                self.atom(&uint, format!("@a{id} \".\" \"code\" \".\" \"length\""));
                let code = self.id(&Type::Bytes(Place::Memory));
                self.rules.add(&format!("e{code}"), format!("@a{id} \".\" \"code\""));
            }
            if self.scope.version >= (5, 0) {
                self.atom(&Type::Fixed(32), format!("@a{id} \".\" \"codehash\""));
            }
            self.low_level(id);
        }
        if *ty == Type::Payable {
            let plain = self.of("x", &Type::Address);
            for source in [plain, format!("@x{id}"), "\"0\"".to_owned()] {
                self.rules.add(&format!("a{id}"), format!("\"payable\" \"(\" {source} \")\""));
            }
            if self.writes {
                let amount = self.of("e", &uint);
                self.rules.add("effect", format!("@a{id} \".\" \"transfer\" \"(\" {amount} \")\""));
                self.atom(&Type::Bool, format!("@a{id} \".\" \"send\" \"(\" {amount} \")\""));
            }
        } else {
            let (number, bytes) = (self.of("a", &Type::Uint(160)), self.of("a", &Type::Fixed(20)));
            let payable = self.of("x", &Type::Payable);
            for source in [number, bytes, payable, format!("@x{id}"), "@azero".to_owned()] {
                self.rules.add(&format!("a{id}"), format!("\"address\" \"(\" {source} \")\""));
            }
        }
    }

    /// `call`, `delegatecall` and `staticcall`: what they return is always a tuple that someone takes apart.
    fn low_level(&mut self, id: usize) {
        let data = self.of("e", &Type::Bytes(Place::Memory));
        let (amount, gas) = (self.of("e", &Type::Uint(256)), self.of("e", &Type::Uint(256)));
        let tuple = self.tuple(&[Type::Bool, Type::Bytes(Place::Memory)]);
        let (call, gas) = (format!("t{tuple}"), format!("\"gas\" \":\" {gas}"));
        self.rules.add(&call, format!("@a{id} \".\" \"staticcall\" (\"{{\" {gas} \"}}\")? \"(\" {data} \")\""));
        if self.writes {
            let value = format!("\"value\" \":\" {amount}");
            let options = format!("(\"{{\" ({value} (\",\" {gas})? | {gas} (\",\" {value})?) \"}}\")?");
            self.rules.add(&call, format!("@a{id} \".\" \"call\" {options} \"(\" {data} \")\""));
            self.rules.add(&call, format!("@a{id} \".\" \"delegatecall\" (\"{{\" {gas} \"}}\")? \"(\" {data} \")\""));
        }
    }

    fn fixed(&mut self, bytes: u8, id: usize) {
        let atom = format!("a{id}");
        let cast = |source: &str| format!("\"bytes{bytes}\" \"(\" {source} \")\"");
        let same = self.of("a", &Type::Uint(u16::from(bytes) * 8));
        for source in ["\"0\"".to_owned(), same, "@fixed".to_owned(), format!("SB{bytes}")] {
            self.rules.add(&atom, cast(&source));
        }
        self.rules.add("fixed", format!("@x{id}"));
        if self.scope.version >= (8, 8) {
            for place in [Place::Calldata, Place::Memory] {
                let source = self.of("x", &Type::Bytes(place));
                self.rules.add(&atom, cast(&source));
            }
        }
        if bytes == 20 {
            let address = self.of("x", &Type::Address);
            self.rules.add(&atom, cast(&address));
        }
        if bytes > 1 {
            let digit = (bytes - 1).min(9);
            self.rules.terminal(format!("IX{digit}"), format!("/[0-{digit}]/"));
            self.atom(&Type::Fixed(1), format!("@a{id} \"[\" (@un | IX{digit}) \"]\""));
        }
        self.atom(&Type::Uint(8), format!("@a{id} \".\" \"length\""));
    }

    fn bytes(&mut self, ty: &Type, place: Place, id: usize) {
        let atom = format!("a{id}");
        let other = if matches!(ty, Type::Bytes(_)) { Type::Text(place) } else { Type::Bytes(place) };
        let source = self.of("x", &other);
        let word = if matches!(ty, Type::Bytes(_)) { "bytes" } else { "string" };
        for source in [source, format!("@x{id}")] {
            self.rules.add(&atom, format!("\"{word}\" \"(\" {source} \")\""));
        }
        if matches!(ty, Type::Text(_)) {
            return;
        }
        if place == Place::Memory {
            self.rules.add(&atom, "\"bytes\" \"(\" STR \")\"");
        }
        let index = self.of("e", &Type::Uint(256));
        self.atom(&Type::Uint(256), format!("@a{id} \".\" \"length\""));
        self.variable(&Type::Fixed(1), format!("@a{id} \"[\" {index} \"]\""), self.may_write(place));
        match place {
            Place::Calldata => {
                self.rules.add(&format!("x{id}"), format!("@a{id} \"[\" ({index})? \":\" ({index})? \"]\""))
            }
            Place::Storage if self.writes => {
                let one = self.of("e", &Type::Fixed(1));
                self.rules.add("effect", format!("@a{id} \".\" \"push\" \"(\" {one} \")\""));
                self.rules.add("effect", format!("@a{id} \".\" \"pop\" \"(\" \")\""));
            }
            Place::Memory => self.rules.add(&atom, format!("NEWKW \"bytes\" \"(\" {index} \")\"")),
            Place::Storage => {}
        }
    }

    fn array(&mut self, element: &Type, length: Option<&str>, place: Place, id: usize) {
        let atom = format!("a{id}");
        let index = self.of("e", &Type::Uint(256));
        self.atom(&Type::Uint(256), format!("@a{id} \".\" \"length\""));
        let inside = match length {
            None => index.clone(),
            Some(length) => {
                let last = length.parse::<u32>().unwrap_or(1).saturating_sub(1).min(9);
                self.rules.terminal(format!("IX{last}"), format!("/[0-{last}]/"));
                format!("(@un | IX{last})")
            }
        };
        let writable = self.may_write(place);
        self.variable(&element.at(place), format!("@a{id} \"[\" {inside} \"]\""), writable);
        let copied = element.at(Place::Memory);
        if place == Place::Storage && length.is_none() && self.writes {
            if !self.scope.holds_mapping(element) {
                let one = self.of("e", &copied);
                self.rules.add("effect", format!("@a{id} \".\" \"push\" \"(\" {one} \")\""));
            }
            self.rules.add("effect", format!("@a{id} \".\" \"push\" \"(\" \")\""));
            self.rules.add("effect", format!("@a{id} \".\" \"pop\" \"(\" \")\""));
        }
        if place == Place::Calldata && length.is_none() {
            self.rules.add(&format!("x{id}"), format!("@a{id} \"[\" ({index})? \":\" ({index})? \"]\""));
        }
        if place == Place::Memory
            && length.is_none()
            && let Some(spelled) = self.spelled(element)
        {
            self.rules.add(&atom, format!("NEWKW {} \"[\" \"]\" \"(\" {index} \")\"", literals(&spelled)));
        }
        if place == Place::Memory
            && let Some(count) = length.and_then(|length| length.parse::<usize>().ok()).filter(|count| *count <= 8)
        {
            let one = self.of("x", element);
            let rest = vec![self.of("e", element); count.saturating_sub(1)];
            let all: Vec<String> = std::iter::once(one).chain(rest).collect();
            self.rules.add(&format!("e{id}"), format!("\"[\" {} \"]\"", all.join(" \",\" ")));
        }
    }

    fn mapping(&mut self, key: &Type, value: &Type, id: usize) {
        let key = self.of("e", key);
        self.variable(&value.at(Place::Storage), format!("@a{id} \"[\" {key} \"]\""), self.writes);
    }

    fn structure(&mut self, index: usize, place: Place, id: usize) {
        let held = &self.scope.structs[index];
        for (name, ty) in &held.fields {
            if place != Place::Storage && matches!(ty, Type::Mapping(..)) {
                continue;
            }
            self.variable(&ty.at(place), format!("@a{id} \".\" \"{name}\""), self.may_write(place));
        }
        let whole = held.is_whole && !held.path.is_empty() && !held.fields.is_empty();
        if place != Place::Memory || !whole || self.scope.holds_mapping(&Type::Struct(index, place)) {
            return;
        }
        let fields: Vec<(String, String)> =
            held.fields.iter().map(|(name, ty)| (name.clone(), self.of("e", &ty.at(Place::Memory)))).collect();
        let plain: Vec<&str> = fields.iter().map(|(_, rule)| rule.as_str()).collect();
        let named: Vec<String> = fields.iter().map(|(name, rule)| format!("\"{name}\" \":\" {rule}")).collect();
        let name = path(&held.path);
        self.atom(&Type::Struct(index, place), format!("{name} \"(\" {} \")\"", plain.join(" \",\" ")));
        self.atom(&Type::Struct(index, place), format!("{name} \"(\" \"{{\" {} \"}}\" \")\"", named.join(" \",\" ")));
    }

    fn enumeration(&mut self, index: usize, id: usize) {
        let held = &self.scope.enums[index];
        if held.path.is_empty() {
            return;
        }
        let name = path(&held.path);
        for member in &held.members {
            self.rules.add(&format!("a{id}"), format!("{name} \".\" \"{member}\""));
        }
        let number = self.of("x", &Type::Uint(256));
        self.rules.add(&format!("a{id}"), format!("{name} \"(\" {number} \")\""));
    }

    fn wrapped(&mut self, index: usize, id: usize) {
        let held = &self.scope.wrapped[index];
        if held.path.is_empty() {
            return;
        }
        let (name, inner) = (path(&held.path), held.inner.clone());
        let source = self.of("e", &inner);
        self.rules.add(&format!("a{id}"), format!("{name} \".\" \"wrap\" \"(\" {source} \")\""));
        self.atom(&inner, format!("{name} \".\" \"unwrap\" \"(\" @x{id} \")\""));
    }

    fn contract(&mut self, index: usize, id: usize) {
        let held = &self.scope.contracts[index];
        for function in &held.functions {
            let name = &function.path[0];
            let arguments = self.arguments(function, 0);
            let amount = self.of("e", &Type::Uint(256));
            let option = if function.is_payable && self.writes {
                format!("(\"{{\" \"value\" \":\" {amount} \"}}\")?")
            } else {
                String::new()
            };
            let text = format!("@a{id} \".\" \"{name}\" {option} {arguments}");
            self.called(&function.returns, text.clone());
            self.tried(&function.returns, text);
        }
        for name in &held.callable_names {
            self.atom(&Type::Fixed(4), format!("@a{id} \".\" \"{name}\" \".\" \"selector\""));
        }
        let address = self.of("x", &Type::Address);
        let payable = self.of("x", &Type::Payable);
        self.atom(&Type::Address, format!("\"address\" \"(\" @x{id} \")\""));
        if held.takes_ether && self.scope.version.0 >= 6 {
            self.atom(&Type::Payable, format!("\"payable\" \"(\" @x{id} \")\""));
        }
        if held.path.is_empty() {
            return;
        }
        let name = path(&held.path);
        let plain = (!held.takes_ether).then_some(address);
        for from in plain.into_iter().chain([payable, format!("@x{id}")]) {
            self.rules.add(&format!("a{id}"), format!("{name} \"(\" {from} \")\""));
        }
        for selector in &held.selectors {
            self.atom(&Type::Fixed(4), format!("{name} \".\" \"{selector}\" \".\" \"selector\""));
        }
        if let Some(create) = &held.create {
            let arguments = self.arguments(create, 0);
            self.rules.add(&format!("a{id}"), format!("NEWKW {name} {arguments}"));
        }
    }

    /// `abi.decode(data, (T))`
    fn decoded(&mut self, ty: &Type) {
        let known = !matches!(ty, Type::Mapping(..) | Type::Payable)
            && !matches!(ty.place(), Some(Place::Storage | Place::Calldata));
        if known && let Some(spelled) = self.spelled(ty) {
            let data = self.of("e", &Type::Bytes(Place::Memory));
            let text = format!("\"abi\" \".\" \"decode\" \"(\" {data} \",\" \"(\" {} \")\" \")\"", literals(&spelled));
            self.atom(ty, text);
        }
    }
}
