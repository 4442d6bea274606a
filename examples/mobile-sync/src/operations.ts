// What the copy reads. A field that a business may name in a definition's
// propertyCode has to be among those of a record.

const record = `
  clientId clientAccountId version createdDate modifiedDate status blocked activeAppointmentCount
  firstName lastName fullName emailAddress externalUserName companyName dateOfBirth sex spouseName referredBy imageUrl
  cellPhone homePhone businessPhone emergencyContact emergencyContactPhone
  address1 address2 city county state zip country latitude longitude locale timeZone { timeZoneId }
  allowWaitListText invitationOptIn enrollee insuranceCo insuranceGroup insuranceNo insurancePlan
  authnetCustomerId enterpriseClientId hubspotutk infusionsoftContactId salesforceAccountId salesforceContactId
  salesforceLeadId salesforcePersonId squareCustomerId stripeCustomerId
  tags @skip(if: $isClient) notes @skip(if: $isClient) alertNotes @skip(if: $isClient)
`;

const values = "fields { schedulerPreferenceFieldDefnId label propertyCode value }";

export const clientSelection = `${record} ${values} clientIdsClientCanView viewByClients { clientId }`;

// [changes]
export const changesQuery = `query Changes($since: String, $isClient: Boolean!) {
  clientChanges(since: $since, first: 200) {
    changes { kind clientId client { ${clientSelection} } }
    cursor
    hasMore
    fieldDefinitionsVersion
  }
}`;
// [/changes]

export const viewersQuery = `query Viewers($account: ID!, $page: Int!) {
  clientsCanViewedBy(clientAccountId: $account, pageNumber: $page, pageSize: 500) { clientId }
}`;

export const definitionsQuery = `query Definitions {
  fieldDefinitions { schedulerPreferenceFieldDefnId label type propertyCode version }
}`;

export const valuesQuery = `query Values($ids: [ID!]!) {
  clientConnection(filter: {clientIdList: $ids}, first: 100) { nodes { clientId ${values} } }
}`;

export interface FieldValue {
  schedulerPreferenceFieldDefnId: string;
  label: string;
  propertyCode: string | null;
  value: unknown;
}

export interface ClientRecord {
  clientId: string;
  clientAccountId: string | null;
  fields: FieldValue[];
  clientIdsClientCanView: string[];
  viewByClients: { clientId: string }[];
  [property: string]: unknown;
}

export interface Definition {
  schedulerPreferenceFieldDefnId: string;
  label: string;
  type: string;
  propertyCode: string | null;
  version: number;
}

export interface Changes {
  changes: { kind: string; clientId: string; client: ClientRecord | null }[];
  cursor: string;
  hasMore: boolean;
  fieldDefinitionsVersion: number;
}
