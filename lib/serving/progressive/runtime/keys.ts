/** Where everything lies. Names of endpoints hold no `#`; numbers are padded, or 10 would sort before 9. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

const DIGITS = 10;

export const ENDPOINTS = 'ENDPOINTS';
export const AUDITS = 'AUDIT#';

export function endpointPartition(endpoint: string): string {
  return `ENDPOINT#${endpoint}`;
}

export function headKey(endpoint: string): Key {
  return { pk: endpointPartition(endpoint), sk: 'HEAD' };
}

export function profileKey(endpoint: string): Key {
  return { pk: endpointPartition(endpoint), sk: 'PROFILE' };
}

export function writerKey(endpoint: string): Key {
  return { pk: endpointPartition(endpoint), sk: 'WRITER' };
}

export function requestKey(endpoint: string, key: string): Key {
  return { pk: endpointPartition(endpoint), sk: `REQ#${key}` };
}

/** In the audit table. */
export function auditKey(endpoint: string, sequence: number): Key {
  return { pk: endpointPartition(endpoint), sk: `${AUDITS}${String(sequence).padStart(DIGITS, '0')}` };
}

/** The list of all endpoints of a controller: events name an alarm or the switch, and no endpoint. */
export function listKey(endpoint: string): Key {
  return { pk: ENDPOINTS, sk: endpointPartition(endpoint) };
}
