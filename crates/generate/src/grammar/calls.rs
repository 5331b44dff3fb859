//! Values and calls that a scope offers by name, and what the language offers everywhere.

use super::{
    build::Build,
    rules::path,
    types::{Place, Type},
};

impl Build<'_> {
    /// State, constants, parameters, locals.
    pub(super) fn values(&mut self) {
        for value in &self.scope.values {
            self.variable(&value.ty, path(&value.path), value.writable);
        }
        for (bit, local) in self.locals.all.iter().enumerate() {
            let id = self.id(&local.ty);
            let pointer = matches!(local.ty.place(), Some(Place::Storage | Place::Calldata));
            let family = if pointer { "a" } else { "l" };
            self.rules.add_local(&format!("{family}{id}"), format!("\"{}\"", local.name), bit);
            if pointer {
                let text = format!("\"{}\" \"=\" @x{id}", local.name);
                self.rules.add_local("effect", text, bit);
            }
        }
    }

    /// Functions by name and functions after a value.
    pub(super) fn callables(&mut self) {
        for function in &self.scope.functions {
            let text = format!("{} {}", path(&function.path), self.arguments(function, 0));
            self.called(&function.returns, text);
        }
        for attached in &self.scope.attached {
            let Some((_, first)) = attached.function.params.first() else { continue };
            let receivers = self.receivers(attached.receivers.as_ref(), first);
            for receiver in receivers {
                let receiver = self.of("a", &receiver);
                let arguments = self.arguments(&attached.function, 1);
                let text = format!("{receiver} \".\" \"{}\" {arguments}", attached.function.path[0]);
                self.called(&attached.function.returns, text);
            }
        }
    }

    /// Types of values after which an attached function may stand: those that `using` names, where they convert.
    fn receivers(&self, wanted: Option<&Type>, first: &Type) -> Vec<Type> {
        let same = |place: Place| {
            let ty = first.at(place);
            let named = wanted.is_none_or(|wanted| wanted.at(place) == ty);
            (named && ty.converts_to(first)).then_some(ty)
        };
        let mut found: Vec<Type> =
            [Place::Storage, Place::Memory, Place::Calldata].into_iter().filter_map(same).collect();
        if *first == Type::Address && wanted.is_none_or(|wanted| *wanted == Type::Payable) {
            found.push(Type::Payable);
        }
        if let (Type::Contract(_), Some(Type::Contract(_))) = (first, wanted)
            && let Some(wanted) = wanted.filter(|wanted| self.scope.converts(wanted, first))
        {
            found.push(wanted.clone());
        }
        found.dedup();
        found
    }

    /// Puts a call where what it returns may stand, and among the statements.
    pub(super) fn called(&mut self, returns: &[Type], text: String) {
        match returns {
            [] => self.rules.add("effect", text),
            [one] => {
                self.atom(one, text.clone());
                self.rules.add("effect", text);
            }
            many => {
                let tuple = self.tuple(many);
                self.rules.add(&format!("t{tuple}"), text.clone());
                self.rules.add("effect", text);
            }
        }
    }

    /// A call from outside may be tried.
    pub(super) fn tried(&mut self, returns: &[Type], text: String) {
        if self.scope.version.0 < 6 {
            return;
        }
        match returns {
            [one] => {
                let id = self.id(one);
                self.rules.add(&format!("try{id}"), text.clone());
            }
            [] => {}
            many => {
                let tuple = self.tuple(many);
                self.rules.add(&format!("tryt{tuple}"), text.clone());
            }
        }
        self.rules.add("try", text);
    }

    /// What is there in every function.
    pub(super) fn globals(&mut self) {
        let uint = Type::Uint(256);
        let bytes = Type::Bytes(Place::Memory);
        if self.reads {
            self.environment();
        }
        self.rules.add("azero", "AZERO");
        self.rules.add("azero", "ADDRESS");
        let (data, number) = (self.of("e", &bytes), self.of("e", &uint));
        for word in ["keccak256", "sha256"] {
            self.atom(&Type::Fixed(32), format!("\"{word}\" \"(\" {data} \")\""));
        }
        self.atom(&Type::Fixed(20), format!("\"ripemd160\" \"(\" {data} \")\""));
        for word in ["addmod", "mulmod"] {
            let exact = self.of("x", &uint);
            self.atom(&uint, format!("\"{word}\" \"(\" {number} \",\" {number} \",\" {exact} \")\""));
        }
        let (hash, small) = (self.of("e", &Type::Fixed(32)), self.of("e", &Type::Uint(8)));
        let signature = format!("{hash} \",\" {small} \",\" {hash} \",\" {hash}");
        self.atom(&Type::Address, format!("\"ecrecover\" \"(\" {signature} \")\""));
        if self.scope.version >= (8, 12) {
            let text = self.of("e", &Type::Text(Place::Memory));
            self.atom(
                &Type::Text(Place::Memory),
                format!("\"string\" \".\" \"concat\" \"(\" {text} (\",\" {text})* \")\""),
            );
        }
        if self.scope.version >= (8, 4) {
            self.atom(&bytes, format!("\"bytes\" \".\" \"concat\" \"(\" {data} (\",\" {data})* \")\""));
        }
        for (index, contract) in self.scope.contracts.iter().enumerate() {
            if contract.path.is_empty() || self.scope.version < (6, 8) {
                continue;
            }
            let name = path(&contract.path);
            self.atom(&Type::Text(Place::Memory), format!("\"type\" \"(\" {name} \")\" \".\" \"name\""));
            if self.scope.contracts[index].is_interface {
                self.atom(&Type::Fixed(4), format!("\"type\" \"(\" {name} \")\" \".\" \"interfaceId\""));
            }
        }
    }

    fn environment(&mut self) {
        let uint = Type::Uint(256);
        let (minor, patch) = self.scope.version;
        let newest = |wanted: u32| minor > 8 || minor == 8 && patch >= wanted;
        let mut block = vec!["timestamp", "number", "gaslimit"];
        if minor >= 8 {
            block.push("chainid");
        }
        if newest(7) {
            block.push("basefee");
        }
        if self.scope.oldest >= (8, 18) {
            block.push("prevrandao");
        }
        block.push("difficulty");
        for word in block {
            self.atom(&uint, format!("\"block\" \".\" \"{word}\""));
        }
        let sender = if minor >= 8 { Type::Address } else { Type::Payable };
        self.atom(&sender, "\"msg\" \".\" \"sender\"".into());
        self.atom(&sender, "\"tx\" \".\" \"origin\"".into());
        self.atom(&Type::Payable, "\"block\" \".\" \"coinbase\"".into());
        self.atom(&uint, "\"tx\" \".\" \"gasprice\"".into());
        self.atom(&uint, "\"gasleft\" \"(\" \")\"".into());
        if minor < 7 {
            self.atom(&uint, "\"now\"".into());
        }
        if self.scope.takes_value {
            self.atom(&uint, "\"msg\" \".\" \"value\"".into());
        }
        self.atom(&Type::Bytes(Place::Calldata), "\"msg\" \".\" \"data\"".into());
        self.atom(&Type::Fixed(4), "\"msg\" \".\" \"sig\"".into());
        let number = self.of("e", &uint);
        self.atom(&Type::Fixed(32), format!("\"blockhash\" \"(\" {number} \")\""));
        if let Some(own) = self.scope.own {
            self.atom(&Type::Contract(own), "\"this\"".into());
        } else if self.scope.in_library {
            self.atom(&Type::Address, "\"address\" \"(\" \"this\" \")\"".into());
        }
    }

    /// `abi.encode` and its kin, once all types are known.
    pub(super) fn encodings(&mut self) {
        let bytes = Type::Bytes(Place::Memory);
        for (id, ty) in self.all() {
            if matches!(ty, Type::Mapping(..)) || self.scope.holds_mapping(&ty) {
                continue;
            }
            let nested = matches!(&ty, Type::Array(element, ..) if !element.is_value());
            if !matches!(ty, Type::Struct(..)) && !nested {
                self.rules.add("packed", format!("@x{id}"));
            }
            if self.scope.version.0 >= 8 || !matches!(ty, Type::Struct(..)) && !nested {
                self.rules.add("any", format!("@x{id}"));
            }
        }
        let uint = self.of("k", &Type::Uint(256));
        for text in ["STR".to_owned(), uint] {
            self.rules.add("any", text);
        }
        self.rules.add("packed", "STR");
        let (selector, text) = (self.of("e", &Type::Fixed(4)), self.of("e", &Type::Text(Place::Memory)));
        let rest = "(\",\" @any)*";
        for (name, arguments) in [
            ("encode", "@any (\",\" @any)*".to_owned()),
            ("encodePacked", "@packed (\",\" @packed)*".to_owned()),
            ("encodeWithSelector", format!("{selector} {rest}")),
            ("encodeWithSignature", format!("{text} {rest}")),
        ] {
            self.atom(&bytes, format!("\"abi\" \".\" \"{name}\" \"(\" {arguments} \")\""));
        }
        if self.scope.version < (8, 11) {
            return;
        }
        for contract in self.scope.contracts.iter().filter(|contract| !contract.path.is_empty()) {
            for function in contract.functions.iter().filter(|one| contract.selectors.contains(&one.path[0])) {
                let name = path(&contract.path);
                let params: Vec<String> = function.params.iter().map(|(_, ty)| self.of("e", ty)).collect();
                let mut arguments = format!("\"(\" {} \")\"", params.join(" \",\" "));
                if let [one] = params.as_slice() {
                    arguments = format!("({arguments} | {one})");
                }
                let text = format!("{name} \".\" \"{}\" \",\" {arguments}", function.path[0]);
                self.atom(&bytes, format!("\"abi\" \".\" \"encodeCall\" \"(\" {text} \")\""));
            }
        }
    }
}
