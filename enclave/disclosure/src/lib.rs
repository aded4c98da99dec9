//! What may leave: thresholds, dominance, rounding, complementary suppression.
