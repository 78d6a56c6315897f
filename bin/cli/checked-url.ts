import { usage } from './failure';

/** An origin, and at most a path. Without TLS only on this machine, where tests are. */
export function checkedUrl(text: string, from: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url === undefined || !(url.protocol === 'https:' || local)) {
    throw usage(`${from} must be a URL with https: got ${text.slice(0, 100)}`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw usage(`${from} must be a URL without user, query and fragment`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
