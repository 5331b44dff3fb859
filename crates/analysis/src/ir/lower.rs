//! solar's tree into ours: declarations.

use super::{
    Base, Contract, ContractKind, Enum, ErrorType, Event, FileIr, Function, FunctionKind, ImportIr, Imported, Location,
    ModifierCall, Mutability, Struct, TypeName, TypeNameKind, Using, Variable, VariableMutability, Visibility, legacy,
};
use solar::ast;
use solwright_syntax::Span;

/// Deepest nesting of the tree; what lies below becomes `Unknown`.
pub const MAX_DEPTH: usize = 160;

/// Lowers one file whose text begins at offset 0 of the source map.
pub(super) struct Lower {
    /// Nesting of the node at hand.
    pub depth: usize,
}

/// The place of a node.
pub(super) fn span(span: solar::interface::Span) -> Span {
    let range = span.to_u32_range();
    Span::new(range.start as usize, range.end as usize)
}

pub(super) fn path(path: &ast::PathSlice) -> Vec<String> {
    path.segments().iter().map(|ident| ident.as_str().to_owned()).collect()
}

fn enumeration(item: &ast::ItemEnum<'_>) -> Enum {
    Enum { name: item.name.to_string(), members: item.variants.iter().map(|member| member.to_string()).collect() }
}

impl Lower {
    pub fn file(unit: &ast::SourceUnit<'_>) -> FileIr {
        let mut lower = Self { depth: 0 };
        let mut file = FileIr::default();
        for item in unit.items.iter() {
            match &item.kind {
                ast::ItemKind::Import(import) => file.imports.push(lower.import(import)),
                ast::ItemKind::Using(using) => file.usings.push(lower.using(using)),
                ast::ItemKind::Contract(contract) => file.contracts.push(lower.contract(contract, span(item.span))),
                ast::ItemKind::Function(function) => {
                    file.functions.push(lower.function(function, span(item.span), None))
                }
                ast::ItemKind::Variable(variable) => file.constants.push(lower.variable(variable)),
                ast::ItemKind::Struct(item) => file.structs.push(lower.structure(item)),
                ast::ItemKind::Enum(item) => file.enums.push(enumeration(item)),
                ast::ItemKind::Udvt(item) => file.value_types.push((item.name.to_string(), lower.ty(&item.ty))),
                ast::ItemKind::Error(item) => file.errors.push(lower.error(item)),
                ast::ItemKind::Event(event) => file.events.push(lower.event(event, span(item.span))),
                ast::ItemKind::Pragma(_) => file.pragmas.push(span(item.span)),
            }
        }
        file
    }

    fn import(&mut self, import: &ast::ImportDirective<'_>) -> ImportIr {
        let items = match &import.items {
            ast::ImportItems::Plain(None) => Imported::All,
            ast::ImportItems::Plain(Some(name)) | ast::ImportItems::Glob(name) => Imported::Namespace(name.to_string()),
            ast::ImportItems::Aliases(names) => {
                let named = |(name, alias): &(solar::interface::Ident, Option<solar::interface::Ident>)| {
                    (name.to_string(), alias.unwrap_or(*name).to_string())
                };
                Imported::Names(names.iter().map(named).collect())
            }
        };
        ImportIr { path: import.path.value.to_string(), items }
    }

    fn using(&mut self, using: &ast::UsingDirective<'_>) -> Using {
        let paths = match &using.list {
            ast::UsingList::Single(one) => vec![path(one)],
            ast::UsingList::Multiple(many) => many.iter().map(|(one, _)| path(one)).collect(),
        };
        Using { paths, ty: using.ty.as_ref().map(|ty| self.ty(ty)) }
    }

    fn contract(&mut self, item: &ast::ItemContract<'_>, whole: Span) -> Contract {
        let kind = match item.kind {
            ast::ContractKind::Contract => ContractKind::Contract,
            ast::ContractKind::AbstractContract => ContractKind::Abstract,
            ast::ContractKind::Interface => ContractKind::Interface,
            ast::ContractKind::Library => ContractKind::Library,
        };
        let bases = item.bases.iter().map(|base| {
            let ModifierCall { path, args, span } = self.modifier(base);
            Base { path, args, span }
        });
        let mut contract = Contract {
            name: item.name.to_string(),
            name_span: span(item.name.span),
            span: whole,
            kind,
            bases: bases.collect(),
            usings: Vec::new(),
            variables: Vec::new(),
            functions: Vec::new(),
            structs: Vec::new(),
            enums: Vec::new(),
            value_types: Vec::new(),
            errors: Vec::new(),
            events: Vec::new(),
        };
        for member in item.body.iter() {
            self.member(member, &mut contract);
        }
        contract
    }

    fn member(&mut self, member: &ast::Item<'_>, contract: &mut Contract) {
        match &member.kind {
            ast::ItemKind::Using(using) => contract.usings.push(self.using(using)),
            ast::ItemKind::Function(function) => {
                let function = self.function(function, span(member.span), Some(contract));
                contract.functions.push(function);
            }
            ast::ItemKind::Variable(variable) => contract.variables.push(self.variable(variable)),
            ast::ItemKind::Struct(item) => contract.structs.push(self.structure(item)),
            ast::ItemKind::Enum(item) => contract.enums.push(enumeration(item)),
            ast::ItemKind::Udvt(item) => contract.value_types.push((item.name.to_string(), self.ty(&item.ty))),
            ast::ItemKind::Error(item) => contract.errors.push(self.error(item)),
            ast::ItemKind::Event(event) => contract.events.push(self.event(event, span(member.span))),
            _ => {}
        }
    }

    fn event(&mut self, item: &ast::ItemEvent<'_>, whole: Span) -> Event {
        Event {
            name: item.name.to_string(),
            params: item.parameters.iter().map(|param| self.variable(param)).collect(),
            indexed: item.parameters.iter().map(|param| param.indexed).collect(),
            span: whole,
        }
    }

    fn error(&mut self, item: &ast::ItemError<'_>) -> ErrorType {
        ErrorType {
            name: item.name.to_string(),
            params: item.parameters.iter().map(|param| self.variable(param)).collect(),
        }
    }

    fn structure(&mut self, item: &ast::ItemStruct<'_>) -> Struct {
        Struct { name: item.name.to_string(), fields: item.fields.iter().map(|field| self.variable(field)).collect() }
    }

    pub fn variable(&mut self, item: &ast::VariableDefinition<'_>) -> Variable {
        let mutability = match item.mutability {
            Some(ast::VarMut::Constant) => VariableMutability::Constant,
            Some(ast::VarMut::Immutable) => VariableMutability::Immutable,
            None => VariableMutability::Mutable,
        };
        let location = item.data_location.map(|location| match location {
            ast::DataLocation::Storage => Location::Storage,
            ast::DataLocation::Transient => Location::Transient,
            ast::DataLocation::Memory => Location::Memory,
            ast::DataLocation::Calldata => Location::Calldata,
        });
        Variable {
            name: item.name.map(|name| name.to_string()).unwrap_or_default(),
            span: span(item.span),
            ty: self.ty(&item.ty),
            visibility: item.visibility.map(visibility),
            mutability,
            location,
            init: item.initializer.as_ref().map(|init| self.expr(init)),
        }
    }

    fn function(&mut self, item: &ast::ItemFunction<'_>, whole: Span, contract: Option<&Contract>) -> Function {
        let header = &item.header;
        let keyword = Span::new(whole.start, (whole.start + item.kind.to_str().len()).min(whole.end));
        let name = header.name.map_or_else(|| item.kind.to_str().to_owned(), |name| name.to_string());
        // Before 0.5 a function with the contract's name was its constructor.
        let is_constructor = contract.is_some_and(|contract| contract.name == name);
        let kind = match item.kind {
            ast::FunctionKind::Function if is_constructor => FunctionKind::Constructor,
            ast::FunctionKind::Function => FunctionKind::Function,
            ast::FunctionKind::Constructor => FunctionKind::Constructor,
            ast::FunctionKind::Fallback => FunctionKind::Fallback,
            ast::FunctionKind::Receive => FunctionKind::Receive,
            ast::FunctionKind::Modifier => FunctionKind::Modifier,
        };
        let default = match (kind, contract) {
            (FunctionKind::Modifier, _) | (_, None) => Visibility::Internal,
            _ => Visibility::Public,
        };
        let mutability = match header.state_mutability() {
            ast::StateMutability::Pure => Mutability::Pure,
            ast::StateMutability::View => Mutability::View,
            ast::StateMutability::Payable => Mutability::Payable,
            ast::StateMutability::NonPayable => Mutability::NonPayable,
        };
        Function {
            kind,
            name,
            name_span: header.name.map_or(keyword, |name| span(name.span)),
            span: whole,
            params: header.parameters.iter().map(|param| self.variable(param)).collect(),
            returns: header.returns().iter().map(|param| self.variable(param)).collect(),
            visibility: header.visibility().map_or(default, visibility),
            states_visibility: header.visibility().is_some(),
            mutability,
            modifiers: header.modifiers.iter().map(|modifier| self.modifier(modifier)).collect(),
            is_virtual: header.virtual_(),
            is_override: header.override_.is_some(),
            body: item.body.as_ref().map(|body| self.block(body)),
        }
    }

    fn modifier(&mut self, item: &ast::Modifier<'_>) -> ModifierCall {
        let args = item.arguments.exprs().map(|arg| self.expr(arg)).collect();
        ModifierCall { path: path(&item.name), args, span: span(item.span()) }
    }

    pub fn ty(&mut self, ty: &ast::Type<'_>) -> TypeName {
        let kind = self.deeper(|lower| lower.type_kind(ty)).unwrap_or(TypeNameKind::Unknown);
        TypeName { kind, span: span(ty.span) }
    }

    fn type_kind(&mut self, ty: &ast::Type<'_>) -> TypeNameKind {
        match &ty.kind {
            ast::TypeKind::Elementary(elementary) => match *elementary {
                ast::ElementaryType::Address(payable) => TypeNameKind::Address { payable },
                ast::ElementaryType::Bool => TypeNameKind::Bool,
                ast::ElementaryType::String => TypeNameKind::String,
                ast::ElementaryType::Bytes => TypeNameKind::Bytes,
                ast::ElementaryType::Int(size) => TypeNameKind::Int(size.bits()),
                ast::ElementaryType::UInt(size) => TypeNameKind::Uint(size.bits()),
                ast::ElementaryType::FixedBytes(size) => TypeNameKind::FixedBytes(size.bytes()),
                ast::ElementaryType::Fixed(..) | ast::ElementaryType::UFixed(..) => TypeNameKind::Unknown,
            },
            ast::TypeKind::Array(array) => TypeNameKind::Array(
                Box::new(self.ty(&array.element)),
                array.size.as_ref().map(|size| Box::new(self.expr(size))),
            ),
            ast::TypeKind::Function(_) => TypeNameKind::Function,
            ast::TypeKind::Mapping(mapping) => {
                TypeNameKind::Mapping(Box::new(self.ty(&mapping.key)), Box::new(self.ty(&mapping.value)))
            }
            ast::TypeKind::Custom(name) => match path(name) {
                one if one == [legacy::VAR] => TypeNameKind::Unknown,
                one if one == [legacy::BYTE] => TypeNameKind::FixedBytes(1),
                named => TypeNameKind::Named(named),
            },
        }
    }

    /// Runs `lower` one level down; `None` when that would be too deep.
    pub fn deeper<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let lowered = lower(self);
        self.depth -= 1;
        Some(lowered)
    }
}

fn visibility(visibility: ast::Visibility) -> Visibility {
    match visibility {
        ast::Visibility::Private => Visibility::Private,
        ast::Visibility::Internal => Visibility::Internal,
        ast::Visibility::Public => Visibility::Public,
        ast::Visibility::External => Visibility::External,
    }
}
