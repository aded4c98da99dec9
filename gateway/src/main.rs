//! Meets every visitor: identity, decision, permit, route, reply.

fn main() {}
