import { RETRY_AFTER_HEADER } from './contract';

/** What API Gateway sends to the caller. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const RETRY_AFTER_SECONDS = 2;

export function answer(statusCode: number, view: object, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return rendered(statusCode, 'application/json', view, headers);
}

/** A problem; a caller that found us busy is told when to come back. */
export function problem(view: { readonly status: number; readonly code: string }): HttpAnswer {
  const headers: Record<string, string> = view.code === 'BUSY' ? { [RETRY_AFTER_HEADER]: String(RETRY_AFTER_SECONDS) } : {};
  return rendered(view.status, 'application/problem+json', view, headers);
}

function rendered(statusCode: number, type: string, view: object, headers: Readonly<Record<string, string>>): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
    body: JSON.stringify(view),
  };
}
