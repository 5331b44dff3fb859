//! What a function's body can name.

use solwright_analysis::project::Sources;
use solwright_syntax::{
    ContractItem, ContractKind, Document, FunctionItem, FunctionStub, MemberItem, MemberKind, Span, Visibility,
};
use std::collections::BTreeSet;

/// Statements, literals and functions of the language. `assembly` and `selfdestruct` are left out on purpose.
pub(super) const KEYWORDS: &[&str] = &[
    "if",
    "else",
    "for",
    "while",
    "do",
    "return",
    "break",
    "continue",
    "delete",
    "emit",
    "new",
    "revert",
    "unchecked",
    "try",
    "catch",
    "returns",
    "true",
    "false",
    "this",
    "super",
    "msg",
    "block",
    "tx",
    "abi",
    "type",
    "require",
    "assert",
    "keccak256",
    "sha256",
    "ecrecover",
    "addmod",
    "mulmod",
    "blockhash",
    "gasleft",
    "value",
    "gas",
    "salt",
    "payable",
];
pub(super) const DATA_LOCATIONS: &[&str] = &["memory", "storage", "calldata", "payable"];
pub(super) const UNITS: &[&str] = &["wei", "gwei", "ether", "seconds", "minutes", "hours", "days", "weeks"];

const MEMBERS: &[(&str, &[&str])] = &[
    ("msg", &["sender", "value", "data", "sig"]),
    ("block", &["timestamp", "number", "chainid", "coinbase", "basefee", "prevrandao", "gaslimit"]),
    ("tx", &["origin", "gasprice"]),
    ("abi", &["encode", "encodePacked", "encodeWithSelector", "encodeWithSignature", "encodeCall", "decode"]),
];

/// Members of the language's own types.
const COMMON_MEMBERS: &[&str] = &[
    "length",
    "push",
    "pop",
    "balance",
    "code",
    "codehash",
    "transfer",
    "send",
    "call",
    "delegatecall",
    "staticcall",
    "selector",
    "address",
    "max",
    "min",
    "concat",
    "name",
    "interfaceId",
    "wrap",
    "unwrap",
];

/// The names that a function's body may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Variables, parameters and functions.
    pub names: BTreeSet<String>,
    /// State variables, those among `names` that reasoning may say are read or written.
    pub state: BTreeSet<String>,
    /// State variables, parameters and named return values: they can be read and not called.
    pub values: BTreeSet<String>,
    /// Fields of structs, members of enums and functions of contracts in reach.
    pub fields: BTreeSet<String>,
    /// Modifiers that the signature invokes.
    pub guards: BTreeSet<String>,
    /// Contracts, structs, enums and elementary types.
    pub types: BTreeSet<String>,
    /// What `emit` takes.
    pub events: BTreeSet<String>,
    /// What `revert` takes.
    pub errors: BTreeSet<String>,
    /// The function's own parameters, in order.
    pub parameters: Vec<String>,
    /// Whether nobody outside can call it.
    pub is_inside: bool,
}

impl Scope {
    /// Whether the file has something of this name, wherever it may stand.
    pub fn knows(&self, name: &str) -> bool {
        let all = [&self.names, &self.values, &self.fields, &self.types, &self.events, &self.errors];
        all.into_iter().any(|names| names.contains(name))
    }

    /// The scope of a stub's body: its parameters, its contract, what that inherits, and the contracts of all files.
    pub fn of(sources: &Sources, document: &Document, stub: &FunctionStub) -> Self {
        let mut scope = Self { types: elementary(), ..Self::default() };
        let imported = sources.files.iter().skip(1).map(|file| Document::parse(&*file.text));
        let documents: Vec<Document> = std::iter::once(document.clone()).chain(imported).collect();
        let contracts: Vec<(&Document, ContractItem)> = documents
            .iter()
            .flat_map(|document| document.contracts().into_iter().map(move |contract| (document, contract)))
            .collect();
        scope.types.extend(contracts.iter().map(|(_, contract)| contract.name.clone()));
        scope.fields.extend(contracts.iter().flat_map(|(document, contract)| fields(document, contract)));
        let Some(own) = contracts.iter().find(|(at, c)| c.span == stub.contract_span && at.text() == document.text())
        else {
            return scope;
        };
        let (mut waiting, mut seen) = (vec![own], BTreeSet::new());
        while let Some((document, contract)) = waiting.pop() {
            if !seen.insert(contract.name.as_str()) {
                continue;
            }
            let is_own = contract.span == stub.contract_span;
            scope.add_members(document, contract, stub, is_own);
            waiting.extend(contracts.iter().filter(|(_, base)| contract.bases.contains(&base.name)));
        }
        // A library is reached by its name; its functions are members.
        scope
            .names
            .extend(contracts.iter().filter(|(_, c)| c.kind == ContractKind::Library).map(|(_, c)| c.name.clone()));
        scope.add_parameters(&stub.signature);
        scope.values.extend(scope.state.iter().cloned());
        scope
    }

    /// The members that a thing can have: few and fixed for `msg` and its like, else any that something in reach has.
    pub(super) fn members(&self, object: &str) -> Vec<&str> {
        match MEMBERS.iter().find(|(name, _)| *name == object) {
            Some((_, members)) => members.to_vec(),
            None => self.fields.iter().map(String::as_str).chain(COMMON_MEMBERS.iter().copied()).collect(),
        }
    }

    /// Whether a local can be declared after the word.
    pub(super) fn is_type(&self, word: &str) -> bool {
        self.types.contains(word)
    }

    fn add_members(&mut self, document: &Document, contract: &ContractItem, stub: &FunctionStub, is_own: bool) {
        let functions = document.functions();
        for member in &contract.members {
            let Some(name) = member.name.clone() else { continue };
            let hidden = !is_own && member.span.text(document.text()).contains(" private ");
            match member.kind {
                MemberKind::StateVariable if !hidden => self.state.insert(name.clone()) | self.names.insert(name),
                MemberKind::Modifier if invokes(&stub.signature, &name) => self.guards.insert(name),
                MemberKind::Function if !hidden && is_callable(&functions, member) && name != stub.name => {
                    self.names.insert(name)
                }
                MemberKind::Event => self.events.insert(name),
                MemberKind::Error => self.errors.insert(name),
                MemberKind::Struct | MemberKind::Enum | MemberKind::TypeAlias => self.types.insert(name),
                _ => false,
            };
        }
    }

    /// Parameters and named return values: the last word of each part of more than one word.
    fn add_parameters(&mut self, signature: &str) {
        let document = Document::parse(format!("contract C {{ {signature} {{}} }}"));
        let functions = document.functions();
        let Some(function) = functions.first() else { return };
        self.parameters = names_in(function.parameters, document.text());
        self.is_inside = matches!(function.visibility, Some(Visibility::Internal | Visibility::Private));
        for list in [Some(function.parameters), function.returns].into_iter().flatten() {
            let names = names_in(list, document.text());
            self.values.extend(names.iter().cloned());
            self.names.extend(names);
        }
    }
}

/// What may stand after a dot because of a contract: its functions and public variables, the fields of its structs, the members of
/// its enums and errors.
fn fields(document: &Document, contract: &ContractItem) -> Vec<String> {
    let mut fields = Vec::new();
    for member in &contract.members {
        fields.extend(member.name.clone());
        if matches!(member.kind, MemberKind::Struct | MemberKind::Enum) {
            let text = member.span.text(document.text());
            let body = text.split_once('{').map_or("", |(_, body)| body);
            let last_words = body.split([';', ',', '}']).filter_map(|part| part.split_whitespace().last());
            fields.extend(last_words.map(str::to_owned));
        }
    }
    fields
}

fn invokes(signature: &str, modifier: &str) -> bool {
    let after = signature.split_once(')').map_or("", |(_, after)| after);
    after.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| word == modifier)
}

/// A function of the outside cannot be called by its bare name.
fn is_callable(functions: &[FunctionItem], member: &MemberItem) -> bool {
    let function = functions.iter().find(|function| function.span == member.span);
    function.is_none_or(|function| function.visibility != Some(Visibility::External))
}

fn names_in(list: Span, text: &str) -> Vec<String> {
    let name = |part: &str| {
        let words: Vec<&str> = part.split_whitespace().collect();
        let last = words.last().filter(|_| words.len() > 1)?;
        (!DATA_LOCATIONS.contains(last)).then(|| (*last).to_owned())
    };
    list.text(text).split(',').filter_map(name).collect()
}

fn elementary() -> BTreeSet<String> {
    let mut types: BTreeSet<String> = ["address", "bool", "string", "bytes", "uint", "int"].map(str::to_owned).into();
    for bits in (8..=256).step_by(8) {
        types.extend([format!("uint{bits}"), format!("int{bits}"), format!("bytes{}", bits / 8)]);
    }
    types
}
