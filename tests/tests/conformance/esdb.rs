//! The engine over the official client, on a node of ours, judged by the list that every engine is judged by.

use om_tests::node::NodeHome;

om_tests::conformance!(NodeHome::new());
