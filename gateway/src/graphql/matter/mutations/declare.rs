//! How a command becomes a mutation: one input type, one field, one answer.
//!
//! Invariant: every mutation of a matter has the command's own name, carries `commandId`, `matter`, `effective` and
//! `expectedRevision`, and answers with the one union of all matter commands.

/// Declares mutations of a matter: for each its name, the type of its input, the input's own fields, and the command.
macro_rules! matter_mutations {
    (
        $(#[$root_doc:meta])*
        $root:ident { $(
            $(#[$doc:meta])*
            $method:ident($input:ident) { $( $(#[$field_doc:meta])* $field:ident : $ty:ty ),* $(,)? }
            = |$i:ident| $command:expr;
        )* }
    ) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, async_graphql::InputObject)]
            pub struct $input {
                /// The caller's id of this intention: sent again with the same content it yields the first receipt.
                pub command_id: crate::graphql::scalars::Uuid,
                /// The matter, `matter:…`.
                pub matter: async_graphql::ID,
                /// When it happened, if not now. Recorded more than the grace later, it shows as back-filled (后期补录).
                pub effective: Option<crate::graphql::matter::inputs::EffectiveInput>,
                /// The matter's revision that the caller decided on; if it has moved on, the answer is a conflict.
                pub expected_revision: Option<u32>,
                $( $(#[$field_doc])* pub $field: $ty, )*
            }

            impl $input {
                fn asked(&self) -> async_graphql::Result<crate::graphql::matter::carry_out::Asked> {
                    Ok(crate::graphql::matter::carry_out::Asked {
                        command_id: om_domain::ids::CommandId(self.command_id.0),
                        matter: crate::graphql::node_id::matter(&self.matter)?,
                        effective: self.effective.clone().map(Into::into),
                        expected: self.expected_revision.map(u64::from),
                    })
                }

                fn command(self) -> async_graphql::Result<om_domain::matter::MatterCommand> {
                    let $i = self;
                    Ok($command)
                }
            }
        )*

        $(#[$root_doc])*
        #[derive(Default)]
        pub struct $root;

        #[async_graphql::Object]
        impl $root {
            $(
                $(#[$doc])*
                async fn $method(
                    &self,
                    ctx: &async_graphql::Context<'_>,
                    #[graphql(desc = "Who intends what: the command's id, the matter, and what the command carries.")]
                    input: $input,
                ) -> async_graphql::Result<crate::graphql::matter::payload::MatterCommandPayload> {
                    let asked = input.asked()?;
                    let command = input.command()?;
                    // on the heap: every root that is merged with this one would hold it on the stack once more
                    Box::pin(crate::graphql::matter::carry_out::carry_out(ctx, asked, command)).await
                }
            )*
        }
    };
}

pub(super) use matter_mutations;
