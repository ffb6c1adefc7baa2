//! The same list on the cluster that `KURRENTDB_URL` names; skipped, and said so, if it names none.

use om_tests::node::ClusterHome;

om_tests::conformance!(given ClusterHome::given());
