//! What the node says about itself: the services `ServerFeatures` and `Gossip`.
//!
//! Invariant: it names what it answers and nothing else, so that a client does not ask for more. Both are open to
//! whoever reaches the port, as on the server of the protocol: they tell nothing of the log.
//! Deliberately absent: a cluster. The node is its own leader.

use std::net::IpAddr;
use std::sync::Arc;

use tonic::codegen::http::uri::Authority;
use tonic::{Request, Response, Status};

use super::Shared;
use super::listen::Peer;
use super::proto::gossip as g;
use super::proto::server_features as f;
use super::proto::shared::Empty;
use super::wire::{self, UuidForm};

/// The server version whose protocol is spoken.
const VERSION: &str = "24.10.0";

/// What is answered, by service, method and feature.
const METHODS: [(&str, &str, &[&str]); 7] = [
    ("event_store.client.streams.streams", "append", &[]),
    ("event_store.client.streams.streams", "batchappend", &["deadline_duration"]),
    ("event_store.client.streams.streams", "delete", &[]),
    ("event_store.client.streams.streams", "read", &["position", "events"]),
    ("event_store.client.streams.streams", "tombstone", &[]),
    ("event_store.client.gossip.gossip", "read", &[]),
    ("event_store.client.server_features.serverfeatures", "getsupportedmethods", &[]),
];

pub(super) struct Features;

#[tonic::async_trait]
impl f::server_features_server::ServerFeatures for Features {
    async fn get_supported_methods(
        &self,
        _: Request<Empty>,
    ) -> Result<Response<f::SupportedMethods>, Status> {
        let methods = METHODS.iter().map(|(service, method, features)| f::SupportedMethod {
            method_name: (*method).to_owned(),
            service_name: (*service).to_owned(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
        });
        Ok(Response::new(f::SupportedMethods {
            methods: methods.collect(),
            event_store_server_version: VERSION.to_owned(),
        }))
    }
}

pub(super) struct Gossip(pub(super) Arc<Shared>);

#[tonic::async_trait]
impl g::gossip_server::Gossip for Gossip {
    async fn read(&self, request: Request<Empty>) -> Result<Response<g::ClusterInfo>, Status> {
        let member = g::MemberInfo {
            instance_id: Some(wire::uuid(self.0.instance, UuidForm::Halves)),
            time_stamp: self.0.now().as_microsecond().saturating_mul(10),
            state: g::member_info::VNodeState::Leader as i32,
            is_alive: true,
            http_end_point: end_point(&request),
        };
        Ok(Response::new(g::ClusterInfo { members: vec![member] }))
    }
}

/// Where this client reaches the node: as it called it, which its certificate covers, else the socket's address.
fn end_point(request: &Request<Empty>) -> Option<g::EndPoint> {
    let called = request.extensions().get::<Authority>().and_then(|authority| {
        let port = authority.port_u16()?;
        Some(g::EndPoint { address: authority.host().to_owned(), port: port.into() })
    });
    called.or_else(|| {
        let address = request.extensions().get::<Peer>()?.local?;
        Some(g::EndPoint { address: host(address.ip()), port: address.port().into() })
    })
}

/// An IPv6 address in brackets: clients put the port behind it.
fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
