use super::*;

#[track_caller]
fn one(text: &str) -> FileIr {
    parse(&[text]).remove(0)
}

fn functions(file: &FileIr) -> Vec<&str> {
    file.contracts.iter().flat_map(|contract| &contract.functions).map(|function| function.name.as_str()).collect()
}

#[test]
fn a_member_that_does_not_parse_is_left_out_and_the_rest_stays() {
    let file =
        one("contract A { function f() external { uint x = ; } function g() external {} function h() public {} }");
    assert!(functions(&file).ends_with(&["g", "h"]), "{:?}", functions(&file));
    assert!(!file.damage.is_empty());
}

#[test]
fn statements_outside_of_any_function_are_read_beside_the_rest() {
    let text = "contract A { function g() external {} }\n// Ä\n(bool ok, ) = a.call{value: 1}(\"\");\nrequire(ok);";
    let file = one(text);
    assert_eq!(functions(&file), ["g"]);
    let stmts = &file.functions[0].body.as_ref().unwrap().stmts;
    let told: Vec<_> = stmts.iter().map(|stmt| stmt.span.text(text)).collect();
    assert_eq!(told, ["(bool ok, ) = a.call{value: 1}(\"\");", "require(ok);"]);
    assert!(file.damage.is_empty());
}

#[test]
fn half_typed_code_keeps_its_neighbours() {
    let file = one(
        "contract A {\n  function f() external { x. \n  }\n  function g() external {}\n}\ncontract B { function h() external {} }",
    );
    assert!(functions(&file).contains(&"g") && functions(&file).contains(&"h"), "{:?}", functions(&file));
}

#[test]
fn places_are_those_of_the_text() {
    let text = "/* Ä */ contract A { function f(uint a) external { a + 1; } function g() external { throw; } }";
    let file = one(text);
    let f = &file.contracts[0].functions[0];
    assert_eq!(f.name_span.text(text), "f");
    assert_eq!(f.body.as_ref().unwrap().stmts[0].span.text(text), "a + 1;");
}

#[test]
fn older_calls_have_their_options_gathered() {
    let file = one("contract A { function f(address a) external { a.call.value(1).gas(2)(\"x\"); } }");
    let StmtKind::Expr(expr) = &file.contracts[0].functions[0].body.as_ref().unwrap().stmts[0].kind else { panic!() };
    let ExprKind::Call { options, .. } = &expr.kind else { panic!("{expr:?}") };
    assert_eq!(options.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["gas", "value"]);
}

#[test]
fn garbage_is_an_empty_file_with_its_damage() {
    for text in
        ["", "\0\u{1}", "}}}}{{{{((((", "contract", "\"", "/*", "é\u{202e}", "contract A { function f( } pragma"]
    {
        let file = one(text);
        assert!(functions(&file).is_empty(), "{text:?}");
    }
}

#[test]
fn deep_nesting_is_refused_with_a_reason() {
    let brackets = format!("contract A {{ uint x = {}1{}; }}", "(".repeat(50_000), ")".repeat(50_000));
    let blocks = format!("contract A {{ function f() external {} }}", "{".repeat(100_000));
    let types = format!("contract A {{ {} x; }}", "mapping(uint=>".repeat(20_000));
    let signs = format!("contract A {{ int x = {}1; }}", "-".repeat(1_000_000));
    for text in [brackets, blocks, types, signs] {
        let file = one(&text);
        assert!(file.contracts.is_empty() && file.damage[0].1.contains("not analysed"), "{:?}", file.damage);
    }
}

#[test]
fn a_long_chain_is_cut_at_the_depth_that_walks_can_bear() {
    let sum =
        format!("contract A {{ function f(uint a) external returns (uint) {{ return {}a; }} }}", "a+".repeat(5_000));
    let file = one(&sum);
    assert_eq!(functions(&file), ["f"]);
    let chain = format!("contract A {{ function f(uint a) external {{ {} }} }}", "if (a == 1) {} else ".repeat(3_000));
    assert!(one(&chain).contracts.len() <= 1);
}

#[test]
fn the_nameless_function_of_older_versions_is_a_fallback() {
    let file = one("contract A { function () public payable { total += msg.value; } }");
    let contract = &file.contracts[0];
    assert_eq!((contract.functions[0].kind, contract.variables.len()), (FunctionKind::Fallback, 0));
    assert!(contract.functions[0].body.is_some());
}
