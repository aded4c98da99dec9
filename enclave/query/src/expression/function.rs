//! Steps as a function of the engine.

use std::fmt::Write as _;

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::{DataFusionError, Result},
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
        expr::ScalarFunction,
    },
};
use sekisho_tables::ColumnType;

use super::step::Step;
use crate::session;

/// Steps over a value of a declared type.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Steps {
    /// Tells functions of different steps apart.
    name: String,
    signature: Signature,
    steps: Vec<Step>,
    output: DataType,
}

/// The steps over an expression of a type; the expression itself if there is none.
pub(super) fn call(steps: &[Step], input: ColumnType, expr: Expr) -> Expr {
    if steps.is_empty() {
        return expr;
    }
    let output = output(steps, input);
    let mut name = "clear".to_owned();
    for step in steps {
        // Writing to a string does not fail.
        let _ = write!(name, " {step:?}");
    }
    let function = Steps {
        name,
        signature: Signature::exact(vec![session::data_type(input)], Volatility::Immutable),
        steps: steps.to_vec(),
        output: session::data_type(output),
    };
    Expr::ScalarFunction(ScalarFunction::new_udf(
        std::sync::Arc::new(ScalarUDF::from(function)),
        vec![expr],
    ))
}

/// The type of what comes out of steps.
pub(super) fn output(steps: &[Step], input: ColumnType) -> ColumnType {
    steps.iter().fold(input, |input, step| step.output(input))
}

/// What comes out of steps.
pub(super) fn apply(steps: &[Step], array: ArrayRef) -> Result<ArrayRef> {
    steps
        .iter()
        .try_fold(array, |array, step| step.apply(&array))
}

impl ScalarUDFImpl for Steps {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.output.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [argument] = args.args.as_slice() else {
            return Err(DataFusionError::Plan("steps over one value".to_owned()));
        };
        let array = argument.to_array(args.number_rows)?;
        Ok(ColumnarValue::Array(apply(&self.steps, array)?))
    }
}
