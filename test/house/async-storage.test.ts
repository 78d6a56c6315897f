import { AsyncLocalStorage } from 'node:async_hooks';
import { forgetStorages } from '../support/async-storage';

test('what a test file before used is handed on to no promise any more, and can be used again', () => {
  const storage = new AsyncLocalStorage<number>();
  storage.run(1, () => {
    expect(storage.getStore()).toBe(1);
    forgetStorages(); // as the next file does
    expect(storage.getStore()).toBeUndefined();
  });
  expect(storage.run(2, () => storage.getStore())).toBe(2);
});
