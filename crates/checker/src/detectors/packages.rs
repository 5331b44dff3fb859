//! Functions of well-known packages, by where they are declared.

use super::view::View;
use solwright_analysis::{
    ir::{Expr, ExprKind, Imported},
    program::{FunctionId, Ty},
};
use std::path::Path;

/// The function that a call means.
pub(super) fn callee(view: &View<'_>, expr: &Expr) -> Option<FunctionId> {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
    let args: Vec<Ty> = args.iter().map(|arg| view.ty(&arg.value)).collect();
    view.scope().callee(callee, &args)
}

/// Whether a call means a function that a package declares in `home`, or in a variant of it whose name goes on.
/// Where the package is not installed, the imports of the file say what its names mean.
pub(super) fn declares(view: &View<'_>, call: &Expr, package: &str, home: &str) -> bool {
    let program = view.program();
    let Some(id) = callee(view, call) else { return imports(view, package, home) };
    let contract = program.function_contract(id).map(|id| program.contract(id).name.as_str());
    contract.is_some_and(|name| name.starts_with(home)) && is_in(program.path(program.function_file(id)), package)
}

fn is_in(path: &Path, package: &str) -> bool {
    path.components().any(|part| part.as_os_str().to_string_lossy().to_ascii_lowercase().contains(package))
}

fn imports(view: &View<'_>, package: &str, home: &str) -> bool {
    view.program().file(0).imports.iter().any(|import| {
        let named = match &import.items {
            Imported::Names(names) => names.iter().any(|(name, _)| name.starts_with(home)),
            _ => Path::new(&import.path).file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with(home)),
        };
        named && is_in(Path::new(&import.path), package)
    })
}
