// The number a document would have next (文号): offered where a form asks for one, for the person to keep or change.
import { graphql } from "../api/graphql";

export const NextNumberQuery = graphql(`
  query NextNumber($kind: NoticeKind!) {
    nextNoticeNumber(kind: $kind)
  }
`);

/** Which document a command gives, and in which of its fields. */
export const NOTICES = {
  noticeCorrection: { field: "notice", kind: "CORRECTION" },
  acceptPermit: { field: "notice", kind: "ACCEPTANCE" },
  refuseAcceptance: { field: "notice", kind: "REFUSAL_OF_ACCEPTANCE" },
  suspendClock: { field: "notice", kind: "SUSPENSION" },
  extendLimit: { field: "notice", kind: "EXTENSION" },
  approvePermit: { field: "notice", kind: "APPROVAL" },
  denyPermit: { field: "notice", kind: "DENIAL" },
  grantRenewal: { field: "notice", kind: "RENEWAL" },
  refuseRenewal: { field: "notice", kind: "REFUSAL_OF_RENEWAL" },
  revokePermit: { field: "notice", kind: "REVOCATION" },
  issueCertificate: { field: "certificate", kind: "CERTIFICATE" },
} as const;

export type Noticed = keyof typeof NOTICES;

export const noticeOf = (command: string): (typeof NOTICES)[Noticed] | undefined => NOTICES[command as Noticed];
