import { addEndpoints } from '../bench-app';
import { BenchCase } from './bench-case';

/** That of the first table: it shows how far raw resources lie below a hand-written app. */
export const guardedEndpoint: BenchCase = {
  name: 'guarded-endpoint',
  what: '`GuardedEndpoint`, default props',
  many: 20,
  ours: (app, count, library) => addEndpoints(app, { variant: 'ours', endpoints: count, library }),
};
