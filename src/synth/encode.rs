//! SCgf version 2, the bytes of a SynthDef ("Synth Definition File Format" of SuperCollider's help).
//!
//! In: the sinks of a graph. Out: its controls and its bytes. Pure. Our own, since it is shorter
//! than the translation into another crate's types would be.

use super::graph::{Control, Rate, Signal, Sink, Unit};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Everything of a graph in the order of the file.
#[derive(Default)]
struct File {
    constants: Vec<f32>,
    controls: Vec<Rc<Control>>,
    units: Vec<Rc<Unit>>,
    /// Place of each unit in `units`, by address: equal units are still two units (two noises).
    places: HashMap<*const Unit, usize>,
}

pub(super) fn encode(name: &str, sinks: &[Sink]) -> (Vec<(Arc<str>, f32)>, Vec<u8>) {
    let mut file = File::default();
    for sink in sinks {
        file.visit(&sink.0);
    }
    // One Control unit can only have one rate, and its outputs are consecutive values: scalars first.
    file.controls.sort_by_key(|c| c.rate);
    let controls = file.controls.iter().map(|c| (c.name.into(), c.default)).collect();
    (controls, file.bytes(name))
}

impl File {
    /// Depth first, inputs before what reads them: the order in which engines compute.
    fn visit(&mut self, unit: &Rc<Unit>) {
        if self.places.contains_key(&Rc::as_ptr(unit)) {
            return;
        }
        for input in &unit.inputs {
            match input {
                Signal::Constant(value) => {
                    if !self.constants.iter().any(|c| c.to_bits() == value.to_bits()) {
                        self.constants.push(*value);
                    }
                }
                Signal::Control(control) => {
                    if !self.controls.iter().any(|c| c.name == control.name) {
                        self.controls.push(Rc::clone(control));
                    }
                }
                Signal::Output(unit, _) => self.visit(unit),
            }
        }
        self.places.insert(Rc::as_ptr(unit), self.units.len());
        self.units.push(Rc::clone(unit));
    }

    /// The Control units that stand before all others: (rate, first control, number of controls).
    fn control_units(&self) -> Vec<(Rate, usize, usize)> {
        let scalars = self.controls.iter().filter(|c| c.rate == Rate::Scalar).count();
        [(Rate::Scalar, 0, scalars), (Rate::Control, scalars, self.controls.len() - scalars)]
            .into_iter()
            .filter(|(_, _, count)| *count > 0)
            .collect()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        let heads = self.control_units();
        let mut out = b"SCgf".to_vec();
        int(&mut out, 2);
        out.extend(1_i16.to_be_bytes());
        text(&mut out, name);
        int(&mut out, self.constants.len());
        for constant in &self.constants {
            out.extend(constant.to_be_bytes());
        }
        int(&mut out, self.controls.len());
        for control in &self.controls {
            out.extend(control.default.to_be_bytes());
        }
        int(&mut out, self.controls.len());
        for (place, control) in self.controls.iter().enumerate() {
            text(&mut out, control.name);
            int(&mut out, place);
        }
        int(&mut out, heads.len() + self.units.len());
        for &(rate, first, count) in &heads {
            head(&mut out, "Control", rate, 0, count, first as i16);
            out.extend(std::iter::repeat_n(rate as u8, count));
        }
        for unit in &self.units {
            head(&mut out, unit.name, unit.rate, unit.inputs.len(), unit.outputs, unit.special);
            for input in &unit.inputs {
                self.input(&mut out, input, &heads);
            }
            out.extend(std::iter::repeat_n(unit.rate as u8, unit.outputs));
        }
        out.extend(0_i16.to_be_bytes());
        out
    }

    fn input(&self, out: &mut Vec<u8>, input: &Signal, heads: &[(Rate, usize, usize)]) {
        match input {
            Signal::Constant(value) => {
                out.extend((-1_i32).to_be_bytes());
                int(out, self.constants.iter().position(|c| c.to_bits() == value.to_bits()).unwrap_or(0));
            }
            Signal::Control(control) => {
                let place = self.controls.iter().position(|c| c.name == control.name).unwrap_or(0);
                let unit = heads.iter().rposition(|h| h.1 <= place).unwrap_or(0);
                int(out, unit);
                int(out, place - heads.get(unit).map_or(0, |h| h.1));
            }
            Signal::Output(unit, output) => {
                int(out, heads.len() + self.places.get(&Rc::as_ptr(unit)).copied().unwrap_or(0));
                int(out, *output);
            }
        }
    }
}

fn head(out: &mut Vec<u8>, name: &str, rate: Rate, inputs: usize, outputs: usize, special: i16) {
    text(out, name);
    out.push(rate as u8);
    int(out, inputs);
    int(out, outputs);
    out.extend(special.to_be_bytes());
}

fn int(out: &mut Vec<u8>, value: usize) {
    out.extend((value as i32).to_be_bytes());
}

fn text(out: &mut Vec<u8>, value: &str) {
    out.push(value.len() as u8);
    out.extend(value.as_bytes());
}
