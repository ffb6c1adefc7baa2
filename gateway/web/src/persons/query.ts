// What is asked of the API about persons' texts: references and days, never what a text says.
import { graphql, type ResultOf } from "../api/graphql";

export const RecordQuery = graphql(`
  query PersonRecord($id: ID!) {
    personRecord(id: $id) {
      subjects
      restrictedSince
      erasedOn
      unmasked
      entries {
        at
        kind
        officer
        body
        reason
        basis
        orderedBy
        ref
        class
      }
    }
  }
`);

export type PersonRecord = ResultOf<typeof RecordQuery>["personRecord"];
export type Entry = PersonRecord["entries"][number];

/** How many entries a record shows at most. */
export const MOST_ENTRIES = 200;

export const ContactsQuery = graphql(`
  query NamedContacts($applicant: ID, $after: String) {
    contacts(applicant: $applicant, first: 50, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        applicant
        since
        until
        by
        name {
          ref
          state
        }
        phone {
          ref
          state
        }
      }
    }
  }
`);

export type NamedContact = ResultOf<typeof ContactsQuery>["contacts"]["nodes"][number];
export const pickContacts = (data: ResultOf<typeof ContactsQuery>) => data.contacts;

/** All of them, without how their texts stand. */
export const NamingsQuery = graphql(`
  query ContactNamings($after: String) {
    contacts(first: 200, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        applicant
        since
        until
        name {
          ref
        }
        phone {
          ref
        }
      }
    }
  }
`);

export const pickNamings = (data: ResultOf<typeof NamingsQuery>) => data.contacts;
