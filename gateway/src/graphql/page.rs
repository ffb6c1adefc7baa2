//! Pages of lists, as Relay has them.
//!
//! Invariants: a page has at most 200 entries; a cursor is opaque and only good for the list it came from.
//! Deliberately absent: pages backwards; lists are read on, not back.

use async_graphql::SimpleObject;

/// Where a page stands in its list.
#[derive(Debug, Clone, Default, SimpleObject)]
#[graphql(serial)]
pub struct PageInfo {
    /// Whether there are entries after this page.
    pub has_next_page: bool,
    /// Whether there are entries before this page.
    pub has_previous_page: bool,
    /// The cursor of the first entry; none on an empty page.
    pub start_cursor: Option<String>,
    /// The cursor of the last entry; send it as `after` for the next page. None on an empty page.
    pub end_cursor: Option<String>,
}

/// Declares a connection and its edge for a type of entries.
macro_rules! connection {
    ($(#[$doc:meta])* $connection:ident, $edge:ident, $node:ty) => {
        /// An entry of a page, with its cursor.
        #[derive(Debug, Clone, async_graphql::SimpleObject)]
        #[graphql(serial)]
        pub struct $edge {
            /// Send it as `after` for what comes after this entry.
            pub cursor: String,
            /// The entry.
            pub node: $node,
        }

        $(#[$doc])*
        #[derive(Debug, Clone, async_graphql::SimpleObject)]
        #[graphql(complex, serial)]
        pub struct $connection {
            /// The page's entries with their cursors.
            pub edges: Vec<$edge>,
            /// Where the page stands in its list.
            pub page_info: $crate::graphql::page::PageInfo,
        }

        #[async_graphql::ComplexObject]
        impl $connection {
            /// The page's entries without their cursors.
            async fn nodes(&self) -> Vec<$node> {
                self.edges.iter().map(|edge| edge.node.clone()).collect()
            }
        }

        impl $connection {
            /// A page out of entries that were read with one more than it holds.
            pub fn of(mut entries: Vec<(String, $node)>, size: usize, after: bool) -> Self {
                let more = entries.len() > size;
                entries.truncate(size);
                let page_info = $crate::graphql::page::PageInfo {
                    has_next_page: more,
                    has_previous_page: after,
                    start_cursor: entries.first().map(|(cursor, _)| cursor.clone()),
                    end_cursor: entries.last().map(|(cursor, _)| cursor.clone()),
                };
                let edges = entries.into_iter().map(|(cursor, node)| $edge { cursor, node }).collect();
                $connection { edges, page_info }
            }
        }
    };
}

pub(crate) use connection;
