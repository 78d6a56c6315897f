// A bounded load test of your own API, for k6: https://grafana.com/docs/k6. See README.md.
import { check } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';

const MOST_PER_SECOND = 50;
const MOST_SECONDS = 300;

const url = required('URL');
const token = required('TOKEN');
const key = required('API_KEY');
const body = __ENV.BODY ?? '{}';
const contentType = __ENV.CONTENT_TYPE ?? 'application/json';

if (!/^https:\/\/[^/]+\/(.*\/)?models\/[a-z0-9-]+\/invocations$/.test(url)) {
  throw new Error(`URL must be https:// and the invocations of one model of yours: got ${url}`);
}

export const options = {
  scenarios: {
    steady: {
      executor: 'constant-arrival-rate',
      rate: bounded('RATE', 5, MOST_PER_SECOND),
      timeUnit: '1s',
      duration: `${bounded('SECONDS', 30, MOST_SECONDS)}s`,
      preAllocatedVUs: 10,
      maxVUs: 100,
    },
  },
  maxRedirects: 0, // a redirect would carry the token elsewhere
  thresholds: { http_req_failed: ['rate<0.02'], http_req_duration: ['p(99)<5000'] },
};

export default function invoke() {
  const reply = http.post(url, body, { headers: { 'Authorization': token, 'x-api-key': key, 'Content-Type': contentType }, timeout: '30s' });
  check(reply, { 'answered': ({ status }) => status === 200 || status === 202 });
  if (reply.status === 401 || reply.status === 403) {
    exec.test.abort(`refused with ${reply.status}: ${reply.body}`); // more of these only ring the alarm
  }
}

function required(name) {
  const value = __ENV[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is missing: give it with -e ${name}=…; there is no default, so that nobody else is tested`);
  }
  return value;
}

function bounded(name, otherwise, most) {
  const value = Number(__ENV[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`${name} must be a whole number from 1 to ${most}: got ${__ENV[name]}`);
  }
  return value;
}
