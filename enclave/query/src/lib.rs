//! Guarded DataFusion: label the plan, cut it at its lowest aggregates, run the two phases.
