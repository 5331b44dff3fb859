//! Where the model runs, and why there.

use candle_core::Device;

use crate::error::{ModelError, Result};

/// The device to run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The first GPU that this build can use, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA device of this number.
    Cuda(usize),
    /// The Metal device of this number.
    Metal(usize),
    /// The CPU, by the pass that GPUs run: slow, and there to be compared with.
    Reference,
}

/// A device with the reason for its choice in words.
pub(crate) struct Chosen {
    pub(crate) device: Device,
    pub(crate) name: String,
    pub(crate) reason: String,
    /// Whether our kernels for CPUs run there.
    pub(crate) has_kernels: bool,
}

/// Opens the device; only a device asked for by name can fail.
pub(crate) fn choose(choice: DeviceChoice) -> Result<Chosen> {
    match choice {
        DeviceChoice::Auto => Ok(automatic()),
        DeviceChoice::Cpu => Ok(cpu("it was asked for")),
        DeviceChoice::Reference => {
            Ok(Chosen { name: "reference".into(), has_kernels: false, ..cpu("it was asked for") })
        }
        DeviceChoice::Cuda(number) => asked_for(format!("cuda:{number}"), Device::new_cuda(number)),
        DeviceChoice::Metal(number) => asked_for(format!("metal:{number}"), Device::new_metal(number)),
    }
}

fn automatic() -> Chosen {
    if !cfg!(any(feature = "cuda", feature = "metal")) {
        return cpu("this build has neither `cuda` nor `metal`");
    }
    let (name, device) = match cfg!(feature = "cuda") {
        true => ("cuda:0", Device::new_cuda(0)),
        false => ("metal:0", Device::new_metal(0)),
    };
    match device {
        Ok(device) => Chosen { device, name: name.into(), reason: "it is the first GPU".into(), has_kernels: false },
        Err(error) => cpu(&format!("`{name}` did not open: {}", first_line(&error))),
    }
}

fn cpu(reason: &str) -> Chosen {
    Chosen { device: Device::Cpu, name: "cpu".into(), reason: reason.into(), has_kernels: true }
}

fn asked_for(name: String, device: candle_core::Result<Device>) -> Result<Chosen> {
    match device {
        Ok(device) => Ok(Chosen { device, name, reason: "it was asked for".into(), has_kernels: false }),
        Err(error) => Err(ModelError::Device { device: name, reason: first_line(&error) }),
    }
}

fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
