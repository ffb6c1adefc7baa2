//! Turns Nagle's algorithm off on connections that the client has opened.
//!
//! The client writes a request in three small parts and leaves Nagle's algorithm on, so the second waits for the peer's
//! delayed acknowledgement of the first: some 40 ms a call, and no setting of the client changes that. The option
//! belongs to the socket, not to whoever opened it, and Linux lets a process reach its own sockets by number.
//!
//! Invariant: no socket is read, written or closed; where the system does not allow it, calls are slower and right.
//! Deliberately absent: other systems than Linux.

/// Turns it off on every TCP connection of this process that has it on. The gateway's own have it off already.
#[cfg(target_os = "linux")]
pub(super) fn hurry() {
    if let Err(error) = each_socket() {
        tracing::debug!(%error, "calls to the event log's cluster wait for delayed acknowledgements");
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn hurry() {}

#[cfg(target_os = "linux")]
fn each_socket() -> std::io::Result<()> {
    use rustix::net::sockopt::{set_tcp_nodelay, tcp_nodelay};
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let entry = entry?;
        let is_socket = std::fs::read_link(entry.path())
            .is_ok_and(|target| target.to_string_lossy().starts_with("socket:"));
        let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if !is_socket {
            continue;
        }
        let socket = match pidfd_getfd(&own, number, PidfdGetfdFlags::empty()) {
            Ok(socket) => socket,
            // closed meanwhile
            Err(rustix::io::Errno::BADF) => continue,
            Err(error) => return Err(error.into()),
        };
        // what is no TCP socket has no such option
        if tcp_nodelay(&socket) == Ok(false) {
            set_tcp_nodelay(&socket, true)?;
        }
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn it_is_off_on_every_connection_of_the_process() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert!(!socket.nodelay().unwrap());
        super::each_socket().unwrap();
        assert!(socket.nodelay().unwrap());
    }
}
