//! Types and values in one spelling, whichever source they come from.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{BinOp, Expr, FnArg, Lit, ReturnType, Signature, Type, TypeBareFn, TypePath, UnOp};

/// Constants by name, to spell lengths of arrays with.
pub type Constants = BTreeMap<String, i128>;

/// A type: paths without their modules, function pointers without names of arguments.
///
/// # Errors
/// The text of a type that no C interface has.
pub fn type_of(spelled: &Type, constants: &Constants) -> Result<String, String> {
    Ok(match spelled {
        Type::Path(path) => path_of(path, constants)?,
        Type::Ptr(pointer) => {
            let qualifier = if pointer.mutability.is_some() { "mut" } else { "const" };
            format!("*{qualifier} {}", type_of(&pointer.elem, constants)?)
        }
        Type::Array(array) => {
            let length = value_of(&array.len, constants)?;
            format!("[{}; {length}]", type_of(&array.elem, constants)?)
        }
        Type::BareFn(function) => bare_function_of(function, constants)?,
        other => return Err(format!("no type of a C interface: {}", other.to_token_stream())),
    })
}

fn path_of(path: &TypePath, constants: &Constants) -> Result<String, String> {
    let last = path.path.segments.last().ok_or("an empty path")?;
    let syn::PathArguments::AngleBracketed(inside) = &last.arguments else {
        return Ok(last.ident.to_string());
    };
    match (last.ident.to_string().as_str(), inside.args.first()) {
        // An optional function is a pointer that may be NULL.
        ("Option", Some(syn::GenericArgument::Type(inner))) => type_of(inner, constants),
        _ => Err(format!("no type of a C interface: {}", path.to_token_stream())),
    }
}

fn bare_function_of(function: &TypeBareFn, constants: &Constants) -> Result<String, String> {
    let arguments: Result<Vec<_>, _> =
        function.inputs.iter().map(|argument| type_of(&argument.ty, constants)).collect();
    let result = result_of(&function.output, constants)?;
    Ok(format!("fn({}){result}", arguments?.join(", ")))
}

/// A signature: types of the arguments, and of the result if there is one.
///
/// # Errors
/// As [`type_of`].
pub fn signature_of(signature: &Signature, constants: &Constants) -> Result<String, String> {
    let arguments: Result<Vec<_>, String> = signature
        .inputs
        .iter()
        .map(|argument| match argument {
            FnArg::Typed(typed) => type_of(&typed.ty, constants),
            FnArg::Receiver(_) => Err("a method".into()),
        })
        .collect();
    let result = result_of(&signature.output, constants)?;
    Ok(format!("({}){result}", arguments?.join(", ")))
}

fn result_of(output: &ReturnType, constants: &Constants) -> Result<String, String> {
    match output {
        ReturnType::Default => Ok(String::new()),
        ReturnType::Type(_, result) => Ok(format!(" -> {}", type_of(result, constants)?)),
    }
}

/// The value of a constant expression.
///
/// # Errors
/// The text of an expression that is more than numbers and names of constants.
pub fn value_of(expression: &Expr, constants: &Constants) -> Result<i128, String> {
    let unknown = || format!("no number: {}", expression.to_token_stream());
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().map_err(|error| error.to_string()),
            _ => Err(unknown()),
        },
        Expr::Path(path) => {
            let name = path.path.segments.last().map(|last| last.ident.to_string());
            name.and_then(|name| constants.get(&name).copied()).ok_or_else(unknown)
        }
        Expr::Paren(inner) => value_of(&inner.expr, constants),
        Expr::Group(inner) => value_of(&inner.expr, constants),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            value_of(&unary.expr, constants)?.checked_neg().ok_or_else(unknown)
        }
        Expr::Binary(pair) => {
            let (left, right) =
                (value_of(&pair.left, constants)?, value_of(&pair.right, constants)?);
            let value = match pair.op {
                BinOp::Add(_) => left.checked_add(right),
                BinOp::Mul(_) => left.checked_mul(right),
                _ => None,
            };
            value.ok_or_else(unknown)
        }
        _ => Err(unknown()),
    }
}
