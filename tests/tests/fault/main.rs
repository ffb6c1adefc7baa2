//! Killed, told to stop, cut off, disk full, sync refused: what was acknowledged is counted, and what was lost.
//!
//! One binary, since each links the whole gateway.

mod backup;
mod disk_full;
mod edge;
mod esdb;
mod gateways;
mod guarded;
mod kill;
mod leader;
mod power_cut;
mod subscription;
