import { ResponseServer } from './response-server';
import { Answer } from '../../../lib/core/runtime/answer';
import { ANSWER_SECONDS } from '../../../lib/core/runtime/contract';
import { CustomResource, customResource } from '../../../lib/core/runtime/custom-resource';
import { request, STACK_ID } from '../../serving/guarded/runtime/requests';

const context = (milliseconds = 600_000) => ({ getRemainingTimeInMillis: () => milliseconds });
const DONE: Answer = { status: 'SUCCESS', reason: 'done' };

let server: ResponseServer;
let waits: number[];
beforeEach(async () => {
  server = await ResponseServer.start();
  waits = [];
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => server.stop());

const handling = (work: CustomResource['work']) => customResource(
  { work, broken: (problem) => ({ status: 'FAILED', reason: `broken: ${problem}` }) },
  async (milliseconds) => { waits.push(milliseconds); },
);
const event = (changed: object = {}) => ({ ...request(), ResponseURL: server.url, ...changed });

test('answers with the ids of the request', async () => {
  await handling(async () => DONE)(event(), context());
  expect(server.answer()).toEqual({
    Status: 'SUCCESS',
    Reason: 'done',
    PhysicalResourceId: 'verifier-1',
    StackId: STACK_ID,
    RequestId: 'request-1',
    LogicalResourceId: 'EndpointVerifier',
  });
});

test('puts, and sends no content type of its own: the signature of the address covers an empty one', async () => {
  await handling(async () => DONE)(event(), context());
  expect(server.received).toEqual([expect.objectContaining({ method: 'PUT' })]);
  expect(server.received[0].contentType ?? '').toBe('');
});

test('chooses a physical id that stays the same for the same resource of the same stack', async () => {
  const create = event({ RequestType: 'Create', PhysicalResourceId: undefined });
  await handling(async () => DONE)(create, context());
  await handling(async () => ({ status: 'FAILED', reason: '' }))({ ...create, RequestId: 'request-2' }, context());
  const ids = server.received.map(({ body }) => (JSON.parse(body) as { PhysicalResourceId: string }).PhysicalResourceId);
  expect(ids).toEqual(['EndpointVerifier-of-0a1b2c3d', 'EndpointVerifier-of-0a1b2c3d']);
});

test('answers a deletion at once, whatever its properties are', async () => {
  const work = jest.fn();
  await handling(work)(event({ RequestType: 'Delete', ResourceProperties: 'nonsense' }), context());
  expect(work).not.toHaveBeenCalled();
  expect(server.answer().Status).toBe('SUCCESS');
});

test.each([
  ['RequestType', { RequestType: 'Upsert' }],
  ['RequestId', { RequestId: undefined }],
  ['LogicalResourceId', { LogicalResourceId: 7 }],
  ['ResourceProperties', { ResourceProperties: [] }],
])('answers a request whose %s makes no sense with the reason', async (path, changed) => {
  await handling(async () => DONE)(event(changed), context());
  expect(server.answer()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`malformed: ${path}`) });
});

test.each([undefined, null, 'text', {}, { ResponseURL: 'ftp://somewhere' }])('throws when nobody can be answered: %p', async (nonsense) => {
  await expect(handling(async () => DONE)(nonsense, context())).rejects.toThrow('nobody can be answered');
});

test('answers when the work throws', async () => {
  await handling(async () => { throw new Error('no such luck'); })(event(), context());
  expect(server.answer()).toMatchObject({ Status: 'FAILED', Reason: 'broken: no such luck' });
});

test('answers when the time runs out, and tells the work to stop', async () => {
  let stopped = false;
  const endless = handling((_, outOfTime) => new Promise(() => outOfTime.addEventListener('abort', () => { stopped = true; })));
  await endless(event(), context(ANSWER_SECONDS * 1000 + 20));
  expect(server.answer()).toMatchObject({ Status: 'FAILED', Reason: 'broken: the handler ran out of time' });
  expect(stopped).toBe(true);
});

describe('an answer that does not arrive', () => {
  test('is sent again, with longer waits', async () => {
    const flaky = await ResponseServer.start([500, 503]);
    await handling(async () => DONE)(event({ ResponseURL: flaky.url }), context());
    await flaky.stop();
    expect(flaky.received.map(({ body }) => body)).toEqual(Array(3).fill(flaky.received[0].body));
    expect(waits).toEqual([1000, 2000]);
  });

  test('is an error after five attempts, so that Lambda runs the handler again', async () => {
    const closed = await ResponseServer.start([500, 500, 500, 500, 500, 500]);
    await expect(handling(async () => DONE)(event({ ResponseURL: closed.url }), context())).rejects.toThrow('did not take the answer');
    await closed.stop();
    expect(closed.received).toHaveLength(5);
  });

  test('may meet a closed door', async () => {
    const gone = await ResponseServer.start();
    await gone.stop();
    await expect(handling(async () => DONE)(event({ ResponseURL: gone.url }), context())).rejects.toThrow('fetch failed');
  });
});

test.each([
  ['ASCII', 'x'.repeat(10_000)], ['quotes', '"'.repeat(5000)], ['three bytes each', '…'.repeat(5000)],
  ['controls', '\u0001'.repeat(5000)], ['emoji', '😀'.repeat(4000)],
])('keeps an answer within 4096 bytes: %s', async (_, reason) => {
  await handling(async () => ({ status: 'FAILED', reason }))(event(), context());
  expect(Buffer.byteLength(server.received[0].body)).toBeLessThanOrEqual(4096);
  expect(Buffer.byteLength(server.received[0].body)).toBeGreaterThan(3000);
  expect(server.answer().Status).toBe('FAILED');
});

test('what owns something deletes it, and says what came of it', async () => {
  const work = jest.fn();
  const removing = (remove: CustomResource['remove']) =>
    customResource({ work, remove, broken: (problem) => ({ status: 'FAILED', reason: `broken: ${problem}` }) }, async () => undefined);
  await removing(async () => ({ status: 'FAILED', reason: 'still in use' }))(event({ RequestType: 'Delete' }), context());
  expect(server.answer()).toMatchObject({ Status: 'FAILED', Reason: 'still in use' });
  expect(work).not.toHaveBeenCalled();
  await removing(async () => { throw new Error('no'); })(event({ RequestType: 'Delete', RequestId: 'request-2' }), context());
  expect(JSON.parse(server.received[1].body)).toMatchObject({ Status: 'FAILED', Reason: 'broken: no' });
});

test('what owns something still creates and updates by its work', async () => {
  const remove = jest.fn();
  await customResource({ work: async () => DONE, remove, broken: () => DONE })(event({ RequestType: 'Update' }), context());
  expect(server.answer()).toMatchObject({ Status: 'SUCCESS', Reason: 'done' });
  expect(remove).not.toHaveBeenCalled();
});
