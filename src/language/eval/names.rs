//! Names and types in force where a tree is evaluated.

use crate::language::core::Circle;
use crate::language::types::{Type, VarId};
use crate::pattern::Value;
use crate::source::BlockId;
use std::sync::{Arc, OnceLock};

/// Names and types in force: two lists that only grow at the front.
#[derive(Clone, Default)]
pub(in crate::language) struct Names {
    values: Option<Arc<NameNode>>,
    types: Option<Arc<TypeNode>>,
    /// The block whose text the ranges belong to.
    pub(super) block: BlockId,
    /// They belong to a definition of the set, so to another text than the statement's.
    pub(super) elsewhere: bool,
}

struct NameNode {
    name: Arc<str>,
    slot: Slot,
    next: Option<Arc<NameNode>>,
}

struct TypeNode {
    variable: VarId,
    ty: Type,
    next: Option<Arc<TypeNode>>,
}

pub(super) enum Slot {
    Value(Value),
    /// A definition of a circle, with the names it was written among; its value once asked for. Those
    /// that use themselves are put among them again by each use: a circle of pointers would never be freed.
    Let(Arc<Circle>, usize, Names, OnceLock<Value>),
}

impl Names {
    /// No names; positions belong to `block`.
    pub fn of(block: BlockId) -> Self {
        Self { block, ..Self::default() }
    }

    /// No names: what follows is a definition of the set.
    pub(super) fn elsewhere() -> Self {
        Self { elsewhere: true, ..Self::default() }
    }

    pub(super) fn with(&self, name: Arc<str>, slot: Slot) -> Self {
        let node = NameNode { name, slot, next: self.values.clone() };
        Self { values: Some(Arc::new(node)), ..self.clone() }
    }

    /// With the definitions of a circle.
    pub(super) fn with_circle(&self, circle: &Arc<Circle>) -> Self {
        let all = circle.bindings.iter().enumerate();
        all.fold(self.clone(), |inner, (i, b)| {
            inner.with(b.name.clone(), Slot::Let(circle.clone(), i, self.clone(), OnceLock::new()))
        })
    }

    pub(super) fn with_types(&self, types: &[(VarId, Type)], user: &Self) -> Self {
        let mut out = self.clone();
        for (variable, ty) in types {
            let node = TypeNode { variable: *variable, ty: user.resolve(ty), next: out.types.take() };
            out.types = Some(Arc::new(node));
        }
        out
    }

    pub(super) fn find(&self, name: &str) -> Option<&Slot> {
        let mut node = self.values.as_deref();
        while let Some(n) = node {
            if &*n.name == name {
                return Some(&n.slot);
            }
            node = n.next.as_deref();
        }
        None
    }

    /// A type with its variables filled in.
    pub(super) fn resolve(&self, t: &Type) -> Type {
        t.replace(&|v| {
            let mut node = self.types.as_deref();
            while let Some(n) = node {
                if n.variable == v {
                    return Some(n.ty.clone());
                }
                node = n.next.as_deref();
            }
            None
        })
    }

    /// With a value of that name.
    pub(super) fn with_name(self, name: &Arc<str>, value: &Value) -> Self {
        self.with(name.clone(), Slot::Value(value.clone()))
    }
}
